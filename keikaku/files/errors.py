"""The one error of making files."""


class FilesError(Exception):
    """The files of the whole data set cannot be made; those that were there are untouched."""

"""What can go wrong between rows and a released database; each says in one line what is wrong."""


class DatabaseError(Exception):
    """The new database is not sound or could not be written; the old one is untouched."""


class HistoryError(Exception):
    """The history cannot be read, or a release cannot be added to it."""

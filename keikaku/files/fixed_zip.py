"""ZIP archives whose bytes depend on their content alone: no clock, no owner."""

import shutil
import zipfile
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first moment that a ZIP can name


class FixedZip(zipfile.ZipFile):
    """A ZIP whose entries all have the same date and rights."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        with self.open(_entry(zinfo_or_arcname), "w") as target:
            target.write(data.encode("utf-8") if isinstance(data, str) else data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        entry = _entry(arcname or filename)
        entry.file_size = Path(filename).stat().st_size  # ZIP64 only where it is needed: SheetJS cannot read it
        with Path(filename).open("rb") as source, self.open(entry, "w") as target:
            shutil.copyfileobj(source, target)


def _entry(name: Any) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(str(getattr(name, "filename", name)), LONG_AGO)
    info.create_system = 3
    info.external_attr = 0o644 << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def save_book(book: Workbook, stream: IO[bytes]) -> None:
    """Write a workbook with no clock in it."""
    with FixedZip(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        ExcelWriter(book, archive).save()

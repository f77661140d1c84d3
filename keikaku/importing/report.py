"""What became of every cell of a workbook, as a page and as a CSV, for the person who imports it."""

import csv
from pathlib import Path

from jinja2 import Environment

from keikaku.importing.cells import KINDS
from keikaku.importing.plan_files import Written
from keikaku.importing.records import NAMES, Reading
from keikaku.schema.codes import CODES

MOST = 500  # lines of a list; the CSV has all


def write_report(reading: Reading, written: Written, file: Path, folder: Path) -> tuple[Path, Path]:
    """Write FILE-import.html and FILE-import.csv into a folder; what is not read has no text in them."""
    folder.mkdir(parents=True, exist_ok=True)
    page, table = folder / f"{file.stem}-import.html", folder / f"{file.stem}-import.csv"
    told = [
        {
            "at": at,
            "heading": heading,
            "kind": said.kind,
            "text": said.text * (said.kind != "読まない"),
            "why": said.why,
        }
        for at, (heading, said) in reading.log.items()
    ]
    with table.open("w", encoding="utf-8-sig", newline="") as output:
        writer = csv.writer(output)
        writer.writerow(["セル", "見出し", "種類", "読んだもの", "わけ"])
        writer.writerows(cell.values() for cell in told)
    template = Environment(autoescape=True).from_string(Path(__file__).with_name("report.html").read_text("utf-8"))
    known = {
        "file": file.name,
        "csv": table.name,
        "cells": told,
        "kinds": KINDS,
        "names": NAMES,
        "most": MOST,
        "codes": CODES,
    }
    page.write_text(template.render(known, written=written, notes=reading.notes), "utf-8")
    return page, table

"""What became of every cell of a workbook, as a page and as a CSV, for the person who imports it."""

import csv
from collections import Counter
from pathlib import Path

from jinja2 import Environment

from keikaku.importing.cells import KINDS
from keikaku.importing.plan_files import Written
from keikaku.importing.records import NAMES, Reading

MOST = 500  # lines of a list; the CSV has all


def write_report(reading: Reading, written: Written, file: Path, folder: Path) -> tuple[Path, Path]:
    """Write FILE-import.html and FILE-import.csv into a folder; what is not read has no text in them."""
    folder.mkdir(parents=True, exist_ok=True)
    page, table = folder / f"{file.stem}-import.html", folder / f"{file.stem}-import.csv"
    with table.open("w", encoding="utf-8-sig", newline="") as output:
        writer = csv.writer(output)
        writer.writerow(["セル", "見出し", "種類", "読んだもの", "わけ"])
        for at, told in reading.log.items():
            writer.writerow([at, told.heading, told.said.kind, _shown(told.said.kind, told.said.text), told.said.why])
    counts = Counter(told.said.kind for told in reading.log.values())
    unread = Counter((t.heading, t.said.why) for t in reading.log.values() if t.said.kind == "読まない")
    template = Path(__file__).with_name("report.html").read_text("utf-8")
    text = (
        Environment(autoescape=True)
        .from_string(template)
        .render(
            file=file.name,
            csv=table.name,
            total=len(reading.log),
            most=MOST,
            made=[(NAMES[name], count) for name, count in written.counts.items() if count],
            changes=written.changes,
            counts=[(kind, counts[kind]) for kind in KINDS if counts[kind]],
            unclear=[
                (at, t.heading, t.said.text, t.said.why) for at, t in reading.log.items() if t.said.kind == "わからない"
            ],
            looked=reading.notes
            + [
                f"{at}：{t.said.text} {t.said.why}"
                for at, t in reading.log.items()
                if t.said.kind == "数" and t.said.why
            ],
            unread=[(heading or "（見出しの外）", why, count) for (heading, why), count in unread.items()],
        )
    )
    page.write_text(text, "utf-8")
    return page, table


def _shown(kind: str, text: str) -> str:
    return "" if kind == "読まない" else text

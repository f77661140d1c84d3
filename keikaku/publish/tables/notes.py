"""Notes that travel with rows: what in them is our judgement or count, what is not published, which corrections touch them.

Guarantees: a note on a column is its help in metadata.yml and nothing else, so that it is written once; corrections are
found by the ids in the rows, for ids are unique in the whole database. Does not: read the database itself.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from keikaku.publish.tables.about import Field
from keikaku.schema.conditions import find_word

OURS = "当サイト"  # stands in the help of every column that is ours and not the report's
MOST_CORRECTIONS = 50
HEADINGS = {
    "ours": "当サイトによるもの",
    "unpublished": "当サイトに記録がないもの",
    "today": "今日で変わる値",
    "sql": "SQLの結果",
    "correction": "訂正と注意",
    "place": "訂正と注意",
}
_OPEN_SQL = "アドレスに書かれたSQLの結果です。数えたり組み合わせたりした値は、もとの文書にはありません。"
_NAME = re.compile(r"\w+")


@dataclass(frozen=True)
class Note:
    """kind: one of HEADINGS; the ids only for a correction, column_name also for what is ours."""

    kind: str
    text: str
    correction_id: str | None = None
    table_name: str | None = None
    row_id: str | None = None
    column_name: str | None = None

    def to_json(self) -> dict[str, str]:
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class Caveats:
    """What a database knows: corrections by the row they touch, the SQL of its views, how many results are published.

    `results` is None where there is no such table.
    """

    corrections: Mapping[str, Sequence[Mapping[str, Any]]]
    views: Mapping[str, str]
    results: int | None

    def note(self, fields: Sequence[Field], sql: str, touched: Iterable[str], is_open_sql: bool = False) -> list[Note]:
        """All notes for an answer: its columns, the query that gave it, the ids of its rows that have corrections."""
        names = self._names(sql)
        notes = [Note("sql", _OPEN_SQL)] if is_open_sql else []
        notes += [
            Note("ours", f"「{field.heading}」：{field.meaning}", column_name=field.name)
            for field in fields
            if OURS in field.meaning
        ]
        if ("verdicts" in names or "figures" in _NAME.findall(sql)) and self.results is not None:
            notes.append(note_results(self.results))
        if "current_fiscal_year" in names:
            notes.append(Note("today", "今日が何年度かによって変わる値を含みます。"))
        return notes + self.note_corrections(touched)

    def note_corrections(self, touched: Iterable[str]) -> list[Note]:
        found = [correction for row_id in sorted(set(touched)) for correction in self.corrections[row_id]]
        notes = [note_correction(correction) for correction in found[:MOST_CORRECTIONS]]
        if len(found) > MOST_CORRECTIONS:
            rest = len(found) - MOST_CORRECTIONS
            notes.append(Note("place", f"訂正と注意は、ほかに{rest}件あります。corrections の表を見てください。"))
        return notes

    def _names(self, sql: str) -> set[str]:
        """Every word of the query and of the views that it reads, and that those read."""
        names: set[str] = set()
        texts = [sql]
        while texts:
            new = set(_NAME.findall(texts.pop())) - names
            names |= new
            texts += [self.views[name] for name in new if name in self.views]
        return names


def note_results(count: int) -> Note:
    """What an absent result means."""
    published = (
        f"公開のページから集めた実績は{count:,}件で、網羅していません。"
        if count
        else "実績は、まだ一件も収めていません。"
    )
    return Note("unpublished", f"{published}記録のないものに行はなく、空欄は0でも未達成でもありません。")


def group_corrections(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Rows of the table of corrections by the id of the row that each touches."""
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(row["row_id"], []).append(row)
    return grouped


def note_correction(row: Mapping[str, Any]) -> Note:
    """One row of the table of corrections in a sentence."""
    kind = find_word("corrections", "kind", row["kind"]) or row["kind"]
    read = f"、このデータでは「{row['corrected']}」" if row["corrected"] else ""
    text = f"{kind}（{row['row_id']}）：原文は「{row['printed']}」{read}。{row['reason']}"
    return Note("correction", text, row["id"], row["table_name"], row["row_id"], row["column_name"])

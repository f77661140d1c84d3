"""Which columns a file has: those of the table or query, each code or reference followed by its name in words."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from keikaku.publish.tables.about import Field
from keikaku.publish.tables.cells import Value
from keikaku.schema.codes import Terms
from keikaku.schema.conditions import YES_NO, find_terms, split_help

NAMED = "（名称）"


@dataclass(frozen=True)
class Layout:
    """The columns of a file, and how a row of the query becomes a row of the file."""

    fields: tuple[Field, ...]
    _sources: tuple[tuple[int, Terms | None], ...]
    _stored: tuple[int, ...]

    def keep_stored(self, row: Sequence[Value]) -> list[Value]:
        """The cells of the columns themselves, without the names beside them."""
        return [row[place] for place in self._stored]

    def convert(self, row: Sequence[Value]) -> list[Value]:
        return [
            row[place] if terms is None else terms.get(str(row[place]), ("", ""))[0] for place, terms in self._sources
        ]


def lay_out(
    columns: Sequence[str], help_texts: Mapping[str, str], named: Collection[str], coded_table: str | None
) -> Layout:
    """The layout for rows that have the name of a referenced row after each reference in `named`.

    Codes of `coded_table` are followed by their words, None: no words.
    """
    fields: list[Field] = []
    sources: list[tuple[int, Terms | None]] = []
    stored: list[int] = []
    place = 0
    for column in columns:
        heading, meaning = split_help(help_texts.get(column), column)
        fields.append(Field(column, heading, meaning))
        sources.append((place, None))
        stored.append(place)
        place += 1
        in_words = Field(f"{column}_label", heading + NAMED, f"「{heading}」の値を言葉で表したものです。")
        if column in named:
            fields.append(in_words)
            sources.append((place, None))
            place += 1
        elif coded_table and (terms := _telling_terms(coded_table, column)):
            fields.append(in_words)
            sources.append((place - 1, terms))
    return Layout(tuple(fields), tuple(sources), tuple(stored))


def _telling_terms(table: str, column: str) -> Terms:
    """The words for a coded column; none where the codes are words themselves, or only yes and no."""
    terms = find_terms(table, column)
    return {} if terms is YES_NO or all(code == word for code, (word, _) in terms.items()) else terms

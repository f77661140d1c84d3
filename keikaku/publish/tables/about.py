"""What a download says of itself: its title, source, licence, version and columns, and the name of its file."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import quote

from keikaku.files.digest import name_version
from keikaku.publish.tables.csv_file import Value
from keikaku.schema.codes import Terms
from keikaku.schema.conditions import YES_NO, find_terms, split_help

# What some file system refuses in a name, and what would end a quoted string of a header.
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
# A line break beside a Japanese character stands for nothing.
_WRAPPED = re.compile(r"(?<=[^\x00-\x7f])\s*\n\s*|\s*\n\s*(?=[^\x00-\x7f])")
NAMED = "（名称）"


@dataclass(frozen=True)
class Field:
    """A column: its stored name, its Japanese heading and what it means."""

    name: str
    heading: str
    meaning: str = ""


@dataclass(frozen=True)
class About:
    """`digest` is the SHA-256 of the database, empty where it has no file; `name` is ASCII, for file names."""

    name: str
    title: str
    description: str
    source: str
    license: str
    license_url: str
    address: str
    digest: str
    fields: tuple[Field, ...]
    notes: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        return name_version(self.digest)


def name_files(about: About, ending: str) -> tuple[str, str]:
    """Japanese and ASCII name with the version of the data: 施策_0123456789ab.csv, plans-measures-0123456789ab.csv."""
    title = _UNSAFE.sub("_", about.title).strip(" ._") or about.name
    ascii_name = re.sub(r"[^A-Za-z0-9_.-]+", "_", about.name).strip("._") or "data"
    japanese = f"{title}_{about.version}" if about.version else title
    return f"{japanese}.{ending}", "-".join(filter(None, (ascii_name, about.version))) + f".{ending}"


def content_disposition(kind: str, about: About, ending: str) -> str:
    """The header that names the file, for browsers of today and for clients that read ASCII only (RFC 6266)."""
    japanese, ascii_name = name_files(about, ending)
    return f"{kind}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(japanese, safe='')}"


def plain_lines(html: str) -> tuple[str, ...]:
    """The paragraphs and list entries of a piece of HTML as lines of plain text."""
    parts = re.findall(r"<(p|li)>(.*?)</\1>", html, re.DOTALL) or [("", html)]
    texts = (unescape(re.sub(r"<[^>]*>", "", text)) for _, text in parts)
    return tuple(filter(None, (" ".join(_WRAPPED.sub("", text).split()) for text in texts)))


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
    fields, stored = [], []
    sources: list[tuple[int, Terms | None]] = []
    place = 0
    for column in columns:
        heading, meaning = split_help(help_texts.get(column), column)
        fields.append(Field(column, heading, meaning))
        stored.append(place)
        sources.append((place, None))
        is_named = column in named
        terms = _telling_terms(coded_table, column) if coded_table and not is_named else {}
        if is_named or terms:
            told = f"「{heading}」の値を言葉で表したものです。"
            fields.append(Field(f"{column}_label", heading + NAMED, told))
            sources.append((place + 1, None) if is_named else (place, terms))
        place += 1 + is_named
    return Layout(tuple(fields), tuple(sources), tuple(stored))


def _telling_terms(table: str, column: str) -> Terms:
    """The words for a coded column; none where the codes are words themselves, or only yes and no."""
    terms = find_terms(table, column)
    return {} if terms is YES_NO or all(code == word for code, (word, _) in terms.items()) else terms

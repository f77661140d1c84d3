"""How the data set, each of its records and each of its pages is cited: as text in two languages and in three formats.

Guarantees: whatever a title or an address holds, BibTeX stays balanced and is typeset as written, RIS has one line for
each field, and CSL-JSON is valid JSON; the address always comes without what would end it. Does not: know where the
words come from (metadata.yml and the database) or what the time is, since a citation must not change from day to day.
"""

import json
import re
import sqlite3
import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from keikaku.publish.site_words import fill_metadata

ROOT = Path(__file__).resolve().parents[3]
CFF = ROOT / "CITATION.cff"
SPDX = "CC-BY-4.0"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\s]+")
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: "\\" + sign for sign in "&%$#_"},
}


@dataclass(frozen=True)
class DataSet:
    """What metadata.yml says of the data set; `released` is when it was last published."""

    title: str
    title_en: str
    author: str
    released: date
    license: str
    license_en: str
    license_url: str
    source: str
    source_en: str


@dataclass(frozen=True)
class Citation:
    """One thing to cite. `title` and `kind_en` are empty for the data set itself.

    `source` is the report that it was read from, empty where the data set's own words say it; `place` is where in it.
    `changed` is the day of the data, which stays true whenever somebody reads; the day of reading is the reader's.
    The whole data set has a `version`, a record the hash of its content.
    """

    data_set: DataSet
    key: str
    address: str
    changed: date | None = None
    version: str = ""
    content_hash: str = ""
    title: str = ""
    kind_en: str = ""
    source: str = ""
    place: str = ""

    @property
    def edition(self) -> str:
        """What tells this content from any other, for formats that have one field for it."""
        return self.version or self.content_hash


@dataclass(frozen=True)
class Record:
    """How a row of a table is cited: what it is in English, and the query for its title, its place and its report."""

    kind_en: str
    sql: str


_REPORT = (
    "'「' || coalesce(p.document_title, p.title) || '」（' || p.municipality || coalesce('、' || substr(p.document_date, 1, 4)"
    " || '年' || CASE WHEN length(p.document_date) > 4 THEN (0 + substr(p.document_date, 6, 2)) || '月' ELSE '' END, '') || '）'"
)
# As many reports are named one by one.
MOST_REPORTS = 10
REPORTS = f"""SELECT {_REPORT} AS source, count(*) OVER () AS number
FROM plan_facts AS p ORDER BY p.start_fiscal_year DESC, p.title LIMIT {MOST_REPORTS + 1}"""


def join_reports(sources: Sequence[str], number: int) -> str:
    """The reports of several plans, of which `sources` are the first; empty where there is but one."""
    if number <= 1:
        return ""
    return "、".join(sources) if number <= MOST_REPORTS else f"{sources[0]}ほか{number - 1:,}の計画の報告書"


_RECORD = f"""SELECT r.full_title AS title, coalesce(r.place, '') AS place, {_REPORT} AS source
FROM records AS r JOIN plan_facts AS p ON p.id = r.plan_id WHERE r.id = :id AND r.table_name = """
RECORDS: Mapping[str, Record] = {
    table: Record(kind_en, f"{_RECORD}'{table}'")
    for table, kind_en in {
        "plans": "plan",
        "sectors": "sector of a plan",
        "goals": "goal",
        "measures": "measure",
        "organizations": "organization",
        "evaluations": "evaluation of a measure",
        "events": "entry of the timeline",
        "indicators": "target of a measure",
        "corrections": "correction or note on the print",
        "changes": "change of the data",
    }.items()
}


def read_data_set(metadata: Mapping[str, Any]) -> DataSet:
    """From the content of metadata.yml; raises KeyError for what it does not say."""
    words = metadata["plugins"]["citation"]
    return DataSet(
        title=metadata["title"],
        title_en=words["title_en"],
        author=words["author"],
        released=date.fromisoformat(str(words["released"])),
        license=metadata["license"],
        license_en=words["license_en"],
        license_url=metadata["license_url"],
        source=metadata["source"],
        source_en=words["source_en"],
    )


# text


def write_japanese(citation: Citation) -> str:
    """One paragraph in the order of 科学技術情報流通技術基準: who, what, in what, version, year, address."""
    data = citation.data_set
    container = f"『{data.title}』"
    named = f"「{_flatten(citation.title)}」{container}" if citation.title else container
    day = citation.changed
    parts = [
        f"{day.year}年{day.month}月{day.day}日のデータ" if day else "",
        f"データの版 {citation.version}" if citation.version else "",
        f"内容のハッシュ {citation.content_hash}" if citation.content_hash else "",
    ]
    edition = "、".join(filter(None, parts))
    return (
        f"{data.author}{named}{f'（{edition}）' if edition else ''}、{data.released.year}年、{_clean(citation.address)}。"
        f"{_note_in_japanese(citation)}{data.license}。"
    )


def write_english(citation: Citation) -> str:
    """One paragraph; titles stay Japanese, since the plan has no others."""
    data = citation.data_set
    container = f"{data.title} [{data.title_en}]"
    kind = f" [{citation.kind_en}]" if citation.kind_en else ""
    named = f"“{_flatten(citation.title)}”{kind}. In {container}" if citation.title else container
    version = f", data version {citation.version}" if citation.version else ""
    content = f", content hash {citation.content_hash}" if citation.content_hash else ""
    day = f", data of {citation.changed.isoformat()}" if citation.changed else ""
    source = f"Made by processing {_flatten(citation.source)}" if citation.source else data.source_en
    return (
        f"{data.author} ({data.released.year}). {named}{day}{version}{content} [Data set]. {_clean(citation.address)}."
        f" {source}. {data.license_en}."
    )


def write_text(citation: Citation) -> str:
    return f"{write_japanese(citation)}\n\n{write_english(citation)}\n"


def _note_in_japanese(citation: Citation) -> str:
    if not citation.source:
        return f"{citation.data_set.source}。"
    place = f"、{_flatten(citation.place)}" if citation.place else ""
    return f"{_flatten(citation.source)}{place}を加工して作成。"


# BibTeX


def write_bibtex(citation: Citation) -> str:
    """A @misc, which every style knows; `url` is for the styles that know it."""
    data = citation.data_set
    fields = {
        "author": f"{{{_escape_latex(data.author)}}}",  # one name, not a first and a last one
        "title": f"{{{_escape_latex(_flatten(citation.title) or data.title)}}}",
        "year": str(data.released.year),
        "month": str(data.released.month),
        "howpublished": _escape_latex(data.title) if citation.title else "Data set",
        "version": _escape_latex(citation.edition),
        "url": _clean(citation.address),
        "note": _escape_latex(f"{_note_in_japanese(citation)}{data.license}。"),
        "language": "japanese",
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@misc{{{_bibtex_key(citation.key)},\n{lines}}}\n"


def _bibtex_key(key: str) -> str:
    return re.sub(r"[^A-Za-z0-9:._-]+", "-", key).strip("-") or "keikaku"


def _escape_latex(text: str) -> str:
    return "".join(_LATEX.get(sign, sign) for sign in _flatten(text))


# RIS


def write_ris(citation: Citation) -> str:
    """A data set as reference managers read it; lines end in CRLF as its specification asks."""
    data = citation.data_set
    fields = [
        ("TY", "DATA"),
        ("ID", citation.key),
        ("AU", data.author),
        ("TI", _flatten(citation.title) or data.title),
        ("T2", data.title if citation.title else ""),
        ("PY", str(data.released.year)),
        ("DA", data.released.strftime("%Y/%m/%d/")),
        ("ET", citation.edition),
        ("UR", _clean(citation.address)),
        ("LA", "ja"),
        ("N1", f"{_note_in_japanese(citation)}{data.license}。"),
        ("ER", ""),
    ]
    kept = ((tag, _flatten(value)) for tag, value in fields)
    return "".join(f"{tag}  - {value}\r\n" for tag, value in kept if value or tag == "ER")


# CSL-JSON


def write_csl_json(citation: Citation) -> str:
    """A list of one item, as citation processors read it."""
    data = citation.data_set
    item = {
        "id": citation.key,
        "type": "dataset",
        "title": _flatten(citation.title) or data.title,
        "container-title": data.title if citation.title else "",
        "author": [{"literal": data.author}],
        "issued": _csl_date(data.released),
        "version": citation.edition,
        "URL": _clean(citation.address),
        "language": "ja",
        "note": f"{_note_in_japanese(citation)}{data.license}。",
    }
    return json.dumps([{name: value for name, value in item.items() if value}], ensure_ascii=False, indent=2) + "\n"


def _csl_date(day: date) -> dict[str, list[list[int]]]:
    return {"date-parts": [[day.year, day.month, day.day]]}


@dataclass(frozen=True)
class Format:
    """A file of a citation: the ending of its address, what a visitor calls it, its media type and its writer."""

    ending: str
    label: str
    media_type: str
    write: Callable[[Citation], str]

    @property
    def plain_type(self) -> str:
        """The media type without its character set."""
        return self.media_type.partition(";")[0]


WRITERS: Mapping[str, Callable[[Citation], str]] = {
    "BibTeX": write_bibtex,
    "RIS": write_ris,
    "CSL-JSON": write_csl_json,
}
FORMATS = (
    Format("txt", "テキスト", "text/plain; charset=utf-8", write_text),
    Format("bib", "BibTeX", "application/x-bibtex; charset=utf-8", write_bibtex),
    Format("ris", "RIS", "application/x-research-info-systems; charset=utf-8", write_ris),
    Format("json", "CSL-JSON", "application/vnd.citationstyles.csl+json; charset=utf-8", write_csl_json),
)


# CITATION.cff


def build_cff(metadata: Mapping[str, Any], version: str) -> str:
    """CITATION.cff of the repository, for the version of the project; raises KeyError as read_data_set does."""
    data = read_data_set(metadata)
    described = {
        "cff-version": "1.2.0",
        "message": "To cite a single record, take the citation on its page.",
        "type": "dataset",
        "title": data.title,
        "abstract": f"{data.title_en}. {data.source_en}. {data.license_en}.",
        "authors": [{"name": data.author}],
        "version": version,
        "date-released": data.released,
        "license": SPDX,
        "license-url": data.license_url,
    }
    head = "# Made from metadata.yml and plans.db: make citation\n"
    return head + yaml.safe_dump(described, allow_unicode=True, sort_keys=False, width=10_000)


def read_cff_sources() -> tuple[dict[str, Any], str]:
    """What metadata.yml and plans.db say of the site, and the version of the project."""
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text("utf-8"))
    with closing(sqlite3.connect(f"{(ROOT / 'plans.db').as_uri()}?mode=ro", uri=True)) as connection:
        fill_metadata(metadata, connection.execute)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return metadata, project["version"]


def _flatten(text: str) -> str:
    """Without line breaks and control characters."""
    return _CONTROL.sub(" ", text).strip()


def _clean(address: str) -> str:
    """An address with nothing in it that would end a field or a line."""
    return re.sub(
        r"[\s{}\\<>\"|^`\x00-\x1f\x7f-\x9f]", lambda sign: "".join(f"%{b:02X}" for b in sign[0].encode()), address
    )


if __name__ == "__main__":
    CFF.write_text(build_cff(*read_cff_sources()), "utf-8")

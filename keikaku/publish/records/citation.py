"""How the data set, each of its records and each of its pages is cited: as text in two languages and in three formats.

Guarantees: whatever a title or an address holds, BibTeX stays balanced and is typeset as written, RIS has one line for
each field, and CSL-JSON is valid JSON; the address always comes without what would end it. Does not: know where the
words come from (metadata.yml and the database) or what the time is, since a citation must not change from day to day.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from keikaku.files.beside import read_statements
from keikaku.publish.filling import fill, fill_data

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\s]+")
_ENDS_ADDRESS = re.compile(r"[\s{}\\<>\"|^`\x00-\x1f\x7f-\x9f]")
_LATEX = str.maketrans(
    {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    | {sign: "\\" + sign for sign in "&%$#_"}
)
# What can be cited of the database -> what it is in English.
RECORDS = {
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
}
SQL = read_statements(__file__)
MOST_REPORTS = 10  # that are named one by one
MOST_ASKED = 30  # where some plans are asked for


def join_reports(sources: Sequence[str], others: int) -> str:
    """Documents, of which `others` are too many to be named after the first."""
    return f"{sources[0]}ほか{others:,}件の計画の文書" if others else "、".join(sources)


def read_data_set(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """What metadata.yml says of the data set, `released` as the day when it was last published; raises KeyError for what it does not say."""
    words = metadata["plugins"]["citation"]
    return {
        **{word: metadata[word] for word in ("title", "license", "license_url", "source")},
        **{word: words[word] for word in ("title_en", "author", "license_en", "source_en")},
        "released": date.fromisoformat(str(words["released"])),
    }


@dataclass
class Citation:
    """One thing to cite. `title` and `kind_en` are empty for the data set itself.

    `source` is the report that it was read from, empty where the data set's own words say it; `place` is where in it.
    `changed` is the day of the data, which stays true whenever somebody reads; the day of reading is the reader's.
    The whole data set has a `version`, a record the hash of its content.
    """

    data_set: Mapping[str, Any]
    key: str
    address: str
    changed: date | None = None
    version: str = ""
    content_hash: str = ""
    title: str = ""
    kind_en: str = ""
    source: str = ""
    place: str = ""

    def __post_init__(self) -> None:
        """Texts come without line breaks and control characters."""
        self.title, self.source, self.place = (
            _CONTROL.sub(" ", text).strip() for text in (self.title, self.source, self.place)
        )

    @property
    def edition(self) -> str:
        """What tells this content from any other, for formats that have one field for it."""
        return self.version or self.content_hash

    @property
    def name(self) -> str:
        return self.title or self.data_set["title"]

    @property
    def container(self) -> str:
        """What it is part of, empty for the data set itself."""
        return self.data_set["title"] if self.title else ""

    @property
    def url(self) -> str:
        """The address with nothing in it that would end a field or a line."""
        return _ENDS_ADDRESS.sub(lambda sign: "".join(f"%{b:02X}" for b in sign[0].encode()), self.address)

    @property
    def note(self) -> str:
        """From what it was made, and its licence."""
        place = f"、{self.place}" if self.place else ""
        made = f"{self.source}{place}を加工して作成" if self.source else self.data_set["source"]
        return f"{made}。{self.data_set['license']}。"


def write_japanese(citation: Citation) -> str:
    return _fill("citation_ja.txt", citation)


def write_english(citation: Citation) -> str:
    return _fill("citation_en.txt", citation)


def write_credit(citation: Citation) -> str:
    """One short line: 出典：○○（△△作成）."""
    return _fill("citation_credit.txt", citation)


def write_text(citation: Citation) -> str:
    return f"{write_japanese(citation)}\n\n{write_english(citation)}\n"


def write_bibtex(citation: Citation) -> str:
    key = re.sub(r"[^A-Za-z0-9:._-]+", "-", citation.key).strip("-") or "keikaku"
    return _fill("citation.bib", citation, key=key, latex=lambda text: text.translate(_LATEX)) + "\n"


def write_ris(citation: Citation) -> str:
    """A data set as reference managers read it; lines end in CRLF as its specification asks."""
    return _fill("citation.ris", citation).replace("\n", "\r\n") + "\r\n"


def write_csl_json(citation: Citation) -> str:
    """A list of one item."""
    item = fill_data("citation.yml", c=citation, data=citation.data_set)
    return json.dumps([{name: value for name, value in item.items() if value}], ensure_ascii=False, indent=2) + "\n"


class Format(NamedTuple):
    """A file of a citation: the ending of its address, what a visitor calls it, its media type and its writer."""

    ending: str
    label: str
    media_type: str
    write: Callable[[Citation], str]


FORMATS = (
    Format("txt", "テキスト", "text/plain; charset=utf-8", write_text),
    Format("bib", "BibTeX", "application/x-bibtex; charset=utf-8", write_bibtex),
    Format("ris", "RIS", "application/x-research-info-systems; charset=utf-8", write_ris),
    Format("json", "CSL-JSON", "application/vnd.citationstyles.csl+json; charset=utf-8", write_csl_json),
)


def _fill(template: str, citation: Citation, **words: Any) -> str:
    return fill(template, c=citation, data=citation.data_set, **words).removesuffix("\n")

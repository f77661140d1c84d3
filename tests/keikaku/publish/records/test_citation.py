"""Citations survive whatever a title or an address holds: other programs read back what was written."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import bibtexparser
import pytest
import rispy
import yaml
from hypothesis import given
from hypothesis import strategies as st

from keikaku.publish.records.citation import (
    FORMATS,
    Citation,
    join_reports,
    read_data_set,
    write_bibtex,
    write_csl_json,
    write_english,
    write_japanese,
    write_ris,
)
from tools.citation import CFF, ROOT, build_cff, read_sources

DATA_SET = read_data_set(read_sources()[0])
RECORD = Citation(
    DATA_SET,
    key="minato-kogyo-1",
    address="https://example.com/plans/measures/minato-kogyo-1",
    changed=date(2026, 4, 3),
    content_hash="0123456789abcdef",
    title="工-1 見学会の開催",
    kind_en="measure",
    source="「報告書」（港町、2023年3月）",
    place="後期計画 1ページ",
)
WHOLE = Citation(DATA_SET, "plans-dataset", "https://example.com/data", date(2026, 4, 3), version="0123456789ab")
ESCAPED = re.compile(r"\\textbackslash\{\}|\\textasciitilde\{\}|\\textasciicircum\{\}|\\(?P<sign>[{}&%$#_])")
WORDS = {r"\textbackslash{}": "\\", r"\textasciitilde{}": "~", r"\textasciicircum{}": "^"}

titles = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
addresses = titles.map("https://example.com/".__add__)


def flat(title: str) -> str:
    """In one line; that of the data set where nothing is left."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\s]+", " ", title).strip() or DATA_SET["title"]


def read_latex(text: str) -> str:
    return ESCAPED.sub(lambda found: found["sign"] or WORDS[found[0]], text)


def test_a_record_in_both_languages() -> None:
    assert write_japanese(RECORD) == (
        f"keikaku contributors「工-1 見学会の開催」『{DATA_SET['title']}』（2026年4月3日のデータ、確認番号 0123456789abcdef）、"
        "2026年、https://example.com/plans/measures/minato-kogyo-1。"
        "「報告書」（港町、2023年3月）、後期計画 1ページを加工して作成。CC BY 4.0（もとの文書の文言を除く）。"
    )
    assert write_english(RECORD) == (
        f"keikaku contributors (2026). “工-1 見学会の開催” [measure]. In {DATA_SET['title']} [{DATA_SET['title_en']}], "
        "data of 2026-04-03, content hash 0123456789abcdef [Data set]. "
        "https://example.com/plans/measures/minato-kogyo-1. "
        f"Made by processing 「報告書」（港町、2023年3月）. {DATA_SET['license_en']}."
    )


def test_the_data_set_names_its_source_and_no_record() -> None:
    assert write_japanese(WHOLE).startswith(
        f"keikaku contributors『{DATA_SET['title']}』（2026年4月3日のデータ、データの版 0123456789ab）、2026年、"
    )
    assert DATA_SET["source"] in write_japanese(WHOLE)
    assert "“" not in write_english(WHOLE)
    assert "container-title" not in json.loads(write_csl_json(WHOLE))[0]
    assert "T2  - " not in write_ris(WHOLE)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.ending)
@pytest.mark.parametrize("citation", [RECORD, WHOLE], ids=["record", "data set"])
def test_every_format_has_what_was_cited_and_its_address_and_no_day_of_reading(form, citation) -> None:
    text = form.write(citation)
    assert citation.edition in text
    assert citation.address in text
    assert not re.search(r"access|参照|urldate|Y2", text)


@given(titles, addresses)
def test_bibtex_is_read_back_as_it_was_written(title: str, address: str) -> None:
    text = write_bibtex(replace(RECORD, title=title, address=address))
    library = bibtexparser.parse_string(text)
    assert library.failed_blocks == []
    (entry,) = library.entries
    fields = {name: field.value for name, field in entry.fields_dict.items()}
    assert entry.key == RECORD.key
    assert read_latex(fields["title"].removeprefix("{").removesuffix("}")) == flat(title)
    assert not re.search(r"[\s{}\\]", fields["url"])
    assert unquote(fields["url"]) == unquote(address) or "%" in address
    bare = ESCAPED.sub("", text)
    assert bare.count("{") == bare.count("}")


@given(titles, addresses)
def test_ris_is_read_back_as_it_was_written(title: str, address: str) -> None:
    text = write_ris(replace(RECORD, title=title, address=address))
    lines = text.split("\r\n")
    assert lines.pop() == ""
    assert [line for line in lines if not re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line)] == []
    (entry,) = rispy.loads(text.replace("\r\n", "\n"))
    assert entry["type_of_reference"] == "DATA"
    assert entry["title"] == flat(title)
    assert entry["authors"] == [DATA_SET["author"]]
    assert entry["urls"][0].startswith("https://example.com/")


@given(titles, addresses)
def test_csl_json_is_read_back_as_it_was_written_and_text_is_of_one_line(title: str, address: str) -> None:
    citation = replace(RECORD, title=title, address=address)
    (item,) = json.loads(write_csl_json(citation))
    assert item["title"] == flat(title)
    assert date(*item["issued"]["date-parts"][0]) == DATA_SET["released"]
    for text in (write_japanese(citation), write_english(citation)):  # one line in each language
        assert not re.search(r"[\x00-\x1f\x7f\u2028\u2029]", text)


def test_the_citation_of_the_repository_is_up_to_date_and_has_what_its_format_asks_for(site_folder: Path) -> None:
    assert CFF.read_text("utf-8") == build_cff(*read_sources(site_folder / "plans.db")), "run: make citation"
    described = yaml.safe_load(CFF.read_text("utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= described.keys()
    assert (described["cff-version"], described["type"]) == ("1.2.0", "dataset")
    assert all(author.get("name") for author in described["authors"])
    released = re.findall(r"^## \[[0-9.]+\] - (\S+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert str(described["date-released"]) == released[0]


def test_of_many_reports_the_first_is_named_and_the_others_counted() -> None:
    names = [f"「計画{number}の報告書」" for number in range(1, 4)]
    assert join_reports(names[:2], 0) == "「計画1の報告書」、「計画2の報告書」"
    assert join_reports(names, 1740) == "「計画1の報告書」ほか1,740件の計画の文書"

"""Our own words about the plan: none copied, none damaged, and nothing said that the report does not say.

Each test is about one kind of fault that a proofreading found, not about the record in which it was found.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain

import pytest

from tests.data.reading import (
    AS_PRINTED,
    CITY,
    data_texts,
    goal_texts,
    lines,
    passages,
    records,
    rows,
    squeeze,
    with_report,
)

LONGEST_RUN = 20


def shared_runs(text: str, prose: str) -> Iterator[str]:
    """The longest runs of more than LONGEST_RUN characters that stand in both."""
    start = 0
    while start + LONGEST_RUN < len(text):
        end = start + LONGEST_RUN + 1
        if text[start:end] not in prose:
            start += 1
            continue
        while end < len(text) and text[start : end + 1] in prose:
            end += 1
        yield text[start:end]
        start = end - LONGEST_RUN


def test_a_shared_run_is_found_wherever_it_stands() -> None:
    prose = "あいうえおかきくけこさしすせそたちつてとなにぬねの"
    assert list(shared_runs(f"前{prose[2:23]}後", prose)) == [prose[2:23]]
    assert list(shared_runs(prose, prose)) == [prose]
    assert list(shared_runs(prose[:20] + "後" + prose[5:25], prose)) == []


@with_report
def test_no_text_of_ours_shares_more_than_20_characters_with_the_prose_of_the_report() -> None:
    assessments = [row[1] for row in rows(3, "施策概要")]
    prose = "\n".join(squeeze(line) for line in (*lines(), *assessments) if "\t" not in line)
    printed = [squeeze(text) for _, key, text in data_texts() if key in AS_PRINTED]
    copied = [
        (place, run)
        for place, key, text in data_texts()
        if key not in AS_PRINTED
        for run in shared_runs(squeeze(text), prose)
        if not any(run in whole for whole in printed)
    ]
    assert not copied


def test_what_is_kept_as_printed_is_no_sentence() -> None:
    kept = [(place, text) for place, key, text in data_texts() if key in AS_PRINTED - {"vision"}]
    assert [(place, text) for place, text in kept if text.endswith("。") or len(text) > 60] == []


# Without the report

# Words that repeat themselves by nature.
DOUBLED = {"いろいろ", "ますます", "それぞれ", "さまざま", "だんだん"}


def ours() -> list[tuple[str, str]]:
    """Place and text of all that we wrote for visitors."""
    written = {"summary", "schedule", "note", "reason", "text"}
    return [(place, text) for place, key, text in data_texts() if key in written]


def test_no_text_of_ours_stammers() -> None:
    found = [(place, m[0]) for place, text in ours() for m in re.finditer(r"([ぁ-ん]{2,})\1", text)]
    assert ours()
    assert [(place, word) for place, word in found if word not in DOUBLED] == []


def test_every_sentence_of_ours_is_polite() -> None:
    sentences = [
        (place, sentence)
        for place, text in ours()
        for sentence in re.sub(r"「[^」]*」|（[^）]*）", "", text).split("。")
        if sentence
    ]
    assert len(sentences) > 300
    assert [
        (p, s) for p, s in sentences if not re.search(r"(です|ます|でした|ました|ません|ませんでした|ください)$", s)
    ] == []


def test_an_event_is_linked_to_originals_and_to_the_repeats_of_its_own_row() -> None:
    repeats = {m["code"]: m["repeat_of"] for m in records("measures") if "repeat_of" in m}
    wrong = []
    for event in records("events"):
        linked = set(event.get("measures", []))
        originals = {repeats.get(code, code) for code in linked}
        beside = {code for code, of in repeats.items() if of in originals and code[0] == event.get("sector")}
        if linked != originals | beside:
            wrong.append((event["id"], sorted(linked), sorted(originals | beside)))
    assert records("events")
    assert not wrong


def test_events_of_the_same_words_have_the_same_corrections() -> None:
    slips = defaultdict(set)
    for c in records("corrections"):
        if c["table"] == "events" and c["column"] == "title":
            slips[c["row"]].add(c["printed"])
    same = defaultdict(list)
    for event in records("events"):
        same[event.get("printed", event["title"])].append(event["id"])
    repeated = [ids for ids in same.values() if len(ids) > 1]
    assert repeated
    assert [ids for ids in repeated if len({frozenset(slips[id_]) for id_ in ids}) > 1] == []


def test_an_organization_is_listed_under_a_name_that_is_printed() -> None:
    assert [o["id"] for o in records("organizations") if o["name"] not in o["printed"]] == []


def test_a_department_belongs_to_a_body() -> None:
    departments = [o for o in records("organizations") if o["kind"] == "department"]
    assert departments
    assert [o["id"] for o in departments if "parent" not in o] == []


def test_a_change_names_records_that_its_release_touched() -> None:
    """Itself or a part of its page, by id or code, as changes.yml names them; only for versions that are released."""
    history = [json.loads(line) for line in (CITY.parent / "history.jsonl").read_text("utf-8").splitlines()]
    touched = {
        release["version"]: set(chain(*release["records"].values(), *release.get("pages", {}).values()))
        for release in history
    }
    romaji = {s["prefix"]: s["id"] for s in records("sectors")}
    wrong = [
        (change["id"], name)
        for change in records("changes")
        if change["version"] in touched
        for name in change.get("records", [])
        if re.sub(r"^(\D)-", lambda m: f"{romaji.get(m[1])}-", name) not in touched[change["version"]]
    ]
    assert touched
    assert not wrong


def test_a_change_says_why() -> None:
    assert [change["id"] for change in records("changes") if "text" not in change] == []


# With the report

YEAR = r"(?:平成|令和)[0-9元]+年度?"
FACT = re.compile(rf"{YEAR}|[0-9][0-9,]*%?|「([^」]+)」")


def facts(text: str) -> set[str]:
    """Years, numbers and what stands in quotation marks."""
    return {m[1] or m[0] for m in FACT.finditer(squeeze(text))}


def mended(row: str, text: str) -> str:
    """The report's text with what the corrections of a row put right."""
    text = squeeze(text)
    for c in records("corrections"):
        if c["row"] == row and "corrected" in c:
            text = text.replace(squeeze(c["printed"]), squeeze(c["corrected"]))
    return text


def sources() -> list[tuple[str, str, str]]:
    """Id or code, our text and the report's text that it tells of, for every evaluation and every measure with its own."""
    found = []
    for e, row in zip(records("evaluations"), rows(3, "施策概要"), strict=True):
        found.append((e["id"], e["summary"], mended(e["id"], row[1])))
    for m in records("measures"):
        if "repeat_of" not in m:
            printed = "".join(passages()[m["code"]].values()) + m["target"]
            found.append((m["code"], m["summary"] + m["schedule"], mended(m["code"], printed)))
    return found


@with_report
def test_every_year_number_and_quotation_of_ours_is_in_the_text_it_tells_of() -> None:
    strange = [
        (id_, fact)
        for id_, ours, text in sources()
        for fact in facts(ours)
        if fact.replace(",", "") not in text.replace(",", "")
    ]
    assert len(sources()) == 77
    assert not strange


@with_report
def test_no_year_is_left_out_of_a_summary() -> None:
    years = [(id_, year, ours) for id_, ours, text in sources() for year in re.findall(YEAR, text)]
    assert len(years) > 20
    assert [(id_, year) for id_, year, ours in years if year not in squeeze(ours)] == []


@with_report
def test_what_the_report_calls_necessary_is_not_told_as_decided() -> None:
    necessary = [(id_, ours) for id_, ours, text in sources() if text.endswith("必要。")]
    assert len(necessary) > 20
    assert [id_ for id_, ours in necessary if "必要" not in ours] == []


@with_report
def test_every_body_that_an_evaluation_names_is_named_by_us_and_no_other() -> None:
    """By any of its names but one of a single character; 市内の事業者 is 市内事業者."""
    names = {n: o["id"] for o in records("organizations") for n in [*o["printed"], *o.get("aliases", [])] if len(n) > 1}
    different = []
    for id_, ours, text in sources():
        if id_.startswith("akishima-evaluation-"):
            named, told = (
                {names[n] for n in sorted(names, key=len, reverse=True) if squeeze(n) in t} - {"akishima-shi"}
                for t in (text, squeeze(ours))
            )
            different += [(id_, named ^ told)] if named != told else []
    assert not different


@with_report
def test_every_printed_part_of_a_target_stands_in_the_cell_it_comes_from() -> None:
    loose, seen = [], set()
    for m in records("measures"):
        for x in m["indicators"]:
            source = x.get("source", "target")
            seen.add(source)
            cell = m["target"] if source == "target" else passages()[m["code"]]["実施期間・実現スケジュール"]
            if squeeze(x.get("printed", m["target"])) not in squeeze(cell):
                loose.append((m["code"], x["label"]))
    assert seen == {"target", "schedule"}
    assert not loose


@with_report
def test_a_schedule_that_is_softer_than_the_target_is_noted() -> None:
    soft = {"quantity": r"程度|約|基本に", "milestone": r"めど|目指|めざ", "activity": r"期間内"}
    found = [
        (m["code"], x.get("note"))
        for m in records("measures")
        for x in m["indicators"]
        if (pattern := soft.get(x["kind"]))
        and re.search(pattern, passages()[m["code"]].get("実施期間・実現スケジュール", ""))
    ]
    assert {"観-4", "農-4"} <= {code for code, _ in found}
    assert [code for code, note in found if note is None] == []


def test_a_label_that_neither_target_nor_name_explains_says_where_it_was_read() -> None:
    """Kanji and katakana of the label, two at a time; words for doing and counting explain nothing."""
    bare = []
    for m in records("measures"):
        known = re.sub(r"実施|年度|年間|毎年", "", m["target"] + m["name"])
        for x in m["indicators"]:
            words = re.findall(r"(?=([一-龠ァ-ー]{2}))", x["label"])
            if x["kind"] in ("quantity", "milestone") and not any(word in known for word in words) and "note" not in x:
                bare.append((m["code"], x["label"]))
    assert not bare


SLIPS = {
    "large つ": r"[あなたかだ]つた",
    "year of an era that did not come": r"令和[2-9][0-9]年",
    "two words for and so on": r"等など",
    "による twice": r"(?<=による)[^。]{1,12}による(?=、|収)",
    "particle を twice": r"を[^、。をに]{2,5}を(?=行|め|達)|2回以上を",
    "year without 度 beside a fiscal year": r"(?:平成|令和) ?[0-9]+ ?年(?![度0-9])",
    "full-width stroke": r"／",
    "missing を": r"の活用含め",
}


def printed_texts() -> dict[tuple[str, str], str]:
    """Table and row, as corrections name them -> the report's own text."""
    found = {}
    for e, row in zip(records("evaluations"), rows(3, "施策概要"), strict=True):
        found["evaluations", e["id"]] = row[1]
    for m in records("measures"):
        found["measures", m["code"]] = m["target"] + "".join(passages()[m["code"]].values())
    for event in records("events"):
        found["events", event["id"]] = event.get("printed", event["title"])
    return found | {("goals", goal): text for goal, text in goal_texts().items()}


@with_report
@pytest.mark.parametrize("kind", SLIPS)
def test_every_slip_of_a_kind_is_listed(kind: str) -> None:
    slips = defaultdict(list)
    for c in records("corrections"):
        slips[c["table"], c["row"]].append(squeeze(c["printed"]))
    found = [(row, squeeze(m[0])) for row, text in printed_texts().items() for m in re.finditer(SLIPS[kind], text)]
    assert found
    assert [(row, slip) for row, slip in found if not any(slip in p or p in slip for p in slips[row])] == []


@with_report
def test_a_misprint_is_listed_for_every_row_that_has_it() -> None:
    misprints = [c for c in records("corrections") if c["kind"] == "misprint"]
    listed = {((c["table"], c["row"]), squeeze(c["printed"])) for c in misprints}
    assert misprints
    slips = {slip for _, slip in listed}
    found = {(row, slip) for row, text in printed_texts().items() for slip in slips if slip in squeeze(text)}
    assert found - listed == set()


# Bodies that a measure is for, not with.
SERVED = {("工-7", "akishima-shinai-jigyosha"), ("商-8", "akishima-shinai-jigyosha")}


@with_report
def test_a_body_that_a_measure_works_with_but_does_not_list_is_pointed_out() -> None:
    """By a name of three characters or more: shorter ones are common nouns."""
    owner = {squeeze(name): o["id"] for o in records("organizations") for name in o["printed"]}
    told = {c["row"] for c in records("corrections") if c["column"] == "organizations"}
    silent = set()
    for m in records("measures"):
        text = squeeze("".join(passages()[m["code"]].values()))
        promoters = {owner[squeeze(name)] for name in m["organizations"]}
        named = {owner[name] for name in owner if len(name) > 2 and re.search(rf"{re.escape(name)}(?!立)", text)}
        silent |= {(m["code"], body) for body in named - promoters if m["code"] not in told}
    assert {code for code, _ in SERVED} <= {code for code, _ in silent}
    assert silent - SERVED == set()


@with_report
def test_an_everyday_name_that_the_report_prints_is_a_printed_name() -> None:
    """Printed names are taken out of the report first, so that 都 of 東京都 is not found."""
    rest = squeeze("".join(lines()))
    for name in sorted({squeeze(n) for o in records("organizations") for n in o["printed"]}, key=len, reverse=True):
        rest = rest.replace(name, "＊") if len(name) > 1 else rest
    aliases = [(o["id"], a) for o in records("organizations") for a in o.get("aliases", []) if len(a) > 1]
    assert aliases
    assert [(id_, alias) for id_, alias in aliases if squeeze(alias) in rest] == []

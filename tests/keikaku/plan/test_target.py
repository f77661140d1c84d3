"""The reading of printed targets: tables of cases, laws over generated targets, and the targets of data/akishima."""

import unicodedata
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from keikaku.plan.fiscal_year import half_width, read_fiscal_year
from keikaku.plan.marked_target import LONGEST_TARGET, UnreadableTarget
from keikaku.plan.target import Indicator, read_parts

FULL_WIDTH = str.maketrans({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
MEANING = ("kind", "comparator", "value", "unit", "per", "due_fiscal_year", "due_kind")
MEASURES_FILE = Path(__file__).parents[3] / "data" / "akishima" / "sangyo" / "measures.yml"


TARGETS = yaml.safe_load(Path(__file__).with_name("targets.yml").read_text("utf-8"))
DIRECTIONS = {">=": "up", ">": "up", "<=": "down", "<": "down", None: None}


def indicator(printed, meaning):
    """An indicator as targets.yml writes it."""
    fields = {"kind": "quantity", "direction": DIRECTIONS[meaning.get("comparator")], "printed": printed, **meaning}
    for kind in {"by", "in"} & {*fields}:
        fields |= {"due_kind": kind, "due_fiscal_year": fields.pop(kind)}
    return Indicator(**fields)


def parse_target(printed):
    """All that a target says; raises the first reason for which a part cannot be read."""
    parts = read_parts(printed)
    for part in parts:
        if part.error:
            raise part.error
    return [indicator for part in parts for indicator in part.indicators]


def unprinted(indicators):
    return [replace(indicator, printed="") for indicator in indicators]


READ = {printed: [indicator(printed, meaning)] for printed, meaning in TARGETS["single"].items()} | {
    printed: [indicator(part, meaning) for part, meaning in parts.items()]
    for printed, parts in TARGETS["several"].items()
}
REFUSED = [
    *(
        (printed, reason, part)
        for reason, parts in TARGETS["refused"].items()
        for part in parts
        for printed in parts[part]
    ),
    *(("件" * (LONGEST_TARGET + 1), "too long", ""), ("5" * 100_000, "too long", "")),
]


@pytest.mark.parametrize(("printed", "indicators"), READ.items(), ids=READ)
def test_reads_a_target(printed, indicators):
    assert parse_target(printed) == indicators


@pytest.mark.parametrize(("printed", "reason", "part"), REFUSED, ids=[printed[:20] for printed, *_ in REFUSED])
def test_refuses_a_target_rather_than_guess_and_names_the_part(printed, reason, part):
    with pytest.raises(
        UnreadableTarget, match=r"^目標「[^\n]*」[^\n]*を読み取れません：[^\n]+ \(cannot be read: [^\n]+\)$"
    ) as error:
        parse_target(printed)
    assert reason in ("any", error.value.reason)
    assert part in ("", error.value.part)


def test_an_unreadable_part_hides_none_of_the_others():
    parts = read_parts("毎年5件以上、約20～10人、令和8年度までに実施")
    assert [(part.printed, bool(part.indicators), part.error and part.error.reason) for part in parts] == [
        ("毎年5件以上", True, None), ("約20～10人", False, "range"), ("令和8年度までに実施", True, None)
    ]  # fmt: skip


pieces = st.sampled_from([
    *"5０１２,、。・/／ の（）約超万千人件回%年月増～△-が\n", "10,000", "2.5", "半数", "年間", "毎年", "毎月", "以上", "未満",
    "令和8年度", "R6", "平成32年度", "2024", "までに", "に", "から", "比", "継続", "実施", "来場者数", "親子", "CO2",
    "令和八年度", "3月", "累計", "平均", "または", "目", "第", "ずつ", "削減", "に抑える", "ﾊﾟｰｾﾝﾄ",
])  # fmt: skip
near_targets = st.lists(pieces, max_size=10).map("".join)


@given(st.one_of(near_targets, st.text()))
def test_any_text_gives_sound_indicators_or_its_own_error(text):
    try:
        indicators = parse_target(text)
    except UnreadableTarget:
        return
    assert indicators
    for indicator in indicators:
        assert (indicator.kind == "quantity") == (indicator.value is not None)
        assert (indicator.due_fiscal_year is None) == (indicator.due_kind is None)
        assert indicator.printed
        assert indicator.printed in text


@given(near_targets)
def test_a_target_with_digits_never_reads_as_words_alone(text):
    """Digits in a name (CO2), an ordinal or a baseline (令和元年度比) are words; others give a value or a due year."""
    try:
        indicators = parse_target(text)
    except UnreadableTarget:
        return
    if any(digit in text.replace("CO2", "") for digit in "0123456789０１２") and not {*"比第目"} & {*text}:
        assert any(indicator.value is not None or indicator.due_fiscal_year for indicator in indicators)


@given(st.sampled_from([*READ]), st.data())
def test_spaces_of_the_page_layout_make_no_difference(printed, data):
    """A space may stand anywhere but inside a number or a word of ASCII letters, where it could part two of them."""
    ascii_word = {*"0123456789,.", *"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    spaced = printed[0]
    for before, after in pairwise(printed):
        if not {half_width(before), half_width(after)} <= ascii_word:
            spaced += data.draw(st.sampled_from(["", "", " ", "\n", "\N{IDEOGRAPHIC SPACE} "]))
        spaced += after
    assert unprinted(parse_target(spaced)) == unprinted(parse_target(printed))


def full_width(printed):
    return printed.translate(FULL_WIDTH)


def decomposed(printed):
    return unicodedata.normalize("NFD", printed)


def with_invisible(printed):
    return "\ufeff" + "".join(character + "\u200b\u00ad" for character in printed)


VARIANTS = (full_width, decomposed, with_invisible)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("printed", READ)
def test_width_nfd_and_invisible_characters_make_no_difference(printed, variant):
    assert unprinted(parse_target(variant(printed))) == unprinted(parse_target(printed))


@given(near_targets, st.lists(st.sampled_from(VARIANTS), unique=True))
def test_variants_of_any_target_read_or_are_refused_alike(text, variants):
    varied = text
    for variant in variants:
        varied = variant(varied)
    read = [
        [(unprinted(part.indicators), part.error and part.error.reason) for part in read_parts(printed)]
        for printed in (text, varied)
    ]
    assert read[0] == read[1]


MEASURES = [
    pytest.param(measure, id=measure["code"]) for measure in yaml.safe_load(MEASURES_FILE.read_text(encoding="utf-8"))
]


def meaning_in_data(indicator):
    due = indicator.get("due_fiscal_year")
    return {name: indicator.get(name) for name in MEANING} | {"due_fiscal_year": read_fiscal_year(due) if due else None}


@pytest.mark.parametrize("measure", MEASURES)
def test_the_data_of_a_measure_says_what_its_target_says(measure):
    """`per` may stand in the data alone where a note says where it was printed instead."""
    given_indicators = [indicator for indicator in measure["indicators"] if indicator.get("source") != "schedule"]
    read = parse_target(measure["target"])
    assert len(read) == len(given_indicators)
    for in_data, parsed in zip(given_indicators, read, strict=True):
        expected = meaning_in_data(in_data)
        if in_data.get("note") and parsed.per is None:
            expected["per"] = None
        assert {name: getattr(parsed, name) for name in MEANING} == expected

"""The first plan holds what its report prints, as counted by hand; that every cell agrees is what `verify` tells."""

from collections import Counter

import pytest

from keikaku.database.rows import build_rows
from keikaku.files.beside import read_data
from keikaku.plan.folder import read_city
from tests.data.reading import CITY, SECTORS, measure, records, squeeze
from tests.sites import ROOT

CASES = read_data(__file__, "akishima.yml")

# Counts and facts, without the report


def test_the_plan_is_accepted_by_the_build() -> None:
    read_city(CITY)


def test_46_measures_are_printed_10_7_9_10_10_and_there_is_no_sho_7() -> None:
    codes = [m["code"] for m in records("measures")]
    assert Counter(code[0] for code in codes) == dict(zip(SECTORS, (10, 7, 9, 10, 10), strict=True))
    assert sorted(codes) == sorted(
        f"{sector}-{number}"
        for sector, last in zip(SECTORS, (10, 8, 9, 10, 10), strict=True)
        for number in range(1, last + 1)
        if f"{sector}-{number}" != "商-7"
    )


def test_6_measures_are_repeats_of_an_original() -> None:
    assert {m["code"]: m["repeat_of"] for m in records("measures") if "repeat_of" in m} == {
        "商-2": "工-7",
        "観-2": "工-3",
        "観-3": "農-9",
        "観-5": "商-3",
        "共-1": "商-3",
        "共-9": "観-8",
    }


def test_a_repeat_has_the_target_and_the_organizations_of_its_original() -> None:
    different = [
        (m["code"], key)
        for m in records("measures")
        if "repeat_of" in m
        for key in ("target", "organizations")
        if squeeze(str(m[key])) != squeeze(str(measure(m["repeat_of"])[key]))
    ]
    assert not different


def test_7_measures_are_new() -> None:
    new = [m["code"] for m in records("measures") if m.get("new") == "true"]
    assert new == ["工-10", "観-9", "観-10", "共-5", "共-6", "共-7", "共-8"]


def test_5_sectors_have_14_goals_numbered_from_1() -> None:
    goals = {sector: [int(g["number"]) for g in records("goals") if g["sector"] == sector] for sector in SECTORS}
    assert [s["prefix"] for s in records("sectors")] == list(SECTORS)
    assert [len(numbers) for numbers in goals.values()] == [3, 3, 2, 3, 3]
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in goals.values())


def test_50_indicators_come_from_targets_two_each_for_four_measures() -> None:
    counts = {
        m["code"]: sum(x.get("source", "target") == "target" for x in m["indicators"]) for m in records("measures")
    }
    assert sum(counts.values()) == 50
    assert {code for code, count in counts.items() if count > 1} == {"農-1", "農-2", "農-9", "観-3"}
    assert set(counts.values()) == {1, 2}


def test_37_evaluations_are_31_continued_2_changed_4_ended() -> None:
    decisions = Counter(e["decision"] for e in records("evaluations"))
    assert decisions == {"継続": 31, "変更し実施": 2, "終了": 4}


UNMET = CASES["unmet"]


def test_outcomes_that_the_report_states_in_words_are_those() -> None:
    outcomes = {e["name"]: e["outcome"] for e in records("evaluations")}
    assert {name: outcomes[name] for name in UNMET} == UNMET
    malls = {
        e["sector"]: e["outcome"] for e in records("evaluations") if e["name"] == "大型商業施設とのコラボレーション"
    }
    assert malls == {"商": "not_implemented", "農": "partly_met"}


MOVED = CASES["moved"]


def test_5_targets_were_judged_to_have_moved() -> None:
    assert {e["name"]: e["target_change"] for e in records("evaluations") if "target_change" in e} == MOVED


def test_58_events_stand_in_the_timeline_9_12_7_15_10_and_5_for_the_whole_plan() -> None:
    counts = Counter(e.get("sector", "全体") for e in records("events"))
    assert counts == dict(zip([*SECTORS, "全体"], (9, 12, 7, 15, 10, 5), strict=True))


def test_27_forms_of_promoters_are_printed_and_each_has_one_owner() -> None:
    printed = {name for m in records("measures") for name in m["organizations"]}
    owners = Counter(name for o in records("organizations") for name in o["printed"])
    assert len(printed) == 27
    assert [name for name in printed if owners[name] != 1] == []


EVERYDAY = {"農協": "nokyo", "JA": "nokyo", "市役所": "shi", "商工会": "shokokai", "市": "shi", "大学": "tama-daigaku"}


@pytest.mark.parametrize(("name", "organization"), EVERYDAY.items())
def test_everyday_names_lead_to_their_organization(name: str, organization: str) -> None:
    owners = [o["id"] for o in records("organizations") if name in [o["name"], *o["printed"], *o.get("aliases", [])]]
    assert owners == [f"akishima-{organization}"]


def test_a_merged_organization_says_in_a_note_that_it_is_a_judgement() -> None:
    used = {name for m in records("measures") for name in m["organizations"]}
    merged = [o for o in records("organizations") if len(used & set(o["printed"])) > 1]
    assert merged
    assert [o["id"] for o in merged if not o.get("note")] == []


def test_well_over_20_slips_of_the_report_are_recorded() -> None:
    assert len(records("corrections")) >= 20


def test_the_slips_that_everyone_trips_on_are_recorded() -> None:
    printed = " ".join(c["printed"] for c in records("corrections"))
    assert [slip for slip in ("令和29年度", "出前事業", "【商 - 8】", "【共 - 1】") if slip not in printed] == []


def test_five_members_and_three_consulted_bodies_made_the_report() -> None:
    assert (len(records("plan")["members"]), len(records("plan")["consulted"])) == (5, 3)


def test_each_target_has_the_state_that_was_reasoned_out_by_hand_in_each_year() -> None:
    text = (ROOT / "tests" / "data" / "akishima_states.tsv").read_text("utf-8").splitlines()[1:]
    (_, *years), *told = (line.split("\t") for line in text)
    expected = {(id_, int(year)): state for id_, *states in told for year, state in zip(years, states, strict=True)}
    assert len(expected) == 51 * 6
    tables = build_rows(read_city(CITY))
    indicators = {figure["id"]: figure["indicator_id"] for figure in tables["figures"]}
    found = {}
    for verdict in sorted(tables["verdicts"], key=lambda v: v["fiscal_year"]):
        state = ":".join(filter(None, (verdict["state"], verdict["missing"])))
        id_ = indicators[verdict["figure_id"]]
        for year in map(int, years):
            if year >= verdict["fiscal_year"] or (id_, year) not in found:  # the first also holds before
                found[id_, year] = state
    assert found == expected

"""The first plan: repeats are as their originals, and each target has the state that was reasoned out by hand."""

from keikaku.database.rows import build_rows
from keikaku.plan.folder import read_city
from tests.data.reading import CITY, measure, records, squeeze
from tests.sites import ROOT


def test_a_repeat_has_the_target_and_the_organizations_of_its_original() -> None:
    different = [
        (m["code"], key)
        for m in records("measures")
        if "repeat_of" in m
        for key in ("target", "organizations")
        if squeeze(str(m[key])) != squeeze(str(measure(m["repeat_of"])[key]))
    ]
    assert not different


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

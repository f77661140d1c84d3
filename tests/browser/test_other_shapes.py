"""Plans of other shapes than Akishima's in Chromium, on a phone and on paper: one page of every kind of each plan."""

import sqlite3
from contextlib import closing

import pytest

from tests.browser.running_site import running_site
from tests.browser.test_pages import RULES, list_faults

LISTS = (
    *("/?plan={}", "/plans/targets?plan_id={}", "/plans/unmet_targets?plan={}", "/plans/progress?plan={}"),
    *("/timeline?plan={}", "/print/{}"),
)
# Colours and sizes are the same for every plan, and are what takes axe-core longest.
RULES_OF_FORM = {**RULES, "rules": {key: {"enabled": False} for key in ("color-contrast", "target-size")}}
PLANS = ("akishima-kihon4", "kakogawa-sosei2", "subete-kihon1", "subete-kihon2", "toyoake-danjo2")


@pytest.fixture(scope="module")
def shapes(tmp_path_factory, shapes_folder):
    with running_site(tmp_path_factory.mktemp("browsed_shapes"), database=shapes_folder / "plans.db") as address:
        yield address, shapes_folder / "plans.db"


@pytest.mark.parametrize("plan", PLANS)
def test_no_page_of_a_plan_has_a_fault_on_a_phone(browser, shapes, plan):
    address, database = shapes
    longest = "SELECT table_name, max(length(full_title)), id FROM records WHERE plan_id = ? GROUP BY table_name"
    with closing(sqlite3.connect(database)) as connection:
        records = [f"/plans/{table}/{id_}" for table, _, id_ in connection.execute(longest, [plan])]
    paths = [*records, *(path.format(plan) for path in LISTS)]
    faults = {}
    browser.console_errors()
    for path in paths:
        browser.open(address + path, 375)
        if listing := list_faults(browser, browser.console_errors(), RULES_OF_FORM):
            faults[path] = listing
    assert len(records) >= 3
    assert not faults

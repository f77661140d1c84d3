"""Whatever address a release once published still answers: pages of all records that it held, tables, views, queries."""

import pytest
from datasette.app import Datasette

from keikaku.database.history import read_history
from tests.sites import ROOT

# Of release 0.2.0, as its site map named them.
TABLES = """
    change_records changes codes corrections current_fiscal_year ended_measures evaluations event_measures events
    events_by_year first_to_second_half fiscal_years goals indicators linked_measures measure_goals measure_links
    measure_organizations measure_overview measures measures_by_goal measures_by_organization new_measures
    organization_names organization_overview organization_partners organizations organizations_together
    plan_organizations plan_overview plans records report_passages results ruby search sector_overview sectors targets
    targets_due timeline unmet_targets withdrawn_ids
"""
WITH_PAGES = {
    "plans", "sectors", "goals", "measures", "indicators", "organizations", "evaluations", "events", "corrections"
}  # fmt: skip


@pytest.mark.parametrize("address", ["/", "/about", "/data", "/timeline", "/verify", "/plans"])
async def test_pages_answer(site: Datasette, address: str) -> None:
    assert (await site.client.get(address)).status_code == 200


async def test_tables_answer_with_their_columns(site: Datasette) -> None:
    statuses = {name: (await site.client.get(f"/plans/{name}.json?_size=1")).status_code for name in TABLES.split()}
    assert {name: status for name, status in statuses.items() if status != 200} == {}
    assert len(statuses) == 43


async def test_records_answer_or_say_what_took_their_place(site: Datasette) -> None:
    held = {record for release in read_history(ROOT / "data" / "history.jsonl") for record in release.records}
    records = {(table, *key) for table, key in held if table in WITH_PAGES}
    assert len(records) >= 311
    db = site.get_database("plans")
    present = {tuple(row) for row in (await db.execute("SELECT table_name, id FROM records")).rows}
    gone = {tuple(row) for row in (await db.execute("SELECT table_name, id FROM withdrawn_ids")).rows}
    assert records <= present | gone
    asked = [*(records & gone), *sorted(records)[::10]]
    answers = {record: (await site.client.get("/plans/{}/{}".format(*record))).status_code for record in asked}
    assert answers == {record: 410 if record in gone else 200 for record in asked}

"""A database of many plans: no page lists them all, and every one of them can be reached; more of them in said.yml."""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from datasette.app import Datasette

from tests.pages.listing_page import ask, open_address, rows_of


@pytest.mark.parametrize(
    ("path", "word", "most"),
    [
        ("/", '<h3><a class="tap" href="/plans/plans/', 12),
        ("/", "を加工して作成", 6),
        ("/plans/measures", "を加工して作成", 6),
        ("/plans/search?q=給食", "を加工して作成", 6),
        ("/data", ".ics", 1),
    ],
)
async def test_a_page_names_a_few(crowded: Datasette, path: str, word: str, most: int) -> None:
    assert (await open_address(crowded, path)).count(word) <= most


async def test_of_many_plans_one_is_chosen_by_a_part_of_its_name(
    crowded: Datasette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keikaku.views.table_words.MOST_CHOICES", 20)
    box = r'<input id="p-plan" type="text" name="plan" value="{}"\s+autocomplete="off" aria-describedby="h-plan">'
    page = await open_address(crowded, "/plans/progress")
    assert re.search(box.format(""), page)
    assert "名前の一部を書くと、それを含むものから選べます。空のままならすべての計画です。" in page
    assert re.search(box.format("計画"), await open_address(crowded, "/plans/progress?plan=計画"))  # too many have it
    offered = {
        "第６": [
            ("第６", " selected", "「第６」を含む10件から選ぶ"),
            *((f"city{n}", "", f"第{n}市の計画") for n in range(60, 70)),
        ],
        "city69": [("city69", " selected", "第69市の計画")],
    }
    for written, choices in offered.items():
        page = await open_address(crowded, f"/plans/progress?plan={written}")
        listed = page.partition('id="p-plan"')[2].partition("</select>")[0]
        found = re.findall(r'<option value="(\w*)"( selected)?>(.+?)(?:（.*)?</option>', listed)
        assert found == [("", "", "すべての計画"), *choices]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("progress?plan=６９市&_sort=状態", "progress?_sort=%E7%8A%B6%E6%85%8B&plan=city69"),
        ("unmet_targets?municipality=昭島市", "unmet_targets?municipality=akishima"),
        ("search?q=祭&municipality=昭島", "search?q=%E7%A5%AD&municipality=akishima"),
        ("progress?plan=akishima&state=目標に届いていない", None),
        ("progress?plan=akishima&rule=前進", "progress?plan=akishima&rule=baseline"),
        ("progress?plan=計画", None),
        ("progress?plan=city69", None),
    ],
)
async def test_a_name_that_one_plan_has_is_asked_for_by_its_id(
    crowded: Datasette, asked: str, meant: str | None
) -> None:
    answer = await crowded.client.get(f"/plans/{asked}", follow_redirects=False)
    assert (answer.status_code, answer.headers.get("location")) == ((302, f"/plans/{meant}") if meant else (200, None))


async def test_unmet_targets_are_those_of_the_chosen_plan(crowded: Datasette) -> None:
    every = await rows_of(crowded, "unmet_targets")
    assert await rows_of(crowded, "unmet_targets?plan=akishima") == every
    assert await rows_of(crowded, "unmet_targets?plan=city05") == []
    assert f"{len(every)}件" in await open_address(crowded, "/plans/unmet_targets?plan=akishima")


async def test_a_search_without_words_is_of_all_that_the_filters_leave(all_shapes: Datasette) -> None:
    rows = await ask(
        all_shapes,
        "SELECT d.row_id, d.kind, d.plan_id, p.municipality_id FROM search_documents AS d JOIN plans AS p ON p.id = d.plan_id "
        "WHERE d.kind <> 'organization'",
    )
    for filters, meant in {
        "municipality=kakogawa": {"kakogawa"},
        "plan=toyoake-danjo2": {"toyoake-danjo2"},
        "kind=event": {"event"},
        "municipality=subete&kind=goal": {"subete", "goal"},
        "": {"measure"},
    }.items():
        found = {row["id"] for row in await rows_of(all_shapes, f"search?{filters}") if row["kind"] != "organization"}
        assert found, filters
        assert found == {row[0] for row in rows if meant <= {*row[1:]}}, filters


async def test_what_is_unmet_of_an_empty_plan_is_told_without_the_rows_of_another(
    crowded: Datasette, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = Counter[str]()

    @contextmanager
    def counting(connection: sqlite3.Connection, _: int) -> Iterator[None]:
        connection.set_progress_handler(lambda: steps.update([plan]), 10)
        yield
        connection.set_progress_handler(None, 0)

    monkeypatch.setattr("datasette.database.sqlite_timelimit", counting)
    for plan in ("akishima", "city05"):
        await open_address(crowded, f"/plans/unmet_targets?plan={plan}")
    assert 0 < steps["city05"] < steps["akishima"] / 10, steps

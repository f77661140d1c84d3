"""Of a city that a question names, the measure that answers it comes among the first three, however many other plans there are."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.shapes import invent
from keikaku.search.functions import register
from keikaku.search.results import Results, search
from tests.sites import ROOT, fill_folder, make_once

INVENTED = 30
QUESTIONS = [
    tuple(line.split("\t"))
    for line in (ROOT / "tests" / "questions_of_cities.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


def fill(folder: Path) -> None:
    data = folder / "data"
    shutil.copytree(ROOT / "data", data, ignore=shutil.ignore_patterns("history.jsonl"))
    for city in ("kakogawa", "toyoake"):
        shutil.copytree(ROOT / "tests" / "fixtures" / city, data / city)
    for number in range(1, INVENTED + 1):
        invent(number).write(data)
    fill_folder(folder, "--data", data)


@pytest.fixture(scope="module")
def find(tmp_path_factory: pytest.TempPathFactory):
    with closing(sqlite3.connect(make_once(tmp_path_factory, "cities", fill) / "plans.db")) as connection:
        register(connection)

        def find(query: str) -> Results:
            return search(connection.execute, query)

        yield find


def test_each_of_thirty_questions_is_answered_among_the_first_three(find) -> None:
    assert len(QUESTIONS) == 30
    found = {query: [result.id for result in find(query).results[:3]] for query, _ in QUESTIONS}
    assert [(query, wanted, found[query]) for query, wanted in QUESTIONS if wanted not in found[query]] == []


def test_nothing_of_another_city_is_found_for_one_that_is_named(find) -> None:
    found = find("昭島市 商-7")  # others have one
    assert found.results == [] and "「昭島市」の計画の中から探しました。" in found.notes
    assert any("欠番" in text and path.startswith("/plans/corrections/akishima-") for text, path in found.links.items())
    assert found.spellings[0] == "商-7"
    assert {result.code for result in find("商-7").results} == {"商-7"}


def test_a_list_that_is_asked_for_is_that_of_the_city(find) -> None:
    assert (
        "/plans/organization_overview?measures__gt=0&municipality_id=kakogawa"
        in find("加古川市の担当課").links.values()
    )
    assert "/plans/unmet_targets?municipality=akishima" in find("昭島市 未達成").links.values()
    assert "/plans/unmet_targets" in find("未達成").links.values()

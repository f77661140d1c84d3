"""Citations of the data set and of every record: as files at addresses that stay, and on the pages."""

import json
import re
from html import unescape

import pytest
from datasette.app import Datasette

from keikaku.publish.records.citation import FORMATS, RECORDS


async def ids(site: Datasette, table: str) -> list[str]:
    return [row[0] for row in (await site.get_database("plans").execute(f"select id from {table}")).rows]


@pytest.mark.parametrize("table", RECORDS)
async def test_every_record_has_a_citation_with_its_own_address(table: str, site: Datasette) -> None:
    faults = []
    for key in await ids(site, table):
        answer = await site.client.get(f"/cite/{table}/{key}.json")
        (item,) = answer.json()
        if item["id"] != key or item["URL"] != f"http://localhost/plans/{table}/{key}" or "None" in answer.text:
            faults.append(item)
    assert faults == []


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.ending)
async def test_every_format_has_its_type(form, site: Datasette) -> None:
    for path in ("dataset", "measures/akishima-nogyo-4"):
        answer = await site.client.get(f"/cite/{path}.{form.ending}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == form.media_type
        assert answer.headers["content-disposition"].endswith(f'.{form.ending}"')
        assert "max-age" in answer.headers["cache-control"]


async def test_the_data_set_is_cited_by_its_version_and_a_record_by_its_hash(site: Datasette) -> None:
    (whole,) = (await site.client.get("/cite/dataset.json")).json()
    (record,) = (await site.client.get("/cite/measures/akishima-nogyo-4.json")).json()
    answer = (await site.client.get("/plans/measures/akishima-nogyo-4.json")).json()
    assert whole["version"] == answer["data_version"]
    assert f"<code>{record['version']}</code>" in (await site.client.get("/plans/measures/akishima-nogyo-4")).text


async def test_no_page_of_a_record_changes_with_another_record(site: Datasette) -> None:
    """The version of the whole database stands on pages about the whole alone."""
    version = (await site.client.get("/plans/measures.csv")).headers["keikaku-data-version"]
    pages = [f"/plans/{table}/{(await ids(site, table))[0]}" for table in RECORDS]
    pages += ["/timeline", "/plans/unmet_targets", "/plans/measures/akishima-nogyo-4?_embed=1", "/print/akishima"]
    answers = {page: await site.client.get(page) for page in pages}
    assert {answer.status_code for answer in answers.values()} == {200}
    assert [page for page, answer in answers.items() if version in answer.text] == []
    assert version in (await site.client.get("/data")).text


@pytest.mark.parametrize("table", RECORDS)
async def test_the_page_of_a_record_shows_what_the_files_hold(table: str, two_plans: Datasette) -> None:
    for key in (await ids(two_plans, table))[::7]:
        html = (await two_plans.client.get(f"/plans/{table}/{key}")).text
        shown = [
            unescape(text)
            for text in re.findall(r'<pre class="copy(?: words)?"(?: lang="en")?>(.*?)</pre>', html, re.DOTALL)
        ]
        japanese, english, *others = shown
        assert f"{japanese}\n\n{english}\n" == (await two_plans.client.get(f"/cite/{table}/{key}.txt")).text
        for text, ending in zip(others, ("bib", "ris", "json"), strict=True):
            file = (await two_plans.client.get(f"/cite/{table}/{key}.{ending}")).text
            assert text.split() == file.split()
            assert f'href="/cite/{table}/{key}.{ending}"' in html


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/plans/measures?sector_id=akishima-nogyo", "施策（「分野」が「農業」）"),
        ("/plans/targets_due?fiscal_year=2026", "期限"),
        ("/timeline", "年表"),
        ("/plans/ruby/akishima,~E4~B8~AD~E6~A0~B8", "ふりがな"),
    ],
)
async def test_other_pages_are_cited_by_their_title_and_address(path: str, title: str, site: Datasette) -> None:
    html = (await site.client.get(path)).text
    text = unescape(re.search(r'<pre class="copy words">(.*?)</pre>', html)[1])
    assert title in text
    assert f"http://localhost{path}。" in text


async def test_the_data_page_cites_the_data_set(site: Datasette) -> None:
    html = (await site.client.get("/data")).text
    assert all(f'href="/cite/dataset.{form.ending}"' in html for form in FORMATS)
    found = unescape(re.search(r"<summary>CSL-JSON</summary><pre[^>]*>(.*?)</pre>", html, re.DOTALL)[1])
    assert json.loads(found)[0]["type"] == "dataset"


async def test_several_plans_are_cited_with_all_their_reports(two_plans: Datasette) -> None:
    plans = (await two_plans.get_database("plans").execute("select document_title from plan_facts")).rows
    text = (await two_plans.client.get("/cite/dataset.txt")).text
    for paragraph in text.strip().split("\n\n"):
        assert [row[0] for row in plans if row[0] not in paragraph] == []

"""/data and /about: every question runs, every example works as it stands, every table, rule and correction is told."""

import io
import json
import re
from contextlib import redirect_stdout
from html import unescape
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
import yaml
from datasette.app import Datasette

from keikaku.schema.codes import CODES
from keikaku.schema.tables import read_schema
from tests.sites import ROOT

COOKBOOK = yaml.safe_load(re.sub("[〔〕]", "", (ROOT / "docs" / "cookbook.yml").read_text("utf-8")))
JAPANESE = re.compile(r"^[ぁ-んァ-ヶー一-龠々0-9]+$")


@pytest.fixture(scope="module")
async def data_page(site):
    return (await site.client.get("/data")).text


@pytest.fixture(scope="module")
async def about_page(site):
    return (await site.client.get("/about")).text


@pytest.mark.parametrize("question", COOKBOOK, ids=lambda question: question["question"])
async def test_a_question_of_the_cookbook_is_answered(site, data_page, question):
    execute = site.get_database().execute
    examples = {name: (await execute(sql)).first()[0] for name, sql in question.get("parameters", {}).items()}
    address = "/plans?" + urlencode({"sql": question["sql"], **examples})
    assert unescape(data_page).count(address) == 1 and len(COOKBOOK) > 10
    assert (await site.client.get(address)).status_code == 200
    rows = (await site.client.get(address.replace("?", ".json?", 1) + "&_shape=array")).json()
    assert rows
    assert [column for column in rows[0] if not JAPANESE.match(column)] == []


async def test_every_address_in_the_examples_answers(site, data_page):
    root = re.search(r'curl "(https?://[^/]+)', data_page)[1]
    text = unescape(re.sub(r"<[^>]+>", "\n", data_page))
    addresses = {match.rstrip('"') for match in re.findall(re.escape(root) + r'/plans[^\s"<>]*', text)}
    assert len(addresses) >= 7
    statuses = {address: (await site.client.get(address.removeprefix(root))).status_code for address in addresses}
    assert {address: status for address, status in statuses.items() if status != 200} == {}


async def test_the_python_example_prints_every_measure(site, data_page, monkeypatch):
    code = unescape(re.search(r'<code class="python">(.*?)</code>', data_page, re.DOTALL)[1])
    address = re.search(r'urlopen\("(https?://[^/]+)([^"]+)"\)', code)[2]
    body = (await site.client.get(address)).content
    monkeypatch.setattr("urllib.request.urlopen", lambda _: io.BytesIO(body))
    with redirect_stdout(io.StringIO()) as printed:
        exec(code, {})
    assert len(printed.getvalue().splitlines()) == len(json.loads(body)) > 40


def test_every_table_can_be_downloaded_and_is_explained(data_page):
    for table in read_schema():
        for ending in (".csv", ".xlsx", ".json?_shape=array&_size=max"):
            assert f"/plans/{table.name}{ending}" in unescape(data_page)
        part = data_page[data_page.index(f'id="table-{table.name}"') :].partition("</details>")[0]
        for column in table.columns:
            assert f"<code>{column.name}</code>" in part
            for code, (word, _) in CODES.get((table.name, column.name), {}).items():
                assert f"<code>{code.replace('>', '&gt;').replace('<', '&lt;')}</code> {word}" in part


async def test_the_dictionary_is_in_japanese(data_page):
    assert re.findall(r'<code>(\w+)</code></th>\s*<td data-label="見出し"></td>', data_page) == []


def test_the_picture_of_the_tables_can_be_read_without_seeing_it(data_page):
    picture = ElementTree.fromstring(re.search(r"<svg class=\"er\".*?</svg>", data_page, re.DOTALL)[0])
    assert "measures は" in "".join(picture.itertext())
    assert picture.get("role") == "img"


async def test_the_source_is_told_in_the_form_of_the_public_data_licence(site, about_page):
    plan = (await site.get_database("plans").execute("select * from plan_facts")).first()
    year, month = plan["document_date"].split("-")
    assert (
        f"出典：「{plan['document_title']}」（{plan['document_author']}、{year}年{int(month)}月）を加工して作成"
        in about_page
    )
    assert "非公式" in about_page


@pytest.mark.parametrize("column", [("evaluations", "outcome"), ("evaluations", "rule"), ("corrections", "kind")])
def test_every_word_of_a_judgement_is_explained(about_page, column):
    assert 'id="judgement"' in about_page
    for word, meaning in CODES[column].values():
        assert word in about_page
        assert meaning in about_page


async def test_every_correction_is_listed_with_a_link_that_works(site, about_page):
    rows = (await site.get_database("plans").execute("select id, table_name, row_id from corrections")).rows
    assert f"訂正と注意（{len(rows)}件）" in about_page
    for row in rows:
        assert f'<li id="{row["id"]}">' in about_page
        address = f"/plans/{row['table_name']}/{row['row_id']}"
        assert f'href="{address}"' in about_page
    for address in sorted({f"/plans/{row['table_name']}/{row['row_id']}" for row in rows}):
        assert (await site.client.get(address)).status_code == 200, address


async def test_who_publishes_the_site_is_told_where_metadata_says_so(site_folder, about_page):
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text("utf-8"))
    said = {"publisher": "みなとデータの会", "contact": "mailto:data@example.org", "contact_name": "データ係"}
    datasette = Datasette(config_dir=site_folder, metadata={**metadata, **said})
    await datasette.invoke_startup()
    page = (await datasette.client.get("/about")).text
    assert "みなとデータの会が公開しています。" in page
    assert '<a class="tap" href="mailto:data@example.org">データ係</a>' in page
    assert "が公開しています" not in about_page


async def test_the_database_says_its_licence_as_metadata_does(site_folder: Path) -> None:
    metadata = yaml.safe_load((site_folder / "metadata.yml").read_text("utf-8"))
    site = Datasette(config_dir=site_folder, metadata={**metadata, "license": "政府標準利用規約（第2.0版）"})
    await site.invoke_startup()
    page = (await site.client.get("/plans")).text
    assert "利用条件：政府標準利用規約（第2.0版）。" in page and "CC BY" not in page

"""Search and SQL of plans.db in Chromium and Firefox, from files alone: the same questions have the same answers as on the server."""

import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from benchmarks.cases import Found, read_cases
from keikaku.search.functions import register
from keikaku.search.results import search
from keikaku.serving.stick import write_scripts
from tests.browser.running_site import ROOT
from tests.browser.test_pages import list_faults

CASES = read_cases()
QUERIES = yaml.safe_load((ROOT / "metadata.yml").read_text("utf-8"))["databases"]["plans"]["queries"]
SEARCH = """
const [queries, done] = arguments;
const find = async (query) => {
    const rows = await keikaku.search(query), {counts, notes, links} = await keikaku.tell(query);
    return {rows: rows.map(({kind, id, title, url, snippet}) => [kind, id, title, url, snippet]), told: [counts, notes, links]};
};
Promise.all(queries.map(find)).then(done, (error) => done(String(error.stack)));
"""
ASK = "const [sql, values, done] = arguments; keikaku.query(sql, values).then(done, (error) => done(error.message));"
TEXTS = """
SELECT json_group_array(json_array(value, search_key(value), fiscal_year(value), highlight_snippet(value, '目標 10人 R6 まつり')))
FROM json_each(:texts)
"""
MIXED = [
    "１．５万人", "6兆千", "二〇二六年", "令和元年〜3年度", "平成31・令和元年度", "Ｒ６", "ｶﾞｯｺｳ給食", "㈱",
    "ケ月とヶ所", "旧字體", "か\u200bき\U000e0100", "𠮷野家",
]  # fmt: skip
ENDLESS = "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture(scope="module")
def pages(stick: Path, site_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the folder on the disk with the real plan: its pages ask whatever database lies there."""
    folder = tmp_path_factory.mktemp("pages")
    for name in ("search", "sql", "static", "styles"):
        shutil.copytree(stick / name, folder / name)
    write_scripts(folder / "db", site_folder / "plans.db")
    return folder.as_uri()


@pytest.fixture(scope="module")
def server(site_folder: Path):
    """What the server asks."""
    with closing(sqlite3.connect(site_folder / "plans.db")) as connection:
        register(connection)
        yield connection


def ask_chromium(browser, pages, script, *arguments):
    if not browser.driver.current_url.startswith(pages):
        browser.open(f"{pages}/sql/index.html", 1280)
    return browser.driver.execute_async_script(script, *arguments)


def ask_in_parts(ask):
    """The answers to all cases; a part within the time that a script has, on a machine with other work too."""
    queries = [case.query for case in CASES]
    return [answer for i in range(0, len(queries), 10) for answer in ask(queries[i : i + 10])]


def assert_finds_as(server, answers):
    """The same first ten in nearly all cases, and what must be found in as many."""
    expected = [search(server.execute, case.query) for case in CASES]
    assert len(answers) == len(CASES) >= 100
    first = [[result.id for result in found.results[:10]] for found in expected]
    same = [[row[1] for row in answer["rows"][:10]] == ids for answer, ids in zip(answers, first, strict=True)]
    others = [case.query for case, is_same in zip(CASES, same, strict=True) if not is_same]
    assert len(others) <= 0.02 * len(CASES), others
    for case, found, answer in zip(CASES, expected, answers, strict=True):
        results = [Found(result.kind, result.id, result.title) for result in found.results]
        assert case.is_met_by([Found(*row[:3]) for row in answer["rows"]]) == case.is_met_by(results), case
        counts, links = ([list(pair) for pair in told.items()] for told in (found.counts, found.links))
        assert (case.query, answer["told"]) == (case.query, [counts, found.notes, links])


def test_chromium_finds_what_the_server_finds(browser, pages, server):
    answers = ask_in_parts(lambda queries: ask_chromium(browser, pages, SEARCH, queries))
    assert_finds_as(server, answers)
    urls = {row[3] for answer in answers for row in answer["rows"]}
    assert "../plans/measures/akishima-nogyo-4/index.html" in urls
    snippets = {(r.id, r.snippet) for case in CASES for r in search(server.execute, case.query).results}
    assert {(row[1], row[4]) for answer in answers for row in answer["rows"]} == snippets


def test_firefox_finds_what_the_server_finds(firefox, pages, server):
    firefox.open(f"{pages}/search/index.html")
    assert_finds_as(server, ask_in_parts(lambda queries: firefox.run_async(SEARCH, queries)))


def test_texts_have_the_same_keys_years_and_marks(browser, pages, server):
    texts = [row[0] for row in server.execute("SELECT title || body FROM search_documents")] + MIXED
    values = {"texts": json.dumps(texts)}
    answer = ask_chromium(browser, pages, ASK, TEXTS, values)
    expected = json.loads(server.execute(TEXTS, values).fetchone()[0])
    assert len(expected) > 150
    assert [pair for pair in zip(json.loads(answer["rows"][0][0]), expected, strict=True) if pair[0] != pair[1]] == []


def test_canned_queries_give_the_same_rows(browser, pages, server):
    names = server.execute("SELECT o.name, s.name FROM organizations AS o, sectors AS s LIMIT 1").fetchone()
    given = dict(zip(("organization", "sector"), names, strict=True))
    given |= {"q": "給食", "fiscal_year": "R6", "as_of": "令和7年度", "goal": "1"}
    rows = 0
    for name, query in QUERIES.items():
        for choice in ({}, given):
            values = {parameter: choice.get(parameter, "") for parameter in re.findall(r"(?<!:):(\w+)", query["sql"])}
            expected = [list(row) for row in server.execute(query["sql"], values)]
            answer = ask_chromium(browser, pages, ASK, query["sql"], values)
            assert (name, choice, answer["rows"]) == (name, choice, expected)
            rows += len(expected)
    assert rows > 500


def test_the_search_page_shows_what_is_found_with_marks_and_filters(browser, pages):
    driver = browser.driver
    browser.console_errors()
    browser.open(f"{pages}/search/index.html", 375)
    driver.find_element(By.NAME, "q").send_keys("観光", Keys.ENTER)
    browser.wait_until(lambda: driver.find_elements(By.CSS_SELECTOR, "#result mark"))
    assert {mark.text for mark in driver.find_elements(By.CSS_SELECTOR, "#result mark")} >= {"観光"}
    found = driver.find_element(By.CSS_SELECTOR, ".result-count").text
    assert re.fullmatch(r"「観光」に当たるもの \d+件", found)
    assert driver.find_elements(By.CSS_SELECTOR, "#result .target-line")
    assert list_faults(browser, browser.console_errors()) == []
    driver.find_element(By.PARTIAL_LINK_TEXT, "年次計画表の項目").click()
    browser.wait_until(lambda: "kind=event" in driver.current_url and driver.find_elements(By.ID, "kind-event"))
    assert len(driver.find_elements(By.CSS_SELECTOR, "#result section")) == 1
    assert browser.run("return performance.getEntriesByType('resource').every(({name}) => /^(file|blob):/.test(name))")
    browser.open(f"{pages}/search/index.html?q=ペンギン", 375)
    browser.wait_until(lambda: driver.find_element(By.ID, "nothing").is_displayed())


def test_the_sql_page_answers_saves_explains_and_can_be_stopped(browser, pages, server, downloads):
    driver = browser.driver
    browser.console_errors()  # axe asks for style sheets as a page of a disk may not
    browser.open(f"{pages}/sql/index.html", 375)

    def say() -> str:
        return driver.find_element(By.ID, "result").text

    def run(sql: str) -> None:
        driver.find_element(By.ID, "sql").clear()
        driver.find_element(By.ID, "sql").send_keys(sql, Keys.TAB)
        driver.find_element(By.CSS_SELECTOR, "#ask button.primary").click()

    example = driver.find_element(By.CSS_SELECTOR, "[data-values*=word]")
    example.click()
    browser.wait_until(say)
    word = driver.find_element(By.ID, "p-word")
    assert {"word": word.get_attribute("value")} == json.loads(example.get_attribute("data-values"))
    word.clear()  # the page is of one plan, the database below it of another
    word.send_keys("給食")
    driver.find_element(By.CSS_SELECTOR, "#ask button.primary").click()
    browser.wait_until(lambda: driver.find_elements(By.CSS_SELECTOR, "#result td"))
    assert "10,000" in say() or "10000" in say()
    assert list_faults(browser, browser.console_errors()) == []
    run("SELECT id, '\"a\",b' AS b, 1.5 AS n, NULL AS blank FROM sectors WHERE id LIKE '%nogyo'")
    browser.wait_until(lambda: driver.find_elements(By.LINK_TEXT, "akishima-nogyo"))
    link = driver.find_element(By.LINK_TEXT, "akishima-nogyo").get_attribute("href")
    assert link.endswith("/plans/sectors/akishima-nogyo/index.html")
    for ending, content in (
        ("csv", '\ufeffid,b,n,blank\r\nakishima-nogyo,"""a"",b",1.5,\r\n'),
        ("json", '[\n {\n  "id": "akishima-nogyo",\n  "b": "\\"a\\",b",\n  "n": 1.5,\n  "blank": null\n }\n]'),
    ):
        driver.find_element(By.XPATH, f"//button[text()='{ending.upper()}で保存']").click()
        saved = downloads / f"result.{ending}"
        browser.wait_until(saved.exists)
        assert saved.read_bytes().decode() == content
    for sql, words in (
        ("SELECT x FROM measures", "「x」という列はありません"),
        ("SELEC 1", "「SELEC」の近くの書き方がちがいます"),
        ("SELECT 1; SELECT 2", "一度に実行できる文は一つです"),
        ("SELECT 1; -- one\nSELECT 2", "一度に実行できる文は一つです"),
        ("SELECT 'い' || 'ま'; -- now\n/* of\nmany lines */ ", "いま"),
        ("DELETE FROM measures", "読み出すだけの文"),
        ("ATTACH ':memory:' AS other", "読み出すだけの文"),
    ):
        run(sql)
        browser.wait_until(lambda words=words: words in say())
    run(ENDLESS)
    driver.find_element(By.ID, "stop").click()
    browser.wait_until(lambda: "実行を止めました" in say())
    run("SELECT count(*) AS n FROM measures")
    number = server.execute("SELECT count(*) FROM measures").fetchone()[0]
    browser.wait_until(lambda: re.search(rf"\b{number}\b", say()))

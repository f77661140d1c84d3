"""The folder that needs no server in a browser: from the disk and below a path of a host, without a network, signed."""

import json
import shutil

import pytest
from selenium.webdriver.common.by import By

from keikaku.schema.codes import CODES
from tests.browser.test_pages import list_faults
from tests.crawling import hosting

ELSEWHERE = "return performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith(arguments[0]) && !n.startsWith('blob:'))"
UNTIL = """
const [done] = arguments;
const look = () => { const found = FIND; if (found) done(found); else setTimeout(look, 50); };
look();
"""
MEASURE = "#result a.title[href*='/measures/']"
RESULT = "return document.querySelector('#result, #checked')?.textContent ?? ''"


@pytest.fixture(params=["file", "http"])
def address(request, browser, stick, tmp_path):
    if request.param == "file":
        with browser.without_network():
            yield (stick / "index.html").as_uri()
        return
    with hosting(stick, tmp_path) as hosted:
        yield hosted


def follow(browser, selector: str) -> None:
    before = browser.driver.current_url
    browser.driver.find_element(By.CSS_SELECTOR, selector).click()
    browser.wait_until(lambda: browser.driver.current_url != before)
    browser.wait_until(lambda: browser.run("return document.readyState") == "complete")


def test_from_the_first_page_to_a_measure_its_body_a_file_and_sql(browser, address, stick, downloads):
    root = address.removesuffix("index.html")
    visited = []

    def look() -> str:
        visited.append(browser.driver.current_url.removeprefix(root).partition("?")[0])
        assert browser.run(ELSEWHERE, root) == []
        return browser.driver.find_element(By.TAG_NAME, "main").text

    browser.open(address, 1280)
    browser.console_errors()
    look()
    box = browser.driver.find_element(By.NAME, "q")
    box.send_keys("美術館")
    box.submit()
    browser.wait_until(lambda: browser.driver.find_elements(By.CSS_SELECTOR, "#result a[href*='/measures/']"))
    look()
    follow(browser, "#result a[href*='/measures/']")
    assert "目標" in look()
    follow(browser, "main a[href*='organizations/']")
    look()
    follow(browser, "nav a[href*='data/']")
    browser.driver.find_element(By.CSS_SELECTOR, "main a[href$='plans.db']").click()
    taken = downloads / "plans.db"
    browser.wait_until(taken.is_file)
    assert taken.read_bytes() == (stick / "plans.db").read_bytes()
    taken.unlink()
    look()
    follow(browser, "footer a[href*='sql/']")
    browser.driver.find_element(By.ID, "sql").clear()
    browser.driver.find_element(By.ID, "sql").send_keys("select count(*) as 施策の数 from measures")
    browser.driver.find_element(By.ID, "sql").submit()
    browser.wait_until(lambda: "施策の数" in browser.run(RESULT))
    look()
    browser.open(f"{root}sql/index.html?_query=targets_due&fiscal_year=2026", 1280)
    browser.wait_until(lambda: "件" in browser.run(RESULT) or "ありません" in browser.run(RESULT))
    assert ":fiscal_year" in browser.driver.find_element(By.ID, "sql").get_property("value")
    assert [page.split("/")[0] for page in visited] == ["index.html", "search", "plans", "plans", "data", "sql"]
    assert browser.console_errors() == []


@pytest.mark.parametrize(
    ("words", "kind"), [("美術展", "measures"), ("みなと市", "municipalities"), ("文化振興計画", "plans")]
)
def test_the_first_page_above_many_plans_leads_to_what_is_named(browser, parted, words, kind):
    browser.open((parted / "index.html").as_uri(), 375)
    box = browser.driver.find_element(By.NAME, "q")
    box.send_keys(words)
    box.submit()
    browser.wait_until(lambda: browser.driver.find_elements(By.CSS_SELECTOR, f"#result a.title[href*='/{kind}/']"))
    assert browser.run("return document.documentElement.scrollWidth") == 375
    assert list_faults(browser, []) == []
    follow(browser, f"#result a.title[href*='/{kind}/']")
    assert browser.driver.current_url.startswith(f"{parted.as_uri()}/minato/plans/{kind}/")
    assert browser.driver.find_element(By.TAG_NAME, "h1").text


@pytest.fixture(params=["file", "http"])
def part(request, browser, parted, tmp_path):
    """The address of the folder of one of many plans."""
    if request.param == "file":
        with browser.without_network():
            yield f"{parted.as_uri()}/minato/"
        return
    with hosting(parted, tmp_path) as hosted:
        yield hosted.replace("index.html", "minato/")


def test_of_many_plans_a_record_opens_from_its_list_and_back_leads_to_the_search(browser, part):
    driver = browser.driver
    browser.console_errors()
    browser.open(f"{part}search/index.html?q=文化", 375)
    seen = []
    for number in (0, 1):
        browser.wait_until(lambda: driver.find_elements(By.CSS_SELECTOR, MEASURE))
        link = driver.find_elements(By.CSS_SELECTOR, MEASURE)[number]
        words = link.text
        link.click()
        browser.wait_until(lambda words=words: driver.title.startswith(words))
        assert "目標" in driver.find_element(By.TAG_NAME, "main").text
        seen.append(driver.find_element(By.TAG_NAME, "h1").text)
        assert words.endswith(seen[-1])
        assert list_faults(browser, browser.console_errors()) == []
        driver.back()
    assert len({*seen}) == 2
    browser.wait_until(lambda: driver.find_elements(By.CSS_SELECTOR, "#result a.title[href*='/organizations/']"))
    driver.find_element(By.CSS_SELECTOR, "#result a.title[href*='/organizations/']").click()
    browser.wait_until(lambda: driver.find_elements(By.CSS_SELECTOR, "nav.contents a"))
    driver.find_element(By.CSS_SELECTOR, "nav.contents a:last-child").click()  # a place within the page
    browser.wait_until(lambda: driver.find_elements(By.CSS_SELECTOR, ":target"))
    asked = driver.current_url
    driver.refresh()
    browser.wait_until(lambda: driver.find_elements(By.CSS_SELECTOR, ":target"))
    assert (driver.current_url, asked.count("#"), "?" in asked) == (asked, 1, True)
    browser.open(f"{part}sql/index.html?sql=select+id+from+measures+limit+1", 375)
    browser.wait_until(lambda: driver.find_elements(By.CSS_SELECTOR, "#result td a"))
    driver.find_element(By.CSS_SELECTOR, "#result td a").click()
    browser.wait_until(lambda: driver.find_elements(By.CSS_SELECTOR, "p.kicker"))


def test_of_many_plans_firefox_opens_a_record_and_goes_back(firefox, parted):
    def find(script: str):
        """What the script finds as soon as it finds something; what waits in a page ends where another takes its place."""
        while True:
            try:
                return firefox.run_async(UNTIL.replace("FIND", script))
            except RuntimeError as error:
                if "unloaded" not in str(error):
                    raise

    firefox.open(f"{parted.as_uri()}/minato/search/index.html?q=文化")
    found = f"[...document.querySelectorAll({json.dumps(MEASURE)})].map((link) => [link.href, link.textContent])"
    hits = find(f"({found}).length ? {found} : 0")
    for href, words in hits[:2]:
        firefox.open(href)
        assert find("document.querySelector('p.kicker') && document.title").startswith(words)
        firefox.send("WebDriver:Back")
        assert find(f"({found}).length") == len(hits)
    assert len(hits) > 1


def test_of_many_plans_without_scripts_a_list_says_what_matters(browser, parted):
    with browser.scripts_off():
        file = parted / "minato" / "plans" / "measures" / "minato.html"
        browser.open(f"{file.as_uri()}?minato-geijutsu-1#minato-geijutsu-1", 375)
        row = browser.driver.find_element(By.ID, "minato-geijutsu-1").text
        note = browser.driver.find_element(By.TAG_NAME, "main").text
    assert "JavaScript が必要" in note
    assert "目標：" in row
    assert "団体：" in row
    assert any(word in row for word, _ in CODES["verdicts", "state"].values())


def test_firefox_goes_the_same_way(firefox, address):
    root = address.removesuffix("index.html")
    seen = []

    def look(page: str, script: str):
        """What the script finds in a page, as soon as it finds something."""
        firefox.open(page)
        seen.append(page.removeprefix(root).partition("/")[0].partition("?")[0])
        assert firefox.run_async(ELSEWHERE.replace("return", "const done = arguments[1]; done(") + ")", root) == []
        return firefox.run_async(UNTIL.replace("FIND", script))

    assert look(address, "document.forms[0].action").endswith("search/index.html")
    measure = look(
        f"{root}search/index.html?q=美術館", "document.querySelector('#result a[href*=\"/measures/\"]')?.href"
    )
    body = look(measure, "document.querySelector('main a[href*=\"organizations/\"]')?.href")
    assert look(body, "document.querySelector('main h1').textContent")
    data = look(f"{root}data/index.html", "document.querySelector('main a[href$=\"plans.db\"]')?.href")
    assert data == f"{root}plans.db"
    question = f"{root}sql/index.html?sql=select+count(*)+as+施策の数+from+measures"
    assert "施策の数" in look(question, "document.querySelector('#result table')?.textContent")
    assert seen == ["index.html", "search", "plans", "plans", "data", "sql"]


def test_without_scripts_a_record_says_what_matters(browser, stick):
    with browser.scripts_off():
        (page, *_) = sorted(stick.glob("plans/measures/*/index.html"))
        browser.open(page.as_uri(), 375)
        text = browser.driver.find_element(By.TAG_NAME, "main").text
        browser.open((stick / "verify.html").as_uri(), 375)
        assert "README.txt" in browser.driver.find_element(By.ID, "checked").text
    assert "目標" in text


def check(browser, folder) -> str:
    browser.open((folder / "verify.html").as_uri(), 1280)
    browser.driver.find_element(By.ID, "folder").send_keys(str(folder))
    browser.wait_until(lambda: "結果" in browser.run(RESULT) or "ません" in browser.run(RESULT))
    return browser.run(RESULT)


def test_it_proves_itself_from_the_disk(browser, stick, tmp_path):
    said = check(browser, stick)
    assert "すべて一覧のとおりです" in said
    assert "署名は合っています" in said
    assert list_faults(browser, []) == []
    copy = shutil.copytree(stick, tmp_path / "stick")
    with (copy / "plans.db").open("r+b") as file:
        file.seek(5000)
        file.write(b"X")
    (copy / "README.txt").unlink()
    (copy / "extra.txt").write_text("", "utf-8")
    (copy / "MANIFEST").write_bytes((copy / "MANIFEST").read_bytes() + b"\n")
    said = check(browser, copy)
    for words in (
        "一覧と違うファイルがあります",
        "変わったファイル（1件）plans.db",
        "なくなったファイル（1件）README.txt",
        "一覧にないファイル（1件）extra.txt",
        "署名が合いません",
    ):
        assert words in said

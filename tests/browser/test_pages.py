"""Every kind of page in Chromium, on a desk and on a phone: accessible, no wider than the window, quiet and light."""

import gzip
import re
import urllib.error
import urllib.request
from contextlib import nullcontext
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.page_types import PAGES, WIDTHS

AXE = (Path(__file__).parent / "axe-core" / "axe.min.js").read_text("utf-8")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WITHOUT_SIZES = {**RULES, "rules": {"target-size": {"enabled": False}}}
FIRST_LOAD = 60 * 1024
HEAVIEST_PAGE = 25 * 1024
LONGEST_PAGE = 12 * 667  # screens of a phone
SMALLEST_TARGET = 44

RESOURCES = "return performance.getEntriesByType('resource').map(entry => entry.name)"
TOO_WIDE = """
const page = document.documentElement;
if (page.scrollWidth <= page.clientWidth) return [];
return [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > page.clientWidth + 1)
    .slice(0, 5).map(e => e.outerHTML.slice(0, 120));
"""
# Links inside running text are as tall as the text, as WCAG 2.5.8 allows; everything else is a target of its own.
TOO_SMALL = """
const own = (element) => {
    if (['INPUT', 'SELECT', 'TEXTAREA', 'BUTTON', 'SUMMARY'].includes(element.tagName)) return true;
    return ['block', 'flex', 'inline-flex', 'grid'].includes(getComputedStyle(element).display);
};
return [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
    .filter(e => e.checkVisibility() && !e.closest('.skip') && own(e))
    .filter(e => !(e.labels && [...e.labels].some(l => l.getBoundingClientRect().height >= arguments[0])))
    .filter(e => e.getBoundingClientRect().height < arguments[0] - 0.5)
    .map(e => e.outerHTML.slice(0, 120) + ' ' + e.getBoundingClientRect().height);
"""
INLINE = """
const handlers = [...document.querySelectorAll('*')]
    .filter(e => e.hasAttribute('style') || [...e.attributes].some(a => a.name.startsWith('on')));
const blocks = [...document.querySelectorAll('style, script:not([src]):not([type$="json"])')];
return [...handlers, ...blocks].map(e => e.outerHTML.slice(0, 120));
"""
MAIN = "return document.querySelector('main').innerText.trim()"
HEADINGS = "return [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(e => Number(e.tagName[1]))"

# In the scope of the module, so that pytest puts the tests of a page together and each is opened once at each width.
every_page = pytest.mark.parametrize("name", PAGES, scope="module")
on_a_desk, on_a_phone, at_both_widths = (
    pytest.mark.parametrize("width", widths, scope="module") for widths in (WIDTHS[:1], WIDTHS[1:], WIDTHS)
)


@pytest.fixture(scope="module")
def opened(browser, site, name, width):
    """By turns light on a desk and dark on a phone, and the other way about, since pages share their colours."""
    browser.console_errors()
    with browser.in_the_dark() if (list(PAGES).index(name) + WIDTHS.index(width)) % 2 else nullcontext():
        browser.open(site + PAGES[name], width)
        yield browser


@at_both_widths
@every_page
def test_a_page_has_no_fault_that_axe_or_the_console_knows_and_fits_the_window(opened, name, width):
    """How far apart small targets are is asked where fingers press them."""
    complaints = [line for line in opened.console_errors() if not is_the_error_page_itself(line, name)]
    rules = RULES if width == WIDTHS[1] else WITHOUT_SIZES
    assert not (listing := list_faults(opened, complaints, rules)), "\n".join(listing)


def list_faults(opened, complaints, rules=RULES):
    faults = {
        "accessibility": [
            f"{fault['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
            for fault in opened.check(AXE, rules)
            for node in fault["nodes"][:3] or [{"html": ""}]
        ],
        "console": complaints,
        "wider than the window": opened.run(TOO_WIDE),
        f"lower than {SMALLEST_TARGET} px": opened.run(TOO_SMALL, SMALLEST_TARGET),
        "inline style, script or handler": opened.run(INLINE),
    }
    return [f"{kind} ({len(found)}): {fault}" for kind, found in faults.items() for fault in found[:5]]


def is_the_error_page_itself(line, name):
    return "the server responded with a status of 4" in line and name in ("not_found", "sql_error")


@on_a_desk
@every_page
def test_a_page_says_what_it_is(opened, name):
    driver = opened.driver
    assert driver.find_element(By.TAG_NAME, "html").get_attribute("lang") == "ja"
    assert len(driver.find_elements(By.TAG_NAME, "h1")) == 1
    assert driver.title
    assert driver.find_element(By.CSS_SELECTOR, "meta[name=description]").get_attribute("content").strip()
    levels = opened.run(HEADINGS)
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels
    if name != "home":
        assert driver.find_elements(By.CSS_SELECTOR, "nav.crumbs, nav.crumbs ol")


@pytest.mark.parametrize("said", ["<title>([^<]+)<", '<meta name="description" content="([^"]+)"'])
def test_titles_and_descriptions_differ_from_page_to_page(site, said):
    same = {"easy_measure", "progress_by_rule", "sql_error", "search_without_result"}
    found = {name: re.search(said, read(site + path).decode())[1] for name, path in PAGES.items() if name not in same}
    values = list(found.values())
    assert {name: value for name, value in found.items() if values.count(value) > 1} == {}


@on_a_phone
@pytest.mark.parametrize("name", [name for name in PAGES if name != "print"], scope="module")
def test_a_page_ends_within_twelve_screens_of_a_phone_and_weighs_little(opened, site, name):
    assert opened.run("return document.documentElement.scrollHeight") <= LONGEST_PAGE
    assert len(gzip.compress(read(site + PAGES[name]), 6)) <= HEAVIEST_PAGE or name == "data"


def test_the_head_is_as_high_on_a_page_with_its_search_as_on_the_home_page(browser, site):
    heights = set()
    for name in ("home", "measure"):
        browser.open(site + PAGES[name], WIDTHS[0])
        heights.add(browser.run("return document.querySelector('.site-head').getBoundingClientRect().height"))
    assert len(heights) == 1


@on_a_phone
@every_page
def test_the_first_load_is_light(opened, site, name):
    addresses = {site + PAGES[name], *opened.run(RESOURCES)}
    sizes = {address: len(gzip.compress(read(address), 6)) for address in addresses}
    assert sum(sizes.values()) <= FIRST_LOAD, sizes


@cache
def read(address):
    """The body of an answer, of an error page too."""
    try:
        with urllib.request.urlopen(address) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.read()


@on_a_phone
@every_page
def test_a_page_can_be_read_without_scripts(opened, site, name):
    with_scripts = opened.run(MAIN)
    with opened.scripts_off():
        opened.driver.get(site + PAGES[name])
        assert opened.run(MAIN) == with_scripts != ""


def test_searching_and_filtering_work_without_scripts(browser, site):
    driver = browser.driver
    with browser.scripts_off():
        browser.open(site, 375)
        driver.find_element(By.NAME, "q").send_keys("給食", Keys.ENTER)
        assert driver.find_elements(By.CSS_SELECTOR, "main a[href$='/plans/measures/akishima-nogyo-4']")
        browser.open(f"{site}/timeline", 375)
        driver.find_element(By.LINK_TEXT, "農業").click()
        browser.wait_until(lambda: driver.current_url.endswith("/timeline?sector=akishima-nogyo"))
        assert "農業" in driver.find_element(By.TAG_NAME, "h1").text


def test_a_link_to_something_folded_unfolds_it(browser, site):
    browser.open(f"{site}/data", 375)
    folded = "return document.getElementById('dictionary').closest('details').open"
    assert browser.run(folded) is False
    browser.driver.find_element(By.LINK_TEXT, "データ辞書").click()
    browser.wait_until(lambda: browser.run(folded))


def test_the_target_for_school_lunches_is_two_taps_away_on_a_phone(browser, site):
    browser.open(site, 375)
    browser.driver.find_element(By.CSS_SELECTOR, "main").find_element(By.LINK_TEXT, "農業").click()
    browser.driver.find_element(By.PARTIAL_LINK_TEXT, "学校給食").click()
    browser.wait_until(lambda: "/plans/measures/" in browser.driver.current_url)
    assert "10,000kg" in browser.driver.find_element(By.TAG_NAME, "main").text.replace(" ", "")


def test_the_keyboard_alone_leads_from_home_to_a_download(browser, site, downloads):
    browser.open(site, 1280)
    assert browser.press(Keys.TAB).text == "本文へ"
    assert_focus_is_visible(browser)
    browser.press(Keys.ENTER)
    browser.tab_to(lambda element: element.get_attribute("name") == "q")
    assert_focus_is_visible(browser)
    browser.press(*"給食")
    browser.enter()
    browser.tab_to(lambda element: (element.get_attribute("href") or "").endswith("/plans/measures/akishima-nogyo-4"))
    assert_focus_is_visible(browser)
    browser.enter()
    browser.tab_to(lambda element: "/plans/organizations/" in (element.get_attribute("href") or ""))
    assert_focus_is_visible(browser)
    browser.enter()
    link = browser.tab_to(lambda element: ".csv" in (element.get_attribute("href") or ""))
    assert_focus_is_visible(browser)
    assert len(read(link.get_attribute("href"))) > 100
    browser.press(Keys.ENTER)
    browser.wait_until(lambda: list(downloads.glob("*.csv")) or ".csv" in browser.driver.current_url)


def test_the_keyboard_alone_leads_from_a_square_to_its_measure(browser, site):
    browser.open(f"{site}/plans/progress", 375)
    square = browser.tab_to(lambda element: "観-8" in (element.get_attribute("title") or ""))
    assert_focus_is_visible(browser)
    assert "判定できない" in square.text
    browser.enter()
    browser.wait_until(lambda: browser.driver.current_url.endswith("/plans/measures/akishima-kanko-8"))


@pytest.mark.parametrize("name", ["unmet_targets", "unreported", "checkability"])
def test_the_keyboard_alone_leads_from_an_answer_to_a_record(browser, site, name):
    browser.open(site + PAGES[name], 1280)
    link = browser.tab_to(
        lambda element: re.search("/plans/(measures|indicators)/akishima", element.get_attribute("href") or "")
    )
    assert_focus_is_visible(browser)
    record = link.get_attribute("href")
    browser.enter()
    browser.wait_until(lambda: browser.driver.current_url == record)


def assert_focus_is_visible(browser):
    style = "const s = getComputedStyle(document.activeElement); return [s.outlineStyle, parseFloat(s.outlineWidth)]"
    kind, width = browser.run(style)
    assert kind != "none"
    assert width >= 3


def test_the_sheet_of_the_final_year_counts_the_days_on_screen(browser, site):
    browser.open(f"{site}/plans/final_year", 1280)
    over = browser.run("return new Date() > new Date(document.querySelector('time.days-left').dateTime + 'T15:00:00Z')")
    left = browser.run("return document.querySelector('time.days-left').dataset.left")
    assert (left is None) if over else 0 <= int(left) < 2000


A3, A4, LYING = (420, 297), (210, 297), (297, 210)  # mm
PRINTED = {
    "timeline": (A3, 1),
    "final_year": (A4, 5),
    "progress": (LYING, 9),
}  # a table of many columns lies on its side
# As cards of a phone their tables took 16 sheets.
PRINTED |= dict.fromkeys(("first_to_second_half", "promises", "unmet_targets", "unreported"), (A4, 9))


@pytest.mark.parametrize("name", PRINTED)
def test_a_page_prints_on_few_sheets_of_its_size(browser, site, name):
    browser.open(site + PAGES[name], 1280)
    pages, width, height = browser.print_size()
    size, most = PRINTED[name]
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == size
    assert pages <= most


LED_ON = """return [...document.querySelectorAll('main a')].filter(a => a.checkVisibility({contentVisibilityAuto: true}))
    .map(a => a.innerText.trim()).filter(text => /(見る|読む|のページ|出典|の決まり)$/.test(text))"""


@pytest.mark.parametrize("media", ["screen", "print"])
def test_links_that_lead_elsewhere_stay_off_the_paper(browser, site, media):
    names = ("home", "plan", "measure_with_results", "sector", "evaluation", "results")
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media})
    led_on = {}
    for name in names:
        browser.open(site + PAGES[name], 1280)
        led_on[name] = browser.run(LED_ON)
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert [name for name in names if led_on[name]] == ([] if media == "print" else list(names)), led_on

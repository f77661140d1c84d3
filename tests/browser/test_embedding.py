"""Another site's page, on another port, with the code that our pages offer: the frame shows, fits, and follows."""

import pytest
from selenium.webdriver.common.by import By

from tests.browser.test_pages import list_faults

VIEWS = {
    "table": "/plans/measures?sector_id=akishima-nogyo&_sort_desc=number&_embed=1",
    "unmet_targets": "/plans/unmet_targets?_embed=1",
    "sankey": "/plans/first_to_second_half?_embed=picture",
    "matrix": "/plans/organizations_together?_embed=picture",
    "timeline": "/timeline?_embed=1",
    "measure": "/plans/measures/akishima-nogyo-4?_embed=1",
    "organization": "/plans/organizations/akishima-nokyo?_embed=1",
    "evaluation": "/plans/evaluations/akishima-evaluation-8?_embed=1",
    "sql": "/plans?sql=select+code%2C+name+from+measures+where+is_new+%3D+1&_embed=1",
}
CHART = (
    "/plans/organization_overview?_chart=1&_size=max"
    "#g.mark=bar&g.x_column=%E6%96%BD%E7%AD%96%E3%81%AE%E6%95%B0&g.x_type=quantitative"
    "&g.y_column=%E5%9B%A3%E4%BD%93&g.y_type=ordinal"
)
CODE = "return document.querySelector('[data-embed-code]').textContent"
CONTENT = "return document.documentElement.getBoundingClientRect().height"


def measure(browser) -> tuple[float, float]:
    """Height of the frame and of what it shows."""
    frame = browser.driver.find_element(By.TAG_NAME, "iframe")
    height = frame.size["height"]
    browser.driver.switch_to.frame(frame)
    try:
        return height, browser.run(CONTENT)
    finally:
        browser.driver.switch_to.default_content()


def fits(browser) -> bool:
    frame, content = measure(browser)
    return content > 100 and content <= frame <= content + 8


def test_the_code_of_a_page_makes_a_frame_whose_height_follows(browser, site, newsroom):
    browser.open(f"{site}/plans/measures?sector_id=akishima-nogyo", 1280)
    address = newsroom(browser.run(CODE))
    browser.console_errors()
    browser.open(address, 1280)
    browser.wait_until(lambda: fits(browser))
    wide = measure(browser)[0]
    assert wide != 600
    browser.resize(375)
    browser.wait_until(lambda: fits(browser) and measure(browser)[0] != wide)
    assert [line for line in browser.console_errors() if "/favicon.ico" not in line] == []
    browser.driver.switch_to.frame(0)
    text = browser.driver.find_element(By.TAG_NAME, "body").text
    browser.driver.switch_to.default_content()
    assert "学校給食" in text
    assert "もとのページ" in text


def test_without_the_script_the_frame_can_be_scrolled(browser, site, newsroom):
    browser.open(f"{site}/timeline", 1280)
    address = newsroom(browser.run(CODE).split("<script")[0])
    browser.open(address, 1280)
    frame, content = measure(browser)
    assert frame == pytest.approx(602, abs=4)
    assert content > frame


def test_a_page_that_is_no_view_stays_out_of_frames(browser, site, newsroom):
    browser.open(newsroom(f'<iframe src="{site}/plans/measures"></iframe>'), 1280)
    browser.driver.switch_to.frame(0)
    try:
        assert "施策" not in browser.driver.find_element(By.TAG_NAME, "body").text
    finally:
        browser.driver.switch_to.default_content()
    browser.console_errors()


def test_a_chart_is_embedded_as_it_was_set_up(browser, site, newsroom):
    browser.open(site + CHART, 1280)
    code = browser.run(CODE)
    assert "g.y_column=%E5%9B%A3%E4%BD%93" in code
    browser.open(newsroom(code), 1280)
    browser.driver.switch_to.frame(0)
    try:
        browser.wait_until(
            lambda: browser.run("return !!document.querySelector('.vega-embed canvas, .vega-embed svg')")
        )
        assert browser.run("return [...document.querySelectorAll('form')].every(form => !form.checkVisibility())")
    finally:
        browser.driver.switch_to.default_content()
    browser.wait_until(lambda: fits(browser))
    browser.console_errors()


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_has_no_fault_that_axe_or_the_console_knows(browser, site, view):
    browser.console_errors()
    browser.open(site + VIEWS[view], 375)
    assert list_faults(browser, browser.console_errors()) == []


@pytest.mark.parametrize("path", ["/plans/measures/akishima-nogyo-4", "/plans/first_to_second_half", "/timeline"])
def test_what_is_folded_away_has_no_fault_either(browser, site, path):
    browser.open(site + path, 375)
    browser.run("document.querySelectorAll('details.share, details.share details').forEach(one => one.open = true)")
    assert list_faults(browser, browser.console_errors()) == []

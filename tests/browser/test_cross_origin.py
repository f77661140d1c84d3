"""A script of another site's page reads our data, as a browser lets it: with headers of its own, unchanged and refused."""

import pytest

READ = """
const [address, headers, done] = arguments;
fetch(address, {headers}).then(
  async (answer) => done({
    status: answer.status, etag: answer.headers.get("etag"), rows: answer.headers.get("keikaku-rows"),
    length: (await answer.text()).length,
  }),
  (error) => done({error: String(error)}),
);
"""


@pytest.fixture
def read(browser, newsroom):
    browser.open(newsroom("<p>記事</p>"), 1280)

    def ask(address: str, **headers: str) -> dict:
        return browser.driver.execute_async_script(READ, address, headers)

    yield ask
    browser.console_errors()  # the browser notes every refusal


def test_data_and_its_headers_can_be_read(site, read):
    for path in ("/plans/measures.json?_shape=array", "/plans/measures.csv", "/plans/measures.xlsx"):
        answer = read(site + path)
        assert (answer["status"], answer["rows"]) == (200, "46"), answer
        assert answer["length"] > 1000
        assert bool(answer["etag"]) is not path.endswith("array"), "what has arguments is made anew"


def test_what_has_not_changed_is_told_as_such(site, read):
    """If-None-Match is a header that a browser asks the site about first."""
    for path in ("/plans/measures.csv", "/plans/measures.xlsx", "/plans.db"):
        known = read(site + path)["etag"]
        assert read(site + path, **{"if-none-match": known})["status"] == 304, path


def test_a_refusal_can_be_read(site, read):
    assert read(f"{site}/plans.json?sql=select+nosuch")["status"] == 400
    assert read(f"{site}/plans/nosuch.json", **{"x-own": "1"})["status"] == 404


def test_a_page_cannot(site, read):
    assert "error" in read(f"{site}/plans/measures")

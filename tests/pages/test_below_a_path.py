"""The whole site below a path of somebody's host: every link stays below it, leads somewhere, and names a part that is there.

Two plans are crawled from the home page. Of addresses that differ in an id or in the values of arguments alone, one is
asked, in long runs a few; every link on them counts. One way to name the path is crawled wholly, the other by a table.
"""

import re
from collections import Counter
from urllib.parse import parse_qsl, unquote, urldefrag, urljoin, urlsplit

import httpx
import pytest
from datasette.app import Datasette

from tests.crawling import Links
from tests.sites import ROOT

BASE = "/shi/keikaku/"
HOST = "https://www.city.example.jp"
HOME = HOST + BASE
OURS = ("www.city.example.jp", "localhost")
ROW = r"(/plans/[a-z_]+/)[^/.]+"
TABLE = r"(/(?:plans|cite|calendar|print)/)[a-z_]+(?=[/.]|$)"


def list_links(html: str) -> list[str]:
    """Addresses that a page names."""
    links = Links(html)
    return links.links + links.asked + re.findall(r'\bcontent="(http[^"]*)"', html)


def kind_of(address: str, whole: bool) -> tuple[str, ...]:
    """The same for addresses that differ in an id or in values alone, or in a table too."""
    parts = urlsplit(address)
    names = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    path = re.sub(ROW, r"\1ID", re.sub(r"/(?:akishima|minato)[^/.]*", "/ID", parts.path))
    return path if whole else re.sub(TABLE, r"\1TABLE", path), *sorted(names)


def find_addresses(text: str) -> list[str]:
    """Of this host, in what is no HTML: those that are written in full, without a place to fill in."""
    found = re.findall(r"https?://(?:www\.city\.example\.jp|localhost)(?:[A-Za-z0-9/._~%?=+,#:{-]|&(?!quot;))*", text)
    return [link.rstrip(".,") for link in found if "{" not in link]


def is_asked(address: str) -> bool:
    """Filters and orders of tables are without number; they are links of the same template as those asked."""
    names = [name for name, _ in parse_qsl(urlsplit(address).query, keep_blank_values=True)]
    return address.startswith(HOME) and (
        not names or names in (["plan"], ["q"], ["sector"], ["sql"], ["_embed"], ["easy"])
    )


async def crawl(
    site: Datasette, start: str, whole: bool, most: int
) -> tuple[dict[str, int], dict[str, Links], set[tuple[str, str]]]:
    """Status of each address asked, the pages among them, and all (page, address) found."""
    statuses, pages, found, asked = {}, {}, set(), Counter()
    waiting = [start]
    transport = httpx.ASGITransport(app=site.app())
    async with httpx.AsyncClient(transport=transport, base_url=HOST) as client:
        while waiting:
            address = waiting.pop()
            if address in statuses or asked[kind_of(address, whole)] >= most:
                continue
            asked[kind_of(address, whole)] += 1
            answer = await client.get(address)
            statuses[address] = answer.status_code
            if answer.is_redirect:
                links = [answer.headers["location"]]
            elif "text/html" in answer.headers["content-type"]:
                pages[address] = Links(answer.text)
                links = list_links(answer.text)
            else:
                links = find_addresses(answer.text.replace("\r\n ", ""))  # a calendar folds its lines
            for link in links:
                complete = urljoin(address, link)
                found.add((address, complete))
                if is_asked(complete):
                    waiting.append(urldefrag(complete).url)
    return statuses, pages, found


def is_outside(address: str) -> bool:
    """On the host of the site, but not below its path."""
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") and parts.hostname in OURS and not (address + "/").startswith(HOME)


@pytest.mark.parametrize(
    ("named", "whole", "most"),
    [
        ("base_url", False, 1),
        ("site_url", False, 1),
        pytest.param("base_url", True, 2, marks=pytest.mark.long),
        pytest.param("site_url", True, 2, marks=pytest.mark.long),
    ],
)
async def test_every_link_stays_below_the_path_and_leads_somewhere(two_plans, named, whole, most):
    settings = {"settings": {"base_url": BASE}}
    site = Datasette(config_dir=two_plans.config_dir, **settings) if named == "base_url" else below_site_url(two_plans)
    await site.invoke_startup()
    statuses, pages, found = await crawl(site, HOME, whole, most)
    assert len(pages) > (100 if whole else 20)
    assert sorted({(page, link) for page, link in found if is_outside(link)}) == []
    assert {address: status for address, status in statuses.items() if status >= 400} == {}
    parts = ((page, *urldefrag(link)) for page, link in found)
    missing = [(page, f"{there}#{part}") for page, there, part in parts
               if part and page in pages and there in pages and not re.match(r"g\.|\w+=", part) and unquote(part) not in pages[there].ids]  # fmt: skip
    assert missing == []


def below_site_url(two_plans: Datasette) -> Datasette:
    """The same site whose publisher names its address."""
    site = Datasette(config_dir=two_plans.config_dir)
    site._metadata_local |= {"site_url": HOME, "publisher": "市民の会", "contact": "mailto:errors@example.jp"}
    return site


@pytest.mark.parametrize("path", ["//other.example/x", "//other.example/x/", "///other.example/plans/", "//other.example/%2e%2e"])  # fmt: skip
async def test_a_path_like_a_host_leads_to_no_other_host(site, path):
    transport = httpx.ASGITransport(app=site.app())
    async with httpx.AsyncClient(transport=transport) as client:
        answer = await client.get(HOST + path)
    links = [answer.headers.get("location", "/"), *list_links(answer.text)]
    assert [link for link in links if link.lstrip("\\/") != link.removeprefix("/") or "//other.example" in link] == []


def test_no_script_names_an_address_from_the_root_of_its_host():
    scripts = {file.name: file.read_text("utf-8") for file in (ROOT / "static").glob("*.js")}
    assert scripts
    assert [name for name, text in scripts.items() if re.search(r"""["'`]/[-a-z]""", text)] == []

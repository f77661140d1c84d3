"""Markup in every text of the data, and in every argument and part of an address, stays text wherever it is shown."""

import csv
import io
import json
import re
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
import yaml
from datasette.app import Datasette
from openpyxl import load_workbook

from keikaku.plan.errors import InvalidData
from keikaku.plan.folder import read_city
from tests.attacks.addresses import list_addresses
from tests.attacks.asking import Answer, Asked, ask
from tests.attacks.requests import NAMES
from tests.crawling import Tags
from tests.sites import ROOT, fill_folder

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import icalendar

# Facets that Datasette begins and then leaves, since an earlier one was refused.
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine:RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)

FIXTURE = ROOT / "tests" / "fixtures" / "minato"
# Ends whatever it may stand in: a text, an attribute, a script, a comment, a template, a list, a line of a calendar.
PROBE = "</script></title></textarea></style>--><xss-probe onclick=alert(1)>\"' onfocus=probe()]]>&lt;xss-probe&gt;{{6*7777}}«»"
LIVE = re.compile(r"<xss-probe|[\"'] onfocus=probe|46662", re.I)


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, set[str]]:
    """A site of the invented plan with the probe in every text that may be any text, and the names of those texts."""
    folder = tmp_path_factory.mktemp("spoilt")
    plan = Path(shutil.copytree(FIXTURE, folder / "data" / "minato"))
    texts = {path.name: path.read_text("utf-8") for path in plan.rglob("*.yml")}
    named = {f"{name}:{key}" for name, text in texts.items() for key in re.findall(r"\b(\w+):\s", text)}
    taken = {name for name in sorted(named) if spoil(plan, *name.split(":"))}
    for path in sorted((ROOT / "data").glob("*.yml")):
        shutil.copy(path, folder / "data")
    fill_folder(folder, "--data", folder / "data")
    return folder, taken


def spoil(plan: Path, file: str, key: str) -> bool:
    """Add the probe to all texts of this key; whether the plan is still accepted. If not, they are as they were."""
    (path,) = plan.rglob(file)
    before = path.read_text("utf-8")
    spoilt = add_probe(yaml.safe_load(before), key)
    path.write_text(yaml.safe_dump(spoilt, allow_unicode=True, sort_keys=False), "utf-8")
    try:
        read_city(plan)
    except InvalidData:
        path.write_text(before, "utf-8")
        return False
    return True


def add_probe(told: Any, key: str, found: bool = False) -> Any:
    if isinstance(told, dict):
        return {name: add_probe(value, key, name == key) for name, value in told.items()}
    if isinstance(told, list):
        return [add_probe(item, key, found) for item in told]
    return f"{told}{PROBE}" if found and isinstance(told, str) else told


@pytest.fixture(scope="module")
async def spoilt_site(spoilt: tuple[Path, set[str]]) -> Datasette:
    datasette = Datasette(config_dir=spoilt[0])
    await datasette.invoke_startup()
    return datasette


def test_the_probe_is_in_all_that_may_be_any_text(spoilt: tuple[Path, set[str]]) -> None:
    _, taken = spoilt
    free = "plan:title sectors:name measures:name measures:summary goals:title events:title evaluations:summary organizations:name"
    free += " corrections:reason changes:text withdrawn:reason"
    assert {name.replace(":", ".yml:") for name in free.split()} <= taken


async def test_markup_in_the_data_is_never_markup_of_a_page(spoilt_site: Datasette) -> None:
    app = spoilt_site.app()
    shown: dict[str, int] = {}
    faults = {}
    for address in await list_addresses(spoilt_site, "minato"):
        path, _, query = address.partition("?")
        answer = await ask(app, Asked(path.encode(), query.encode()))
        if answer.status == 200:
            shown[answer.kind] = shown.get(answer.kind, 0) + (b"xss-probe" in answer.body)
            if found := find_live(answer):
                faults[address] = found
    assert faults == {}
    kinds = (
        "text/html",
        "application/json",
        "application/ld+json",
        "text/csv",
        "text/calendar",
        "application/atom+xml",
    )
    assert [kind for kind in kinds if not shown[kind]] == []  # which show the probe nowhere


def find_live(answer: Answer) -> list[str]:
    """What of an answer is more than text though the probe should be only that; raises for what is not of its kind."""
    kind, body = answer.kind, answer.body
    if kind.endswith("json"):
        json.loads(body)
    elif kind == "text/csv":
        list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), strict=True))
    elif kind == "text/calendar":
        parts = [part.name for part in icalendar.Calendar.from_ical(body).walk()]
        return [name for name in parts if name not in ("VCALENDAR", "VEVENT", "VTIMEZONE", "STANDARD")]
    elif kind.endswith(("xml", "sheet")):
        return list(find_live_in_xml(body) if kind.endswith("xml") else find_live_in_workbook(body))
    return find_live_in_page(answer.text) if kind == "text/html" else []


def find_live_in_page(html: str) -> list[str]:
    """What a browser would act on though no template has it."""
    page, faults = Tags(html), LIVE.findall(html)
    for script in page.scripts:
        json.loads(script)
    for tag, attributes in page.found:
        faults += [tag] if "probe" in tag else []
        faults += [f"{tag} {name}" for name in attributes if name.startswith("on") or "probe" in name]
        led = [attributes.get(name) or "" for name in ("href", "src", "action")]
        faults += [f"{tag} {value}" for value in led if re.match(r"\s*(javascript|data|vbscript):", value, re.I)]
    return faults


def find_live_in_xml(body: bytes) -> Iterator[str]:
    for element in ElementTree.fromstring(body).iter():
        if "probe" in element.tag or any("probe" in name for name in element.attrib):
            yield element.tag
        if element.attrib.get("type") in ("html", "xhtml") and "<xss-probe" in (element.text or ""):
            yield f"{element.tag} as HTML"
        if re.match(r"\s*javascript:", element.attrib.get("href", "")):
            yield element.attrib["href"]


def find_live_in_workbook(body: bytes) -> Iterator[str]:
    for sheet in load_workbook(io.BytesIO(body)):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    yield f"{cell.coordinate} is a formula"
                if cell.hyperlink and not re.match(r"https?://", cell.hyperlink.target or ""):
                    yield f"{cell.coordinate} leads to {cell.hyperlink.target}"


PAGES = [
    "/", "/timeline", "/data", "/about", "/verify", "/print/akishima-nogyo", "/plans", "/plans?sql=select+1",
    "/plans?sql=nothing", "/plans/measures", "/plans/measures?_embed=1", "/plans/measure_overview",
    "/plans/measures/akishima-kogyo-1", "/plans/search", "/plans/search?q=a", "/plans/unmet_targets",
    "/plans/unreported", "/plans/targets_due", "/plans/first_to_second_half?_embed=1",
    "/plans/organizations_together", "/nothing",
]  # fmt: skip
# What pages other than tables and queries may heed.
FEW = ["q", "kind", "sector", "plan", "fiscal_year", "organization", "hash", "of", "easy", "_embed", "_chart", "_sort"]
TABLES = ("/plans?", "/plans/measure", "/plans/targets_due")
PARTS = [
    "/{}", "/plans/{}", "/plans/measures/{}", "/plans/measures/{}.json", "/{}.json", "/cite/measures/{}.bib",
    "/print/{}", "/calendar/{}.ics", "/sitemap/{}.xml", "/files/{}", "/pictures/{}", "/static/{}", "/styles/{}.css",
    "/charts/{}/akishima.svg", "/charts/progress/{}", "/-/{}",
]  # fmt: skip
WORDS = [PROBE, f"javascript:{PROBE}", f"akishima{PROBE}", "<xss-probe>"]


@pytest.mark.parametrize("step", [8, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("page", PAGES)
async def test_markup_in_an_argument_is_never_markup_of_a_page(site: Datasette, page: str, step: int) -> None:
    """Every argument of every page in long runs, else one in eight, and each on some page."""
    app = site.app()
    path, _, query = page.partition("?")
    faults = {}
    names = [*(NAMES if page.startswith(TABLES) else FEW), "name", "name__exact", PROBE, f"{PROBE}__exact", f"_{PROBE}"]
    for number, name in list(enumerate(names))[PAGES.index(page) % step :: step]:
        argument = f"{quote(name)}={quote(WORDS[number // 4 % len(WORDS)])}"
        answer = await ask(app, Asked(path.encode(), f"{query}&{argument}".lstrip("&").encode()))
        if answer.kind == "text/html" and (found := find_live_in_page(answer.text)):
            faults[argument] = found
    assert faults == {}


@pytest.mark.parametrize("part", PARTS)
async def test_markup_in_a_path_is_never_markup_of_a_page(site: Datasette, part: str) -> None:
    app = site.app()
    bare = PROBE.replace("«»", "").replace(" ", "+")
    for word in (quote(PROBE, safe=""), quote(PROBE), bare, quote("~3Cxss-probe~3E")):
        answer = await ask(app, Asked(part.format(word).encode()))
        assert answer.status < 500
        if answer.kind == "text/html":
            assert find_live_in_page(answer.text) == []


async def test_no_cell_heading_or_note_of_a_download_is_a_formula(site: Datasette) -> None:
    """In what a spreadsheet opens; .csv is exact, for programs."""
    app = site.app()
    for sign in ("=", "+", "-", "@", "\t", "\r", "＝", "＠"):
        text = f"{sign}cmd|' /C calc'!A0"
        query = quote(f"""select '{text.replace("'", "''")}' as "{text}", 'x' as b""")
        sheet = await ask(app, Asked(b"/plans.xlsx", f"sql={query}".encode()))
        assert sheet.status == 200
        assert list(find_live_in_workbook(sheet.body)) == []
        excel = await ask(app, Asked(b"/plans.excel.csv", f"sql={query}".encode()))
        cells = [cell for row in csv.reader(io.StringIO(excel.text.removeprefix("\ufeff"), newline="")) for cell in row]
        assert cells[0] == cells[2] == f"'{text}"
        assert b"attachment" in excel.header(b"content-disposition")

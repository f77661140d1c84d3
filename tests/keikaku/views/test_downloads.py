"""Every table, view and query can be taken away whole, in every format, under an address that says which."""

import asyncio
import io
import re
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from tempfile import SpooledTemporaryFile
from typing import Any
from urllib.parse import quote, unquote

import httpx
import openpyxl
import pytest
import yaml
from datasette.app import Datasette
from datasette.utils.asgi import Request

from keikaku.publish.site_words import GENERAL, replace_words
from keikaku.publish.tables.csv_file import FORMULA_SIGNS
from keikaku.views import downloads
from keikaku.views.downloads import FileAnswer
from tests.keikaku.views.taken_files import KINDS, get, read_csv, read_sheets
from tests.sites import ROOT

METADATA: dict[str, Any] = yaml.safe_load((ROOT / "metadata.yml").read_text("utf-8"))
replace_words(METADATA, {**GENERAL, "目標": "基本目標", "担当": "推進団体"})  # the words of the only plan
PLANS: dict[str, Any] = METADATA["databases"]["plans"]
PAGES = list(dict.fromkeys([*PLANS["tables"], *PLANS["queries"]]))
PLAIN = {"accept-encoding": "identity"}
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠々]|^ID$")


async def all_rows(site: Datasette, name: str) -> list[list[Any]]:
    """The rows straight from the database, in no certain order."""
    query = PLANS["queries"].get(name)
    sql = query["sql"] if query else f"SELECT * FROM {name}"
    parameters = dict.fromkeys(re.findall(r"(?<!:):(\w+)", sql), "")
    return [list(row) for row in (await site.get_database("plans").execute(sql, parameters)).rows]


# Everything, whole


@pytest.mark.parametrize("name", PAGES)
async def test_csv_holds_every_row_as_it_is_stored_and_for_excel_has_a_mark_and_japanese_headings(
    site: Datasette, name: str
) -> None:
    response = await get(site, f"/plans/{name}.excel.csv")
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert [heading for heading in read_table(response)[0] if not JAPANESE.search(heading)] == []
    response = await get(site, f"/plans/{name}.csv")
    assert not response.content.startswith(b"\xef\xbb\xbf")
    header, *rows = read_table(response)
    expected = [["" if cell is None else str(cell) for cell in row] for row in await all_rows(site, name)]
    assert sorted(rows) == sorted(expected)
    assert response.headers["keikaku-rows"] == str(len(rows))
    assert response.headers["keikaku-complete"] == "?1"
    if name not in PLANS["queries"]:
        assert set(header) == set(PLANS["tables"][name]["columns"])


def read_table(response: httpx.Response) -> list[list[str]]:
    """The rows of a CSV that is one table with a line a record and a name for each column (rules L1-02, L1-14, L2-03)."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    header, *rows = read_csv(response)
    assert all(header)
    assert len(set(header)) == len(header)
    assert {len(row) for row in rows} <= {len(header)}
    assert len(response.content.split(b"\r\n")) == len(rows) + 2
    return [header, *rows]


@pytest.mark.parametrize("name", PAGES)
async def test_workbook_holds_every_row_and_says_what_it_is(site: Datasette, name: str) -> None:
    """As rules L1-02, L1-03, L1-12, L2-01 and L2-03 ask for it."""
    response = await get(site, f"/plans/{name}.xlsx")
    assert response.status_code == 200, response.text
    (header, *rows), told = read_sheets(response)
    assert len(rows) == int(response.headers["keikaku-rows"]) == len(await all_rows(site, name))
    assert [heading for heading in header if not JAPANESE.search(heading)] == []
    assert len(set(header)) == len(header)
    facts = {row[0]: row[2] for row in reversed(told) if row[0]}
    told_of = site.metadata("databases")["plans"]
    described = (told_of["queries"].get(name) or told_of["tables"][name])["title"]
    assert facts["題名"] == described
    assert facts["出典"] == site.metadata("source")
    assert facts["ライセンス"] == METADATA["license"]
    assert facts["取得したアドレス"] == f"http://localhost/plans/{name}.xlsx"
    assert facts["データの版"] == response.headers["keikaku-data-version"]
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).worksheets[0]
    assert sheet.title == described
    assert not sheet.merged_cells.ranges and not sheet._images and not sheet._charts
    for row in sheet.iter_rows(min_row=2):
        assert any(cell.value is not None for cell in row)
        assert not any(isinstance(cell.value, str) and cell.data_type == "n" for cell in row)


@pytest.mark.parametrize("name", PAGES)
async def test_json_is_written_with_unicode_as_itself(site: Datasette, name: str) -> None:
    for shape in ("arrays", "objects", "array", "arrayfirst", "array&_nl=on"):
        response = await get(site, f"/plans/{name}.json?_size=max&_shape={shape}")
        assert response.status_code == 200, response.text
        assert not re.search(r"\\u(?!00[01])", response.text), f"{shape}: {response.text[:200]}"
        assert "charset=utf-8" in response.headers["content-type"]


async def test_codes_are_text_and_numbers_are_numbers(site: Datasette) -> None:
    (header, plan), _ = read_sheets(await get(site, "/plans/plan_facts.xlsx"))
    record = dict(zip(header, plan, strict=True))
    assert record["団体コード"] == "132071"
    assert record["法人番号"] == "8000020132071"
    assert record["開始年度"] == 2017
    assert record["発行"] == "2023-03"
    (header, plan), _ = read_sheets(await get(site, "/plans/plans.xlsx"))
    assert dict(zip(header, plan, strict=True))["開始年度（名称）"] == "平成29年度"


async def test_words_stand_beside_codes(site: Datasette) -> None:
    header, *rows = read_csv(await get(site, "/plans/evaluations.excel.csv"))
    pairs = {(row[header.index("判定")], row[header.index("判定（名称）")]) for row in rows}
    assert ("not_met", "未達成") in pairs
    assert "後期に向けた決定（名称）" not in header
    plain, *_ = read_csv(await get(site, "/plans/evaluations.excel.csv?_labels=off"))
    assert "分野（名称）" not in plain


# The page's own conditions


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("path", "arguments", "column"),
    [
        ("/measures", "sector_id=akishima-nogyo&_search=給食&_sort_desc=number", "id"),
        ("/measures/akishima-kogyo-1", "", "id"),
        ("/measures_by_organization", "organization=農協", "ID"),
        ("/unmet_targets", "_sort_desc=分野", "施策"),
        ("", "sql=select code as 番号 from measures where number = :n order by id&n=1", "番号"),
    ],
)
async def test_a_file_has_the_rows_of_its_page_in_their_order(
    site: Datasette, path: str, arguments: str, column: str, kind: str
) -> None:
    shown = (await get(site, f"/plans{path}.json?_shape=array&{arguments}")).json()
    response = await get(site, f"/plans{path}.{kind}?{arguments}")
    header, *rows = read_sheets(response)[0] if kind == "xlsx" else read_csv(response)
    place = list(shown[0]).index(column)
    assert [row[place] for row in rows] == [row[column] for row in shown]
    assert (len(rows) == 1) == path.endswith("-1")
    assert len(rows) < 46
    assert column in header or kind != "csv"


async def test_arguments_of_datasette_keep_their_meaning(site: Datasette) -> None:
    whole = read_csv(await get(site, "/plans/measures.csv"))
    assert read_csv(await get(site, "/plans/measures.csv?_stream=1&_size=max&_dl=1")) == whole
    assert len(read_csv(await get(site, "/plans/measures.csv?_size=7"))) == 8
    assert read_csv(await get(site, "/plans/measures.csv?_header=off")) == whole[1:]
    assert read_csv(await get(site, "/plans/measures.csv?_col=code"))[1] == ["akishima-kogyo-1", "工-1"]
    header, first, *_ = read_csv(await get(site, "/plans/measures.csv?_label=sector_id"))
    assert first[header.index("sector_id_label")] == "工業"
    assert "plan_id_label" not in header


@pytest.mark.parametrize("size", ["3", "+5", "1_0", "max", "0", ""])
@pytest.mark.parametrize("name", ["measures", "targets"])
async def test_a_size_means_the_same_in_every_format(site: Datasette, name: str, size: str) -> None:
    listed = (await site.client.get(f"/plans/{name}.json?_shape=array&_size={size}")).json()
    for kind in KINDS:
        response = await site.client.get(f"/plans/{name}.{kind}?_size={size}")
        assert response.headers["keikaku-rows"] == str(len(listed))


async def test_a_form_of_conditions_is_redirected_to_the_same_format(site: Datasette) -> None:
    response = await get(site, "/plans/measures.excel.csv?_filter_column=code&_filter_op=exact&_filter_value=工-1")
    assert response.status_code == 302
    assert unquote(response.headers["location"]) == "/plans/measures.excel.csv?code__exact=工-1"
    assert len(read_csv(await get(site, unquote(response.headers["location"])))) == 2


# Safe in a spreadsheet


async def test_formulas_are_harmless_in_spreadsheets_and_exact_elsewhere(site: Datasette) -> None:
    formulas = [f"{sign}1+1" for sign in FORMULA_SIGNS]
    texts = [*formulas, '=HYPERLINK("http://x")', "-5", "#N/A"]
    cells = [f"'{text}' as c{number}" for number, text in enumerate(texts)]
    sql = f"select {', '.join(cells)}, -5 as number"
    _, plain = read_csv(await get(site, f"/plans.csv?sql={quote(sql)}"))
    assert plain == [*texts, "-5"]
    _, excel = read_csv(await get(site, f"/plans.excel.csv?sql={quote(sql)}"))
    assert excel == [*(f"'{text}" for text in texts[:-1]), "#N/A", "-5"]
    response = await get(site, f"/plans.xlsx?sql={quote(sql)}")
    *found, number = openpyxl.load_workbook(io.BytesIO(response.content)).worksheets[0][2]
    assert [(cell.value, cell.data_type) for cell in found] == [(text.replace("\r", "\n"), "s") for text in texts]
    assert [bool(cell.quotePrefix) for cell in found] == [*[True] * (len(texts) - 1), False]
    assert (number.value, number.data_type) == (-5, "n")


# How it is sent


async def test_files_are_named_in_japanese_with_an_ascii_way_out(site: Datasette) -> None:
    for kind, ending in zip(KINDS, ("csv", "csv", "xlsx"), strict=True):
        headers = (await get(site, f"/plans/measures.{kind}")).headers
        version = headers["keikaku-data-version"]
        assert version == site.get_database("plans").hash[:12]
        assert f'filename="plans-measures-{version}.{ending}"' in headers["content-disposition"]
        assert unquote(headers["content-disposition"]).endswith(f"filename*=UTF-8''施策_{version}.{ending}")
        assert headers["content-disposition"].startswith("inline" if kind == "csv" else "attachment")
    assert (await get(site, "/plans/measures.csv?_dl=1")).headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("kind", KINDS)
async def test_the_same_data_is_the_same_file(site: Datasette, kind: str) -> None:
    first = await get(site, f"/plans/measures.{kind}", **PLAIN)
    assert first.headers["content-length"] == str(len(first.content))
    assert first.headers["link"].startswith(f'<{METADATA["license_url"]}>; rel="license"')
    again = await get(site, f"/plans/measures.{kind}", **PLAIN)
    assert again.content == first.content
    assert again.headers["etag"] == first.headers["etag"]
    unchanged = await get(site, f"/plans/measures.{kind}", **PLAIN, **{"if-none-match": first.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    head = await site.client.head(f"/plans/measures.{kind}", headers=PLAIN)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == first.headers["etag"]


# What cannot be had


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/plans/nosuch.{}", 404), ("/nosuch/measures.{}", 404), ("/plans/measures/nosuch.{}", 404),
        ("/plans.{}", 400), ("/plans.{}?sql=", 400), ("/plans.{}?sql=delete+from+measures", 400),
        ("/plans.{}?sql=select+nosuch", 400), ("/plans.{}?sql=select+abs(-9223372036854775808)", 400),
        ("/plans/measures.{}?_sort=nosuch", 400), ("/plans/measures.{}?nosuch=1", 400),
        ("/plans/measures.{}?_size=abc", 400), ("/plans/measures.{}?_size=-1", 400),
        ("/plans/targets.{}?_size=9223372036854775808", 400), ("/plans/search.{}?_size=9223372036854775808", 400),
        ("/plans/new_measures.{}?_sort=nosuch", 400), ("/plans/measures.{}?_col=nosuch", 400),
        ("/plans/measures.{}?number__gt=99999999999999999999", 400),
    ],
)  # fmt: skip
async def test_a_wrong_address_is_refused_in_japanese(site: Datasette, path: str, status: int, kind: str) -> None:
    response = await get(site, path.format(kind))
    assert response.status_code == status, response.text
    assert "attachment" not in response.headers.get("content-disposition", "")
    assert JAPANESE.search(response.text)
    if kind != "xlsx":
        assert response.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "path", ["/plans/measures.json?_shape=x", "/plans/search.json?_shape=x", "/plans/targets.json?_shape=object"]
)
async def test_an_impossible_shape_is_refused_as_json(site: Datasette, path: str) -> None:
    response = await get(site, path)
    assert response.status_code == 400
    assert response.json()["ok"] is False


async def test_datasettes_shapes_are_kept(site: Datasette) -> None:
    by_key = (await get(site, "/plans/sectors.json?_shape=object")).json()
    assert by_key["akishima-kogyo"]["name"] == "工業"
    arrays = (await get(site, "/plans/sectors.json")).json()
    assert arrays["rows"][0][:1] == ["akishima-kogyo"]
    assert (await get(site, "/plans/sectors.json?_shape=objects")).json()["rows"][0]["name"] == "工業"
    parsed = (await get(site, "/plans.json?_shape=array&_json=a&sql=select '[1]' as a")).json()
    assert parsed == [{"a": [1]}]


@pytest.fixture
def file() -> SpooledTemporaryFile[bytes]:
    file: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(10)  # noqa: SIM115 the answer closes it
    file.write(b"x" * 1000)
    return file


async def leave(message: dict[str, Any]) -> None:
    if message["type"] == "http.response.body":
        raise ConnectionError


async def stall(message: dict[str, Any]) -> None:
    if message["type"] == "http.response.body":
        await asyncio.Event().wait()


@pytest.mark.parametrize("reader", [leave, stall])
async def test_what_waits_for_a_slow_reader_is_counted_until_the_file_is_lost(
    file: SpooledTemporaryFile[bytes], monkeypatch: pytest.MonkeyPatch, reader: Callable[..., Awaitable[None]]
) -> None:
    monkeypatch.setattr(downloads, "STALL_SECONDS", 0 if reader is stall else 20)
    seen: list[tuple[str, int]] = []

    async def send(message: dict[str, Any]) -> None:
        seen.append((message["type"], FileAnswer.unsent))
        await reader(message)

    with pytest.raises(ConnectionError) if reader is leave else nullcontext():
        await FileAnswer(file, {}, Request({"type": "http", "method": "GET", "headers": []}, None)).asgi_send(send)
    assert seen == [("http.response.start", 1000), ("http.response.body", 1000)]
    assert (FileAnswer.unsent, file.closed) == (0, True)


async def test_nobody_gets_a_file_while_too_much_waits(site: Datasette, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FileAnswer, "unsent", downloads.MOST_UNSENT + 1)
    for ending in KINDS:
        refused = await site.client.get(f"/plans/events.{ending}")
        assert (refused.status_code, int(refused.headers["retry-after"])) == (503, 2)

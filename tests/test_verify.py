"""Something quoted with its hash can be checked later: it stands, or what was changed, in which release and why."""

import io
import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest
from datasette.app import Datasette

from keikaku.database.content_hash import hash_rows, read_hash
from keikaku.database.history import HISTORY, RecordId, hash_records, last, read_history, read_rows
from keikaku.database.pages import Page, hash_page, read_all_pages
from keikaku.files.beside import read_data
from keikaku.publish.records.verify import judge_quoted
from tests.releases import CHANGES, FIRST, REASON, SECOND, THIRD, build, make_releases
from tests.sites import ROOT, SERVED, make_once
from tests.test_docs import blocks

CASES = read_data(__file__, "verify.yml")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_once(tmp_path_factory, "released", make_releases)


@pytest.fixture(scope="module")
async def released(folder: Path) -> Datasette:
    return await serve(folder)


async def ask(site: Datasette, digest: str, of: str = "") -> dict[str, Any]:
    response = await site.client.get(f"/verify.json?hash={digest}&of={quote(of, safe='')}")
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.json()
    return told


@pytest.fixture
def copied(folder: Path, tmp_path: Path) -> Path:
    """A folder to serve, with the same data, which a test may change; without its database."""
    for name in SERVED:
        (tmp_path / name).symlink_to(ROOT / name)
    shutil.copytree(folder / "data", tmp_path / "data")
    return tmp_path


async def serve(folder: Path) -> Datasette:
    site = Datasette(config_dir=folder)
    await site.invoke_startup()
    return site


def release(folder: Path, since: Path) -> None:
    options = ("--reason", "足した。", "--date", "2026-03-01", "--since", str(since / "plans.db"))
    assert build(folder, "release", "1.0.2", *options).exit_code == 0


def changed(folder: Path, table: str) -> tuple[dict[RecordId, str], dict[RecordId, str]]:
    """The hashes of the records of a table before and after, without those that are the same."""
    old, new = (hash_records(read_rows(folder / name, [table])) for name in ("before/plans.db", "plans.db"))
    return dict(old.items() - new.items()), dict(new.items() - old.items())


async def test_the_hash_can_be_computed_as_the_document_says(released: Datasette) -> None:
    (example,) = blocks("docs/verify.md", "python")
    pages = [
        "/plans/measures_by_goal.json",
        "/plans/measures/minato-geijutsu-1.json",
        "/plans/indicators.json?_size=max",
    ]
    pages += ["/plans.json?sql=select 1.5 as a, null as b, '\"\\' as c union all select x'ff00', x'00', '\U0001f40b'"]
    for page in pages:
        body = (await released.client.get(quote(page, safe="/?&=._"))).text
        assert "content_hash" in body, body
        code = example["body"].replace("urlopen(address)", "urlopen()")
        exec(re.sub(r"from urllib.*\n", "", code), {"urlopen": lambda body=body: io.StringIO(body)})


def test_the_order_of_rows_does_not_matter_but_everything_else_does() -> None:
    digest = hash_rows(["a", "b"], [[1, "甲"], [2, None]])
    assert hash_rows(["a", "b"], [[2, None], [1, "甲"]]) == digest
    others = [
        (["a", "c"], [[1, "甲"], [2, None]]), (["a", "b"], [[1, "甲"], [2, ""]]), (["a", "b"], [["1", "甲"], [2, None]]),
        (["a", "b"], [[1, "甲"], [2, None], [2, None]]), (["b", "a"], [["甲", 1], [None, 2]]),
    ]  # fmt: skip
    assert digest not in {hash_rows(columns, rows) for columns, rows in others}


@pytest.mark.parametrize("text", ["", "abc", "g" * 16, "a" * 65, "sha1:" + "a" * 16, "Ａ" * 16])
def test_what_is_no_hash_is_none(text: str) -> None:
    assert read_hash(text) is None
    assert read_hash(f" SHA256:{'AB' * 8}{'c' * 48}") == "ab" * 8


async def test_every_record_page_and_answer_shows_a_hash_that_stands(released: Datasette) -> None:
    pages = [
        "/plans/measures/minato-geijutsu-1", "/plans/unmet_targets", "/plans/organizations_together", "/plans/search?q=作品",
        "/plans/targets_due?fiscal_year=令和6年度", "/plans?sql=select count(*) as n from measures where number > :n&n=1",
        "/plans/measures_by_goal?_sort_desc=番号", "/plans/plans/minato", "/plans/sectors/minato-geijutsu",
    ]  # fmt: skip
    for page in pages:
        html = (await released.client.get(quote(page, safe="/?&=._"))).text
        (address,) = re.findall(r'href="(/verify\?hash=[^"]+)"', html)
        address = address.replace("&amp;", "&")
        told = (await released.client.get(address.replace("/verify?", "/verify.json?"))).json()
        assert told["status"] == "stands", (page, told)
        assert "変わっていません" in (await released.client.get(address)).text


@pytest.mark.parametrize("path", CASES["every download has the hash of the page"])
async def test_every_download_has_the_hash_of_the_page(released: Datasette, path: str) -> None:
    page, mark, query = path.partition("?")
    told = (await released.client.get(quote(f"{page}.json{mark}{query}", safe="/?&=._:"))).json()
    for ending in ("csv", "excel.csv", "xlsx"):
        answer = await released.client.get(quote(f"{page}.{ending}{mark}{query}", safe="/?&=._:"))
        assert answer.headers["keikaku-content-hash"] == told["content_hash"], ending
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[1]
    facts = {row[0]: row[2] for row in sheet.iter_rows(values_only=True)}
    assert facts["確認番号"] == told["content_hash"][:16]
    address = facts["確かめるアドレス"].removeprefix("http://localhost")
    verdict = (await released.client.get(address.replace("/verify?", "/verify.json?"))).json()
    assert verdict["status"] == "stands"


async def test_a_part_of_an_answer_has_no_hash(released: Datasette) -> None:
    large = "/plans.csv?sql=select+hex(zeroblob(60000))+from+codes+limit+50"  # more than its JSON would have
    for path in ("/plans/measures.csv?_size=2", "/plans/measures.xlsx?_size=2", large):
        answer = await released.client.get(path)
        assert answer.status_code == 200
        assert "keikaku-content-hash" not in answer.headers


async def test_a_changed_record_is_told_with_what_was_changed_and_why(released: Datasette, folder: Path) -> None:
    before, after = changed(folder, "measures")
    ((record, digest),) = before.items()
    told = await ask(released, digest)
    assert (told["status"], told["released"], told["release"]) == ("changed", ["1.0.0"], "1.0.1")
    (event,) = told["events"]
    assert (event["version"], event["date"], event["reason"]) == ("1.0.1", "2026-02-01", REASON)
    assert event["record"]["key"] == list(record.key)
    ((column, new),) = ((c["column"], c["new"]) for c in event["changes"])
    assert (column, new) == ("summary", "要約を直しました。")
    page = (await released.client.get(f"/verify?hash={digest}")).text
    assert REASON in page and "要約を直しました。" in page and event["changes"][0]["old"] in page
    assert (await ask(released, after[record]))["status"] == "stands"


async def test_a_record_that_is_gone_is_told_as_such(released: Datasette, folder: Path) -> None:
    before, _ = changed(folder, "organization_names")
    ((_, digest),) = before.items()
    told = await ask(released, digest)
    assert (told["status"], told["events"][0]["changes"]) == ("withdrawn", [])
    assert "なくなりました" in (await released.client.get(f"/verify?hash={digest}")).text


async def test_an_answer_that_differs_names_what_changed_in_it(released: Datasette, folder: Path) -> None:
    old = Datasette([str(folder / "before" / "plans.db")], metadata={"databases": {"plans": {}}})
    await old.invoke_startup()
    sql = "select id, summary from measures"
    was = (await old.client.get(f"/plans.json?sql={sql}")).json()["content_hash"]
    told = await ask(released, was, f"http://example.com/plans?sql={sql}")
    assert told["status"] == "differs"
    assert [event["version"] for event in told["events"]] == ["1.0.1"]
    assert (await ask(released, told["hash_now"], f"/plans.csv?sql={sql}"))["status"] == "stands"
    old.get_database("plans").close()


async def test_an_unknown_hash_is_told_as_such(released: Datasette) -> None:
    assert (await ask(released, "0" * 16))["status"] == "unknown"
    assert "見つかりません" in (await released.client.get(f"/verify?hash={'0' * 64}")).text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("hash=xyz", "16〜64桁"),
        *((f"hash=0123456789abcdef&of={page}", "表・問い合わせ・記録") for page in (
            "/verify", "/plans", "//x[", "/plans/measures/a/b/c", f"/plans/{'x' * 21_000}",
        )),
        *((f"hash=0123456789abcdef&of={page}", "開けません") for page in (
            "/plans/nosuch", "/plans?sql=select+nosuch", "/plans/measures%3Fnosuch=1",
        )),
    ],
)  # fmt: skip
async def test_wrong_questions_are_refused_in_japanese(released: Datasette, query: str, words: str) -> None:
    page = await released.client.get(f"/verify?{query}")
    assert page.status_code == 400
    assert words in page.text
    answer = await released.client.get(f"/verify.json?{query}")
    assert (answer.status_code, answer.json()["ok"]) == (400, False)
    assert words in answer.text


async def test_the_form_is_there_for_those_who_come_without_a_hash(released: Datasette) -> None:
    page = await released.client.get("/verify")
    assert page.status_code == 200
    assert "公開版 1.0.1 と同じ内容" in page.text
    assert (await released.client.get("/verify.json")).status_code == 400


async def test_telling_of_a_change_does_not_change_what_a_release_held(folder: Path, copied: Path) -> None:
    path = copied / CHANGES
    path.write_text(THIRD + path.read_text("utf-8"), "utf-8")
    assert build(copied).exit_code == 0
    tables = ["changes", "change_records", "measures"]
    before, after = (hash_records(read_rows(place / "plans.db", tables)) for place in (folder, copied))
    assert set(after.items()) - set(before.items()) == {(r, after[r]) for r in after if r.key == ("minato-change-3",)}
    assert set(before.items()) <= set(after.items())
    site = await serve(copied)
    assert (await ask(site, "0" * 16))["release"] == "1.0.1"
    change = RecordId("changes", ("minato-change-1",))
    assert (await ask(site, after[change]))["status"] == "stands"
    assert not any(
        record.table in tables[:2] for record in last(told.records for told in read_history(copied / "data" / HISTORY))
    )


async def test_a_new_line_of_the_history_is_told_at_once(folder: Path, copied: Path) -> None:
    shutil.copy(folder / "plans.db", copied)
    history = copied / "data" / HISTORY
    whole = history.read_text("utf-8")
    history.write_text(whole.splitlines(keepends=True)[0], "utf-8")
    before, _ = changed(folder, "measures")
    ((_, digest),) = before.items()
    site = await serve(copied)
    first = await site.client.get(f"/verify.json?hash={digest}")
    assert (first.json()["status"], first.json()["events"], first.json()["release"]) == ("changed", [], None)
    history.write_text(whole, "utf-8")
    second = await site.client.get(f"/verify.json?hash={digest}")
    assert (second.json()["events"][0]["reason"], second.json()["release"]) == (REASON, "1.0.1")


MAP = RecordId("measures", ("minato-geijutsu-4",))
SLIP = "- {id: minato-correction-9, table: measures, row: 芸-4, column: name, kind: misprint, printed: マッブ, reason: 誤植。}\n"
FIGURE = "芸-4,1,令和5年度,,met,1年早く出ました。,https://example.jp/minato/map,みなと市\n"
TELLS = THIRD.replace("records: []", "records: [芸-4]")


def quoted(folder: Path) -> str:
    return hash_page(read_all_pages(folder / "plans.db")[MAP].parts)


@pytest.mark.parametrize(
    ("file", "old", "new", "changed"), CASES["the hash of a page covers what it shows part by part"]
)
async def test_the_hash_of_a_page_covers_what_it_shows_part_by_part(
    folder: Path, copied: Path, file: str, old: str, new: str, changed: dict[str, str]
) -> None:
    was = quoted(folder)
    path = copied / "data" / "minato" / "bunka" / file
    place = path.read_text("utf-8").index("code: 芸-4") if file == "measures.yml" else 0
    text = path.read_text("utf-8")
    assert old in text[place:]
    path.write_text(text[:place] + text[place:].replace(old, new, 1), "utf-8")
    (copied / CHANGES).write_text(TELLS + SECOND + FIRST, "utf-8")
    assert build(copied).exit_code == 0
    site = await serve(copied)
    told = await ask(site, was, "/plans/measures/minato-geijutsu-4")
    states = {part["name"]: part["status"] for part in told["parts"]}
    assert (told["status"], told["covers"], told["released"]) == ("changed", "page", ["1.0.0", "1.0.1"])
    assert {name: status for name, status in states.items() if status != "stands"} == changed
    assert "stands" in states.values()
    assert [c["id"] for c in told["told"]] == ["minato-change-3"]
    assert "まだ公開版に記録されていません" in (await site.client.get(f"/verify?hash={was}")).text
    page = (await site.client.get("/plans/measures/minato-geijutsu-4")).text
    assert quoted(copied) in page and was not in page
    told = await ask(site, "0" * 16, "/plans/measures/minato-geijutsu-4")
    assert (told["status"], told["hash_now"]) == ("differs", quoted(copied))
    release(copied, folder)
    told = await ask(site, was)
    assert {part["version"] for part in told["parts"] if part["status"] != "stands"} == {"1.0.2"}
    assert {part["reason"] for part in told["parts"]} == {"", "足した。"}
    assert (await ask(site, quoted(copied)))["released"] == ["1.0.2"]


async def test_a_page_quoted_between_two_releases_is_told_part_by_part(folder: Path, copied: Path) -> None:
    results, corrections = (copied / "data" / "minato" / "bunka" / name for name in ("results.csv", "corrections.yml"))
    (copied / CHANGES).write_text(TELLS + SECOND + FIRST, "utf-8")
    heading, rows = results.read_text("utf-8").split("\n", 1)

    def record(*figures: tuple[str, str]) -> str:
        more = [f"芸-4,1,{year},,met,,https://example.jp/{day},みなと市,{day}\n" for year, day in figures]
        results.write_text(f"{heading},recorded_on\n{rows}{''.join(more)}", "utf-8")
        assert build(copied).exit_code == 0
        return quoted(copied)

    was = record(("令和4年度", "2026-02-10"))
    corrections.write_text(SLIP + corrections.read_text("utf-8"), "utf-8")
    now = record(("令和4年度", "2026-02-10"), ("令和5年度", "2026-02-20"))
    site = await serve(copied)
    assert (await ask(site, was))["status"] == "unknown"
    told = await ask(site, was, "/plans/measures/minato-geijutsu-4")
    assert (told["status"], told["hash_now"], told["released"]) == ("changed", now, [])
    parts = {part["name"]: (part["status"], part["date"]) for part in told["parts"]}
    assert parts == {
        **dict.fromkeys(("record", "targets", "bodies"), ("stands", "")),
        "figures": ("changed", "2026-02-20"), "corrections": ("changed", ""),
    }  # fmt: skip
    assert [c["id"] for c in told["told"]] == ["minato-change-3"]
    page = (await site.client.get(f"/verify?hash={was}&of=/plans/measures/minato-geijutsu-4")).text
    assert "公開した版のあいだに" in page and "新しい実績を登録した日：2026年2月20日" in page
    release(copied, folder)
    told = await ask(site, was, "/plans/measures/minato-geijutsu-4")
    assert {part["version"] for part in told["parts"] if part["status"] == "changed"} == {"1.0.2"}


async def test_the_hash_of_a_record_alone_says_what_it_does_not_cover(released: Datasette, folder: Path) -> None:
    page = read_all_pages(folder / "plans.db")[MAP]
    told = await ask(released, page.parts["record"])
    assert (told["status"], told["covers"]) == ("stands", "record")
    assert {part["status"] for part in told["parts"] if part["name"] != "record"} == {"not_covered"}
    assert "目標・実績・団体・評価・訂正を含みません" in told["message"]


def test_what_was_quoted_from_the_first_releases_is_known_still() -> None:
    releases = read_history(ROOT / "data" / HISTORY)
    pages = {MAP: Page({"record": "0" * 16, "figures": "1" * 16})}
    for version in ("0.1.0", "0.2.0"):
        place = [release.version for release in releases].index(version)
        held = last(release.records for release in releases[: place + 1])
        held = {record: digest for record, digest in held.items() if record.table == "measures"}
        assert len(held) == 46
        verdicts = {record: judge_quoted(digest, pages, {}, releases) for record, digest in held.items()}
        assert all(v.covers == "record" and version in v.released for v in verdicts.values())

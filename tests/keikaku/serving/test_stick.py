"""The folder that needs no server is whole, proves itself, and is the same whenever it is made again."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from click.testing import CliRunner

from build_db import main
from keikaku.files.proof import read_digests, read_public_key, write_archive
from keikaku.schema.codes import CODES
from keikaku.serving import stick as stick_module
from tests.crawling import crawl, hosting
from tests.sites import ROOT
from tests.test_docs import blocks

ALONE = "plans/compare/index.html"  # to which nothing leads where one plan has nothing to compare
# What only a server can answer, or has a form of its own in the folder.
LIVE = (
    "verify/", "plans/search", "index.json", "plans.json", "openapi.json", "opensearch.xml", "robots.txt", "sitemap", "llms.txt", "notebooks/", "manifest.json", "static/",
)  # fmt: skip
HASHES = "sha256sum --quiet -c MANIFEST"
SIGNATURE = "openssl pkeyutl -verify -pubin -inkey public-key.pem -rawin -in MANIFEST -sigfile MANIFEST.sig"


def run(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        line, shell=True, cwd=folder, capture_output=True, text=True, env={**os.environ, "PATH": path}
    )


def invoke(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    return done.exit_code, done.output


@pytest.fixture
def copy(stick: Path, tmp_path: Path) -> Path:
    """One to spoil."""
    return Path(shutil.copytree(stick, tmp_path / "stick"))


def list_again(folder: Path) -> None:
    lines = [f"{digest}  {name}\n" for name, digest in read_digests(folder).items()]
    (folder / "MANIFEST").write_text("".join(lines), "utf-8")


@pytest.fixture(params=["file", "http"])
def address(request: pytest.FixtureRequest, stick: Path, tmp_path: Path) -> Iterator[str]:
    """Of the first page: on the disk, and below a path of a host that knows nothing but files."""
    if request.param == "file":
        yield (stick / "index.html").as_uri()
        return
    with hosting(stick, tmp_path) as hosted:
        yield hosted


@pytest.fixture
def parted_addresses(parted: Path, tmp_path: Path) -> Iterator[list[str]]:
    """As `address`, of the folder of many plans."""
    with hosting(parted, tmp_path) as hosted:
        yield [(parted / "index.html").as_uri(), hosted]


def place_in_part(page: Path) -> str:
    """Where a page of the folder of one plan stands in that of many."""
    return re.sub(
        r"^((?:plans|charts)/[^/]+|print)/(?!minato/)([^/]+)/index\.html$", r"\1/minato.html?\2", page.as_posix()
    )


def test_every_link_leads_to_a_file_and_nothing_is_asked_elsewhere(address: str, stick: Path) -> None:
    read, faults = crawl(address)
    assert faults == []
    pages = {path.relative_to(stick).as_posix() for path in stick.rglob("*.html")}
    assert pages - read <= {ALONE}
    assert {"search/index.html", "sql/index.html", "verify.html", "plans.db", "README.txt", "files/plans.xlsx"} <= read
    assert len(read) > 300
    assert (stick / "index.html").stat().st_size <= 60 * 1024


def test_a_folder_whose_site_no_other_machine_reaches_names_no_address(stick: Path) -> None:
    """Not in a page, a citation, a feed or a workbook; README.txt tells how to serve it at home."""
    naming = []
    for path in sorted(path for path in stick.rglob("*") if path.is_file()):
        parts = [path.read_bytes()]
        if path.suffix in (".xlsx", ".zip"):
            with zipfile.ZipFile(path) as archive:
                parts = [archive.read(name) for name in archive.namelist()]
        naming += [path.name for part in parts if b"127.0.0.1:8001" in part or b"//localhost" in part]
    assert naming == []
    bodies = {path: path.read_text("utf-8").partition("<body")[2] for path in stick.rglob("*.html")}
    assert [path for path, body in bodies.items() if re.search(r">[^<]*\.\./", body)] == []  # no place to read
    cited = (stick / "cite" / "measures" / "minato-geijutsu-1.txt").read_text("utf-8")
    assert "年。" in cited
    described = json.loads((stick / "plans" / "measures" / "minato-geijutsu-1.jsonld").read_text("utf-8"))
    assert described["@id"] == "minato-geijutsu-1/index.html"
    facts = json.loads((stick / stick_module.FACTS).read_text("utf-8"))
    assert facts["address"] == ""


@pytest.mark.parametrize("of_many", [False, True])
def test_what_programs_read_leads_to_files_and_asks_no_server(of_many: bool, stick: Path, parted: Path) -> None:
    folder = parted / "minato" if of_many else stick
    led, nowhere = set(), []
    for file in sorted(
        path for path in folder.rglob("*") if path.suffix in (".atom", ".ics", ".json", ".jsonld", ".ttl", ".txt")
    ):
        text = unescape(file.read_text("utf-8"))
        nowhere += [(file.name, key) for key in ("toggle_url", "next_url") if f'"{key}"' in text]
        for address in re.findall(r"""["<'](\.{0,2}/?[\w./%~,-]+\.html[^"<>']*|\.{1,2}/[^"<>']*)["'>]""", text):
            target = file.parent / re.split("[?#]", unquote(address))[0]
            is_name = (
                file.parent.name == "files" and (target / "index.html").is_file()
            )  # of a dataset, in the words of DCAT
            (led.add(target) if target.is_file() or is_name else nowhere.append((file.name, address)))
    assert nowhere == []
    assert len(led) > (5 if of_many else 50)


def test_a_file_of_the_first_rows_is_not_offered_as_the_whole_table(stick: Path) -> None:
    offered = []
    for page in sorted(stick.glob("plans/*/index.html")):
        for href, number in re.findall(r'href="([^"]*)">JSON（([\d,]+)行）', page.read_text("utf-8")):
            rows = json.loads((page.parent / href).read_text("utf-8"))["rows"] if href.endswith(".json") else None
            offered.append((page.parent.name, rows is None or len(rows) == int(number.replace(",", ""))))
    assert len(offered) > 40
    assert [name for name, is_whole in offered if not is_whole] == []


def test_where_the_site_was_is_said_and_no_link_of_that_name_leads_into_the_folder(stick: Path, baked: Path) -> None:
    facts = {**stick_module.read_facts(stick), "address": "https://plans.example.jp/", "public_key": "KEY"}
    for page in stick_module.render(baked / "plans.db", {"": "_stick_foot.html", "v": "stick_verify.html"}, facts):
        assert "https://plans.example.jp/" in re.sub(r"<[^>]*>", "", page)
        assert '<a href="https://plans.example.jp/' not in page


def test_every_permanent_page_and_picture_is_in_it(stick: Path, baked: Path) -> None:
    site = baked / "site"
    own = [path.relative_to(site) for path in site.rglob("*") if path.is_file() and path.suffix != ".gz"]
    missing = {path.as_posix() for path in own if not (stick / path).is_file()}
    missing = {path for path in missing if not path.startswith(LIVE) and not path.endswith("embed-1.html")}
    assert [path for path in missing if not (path.endswith(".xlsx") and path.count("/") == 2)] == []


@pytest.mark.long
def test_the_real_plan_is_small_and_whole(site_folder: Path, tmp_path: Path) -> None:
    shutil.copy(site_folder / "plans.db", tmp_path)
    archive = tmp_path / "stick.zip"
    code, said = invoke(
        "stick", "--database", tmp_path / "plans.db", "--output", tmp_path / "stick", "--zip", archive, "--quiet"
    )
    assert (code, said) == (0, "")
    assert archive.stat().st_size <= 12_000_000
    assert (tmp_path / "stick" / "index.html").stat().st_size <= 60 * 1024
    assert crawl((tmp_path / "stick" / "index.html").as_uri())[1] == []


def test_many_plans_have_a_folder_each_below_one_small_first_page(
    parted: Path, stick: Path, parted_addresses: list[str]
) -> None:
    pages = {"index.html", *(f"minato/{place_in_part(page.relative_to(stick))}" for page in stick.rglob("*.html"))}
    for address in parted_addresses:
        read, faults = crawl(address)
        assert faults == []
        assert pages - read == {f"minato/{ALONE}"}
    assert (parted / "index.html").stat().st_size <= 60 * 1024
    (plan,) = json.loads((parted / "index.json").read_text("utf-8"))
    assert (plan["part"], plan["id"], plan["theme"]) == ("minato", "minato", "文化")
    assert run(HASHES, parted).returncode == run(HASHES, parted / "minato").returncode == 0


def test_of_many_plans_no_record_has_a_file_and_its_list_says_what_matters(parted: Path) -> None:
    part = parted / "minato"
    with closing(sqlite3.connect(part / "plans.db")) as connection:
        ids = {row[0] for row in connection.execute("SELECT id FROM records WHERE id <> plan_id")}
        measures = connection.execute("SELECT id, name, organizations FROM measure_overview").fetchall()
        targets = connection.execute(
            "SELECT measure_id, printed, state FROM targets WHERE measure_id IS NOT NULL"
        ).fetchall()
    assert len(ids) > 50
    assert [path for path in parted.rglob("*") if path.name.partition(".")[0] in ids] == []
    kept = ["README.txt", "plans-csv.zip", "plans-jsonl.zip", "plans-parquet.zip", "plans.xlsx"]
    assert sorted(path.name for path in (part / "files").iterdir()) == kept
    html = (part / "plans" / "measures" / "minato.html").read_text("utf-8")
    rows = {row.partition('"')[0]: unescape(row) for row in html.partition("<script type=")[0].split('<li id="')[1:]}
    words = CODES["verdicts", "state"]
    missing = [
        (id_, said)
        for id_, *said in [*measures, *((id_, printed, words[state][0]) for id_, printed, state in targets)]
        if not all(text in rows[id_] for text in said if text)
    ]
    assert (missing, len(rows)) == ([], len(measures))


@pytest.mark.long
@pytest.mark.parametrize(
    ("by", "address", "parts"),
    [
        ("municipality", "https://plans.example.jp/", ["kakogawa", "minato", "toyoake"]),
        ("prefecture", "https://www.example.jp/below/a/path/", ["23", "28", "47"]),
    ],
)
def test_plans_of_every_shape_are_parted_and_made_again(
    by: str, address: str, parts: list[str], tmp_path: Path
) -> None:
    for city in ("kakogawa", "minato", "toyoake"):
        shutil.copytree(ROOT / "tests" / "fixtures" / city, tmp_path / "data" / city)
    data, folder = tmp_path / "data", tmp_path / "all"
    asked = ("stick", "--by", by, "--data", data, "--output", folder, "--address", address, "--quiet")
    assert invoke(*asked) == (0, "")
    assert sorted(path.name for path in folder.iterdir() if (path / "plans.db").is_file()) == parts
    assert crawl((folder / "index.html").as_uri())[1] == []
    (page,) = folder.glob("*/plans/plans/minato/index.html")
    assert f'<link rel="canonical" href="{address}plans/plans/minato">' in page.read_text("utf-8")
    (folder / "index.html").write_text("", "utf-8")
    assert invoke("compare", folder, "--data", data, "--quiet") == (1, "index.html: differs\n")


def test_both_lines_of_the_readme_check_it(stick: Path) -> None:
    lines = (stick / "README.txt").read_text("utf-8")
    for line in (HASHES, SIGNATURE):
        assert f"\n    {line}\n" in lines
    assert (run(HASHES, stick).stdout, run(HASHES, stick).returncode) == ("", 0)
    assert "Signature Verified Successfully" in run(SIGNATURE, stick).stdout
    told = {line.split("  ", 1)[1] for line in (stick / "MANIFEST").read_text("utf-8").splitlines()}
    assert told == set(read_digests(stick))


def test_its_database_is_asked_as_the_readme_says(stick: Path) -> None:
    (line,) = [
        line.strip() for line in (stick / "README.txt").read_text("utf-8").splitlines() if "sqlite3 plans.db" in line
    ]
    done = run(line, stick)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 5


@pytest.mark.parametrize("path", ["index.html", "plans.db", "db/plans.js", "verify.html", "README.txt"])
def test_a_changed_byte_is_found(path: str, copy: Path) -> None:
    content = bytearray((copy / path).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / path).write_bytes(content)
    done = run(HASHES, copy)
    assert (done.returncode, done.stdout) == (1, f"{path}: FAILED\n")
    assert run(SIGNATURE, copy).returncode == 0
    list_again(copy)  # whoever changes the list as well
    assert run(HASHES, copy).returncode == 0
    assert run(SIGNATURE, copy).returncode != 0


def test_a_key_is_written_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    key = tmp_path / "one.key"
    code, said = invoke("new-key", key)
    assert (code, said.strip(), len(said.strip())) == (0, read_public_key(key), 60)
    assert key.stat().st_mode & 0o777 == 0o600
    before = key.read_bytes()
    code, said = invoke("new-key", key)
    assert (code, "is there already" in said, key.read_bytes()) == (1, True, before)


def test_only_what_is_whole_is_signed_and_only_with_the_published_key(copy: Path, stick: Path, tmp_path: Path) -> None:
    invoke("new-key", tmp_path / "other.key")
    facts = copy / "stick.json"
    (copy / "extra.txt").write_text("", "utf-8")
    (copy / "about" / "index.html").unlink()
    code, said = invoke("sign", "--key", tmp_path / "other.key", copy)
    assert (code, said.replace(f"{copy}/", "")) == (1, "about/index.html: is missing\nextra.txt: is extra\n")
    shutil.rmtree(copy)
    shutil.copytree(stick, copy)
    key = stick.parent / "test.key"
    named = f'"public_key": "{read_public_key(key)}"'
    facts.write_text(facts.read_text("utf-8").replace('"public_key": ""', named), "utf-8")
    list_again(copy)
    code, said = invoke("sign", "--key", tmp_path / "other.key", copy)
    assert (code, "is not the one that metadata.yml names" in said) == (1, True)
    code, said = invoke("sign", "--key", key, copy, "--zip", tmp_path / "stick.zip")
    assert (code, read_public_key(key) in said, zipfile.is_zipfile(tmp_path / "stick.zip")) == (0, True, True)


def test_an_archive_is_the_folder_and_depends_on_no_clock(stick: Path, copy: Path, tmp_path: Path) -> None:
    for name, folder in (("one.zip", stick), ("two.zip", copy)):
        write_archive(folder, tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        archive.extractall(tmp_path / "unpacked")
    assert read_digests(tmp_path / "unpacked" / "stick") == read_digests(stick)
    assert [run(line, tmp_path / "unpacked" / "stick").returncode for line in (HASHES, SIGNATURE)] == [0, 0]


@pytest.mark.parametrize("bakes", [False, pytest.param(True, marks=pytest.mark.long)])
def test_made_again_every_byte_is_the_same_and_what_was_changed_is_named(
    copy: Path, parted: Path, baked: Path, monkeypatch: pytest.MonkeyPatch, bakes: bool
) -> None:
    """Of a part without the others; of a folder in which something was changed. In short runs from the site that was baked."""
    if not bakes:
        monkeypatch.setattr(stick_module, "write_site", lambda _, folder, *__: shutil.copytree(baked / "site", folder))
    code, said = invoke("compare", parted / "minato", "--data", baked / "data", "--quiet")
    assert (code, "every byte is the same" in said) == (0, True)
    (copy / "about" / "index.html").write_text("", "utf-8")
    assert invoke("compare", copy, "--data", baked / "data", "--quiet") == (1, "about/index.html: differs\n")


def test_the_file_alone_answers_in_stock_datasette(stick: Path, tmp_path: Path) -> None:
    (block,) = blocks("docs/stick.md", "yaml")
    (tmp_path / "metadata.yml").write_text(block["body"], "utf-8")
    files = (ROOT / "tests" / "stock_datasette.py", stick / "plans.db", tmp_path / "metadata.yml")
    done = subprocess.run([sys.executable, *map(str, files)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_line_of_the_shell_in_the_document_finds_something(stick: Path) -> None:
    (block,) = [block for block in blocks("docs/stick.md", "sh") if block["file"] == "shell"]
    for line in block["body"].splitlines():
        done = run(line, stick)
        assert (done.returncode, done.stderr) == (0, ""), line
        assert done.stdout.strip(), line

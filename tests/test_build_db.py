"""build_db.py: one command, one whole file or one line for each fault, whatever happens meanwhile."""

import hashlib
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from build_db import main
from keikaku.files.beside import read_data
from tests.mutations import MUTATIONS
from tests.programs import INSTALLED
from tests.sites import add_city

CASES = read_data(__file__, "build_db.yml")

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "tests" / "fixtures"
REPORT = FIXTURES / "report.txt"
CITIES = {"minato": FIXTURES / "minato", "akishima": ROOT / "data" / "akishima"}
ONE_LINE = re.compile(r"^.+?:[1-9][0-9]*:[1-9][0-9]*: \S.*; \S.*$")


def run(*arguments: str | Path) -> Result:
    """Run the command in this process; what it does not catch itself fails the test."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, str(ROOT / "build_db.py"), *map(str, arguments)]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def listing(folder: Path) -> list[str]:
    """The files of a folder, less the working database."""
    return sorted(file.name for file in folder.iterdir() if not file.name.endswith(".rows"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with the invented municipality, for a test to change."""
    shutil.copytree(CITIES["minato"], tmp_path / "data" / "minato")
    return tmp_path / "data"


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Where to build: alone in its folder."""
    (tmp_path / "site").mkdir()
    return tmp_path / "site" / "plans.db"


def count(path: Path, table: str) -> int:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    found: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    connection.close()
    return found


# What it says and leaves behind


def test_a_build_writes_the_database_and_says_how_many_rows_each_table_has(data: Path, output: Path) -> None:
    result = run("--data", data, "--output", output)
    assert (result.exit_code, result.stdout) == (0, "")
    assert re.search(r"^ +8 measures$", result.stderr, re.MULTILINE)
    assert re.search(rf"^wrote {re.escape(str(output))} in [0-9.]+ s$", result.stderr, re.MULTILINE)
    assert listing(output.parent) == ["plans.db"]
    assert (count(output, "measures"), count(output, "report_passages")) == (8, 0)


def test_check_validates_and_writes_nothing(data: Path) -> None:
    assert run("check", "--data", data).exit_code == 0
    assert sorted(file.name for file in data.parent.rglob("*") if not file.suffix) == ["bunka", "data", "minato"]


@pytest.mark.parametrize("report", [str(REPORT), f"minato/bunka={REPORT}"])
def test_a_report_adds_its_wording(data: Path, output: Path, report: str) -> None:
    assert run("--data", data, "--output", output, "--report", report).exit_code == 0
    assert count(output, "report_passages") == 23


def test_verify_compares_and_writes_nothing(data: Path, output: Path) -> None:
    result = run("verify", "--data", data, "--report", REPORT)
    assert result.exit_code == 0
    assert "the data agrees with the report" in result.stderr
    assert listing(output.parent) == []


def test_every_command_says_what_it_does_without_waiting_for_libraries() -> None:
    """What is imported counts, which takes the time: the reading of plans, the dictionary, SQLite."""
    code = "import sys, build_db; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {"pydantic", "sqlite_utils", "sudachipy", "yaml"} & set(loaded.stdout.split()) == set()
    shown = run("--help").output
    assert [name for name in main.commands if f"  {name}" not in shown] == []


@pytest.mark.parametrize("command_name", ["verify", "build"])
def test_a_report_that_differs_is_told_and_its_wording_put_on_no_row(
    data: Path, output: Path, tmp_path: Path, command_name: str
) -> None:
    changed = tmp_path / "changed.txt"
    changed.write_text(
        REPORT.read_text("utf-8").replace("【芸 - 4】", "【芸 - 3】").replace("計画の見直し", "計画の改定")
    )
    place = ["--output", output] if command_name == "build" else []
    result = run(command_name, "--data", data, "--report", changed, "--quiet", *place)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 3
    assert all(ONE_LINE.match(line) and line.startswith(f"{changed}:") for line in result.stderr.splitlines())
    assert listing(output.parent) == []


WRONG_USE = CASES["wrong use"]


@pytest.mark.parametrize(("arguments", "code", "message"), WRONG_USE.values(), ids=WRONG_USE)
def test_wrong_use_is_one_clear_line(
    data: Path, output: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, message: str
) -> None:
    monkeypatch.chdir(data.parent)
    result = run("--data", "data", "--output", output, *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert listing(output.parent) == []


def test_verify_needs_a_report(data: Path) -> None:
    result = run("verify", "--data", data)
    assert (result.exit_code, "verify needs --report FILE" in result.stderr) == (2, True)


def test_a_report_must_name_its_plan_where_there_are_several(data: Path, output: Path) -> None:
    shutil.copytree(CITIES["akishima"], data / "akishima")
    result = run("--data", data, "--output", output, "--report", REPORT)
    assert result.exit_code == 2
    assert "name the plan, as in akishima/sangyo=" in result.stderr


def test_hidden_folders_and_loose_files_are_no_plans(data: Path, output: Path) -> None:
    (data / ".git").mkdir()
    (data / "README.txt").write_text("一つのフォルダーが一つの計画です。", "utf-8")
    assert run("--data", data, "--output", output, "--quiet").exit_code == 0


# Faults in the data


def test_all_faults_of_all_cities_are_told_together_and_the_old_database_stays(data: Path, output: Path) -> None:
    shutil.copytree(CITIES["minato"], data / "minami")
    assert run("--data", data, "--output", output, "--quiet").exit_code == 1
    shutil.rmtree(data / "minami")
    assert run("--data", data, "--output", output, "--quiet").exit_code == 0
    before = output.read_bytes()

    shutil.copytree(data / "minato", data / "minami")
    (data / "synonyms.yml").write_text("- words: [給食, 昼食]\n", "utf-8")
    for file, old, new in (
        ("minato/bunka/measures.yml", "[商店会, 県, 市]", "[商店会, 国, 市]"),
        ("minato/bunka/results.csv", "3200", "many"),
        ("minato/bunka/goals.yml", "  number: 2", "  number: two"),
        ("synonyms.yml", "words: [給食,", "word: [給食,"),
    ):
        (data / file).write_text((data / file).read_text("utf-8").replace(old, new), "utf-8")
    result = run("--data", data, "--output", output)
    assert result.exit_code == 1
    assert [re.sub(rf"^{re.escape(str(data))}/|: .*", "", line) for line in result.stderr.splitlines()] == [
        "minami/municipality.yml:1:5", "minato/bunka/goals.yml:7:11", "minato/bunka/goals.yml:17:11",
        "minato/bunka/measures.yml:78:24", "minato/bunka/results.csv:2:13", "synonyms.yml:1:3", "synonyms.yml:1:3",
    ]  # fmt: skip
    assert (output.read_bytes(), listing(output.parent)) == (before, ["plans.db"])


def test_municipalities_that_could_make_the_same_ids_are_told_in_one_line(data: Path, output: Path) -> None:
    add_city(data, "minato-b")
    result = run("--data", data, "--output", output)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert (
        "/minato-b:1:1: ID minato-b は、市区町村 minato の minato と区別できません (ids would mix); " in result.stderr
    )
    assert not output.exists()


def test_a_code_in_two_folders_is_told_in_one_line(data: Path, output: Path) -> None:
    add_city(data, "nishi")
    city = data / "nishi" / "municipality.yml"
    city.write_text(re.sub('code: "[0-9]+"', 'code: "470007"', city.read_text("utf-8")), "utf-8")
    result = run("--data", data, "--output", output)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "nishi/municipality.yml:1:1: code 470007 は、市区町村 minato の番号です (code of another" in result.stderr


def put_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def put_link(path: Path, target: str) -> None:
    path.unlink()
    path.symlink_to(target)


def link_folder(data: Path) -> None:
    (data / "minato").rename(data.parent / "elsewhere")
    (data / "minato").symlink_to(data.parent / "elsewhere")


LINKED = "読めません (cannot be read: it is a link)"
NO_FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "pipe": (lambda data: put_pipe(data / "minato" / "bunka" / "measures.yml"), "minato/bunka/measures.yml:1:1: 読めません (cannot be read: not a file)"),
    "link to a device": (lambda data: put_link(data / "minato" / "bunka" / "goals.yml", "/dev/zero"), f"minato/bunka/goals.yml:1:1: {LINKED}"),
    "link to a file": (lambda data: put_link(data / "minato" / "bunka" / "results.csv", "/etc/passwd"), f"minato/bunka/results.csv:1:1: {LINKED}"),
    "link to nothing": (lambda data: (data / "minato" / "ruby.yml").symlink_to("none"), f"minato/ruby.yml:1:1: {LINKED}"),
    "link beside the plans": (lambda data: (data / "synonyms.yml").symlink_to("/etc/passwd"), f"synonyms.yml:1:1: {LINKED}"),
    "link in the place of a plan": (link_folder, "minato:1:1: リンクです (a link); "),
    "file without an end": (
        lambda data: os.truncate(data / "minato" / "bunka" / "events.yml", 10**9), "minato/bunka/events.yml:1:1: 長すぎます (too long); 4,000,000バイトまで"
    ),
    "history that is no text": (lambda data: (data / "history.jsonl").write_bytes(b"\xff"), "history.jsonl:1:1: 0xff は UTF-8 ではありません (not UTF-8)"),
    "history that is a pipe": (lambda data: os.mkfifo(data / "history.jsonl"), "history.jsonl:1:1: 読めません (cannot be read: not a file)"),
    "history without an end": (
        lambda data: (data / "history.jsonl").write_text("[" * 100_000), "history.jsonl:1:1: is not a release: RecursionError("
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ["build", "check"])
@pytest.mark.parametrize(("spoil", "fault"), NO_FILES.values(), ids=NO_FILES)
def test_what_is_no_ordinary_file_is_refused_in_one_line(
    data: Path, output: Path, spoil: Callable[[Path], object], fault: str, name: str
) -> None:
    spoil(data)
    result = run(name, "--data", data, "--quiet", *(["--output", output] if name == "build" else []))
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1), result.stderr
    assert result.stderr.startswith(f"{data}/{fault}")
    assert listing(output.parent) == []


@pytest.mark.parametrize(
    ("city", "times"),
    [("minato", 30), *(pytest.param(*long, marks=pytest.mark.long) for long in (("minato", 400), ("akishima", 100)))],
)
def test_mutated_data_is_accepted_whole_or_refused_line_by_line(tmp_path: Path, city: str, times: int) -> None:
    rng = random.Random(f"{city} 2026")
    folder = Path(shutil.copytree(CITIES[city], tmp_path / "data" / city))
    shutil.copy(ROOT / "data" / "synonyms.yml", folder.parent)
    output = tmp_path / "plans.db"
    files = sorted(file for file in folder.parent.rglob("*.*") if file.is_file())
    assert run("--data", folder.parent, "--output", output, "--quiet").exit_code == 0
    outcomes = {0: 0, 1: 0}
    wrong = []
    for number in range(times):
        file = rng.choice(files)
        whole, old = file.read_bytes(), output.read_bytes()
        mutation = rng.choice(MUTATIONS)
        file.write_bytes(mutation(rng, whole))
        result = run("--data", folder.parent, "--output", output, "--quiet")
        outcomes[result.exit_code] += 1
        lines = result.stderr.splitlines()
        fine = (
            not lines
            if result.exit_code == 0
            else output.read_bytes() == old and all(map(ONE_LINE.match, lines)) and lines
        )
        if not fine:
            wrong.append((number, file.name, mutation, result.exit_code, lines[:3]))
        file.write_bytes(whole)
    assert not wrong
    assert min(outcomes.values()) >= times / 20, outcomes
    assert listing(tmp_path) == ["data", "plans.db"]


@pytest.mark.parametrize("times", [20, pytest.param(200, marks=pytest.mark.long)])
def test_a_mutated_report_agrees_or_differs_line_by_line(tmp_path: Path, times: int) -> None:
    rng = random.Random(2026)
    report = tmp_path / "report.txt"
    wrong = []
    for number in range(times):
        report.write_bytes(rng.choice(MUTATIONS)(rng, REPORT.read_bytes()))
        result = run("verify", "--data", FIXTURES, "--report", f"minato/bunka={report}", "--quiet")
        lines = result.stderr.splitlines()
        if not (not lines if result.exit_code == 0 else lines and all(map(ONE_LINE.match, lines))):
            wrong.append((number, result.exit_code, lines[:3]))
    assert not wrong


# The same bytes everywhere


def test_the_same_data_gives_the_same_bytes_wherever_and_however_it_is_built(data: Path, tmp_path: Path) -> None:
    digests = set()
    for number, seed in enumerate(("0", "4242")):
        place = tmp_path / f"place {number}" / "日本語"
        place.mkdir(parents=True)
        copied = shutil.copytree(data, place / "data")
        relative = number % 2 == 0
        arguments = (
            "--data",
            "data" if relative else copied,
            "--output",
            "plans.db" if relative else place / "plans.db",
        )
        environment = {**INSTALLED, "PYTHONHASHSEED": seed, "TZ": ("UTC", "Asia/Tokyo")[number % 2], "LC_ALL": "C"}
        subprocess.run(
            command(*arguments, "--report", REPORT), cwd=place, env=environment, check=True, capture_output=True
        )
        digests.add(digest(place / "plans.db"))
    assert len(digests) == 1


def test_building_again_or_under_another_name_changes_no_byte(data: Path, tmp_path: Path) -> None:
    digests = set()
    for name in ("a.db", "a.db", "b.db"):
        assert run("--data", data, "--output", tmp_path / name, "--quiet").exit_code == 0
        digests.add(digest(tmp_path / name))
    assert len(digests) == 1

"""Building again: only what is new is read, and the file has the same bytes as if everything had been."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from keikaku.database import working
from keikaku.database.building import build_database
from keikaku.database.working import place_of
from keikaku.plan.errors import InvalidData
from tests.sites import add_city

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


def edit(data: Path, name: str, old: str, new: str) -> None:
    path = data / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def build(data: Path, output: Path, reports: dict[str, Path] | None = None) -> str:
    """Build, and return what is said of the reading."""
    said: list[str] = []
    build_database(data, output, reports or {}, said.append)
    return next(line for line in said if line.startswith("read "))


@pytest.fixture(scope="module")
def first_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of three municipalities' data, with their database and what is kept for the next build."""
    folder = tmp_path_factory.mktemp("built")
    for name in ("higashi", "minato", "nishi"):
        add_city(folder / "data", name)
    build(folder / "data", folder / "plans.db")
    return folder


@pytest.fixture
def data(first_build: Path, tmp_path: Path) -> Path:
    """A copy of the data, with what was built from it beside it."""
    shutil.copytree(first_build, tmp_path, dirs_exist_ok=True)
    return tmp_path / "data"


def reword(data: Path) -> None:
    """To a longer title, which moves the numbers of other documents."""
    edit(data, "minato/bunka/events.yml", "文化行列の見直し", "文化行列を見直して次の計画に生かす")


CHANGES: dict[str, tuple[Callable[[Path], object], int, int]] = {
    "nothing": (lambda _: None, 0, 3),
    "a city changed": (reword, 1, 2),
    "a file came": (lambda data: (data / "nishi" / "synonyms.yml").write_text("- words: [美術, アート]\n", "utf-8"), 1, 2),
    "a city came": (lambda data: add_city(data, "kita"), 1, 3),
    "a city went": (lambda data: shutil.rmtree(data / "higashi"), 0, 2),
    "a city took another name": (lambda data: (shutil.rmtree(data / "nishi"), add_city(data, "aki")), 1, 2),
    "what all cities share": (lambda data: (data / "synonyms.yml").write_text("- words: [給食, 昼食]\n", "utf-8"), 0, 3),
}  # fmt: skip


@pytest.mark.parametrize(("change", "read", "unread"), CHANGES.values(), ids=CHANGES)
def test_a_build_after_a_change_has_the_bytes_of_a_whole_one(
    data: Path, tmp_path: Path, change: Callable[[Path], object], read: int, unread: int
) -> None:
    change(data)
    said = build(data, tmp_path / "plans.db")
    assert said == f"read {read} municipality folder(s) from {data}" + f", {unread} as before" * bool(unread)
    build(data, tmp_path / "whole.db")
    assert (tmp_path / "plans.db").read_bytes() == (tmp_path / "whole.db").read_bytes()


def test_a_report_is_read_again_when_it_comes_and_when_it_goes(data: Path, tmp_path: Path) -> None:
    without = (tmp_path / "plans.db").read_bytes()
    assert build(data, tmp_path / "plans.db", {"minato/bunka": FIXTURES / "report.txt"}).startswith("read 1 ")
    assert (tmp_path / "plans.db").read_bytes() != without
    assert build(data, tmp_path / "plans.db").startswith("read 1 ")
    assert (tmp_path / "plans.db").read_bytes() == without


def test_other_code_reads_everything_again(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "digest_code", lambda: "other")
    assert build(data, tmp_path / "plans.db") == f"read 3 municipality folder(s) from {data}"


@pytest.mark.parametrize("content", [b"", b"x" * 9999], ids=["empty", "broken"])
def test_a_broken_working_database_is_made_anew(data: Path, tmp_path: Path, content: bytes) -> None:
    before = (tmp_path / "plans.db").read_bytes()
    place_of(tmp_path / "plans.db").write_bytes(content)
    assert build(data, tmp_path / "plans.db") == f"read 3 municipality folder(s) from {data}"
    assert (tmp_path / "plans.db").read_bytes() == before


def test_a_city_that_was_refused_is_read_again(data: Path, tmp_path: Path) -> None:
    edit(data, "nishi/bunka/goals.yml", "  number: 2", "  number: two")
    for _ in range(2):
        with pytest.raises(InvalidData):
            build(data, tmp_path / "plans.db")
    edit(data, "nishi/bunka/goals.yml", "  number: two", "  number: 2")
    assert build(data, tmp_path / "plans.db") == f"read 0 municipality folder(s) from {data}, 3 as before"

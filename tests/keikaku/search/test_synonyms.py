"""synonyms.yml, of all plans and of one."""

from pathlib import Path

import pytest
import yaml

from keikaku.files.beside import read_data
from keikaku.plan.errors import InvalidData
from keikaku.plan.folder import read_city, read_synonyms
from keikaku.search.words import build_groups

CASES = read_data(__file__, "synonyms.yml")

DATA = Path(__file__).resolve().parents[3] / "data"


def test_there_are_at_least_sixty_groups() -> None:
    assert len(read_synonyms(DATA / "synonyms.yml")) >= 60


def test_the_file_may_be_left_out(tmp_path: Path, folder: Path) -> None:
    assert read_synonyms(tmp_path / "synonyms.yml") == []
    assert read_city(folder).synonyms == []


@pytest.mark.parametrize(("text", "place"), CASES["faults are told with their place"])
def test_faults_are_told_with_their_place(tmp_path: Path, folder: Path, text: str, place: str) -> None:
    for path, read in ((tmp_path / "synonyms.yml", read_synonyms), (folder / "synonyms.yml", None)):
        path.write_text(text, "utf-8")
        with pytest.raises(InvalidData) as error:
            read(path) if read else read_city(folder)
        assert any(f"synonyms.yml:{place}" in str(problem) for problem in error.value.problems), error.value


def test_a_plan_has_words_of_its_own(folder: Path) -> None:
    (folder / "synonyms.yml").write_text(yaml.dump([{"words": ["みなと祭", "港まつり"]}], allow_unicode=True), "utf-8")
    assert read_city(folder).synonyms[0].words == ["みなと祭", "港まつり"]


def test_groups_that_are_the_same_become_one_and_names_of_organizations_follow() -> None:
    names = [("a", name) for name in ("農協", "JA", "都")]
    rows = build_groups([(["創業", "起業"], ["開店"]), (["創業", "起業"], ["開店"])], names)
    assert [tuple(row.values()) for row in rows] == [
        (1, "創業", "word"), (1, "起業", "word"), (1, "開店", "also"), (2, "JA", "word"), (2, "農協", "word"),
    ]  # fmt: skip


def test_a_name_that_many_organizations_share_does_not_find_each_of_theirs() -> None:
    names = [(str(i), name) for i in range(30) for name in ("農協", f"{i}農業協同組合")]
    groups = build_groups([], names)
    assert {row["role"] for row in groups if row["word"] == "農協"} == {"also"}

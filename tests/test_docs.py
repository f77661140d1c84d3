"""What the documents say is so: their commands, addresses, examples, keys, codes and terms exist."""

import contextlib
import os
import re
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from datasette.app import Datasette

from build_db import main
from keikaku.importing.exporting import export_workbook
from keikaku.plan import model
from keikaku.plan.folder import CITY_FILES, MAPPINGS, PLAN_FILES, read_city
from keikaku.schema.codes import CODES
from keikaku.schema.tables import read_schema
from tools import standard
from tools.dictionary import PAGE, build_dictionary

ROOT = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.ja.md")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
BLOCK = re.compile(r"^```(?P<language>\w*)(?: (?P<file>\S+))?\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
RECORDS = {
    **{f"{kind}.yml" if kind in MAPPINGS else kind: record for kind, record in (CITY_FILES | PLAN_FILES).items()},
    "periods": model.Period,
    "documents": model.PlanDocument,
}
RECORDS.pop("ruby.yml")  # a mapping of words, which has no keys
ADDING = ("docs/add-a-plan.md", "docs/add-a-plan.ja.md")
every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
FOLDERS = "benchmarks|data|deploy|keikaku|plugins|static|templates|tests"
RUN = 21  # as many characters as no text may share with the report's sentences


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def blocks(name: str, *languages: str) -> list[re.Match[str]]:
    return [block for block in BLOCK.finditer(read(name)) if block["language"] in languages]


def section(text: str, heading: str) -> str:
    """The text from a second-level heading to the next one."""
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def tables(text: str) -> list[list[str]]:
    """The cells of every row of a table, without the lines under its headings."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return [row for row in rows if set("".join(row)) != {"-"}]


def terms(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def commands(text: str) -> list[str]:
    """Everything that is typed: the lines of code blocks without a language, and commands between backticks."""
    typed = [line for block in BLOCK.finditer(text) if not block["language"] for line in block["body"].splitlines()]
    prose = BLOCK.sub("", text)
    return typed + re.findall(r"`((?:make|\.venv/bin/\S+) [^`]+)`", prose)


def addresses(text: str) -> list[str]:
    """Paths of the site that a text names."""
    found = re.findall(r"[\[`](/[a-z][^\]`\s]*)[\]`]", text)
    return [path for path in found if not path.startswith(("/etc/", "/run/", "/srv/", "/var/"))]


@every_document
def test_every_command_file_and_option_in_a_document_exists(document: Path) -> None:
    text = document.read_text("utf-8")
    allowed = ("make ", ".venv/bin/python build_db.py")
    assert [command for command in commands(text) if not command.startswith(allowed)] == []
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    assert {command.split()[1] for command in commands(text) if command.startswith("make ")} <= targets
    named = set(re.findall(rf"`((?:{FOLDERS})/[\w./-]+\.\w+)`", text))
    links = re.findall(r"\]\((?!https?:)([^)#/][^)#]*)", text)
    assert [name for name in named if not (ROOT / name).exists()] == []
    assert [link for link in links if not (document.parent / link).exists()] == []
    if document.name != "CHANGELOG.md":  # which tells of what there was
        known = {option for command in main.commands.values() for given in command.params for option in given.opts}
        typed = " ".join(command for command in commands(text) if "build_db.py" in command)
        told = {option for option in terms(text) if option.startswith("--")}
        assert set(re.findall(r"--[a-z-]+", typed)) | told <= known


# addresses


@pytest.fixture(scope="module")
def site() -> Datasette:
    """The whole site, as `datasette .` serves it."""
    return Datasette(config_dir=ROOT)


@every_document
async def test_every_address_in_a_document_answers(document: Path, site: Datasette) -> None:
    # What is under /files/ is there after `make files` only; tests/plugins/test_files.py asks for it.
    paths = sorted(p for p in set(addresses(document.read_text("utf-8"))) if not p.startswith("/files/"))
    answers = {path: (await site.client.get(path)).status_code for path in paths}
    assert {path: status for path, status in answers.items() if status != 200} == {}


@pytest.mark.parametrize("readme", READMES)
async def test_every_answer_can_be_taken_along(readme: str, site: Datasette) -> None:
    for address in addresses(read(readme)):
        path, mark, query = address.partition("?")
        for extension in (".json", ".csv"):
            answer = await site.client.get(path + extension + mark + query)
            assert answer.status_code == 200, answer.url


@pytest.mark.parametrize("readme", READMES)
def test_a_link_leads_to_the_address_that_it_shows(readme: str) -> None:
    links = re.findall(r"\[(/\S+?)\]\(http://127\.0\.0\.1:8001(\S+?)\)", read(readme))
    assert len(links) >= 10
    assert all(shown == target for shown, target in links)


@pytest.mark.parametrize("readme", READMES)
def test_every_place_in_the_tree_exists(readme: str) -> None:
    heading = re.findall(r"^## (.+)$", read(readme), re.MULTILINE)[-2]
    places = [place for row in tables(section(read(readme), heading)) for place in terms(row[0])]
    assert places
    assert [place for place in places if not (ROOT / place).exists()] == []


# the two READMEs


def test_both_readmes_have_the_same_headings_commands_and_addresses() -> None:
    english, japanese = map(read, READMES)
    levels = [re.findall(r"^(#+) ", text, re.MULTILINE) for text in (english, japanese)]
    assert levels[0] == levels[1]
    assert commands(english) == commands(japanese)
    assert addresses(english) == addresses(japanese)
    assert [b["body"] for b in blocks("README.md", "csv")] == [b["body"] for b in blocks("README.ja.md", "csv")]


@pytest.mark.parametrize("readme", READMES)
def test_the_figure_in_the_readme_is_accepted(readme: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ROOT / "data" / "akishima", tmp_path / "akishima"))
    (block,) = blocks(readme, "csv")
    (folder / "sangyo" / "results.csv").write_text(block["body"], "utf-8")
    assert len(read_city(folder).plans[0].results) == block["body"].count("\n") - 1


# generated and versioned pages


def test_a_workflow_runs_commands_that_exist_and_ends_where_one_of_a_pipe_fails() -> None:
    workflow = yaml.safe_load(read("docs/workflows/preview.yml"))
    steps = [step for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
    asked = [(name, options) for step in steps for name, options in re.findall(r"build_db\.py (\S+)(.*)", step["run"])]
    assert {"check", "build", "pages"} == {name for name, _ in asked}
    known = {name: {option for p in command.params for option in p.opts} for name, command in main.commands.items()}
    assert [name for name, options in asked if not {*re.findall(r"--[\w-]+", options)} <= known[name]] == []
    assert [step for step in steps if re.search(r"[^|]\|[^|]", step["run"]) and step.get("shell") != "bash"] == []


def test_the_data_dictionary_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == build_dictionary(), "run: make dictionary"


def test_the_standard_is_up_to_date(tmp_path: Path) -> None:
    assert standard.SCHEMA.read_text("utf-8") == standard.build_schema(), "run: make standard"
    export_workbook(standard.write_example(tmp_path), tmp_path / "example.xlsx")
    assert (tmp_path / "example.xlsx").read_bytes() == standard.EXAMPLE.read_bytes(), "run: make standard"


def test_the_data_dictionary_has_every_table_and_column() -> None:
    page = PAGE.read_text("utf-8")
    for table in read_schema():
        described = page.partition(f"\n### {table.name}\n")[2].partition("\n### ")[0]
        assert described, table.name
        assert [column.name for column in table.columns if f"| `{column.name}` |" not in described] == []


def test_the_changelog_ends_with_the_version_of_the_project() -> None:
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    released = re.findall(r"^## \[([0-9.]+)\] - \d{4}-\d\d-\d\d$", read("CHANGELOG.md"), re.MULTILINE)
    assert released[0] == version


# glossary


def test_the_glossary_has_every_table_and_view_once() -> None:
    rows = tables(read("docs/glossary.md"))[1:]
    assert sorted(name for row in rows for name in terms(row[3])) == sorted(table.name for table in read_schema())


def test_a_table_is_called_by_its_english_word() -> None:
    for _, english, _, places in tables(read("docs/glossary.md"))[1:]:
        word = english.replace(" ", "_").removesuffix("y")
        assert [table for table in terms(places) if word not in table] == []


def test_one_english_word_for_one_japanese_term() -> None:
    rows = tables(read("docs/glossary.md"))[1:]
    for column in (0, 1):
        words = [row[column] for row in rows]
        assert sorted(set(words)) == sorted(words)


def test_visitors_do_not_meet_a_replaced_word() -> None:
    replaced = re.findall(r"^- (\S+) → ", read("docs/glossary.md"), re.MULTILINE)
    places = ["metadata.yml", "docs/cookbook.yml", "keikaku/schema/codes.yml", "keikaku/serving/refusals.yml"]
    files = [ROOT / place for place in places]
    files += [file for folder in ("templates", "keikaku/publish") for file in (ROOT / folder).rglob("*.*")]
    texts = {file.name: file.read_text("utf-8") for file in files if file.suffix in (".yml", ".py", ".html", ".txt")}
    assert len(replaced) > 10 and len(texts) > 60
    assert [(name, word) for name, text in texts.items() for word in replaced if word in text] == []


# method


def test_the_method_explains_every_code_as_the_database_does() -> None:
    rows = tables(read("docs/method.md"))
    explained = {terms(cell)[0]: row for row in rows for cell in row[:2] if re.fullmatch("`[a-z_]+`", cell)}
    coded = (("evaluations", "outcome"), ("evaluations", "rule"), ("corrections", "kind"), ("indicators", "kind"))
    for codes in map(CODES.get, coded):
        assert set(codes) <= set(explained)
    for code, (label, _) in (CODES["evaluations", "outcome"] | CODES["evaluations", "rule"]).items():
        assert label in explained[code], code


def test_the_method_quotes_evidence_as_the_data_has_it() -> None:
    plan = read_city(ROOT / "data" / "akishima").plans[0]
    rows = {
        terms(row[1])[0]: re.findall("「(.+?)」", row[4])
        for row in tables(section(read("docs/method.md"), "前期の判定"))
        if len(row) == 5
    }
    for rule in CODES["evaluations", "rule"]:
        evidence = {evaluation.evidence for evaluation in plan.evaluations if evaluation.rule == rule}
        assert rows[rule]
        assert set(rows[rule]) <= evidence


def test_the_method_names_every_organization_with_several_printed_names() -> None:
    city = read_city(ROOT / "data" / "akishima")
    merged = {(frozenset(o.printed), o.name) for o in city.organizations if len(o.printed) > 1}
    rows = [row for row in tables(section(read("docs/method.md"), "団体のまとめ方")) if row[0] != "原文"]
    assert {(frozenset(printed.split("、")), name) for printed, name in rows} == merged


# how to add a plan


def test_both_pages_on_adding_a_plan_have_the_same_headings_commands_and_examples() -> None:
    english, japanese = map(read, ADDING)
    levels = [re.findall(r"^(#+) ", text, re.MULTILINE) for text in (english, japanese)]
    assert levels[0] == levels[1]
    assert commands(english) == commands(japanese)
    assert [block[0] for block in BLOCK.finditer(english)] == [block[0] for block in BLOCK.finditer(japanese)]


def write_example(folder: Path) -> Path:
    """The files of the example; returns the folder of its municipality."""
    for block in blocks(ADDING[0], "yaml", "csv"):
        file = folder / "data" / block["file"]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block["body"], "utf-8")
    return folder / "data" / "mihon"


def run_build(folder: Path, *arguments: str) -> Result:
    with contextlib.chdir(folder):
        return CliRunner().invoke(main, arguments)


def test_the_example_has_a_file_of_every_kind_and_builds(tmp_path: Path) -> None:
    files = {path.stem for path in write_example(tmp_path).rglob("*.*")}
    told_in_words = {"ruby", "synonyms", "changes", "withdrawn"}
    assert files == (CITY_FILES | PLAN_FILES).keys() - told_in_words
    done = run_build(tmp_path, "build", "--data", "data", "--output", "plans.db", "--quiet")
    assert (done.exit_code, done.stderr) == (0, "")


def test_the_starter_is_written_and_builds_as_it_stands(tmp_path: Path) -> None:
    (command,) = [c for c in commands(read(ADDING[0])) if "new-plan" in c]
    done = run_build(tmp_path, *shlex.split(command)[2:])
    assert (done.exit_code, done.stderr) == (0, "")
    assert run_build(tmp_path, "--data", "data", "--output", "plans.db", "--quiet").exit_code == 0
    write_example(tmp_path)
    again = run_build(tmp_path, "new-plan", "data/mihon/sosei", "--title", "みほん", "--years", "2021-2026")
    assert (again.exit_code, "もうあります" in again.stderr) == (1, True)
    beside = run_build(tmp_path, "new-plan", "data/mihon/next", "--title", "次の: 戦略", "--years", "令和9-13年度")
    assert (beside.exit_code, beside.stdout.count("municipality")) == (0, 0)


def test_the_starter_of_a_new_municipality_asks_for_its_code_and_name_and_writes_nothing(tmp_path: Path) -> None:
    done = run_build(tmp_path, "new-plan", "data/mihon/sosei", "--title", "みほん", "--years", "2021-2026")
    assert (done.exit_code, "--city-code と --city-name も書く" in done.stderr) == (1, True)
    assert not (tmp_path / "data").exists()


def mistakes() -> Iterator[tuple[re.Match[str], str]]:
    """Each diff of the page with the answer that is printed under it."""
    for edit, answer in pairwise(blocks(ADDING[0], "diff", "text")):
        if edit["language"] == "diff":
            yield edit, answer["body"]


@pytest.mark.parametrize(("edit", "answer"), list(mistakes()))
def test_a_mistake_is_answered_as_shown(edit: re.Match[str], answer: str, tmp_path: Path) -> None:
    write_example(tmp_path)
    file = tmp_path / "data" / edit["file"]
    ((old, new),) = re.findall(r"^-(.*)\n\+(.*)$", edit["body"], re.MULTILINE)
    text = file.read_text("utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), "utf-8")
    done = run_build(tmp_path, "check", "--data", "data", "--quiet")
    assert (done.exit_code, done.stderr) == (1, answer)


@pytest.mark.parametrize("page", ADDING)
@pytest.mark.parametrize("kind", RECORDS)
def test_every_key_of_a_file_is_explained(kind: str, page: str) -> None:
    described = re.split(rf"^### {re.escape(kind)}(?: ?[（(].*)?$", read(page), flags=re.MULTILINE)[1]
    explained = [term for row in tables(described.partition("\n#")[0]) for term in terms(row[0])]
    assert sorted(explained) == sorted(RECORDS[kind].model_fields)


# what belongs to the city


@pytest.mark.skipif(not os.environ.get("KEIKAKU_REPORT"), reason="KEIKAKU_REPORT names no report")
@every_document
def test_no_document_repeats_a_sentence_of_the_report(document: Path) -> None:
    report = Path(os.environ["KEIKAKU_REPORT"].rpartition("=")[2]).read_text("utf-8")
    cells = ["".join(cell.split()) for line in report.splitlines() for cell in line.split("\t") if "。" in cell]
    text = "".join(document.read_text("utf-8").split())
    runs = {cell[i : i + RUN] for cell in cells for i in range(len(cell) - RUN + 1)}
    assert [run for run in sorted(runs) if run in text] == []

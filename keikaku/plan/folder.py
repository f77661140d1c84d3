"""A folder under data/ -> one validated plan.

`read_plan` guarantees that every record has its type and that every reference holds; otherwise it raises InvalidData
with all faults of the folder together.
"""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from keikaku.plan.checks import find_problems
from keikaku.plan.errors import InvalidData, Problem
from keikaku.plan.model import (
    Change,
    Correction,
    Evaluation,
    Event,
    Goal,
    Measure,
    Organization,
    Plan,
    PlanData,
    Result,
    Ruby,
    Sector,
    Synonyms,
    Withdrawn,
)
from keikaku.plan.reading import Document, is_missing, read_csv, read_yaml

LISTS: dict[str, type[BaseModel]] = {
    "sectors": Sector,
    "goals": Goal,
    "measures": Measure,
    "organizations": Organization,
    "evaluations": Evaluation,
    "events": Event,
    "corrections": Correction,
    "synonyms": Synonyms,
    "changes": Change,
    "withdrawn": Withdrawn,
}
MAPPINGS: dict[str, type[BaseModel]] = {"plan": Plan, "ruby": Ruby}
OPTIONAL = ("ruby", "synonyms", "changes", "withdrawn")
KINDS = tuple(dict.fromkeys(("plan", *LISTS, "results", *OPTIONAL)))
RESULT_COLUMNS = list(Result.model_fields)
_NUMBER = re.compile(r"[-+]?[0-9]{1,15}(\.[0-9]{1,15})?")


def read_plan(folder: Path) -> PlanData:
    """Read data/<plan>/; raises InvalidData with every problem found."""
    problems: list[Problem] = []
    documents: dict[str, Document] = {}
    records: dict[str, Any] = {}
    complete: set[str] = set()
    files = {path.stem for path in plan_files(folder)}
    for kind in KINDS:
        if kind not in files:
            complete.add(kind)
            continue
        try:
            documents[kind] = _read_document(folder, kind)
        except InvalidData as error:
            problems += error.problems
            continue
        found: list[Problem] = []
        records[kind] = _validate(documents[kind], kind, found)
        problems += found
        if not found:
            complete.add(kind)
    known: dict[str, Any] = {kind: records.get(kind) or [] for kind in (*LISTS, "results")}
    ruby = records.get("ruby") or Ruby({})
    data = PlanData.model_construct(plan=records.get("plan"), ruby=ruby, **known)
    problems += find_problems(data, documents, complete, folder.name)
    if problems:
        raise InvalidData(problems)
    return data


def find_plans(data: Path) -> list[Path]:
    """The folders of plans in data/, sorted; raises InvalidData if there is none."""
    folders = sorted(f for f in data.iterdir() if f.is_dir() and not f.name.startswith(".")) if data.is_dir() else []
    if not folders:
        raise InvalidData(
            [Problem(str(data), 1, 1, "no plan", "one folder per plan, as described in docs/add-a-plan.md")]
        )
    return folders


def plan_files(folder: Path) -> list[Path]:
    """The files of a plan that are there, and those that must be."""
    if folder.is_symlink():
        raise InvalidData([Problem(str(folder), 1, 1, "is a link", "the folder itself")])
    paths = {kind: _file(folder, kind) for kind in KINDS}
    return [path for kind, path in paths.items() if kind not in OPTIONAL or not is_missing(path)]


def find_mixed_ids(data: Path, plans: Collection[str]) -> list[Problem]:
    """A plan `a` could make the ids of a plan `a-b`, whose records would then share addresses: the longer is refused."""
    known = frozenset(plans)
    return [
        read_yaml(data / longer / "plan.yml").problem(
            ("id",),
            f"id {longer!r} begins with the id of plan {shorter!r} and a hyphen",
            "another name for the folder and the id, since both plans could make the same ids",
        )
        for longer in plans
        for shorter in (longer[: hyphen.start()] for hyphen in re.finditer("-", longer))
        if shorter in known
    ]


def read_synonyms(path: Path) -> list[Synonyms]:
    """Read data/synonyms.yml, the words of all plans; none if there is no such file."""
    if is_missing(path):
        return []
    problems: list[Problem] = []
    found: list[Synonyms] = _validate(read_yaml(path), "synonyms", problems)
    if problems:
        raise InvalidData(problems)
    return found


def _file(folder: Path, kind: str) -> Path:
    return folder / ("results.csv" if kind == "results" else f"{kind}.yml")


def _read_document(folder: Path, kind: str) -> Document:
    if kind != "results":
        return read_yaml(_file(folder, kind))
    document = read_csv(_file(folder, kind), RESULT_COLUMNS)
    for record in document.value:
        for column in ("indicator", "value"):
            record[column] = _as_number(record[column])
    return document


def _as_number(cell: str | None) -> int | float | str | None:
    """A cell written as a number as that number; any other is left as it is, for the model to judge."""
    if cell is None or not _NUMBER.fullmatch(cell):
        return cell
    return float(cell) if "." in cell else int(cell)


def _validate(document: Document, kind: str, problems: list[Problem]) -> Any:
    """The records of a document that are sound; the faults of the others are added to `problems`."""
    if kind in MAPPINGS:
        return _validate_record(document, (), MAPPINGS[kind], problems)
    if not isinstance(document.value, list):
        problems.append(
            document.problem((), "the file is not a list", "write one record after another, each with - before it")
        )
        return []
    model = Result if kind == "results" else LISTS[kind]
    found = (_validate_record(document, (i,), model, problems) for i in range(len(document.value)))
    return [record for record in found if record is not None]


def _validate_record(
    document: Document, path: tuple[str | int, ...], model: type[BaseModel], problems: list[Problem]
) -> Any:
    value = document.value[path[0]] if path else document.value
    if not isinstance(value, dict):
        problems.append(document.problem(path, "the record is not a mapping", "write lines of key: value"))
        return None
    try:
        return model.model_validate(value)
    except ValidationError as error:
        problems += [_as_problem(document, path, model, value, fault) for fault in error.errors(include_url=False)]
        return None


def _as_problem(
    document: Document, path: tuple[str | int, ...], model: type[BaseModel], record: dict[str, Any], fault: Any
) -> Problem:
    location = tuple(part for part in fault["loc"] if _stands_in(record, fault["loc"], part))
    name = ".".join(str(part) for part in location) or model.__name__.lower()
    value = _short(fault.get("input"))
    match fault["type"]:
        case "extra_forbidden":
            allowed = ", ".join(model.model_fields) if len(location) == 1 else "the documented keys"
            return document.problem((*path, *location), f"unknown key {name!r}", f"allowed: {allowed}", at_key=True)
        case "missing":
            return document.problem((*path, *fault["loc"][:-1]), f"key {fault['loc'][-1]!r} is missing", "add it")
        case "value_error":
            wrong, _, right = str(fault["ctx"]["error"]).partition(" | ")
            at_key = fault["loc"][-1:] == ("[key]",)
            return document.problem((*path, *location), f"{name}: {value} {wrong}", right, at_key=at_key)
        case "string_type":
            return document.problem(
                (*path, *location), f"{name}: {value} is not text", "write a text, digits in quotes"
            )
        case "string_too_long" | "too_long":
            found, limit = fault["input"], fault["ctx"]["max_length"]
            length = f"{len(found)} {'characters' if isinstance(found, str) else 'entries'}"
            return document.problem((*path, *location), f"{name}: {value} has {length}", f"at most {limit}")
        case "string_pattern_mismatch":
            return document.problem(
                (*path, *location), f"{name}: {value} has the wrong form", f"the form is {fault['ctx']['pattern']}"
            )
        case _:
            return document.problem((*path, *location), f"{name}: {value} does not fit", fault["msg"])


def _stands_in(record: Any, loc: tuple[str | int, ...], part: str | int) -> bool:
    """Whether a part of pydantic's location is a key or index of the data, not the name of a type it tried."""
    for step in loc:
        parts = dict(enumerate(record)) if isinstance(record, list) else record
        if isinstance(parts, dict) and step in parts:
            if step == part:
                return True
            record = parts[step]
    return False


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."

"""A folder data/<municipality>/ -> one validated municipality with its plans, each a folder within it.

`read_city` guarantees that every record has its type and that every reference holds; otherwise it raises InvalidData
with all faults of the folder together. A list may be a table (.csv) in the place of a .yml file with the same keys.
"""

import re
import types
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from decimal import Decimal
from difflib import get_close_matches
from itertools import chain, takewhile
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from keikaku.plan.amounts import Number
from keikaku.plan.checking import Documents
from keikaku.plan.checks import find_city_problems, find_problems, find_problems_between
from keikaku.plan.errors import MESSAGES, InvalidData, Problem, collecting, problem, refusal
from keikaku.plan.model import City, Municipality, Organization, Plan, PlanData, Result
from keikaku.plan.reading import Convert, Document, is_missing, read_csv, read_yaml
from keikaku.plan.words import Ruby, SameAs, Synonyms

Shared = TypeVar("Shared", Synonyms, SameAs)
Kinds = dict[str, type[BaseModel]]  # name of a file -> what a record of it is


def _record_of(annotation: Any) -> type[BaseModel]:
    record: type[BaseModel] = next(iter(get_args(annotation)), annotation)
    return record


CITY_FILES: Kinds = {kind: _record_of(field.annotation) for kind, field in City.model_fields.items() if kind != "plans"}
PLAN_FILES: Kinds = {kind: _record_of(field.annotation) for kind, field in PlanData.model_fields.items()}
MAPPINGS = ("municipality", "plan", "ruby")  # files of one record; every other file is a list
_NUMBER = re.compile(r"[-+]?([0-9]{1,15}|[0-9]{1,3}(,[0-9]{3}){1,4})(\.[0-9]{1,15})?")
_YES, _NO = ("1", "true", "はい", "○", "〇"), ("0", "false", "いいえ", "×")


def find_cities(data: Path) -> list[Path]:
    """The folders of municipalities in data/, sorted; raises InvalidData if there is none."""
    if folders := _folders(data):
        return folders
    raise refusal(data, "no plans")


def find_plans(city: Path) -> list[Path]:
    """The folders of plans of a municipality, sorted."""
    return _folders(city)


def _folders(folder: Path) -> list[Path]:
    return sorted(f for f in _list(folder) if f.is_dir() and not f.name.startswith("."))


def _list(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise refusal(folder, "folder", why=error.strerror) from None


def read_city(folder: Path) -> City:
    """Read data/<municipality>/; raises InvalidData with every problem found."""
    problems: list[Problem] = []
    shared = _Folder(folder, CITY_FILES, problems)
    city = City.model_construct(
        municipality=shared.records.get("municipality"),
        ruby=shared.records.get("ruby") or Ruby({}),
        plans=[],
        **shared.lists(CITY_FILES),
    )
    problems += find_city_problems(city, shared.documents, shared.complete, folder.name)
    documents = []
    for path in find_plans(folder):
        plan = _Folder(path, PLAN_FILES, problems, shared.joined)
        documents.append(plan.documents.get("plan"))
        data = PlanData.model_construct(plan=plan.records.get("plan"), **plan.lists(PLAN_FILES))
        known = shared.documents | plan.documents
        problems += find_problems(city, data, known, shared.complete | plan.complete)
        city.plans.append(data)
    if not city.plans:
        problems.append(problem(folder, "no plan"))
    if not problems:
        problems += find_problems_between(city, [document for document in documents if document])
    if problems:
        raise InvalidData(problems)
    return city


def read_tables(folder: Path) -> City:
    """Anyone's tables, a file each in one folder, as those of one plan; plan.yml with its title and years may be left out.

    Raises InvalidData with every problem found.
    """
    problems: list[Problem] = []
    kinds = {kind: model for kind, model in (CITY_FILES | PLAN_FILES).items() if kind not in MAPPINGS}
    if not is_missing(folder / "plan.yml"):
        kinds["plan"] = Plan
    tables = _Folder(folder, kinds, problems)
    if not tables.documents and not problems:
        raise refusal(folder, "no tables", kinds=", ".join(kinds))
    shared, lists = tables.lists(CITY_FILES), tables.lists(PLAN_FILES)
    records = list(chain.from_iterable(lists.values()))
    ids = [record.id for record in records if getattr(record, "id", None)]
    plan_id, city_id = _beginning(ids), _beginning([*ids, *(body.id for body in shared["organizations"])])
    municipality = Municipality.model_construct(id=city_id, code="000000", name=folder.name)
    plan = tables.records.get("plan") or Plan(
        id=plan_id, title=folder.name, start_fiscal_year=2001, end_fiscal_year=2050
    )
    if "organizations" not in tables.documents:
        shared["organizations"] = [
            Organization(id=f"{city_id}-body-{i}", name=name, kind="department")
            for i, name in enumerate(_bodies([*records, plan]), 1)
        ]
    data = PlanData.model_construct(plan=plan, **lists)
    city = City.model_construct(municipality=municipality, plans=[data], ruby=Ruby({}), **shared)
    documents = dict.fromkeys(CITY_FILES | PLAN_FILES, Document(str(folder), [])) | tables.documents
    complete = tables.complete | {"plan", "municipality"}
    problems += find_city_problems(city, documents, complete - {"municipality"}, folder.name)
    problems += find_problems(city, data, documents, complete)
    if problems:
        raise InvalidData(problems)
    return city


def _bodies(records: Iterable[Any]) -> list[str]:
    """The names of bodies in records, each once."""
    lists = (getattr(record, key, []) for record in records for key in ("organizations", "members", "consulted"))
    single = (getattr(record, "organization", None) for record in records)
    return [name for name in dict.fromkeys(chain(*lists, single)) if name]


def _beginning(ids: Iterable[str]) -> str:
    """What ids have in common, up to a hyphen; a name of no meaning where there are none."""
    parts = zip(*(id_.split("-")[:-1] for id_ in ids), strict=False)
    return "-".join(part[0] for part in takewhile(lambda part: len(set(part)) == 1, parts)) or "hyo"


class _Folder:
    """The files of a folder: what they hold, where that stands, and which of them were read without a fault.

    `joined` are names with a 、 of their own, at which no list in a cell of a table is cut.
    """

    def __init__(self, folder: Path, kinds: Kinds, problems: list[Problem], joined: Collection[str] = ()) -> None:
        self.joined = set(joined)
        self.documents: Documents = {}
        self.records: dict[str, Any] = {}
        self.complete: set[str] = set()
        with collecting(problems):
            files = {path.stem: path for path in _files(folder, kinds)}
            for kind, model in kinds.items():
                found: list[Problem] = []
                with collecting(found):
                    if kind in files:
                        self.documents[kind] = _read_document(files[kind], model, self.joined)
                        self.records[kind] = _validate(self.documents[kind], kind, model, found)
                        self.joined |= {name for name in _names(self.documents[kind].value) if "、" in name}
                problems += found
                if not found:
                    self.complete.add(kind)

    def lists(self, kinds: Kinds) -> dict[str, Any]:
        """The records of each kind that a file lists; none where there is no file."""
        return {kind: self.records.get(kind) or [] for kind in kinds if kind not in MAPPINGS}


def city_files(folder: Path) -> list[Path]:
    """All files of a municipality and its plans that a build reads; raises InvalidData for one that has no meaning."""
    return [*_files(folder, CITY_FILES), *(file for plan in find_plans(folder) for file in _files(plan, PLAN_FILES))]


def _files(folder: Path, kinds: Collection[str]) -> list[Path]:
    """The files that are there, in the order of their kinds; a file of one record must be there, but the readings."""
    if folder.is_symlink():
        raise refusal(folder, "link")
    there = {file.name for file in _list(folder) if file.suffix in (".yml", ".yaml", ".csv")}
    found = []
    for kind in kinds:
        table, records = f"{kind}.csv", f"{kind}.yml"
        is_table = kind not in MAPPINGS and table in there
        if is_table and records in there:
            raise refusal(folder / table, "both", name=records)
        if is_table or records in there or kind in ("municipality", "plan"):
            found.append(folder / (table if is_table else records))
    unknown = [folder / name for name in sorted(there - {file.name for file in found})]
    if unknown:
        raise InvalidData([problem(file, "unknown file", kinds=", ".join(kinds)) for file in unknown])
    return found


def find_mixed_ids(data: Path, ids: Iterable[tuple[str, str]]) -> Iterator[Problem]:
    """`ids` are pairs of a municipality and an id of its own or of a plan of it. An `a` could make the ids of an `a-b` of
    another municipality, whose records would then share addresses: the longer is refused, and of two same ones the later."""
    owners: dict[str, str] = {}
    for city, id_ in sorted(ids, key=lambda pair: len(pair[1])):
        for shorter in (id_[: hyphen.start()] for hyphen in re.finditer("-|$", id_)):
            if owners.get(shorter, city) != city:
                yield problem(data / city, "mixed ids", id=id_, owner=owners[shorter], shorter=shorter)
        owners.setdefault(id_, city)


def find_shared_codes(data: Path, codes: Iterable[tuple[str, str]]) -> Iterator[Problem]:
    """`codes` are pairs of a municipality and its code: the plans of one belong in one folder."""
    owners: dict[str, str] = {}
    for city, code in codes:
        if (owner := owners.setdefault(code, city)) != city:
            yield problem(data / city / "municipality.yml", "shared code", code=code, owner=owner)


def read_synonyms(path: Path) -> list[Synonyms]:
    """Read data/synonyms.yml, the words of all plans; none if there is no such file."""
    return _read_shared(path, Synonyms)[1]


def read_same_as(path: Path, known: Callable[[str], Collection[str]] | None) -> list[SameAs]:
    """Read data/same_as.yml, what is the same in several plans; none if there is no such file.

    `known` gives the ids of a table, None where not all could be read. Raises InvalidData, also for an id that is none, or stands in two groups of the same.
    """
    document, found = _read_shared(path, SameAs)
    problems: list[Problem] = []
    seen: set[str] = set()
    for i, group in enumerate(found):
        for j, id_ in enumerate(group.ids):
            at = (i, "ids", j)
            if known and id_ not in known(group.table):
                near = "、".join(get_close_matches(id_, sorted(known(group.table)), n=3)) or "なし"
                problems.append(document.problem(at, "unknown", what=group.table, name=id_, near=near))
            if group.same and id_ in seen:
                problems.append(document.problem(at, "name twice", name=id_))
        seen.update(group.ids if group.same else ())
    if problems:
        raise InvalidData(problems)
    return found


def _read_shared(path: Path, model: type[Shared]) -> tuple[Document, list[Shared]]:
    """A list that all plans share, and where it stands; nothing if there is no such file."""
    if is_missing(path):
        return Document(path.name, [], {}), []
    problems: list[Problem] = []
    document = read_yaml(path)
    found: list[Shared] = _validate(document, path.stem, model, problems)
    if problems:
        raise InvalidData(problems)
    return document, found


def validate_results(city: City, data: PlanData, document: Document) -> list[Result]:
    """Results that would be added to a plan, whose text is read as that of a CSV; raises InvalidData with every problem.

    The document is a list of mappings, as read_csv gives it.
    """
    converters = {name: _converter(field.annotation, ()) for name, field in Result.model_fields.items()}
    for record in document.value:
        record |= {key: converters[key](value) for key, value in record.items() if isinstance(value, str)}
    problems: list[Problem] = []
    found: list[Result] = _validate(document, "results", Result, problems)
    if not problems:
        known = len(data.results)
        places = {(known + int(path[0]), *path[1:]): place for path, place in document.places.items() if path}
        more = data.model_copy(update={"results": [*data.results, *found]})
        told = Document(document.file, document.value, places)
        complete = {"municipality", *PLAN_FILES} - {"changes", "withdrawn"}
        problems += find_problems(city, more, dict.fromkeys(complete, told), complete)
    if problems:
        raise InvalidData(problems)
    return found


def _names(records: Any) -> Iterator[str]:
    for record in records if isinstance(records, list) else []:
        values = [record.get(key) for key in ("name", "title", "label")] if isinstance(record, dict) else []
        yield from (value for value in values if isinstance(value, str))


def _read_document(file: Path, model: type[BaseModel], joined: Collection[str]) -> Document:
    if file.suffix == ".yml":
        return read_yaml(file)
    return read_csv(file, {name: _converter(field.annotation, joined) for name, field in model.model_fields.items()})


def _converter(annotation: Any, joined: Collection[str]) -> Convert:
    """How the text of a cell becomes the value of a key of this type."""
    kinds = set(plain_types(annotation))
    if dict in kinds:
        return lambda cell: dict(part.partition("：")[::2] for part in _cut(cell, joined))
    convert: Convert = _as_number if kinds & {int, Decimal} else _as_truth if bool in kinds else str
    if list in kinds:
        return lambda cell: [convert(part) for part in _cut(cell, joined)]
    return convert


def _cut(cell: str, joined: Collection[str]) -> list[str]:
    """The parts of a list, cut at 、 but where it belongs to a name."""
    names = "".join(f"(?<![^、]){re.escape(name)}(?![^、：])|" for name in sorted(joined, key=len, reverse=True))
    return [part.strip() for part in re.findall(f"(?:{names}[^、])+", cell)]


def plain_types(annotation: Any) -> Iterator[type]:
    origin = get_origin(annotation)
    if isinstance(annotation, type) and origin is None:
        yield annotation
    if origin in (list, dict):
        yield origin
    if origin in (Union, types.UnionType, list) or hasattr(annotation, "__metadata__"):
        for part in get_args(annotation):
            yield from plain_types(part)


def _as_number(cell: str) -> int | Number | str:
    """A cell written as a number as that number; any other is left as it is, for the model to judge."""
    plain = unicodedata.normalize("NFKC", cell)
    if not _NUMBER.fullmatch(plain):
        return cell
    return Number(plain.replace(",", "")) if "." in plain else int(plain.replace(",", ""))


def _as_truth(cell: str) -> bool | str:
    return True if cell.lower() in _YES else False if cell.lower() in _NO else cell


def _validate(document: Document, kind: str, model: type[BaseModel], problems: list[Problem]) -> Any:
    """The records of a document that are sound; the faults of the others are added to `problems`."""
    if kind in MAPPINGS:
        return _validate_record(document, (), model, problems)
    if not isinstance(document.value, list):
        problems.append(document.problem((), "no list"))
        return []
    found = (_validate_record(document, (i,), model, problems) for i in range(len(document.value)))
    return [record for record in found if record is not None]


def _validate_record(
    document: Document, path: tuple[str | int, ...], model: type[BaseModel], problems: list[Problem]
) -> Any:
    value = document.value[path[0]] if path else document.value
    if not isinstance(value, dict):
        problems.append(document.problem(path, "no record"))
        return None
    try:
        return model.model_validate(value)
    except ValidationError as error:
        found = [_as_problem(document, path, model, value, fault) for fault in error.errors(include_url=False)]
        # A value that is none of several types is told once.
        problems += {(p.line, p.column, p.wrong.partition(": ")[0]): p for p in reversed(found)}.values()
        return None


def _as_problem(
    document: Document, path: tuple[str | int, ...], model: type[BaseModel], record: dict[str, Any], fault: Any
) -> Problem:
    location = tuple(part for part in fault["loc"] if _stands_in(record, fault["loc"], part))
    name = ".".join(str(part) for part in location) or model.__name__.lower()
    value = _short(fault.get("input"))
    at = (*path, *location)
    match fault["type"]:
        case "extra_forbidden":
            allowed = ", ".join(model.model_fields) if len(location) == 1 else "docs/add-a-plan.ja.md のキー"
            hint = "（カンマを含む値は引用符で囲む）" if fault.get("input") is None else ""
            return document.problem(at, "unknown key", at_key=True, name=name, allowed=allowed + hint)
        case "missing":
            return document.problem((*path, *fault["loc"][:-1]), "missing", key=fault["loc"][-1])
        case "value_error":
            wrong, _, right = str(fault["ctx"]["error"]).partition(" | ")
            at_key = fault["loc"][-1:] == ("[key]",)
            return document.problem(at, "value", at_key=at_key, name=name, value=value, wrong=wrong, right=right)
        case "string_type":
            return document.problem(at, "not text", name=name, value=value)
        case "string_too_long" | "too_long":
            values = {"length": len(fault["input"]), "limit": fault["ctx"]["max_length"]}
            return document.problem(at, "too long", name=name, value=value, **values)
        case "string_pattern_mismatch":
            form = f"form of {location[-1]}" if location else ""
            return document.problem(at, form if form in MESSAGES else "form", name=name, value=value)
        case _:
            return document.problem(at, "unusable", name=name, value=value, why=fault["msg"])


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

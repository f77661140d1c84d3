"""A folder data/<municipality>/ -> one validated municipality with its plans, each a folder within it.

`read_city` guarantees that every record has its type and that every reference holds; otherwise it raises InvalidData
with all faults of the folder together. A list may be a table (.csv) in the place of a .yml file with the same keys.
"""

import re
import types
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from keikaku.plan import model as models
from keikaku.plan.checks import Documents, find_city_problems, find_problems, find_problems_between
from keikaku.plan.errors import InvalidData, Problem
from keikaku.plan.model import City, PlanData, Ruby, Synonyms
from keikaku.plan.reading import Convert, Document, is_missing, read_csv, read_yaml

Kinds = dict[str, type[BaseModel]]  # name of a file -> what a record of it is
CITY_FILES: Kinds = {
    "municipality": models.Municipality,
    "organizations": models.Organization,
    "ruby": Ruby,
    "synonyms": Synonyms,
}
_LISTS = (
    "sectors",
    "goals",
    "measures",
    "indicators",
    "grades",
    "evaluations",
    "events",
    "corrections",
    "results",
    "changes",
)
PLAN_FILES: Kinds = {
    "plan": models.Plan,
    **{kind: getattr(models, kind.removesuffix("s").capitalize()) for kind in _LISTS},
    "figures": models.PrintedFigure,
    "withdrawn": models.Withdrawn,
}
MAPPINGS = ("municipality", "plan", "ruby")  # files of one record; every other file is a list
_NUMBER = re.compile(r"[-+]?([0-9]{1,15}|[0-9]{1,3}(,[0-9]{3}){1,4})(\.[0-9]{1,15})?")
_YES, _NO = ("1", "true", "はい", "○", "〇"), ("0", "false", "いいえ", "×")


def find_cities(data: Path) -> list[Path]:
    """The folders of municipalities in data/, sorted; raises InvalidData if there is none."""
    folders = _folders(data)
    if not folders:
        right = "docs/add-a-plan.ja.md のとおり、市区町村ごとのフォルダーを置く"
        raise InvalidData([Problem(str(data), 1, 1, "計画がありません (no plan)", right)])
    return folders


def find_plans(city: Path) -> list[Path]:
    """The folders of plans of a municipality, sorted."""
    return _folders(city)


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(f for f in folder.iterdir() if f.is_dir() and not f.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        wrong = f"読めません (cannot be read: {error.strerror})"
        raise InvalidData([Problem(str(folder), 1, 1, wrong, "読めるフォルダーにする")]) from None


def read_city(folder: Path) -> City:
    """Read data/<municipality>/; raises InvalidData with every problem found."""
    problems: list[Problem] = []
    shared = _Folder(folder, CITY_FILES, problems)
    city = City.model_construct(
        municipality=shared.records.get("municipality"),
        organizations=shared.records.get("organizations") or [],
        ruby=shared.records.get("ruby") or Ruby({}),
        synonyms=shared.records.get("synonyms") or [],
        plans=[],
    )
    problems += find_city_problems(city, shared.documents, shared.complete, folder.name)
    documents = []
    for path in find_plans(folder):
        plan = _Folder(path, PLAN_FILES, problems, shared.joined)
        documents.append(plan.documents.get("plan"))
        lists: dict[str, Any] = {kind: plan.records.get(kind) or [] for kind in PLAN_FILES if kind not in MAPPINGS}
        data = PlanData.model_construct(plan=plan.records.get("plan"), **lists)
        known = shared.documents | plan.documents
        problems += find_problems(city, data, known, shared.complete | plan.complete)
        city.plans.append(data)
    if not city.plans:
        right = "計画ごとのフォルダーに plan.yml を置く"
        problems.append(Problem(str(folder), 1, 1, "計画のフォルダーがありません (no plan)", right))
    if not problems:
        problems += find_problems_between(city, [document for document in documents if document])
    if problems:
        raise InvalidData(problems)
    return city


class _Folder:
    """The files of a folder: what they hold, where that stands, and which of them were read without a fault.

    `joined` are names with a 、 of their own, at which no list in a cell of a table is cut.
    """

    def __init__(self, folder: Path, kinds: Kinds, problems: list[Problem], joined: Collection[str] = ()) -> None:
        self.joined = set(joined)
        self.documents: Documents = {}
        self.records: dict[str, Any] = {}
        self.complete: set[str] = set()
        try:
            files = {path.stem: path for path in _files(folder, kinds)}
        except InvalidData as error:
            problems += error.problems
            return
        for kind, model in kinds.items():
            found: list[Problem] = []
            try:
                if kind in files:
                    self.documents[kind] = _read_document(files[kind], model, self.joined)
                    self.records[kind] = _validate(self.documents[kind], kind, model, found)
                    self.joined |= {name for name in _names(self.documents[kind].value) if "、" in name}
            except InvalidData as error:
                found += error.problems
            problems += found
            if not found:
                self.complete.add(kind)


def city_files(folder: Path) -> list[Path]:
    """All files of a municipality and its plans that a build reads; raises InvalidData for one that has no meaning."""
    return [*_files(folder, CITY_FILES), *(file for plan in find_plans(folder) for file in _files(plan, PLAN_FILES))]


def _files(folder: Path, kinds: Collection[str]) -> list[Path]:
    """The files that are there, in the order of their kinds; a file of one record must be there, but the readings."""
    if folder.is_symlink():
        raise InvalidData([Problem(str(folder), 1, 1, "リンクです (a link)", "フォルダーそのものを置く")])
    found = []
    for kind in kinds:
        table, records = folder / f"{kind}.csv", folder / f"{kind}.yml"
        if kind in MAPPINGS or is_missing(table):
            found += [records] if kind in ("municipality", "plan") or not is_missing(records) else []
        elif is_missing(records):
            found.append(table)
        else:
            wrong = f"{records.name} もあります (both)"
            raise InvalidData([Problem(str(table), 1, 1, wrong, "どちらか一つにする")])
    unknown = sorted(f for f in folder.glob("*") if f.suffix in (".yml", ".yaml", ".csv") and f not in found)
    if unknown:
        right = f"使えるのは {', '.join(kinds)} の .yml か .csv"
        raise InvalidData([Problem(str(f), 1, 1, "使い道のないファイルです (unknown file)", right) for f in unknown])
    return found


def find_mixed_ids(data: Path, ids: Iterable[tuple[str, str]]) -> Iterator[Problem]:
    """`ids` are pairs of a municipality and an id of its own or of a plan of it. An `a` could make the ids of an `a-b` of
    another municipality, whose records would then share addresses: the longer is refused, and of two same ones the later."""
    owners: dict[str, str] = {}
    for city, id_ in sorted(ids, key=lambda pair: len(pair[1])):
        steps = (id_[: hyphen.start()] for hyphen in re.finditer("-|$", id_))
        for shorter in steps:
            if owners.get(shorter, city) != city:
                wrong = f"ID {id_} は、市区町村 {owners[shorter]} の {shorter} と区別できません (ids would mix)"
                yield Problem(str(data / city), 1, 1, wrong, "別の id にする")
        owners.setdefault(id_, city)


def read_synonyms(path: Path) -> list[Synonyms]:
    """Read data/synonyms.yml, the words of all plans; none if there is no such file."""
    if is_missing(path):
        return []
    problems: list[Problem] = []
    found: list[Synonyms] = _validate(read_yaml(path), "synonyms", Synonyms, problems)
    if problems:
        raise InvalidData(problems)
    return found


def validate_results(city: City, data: PlanData, document: Document) -> list[models.Result]:
    """Results that would be added to a plan, whose text is read as that of a CSV; raises InvalidData with every problem.

    The document is a list of mappings, as read_csv gives it.
    """
    converters = {name: _converter(field.annotation, ()) for name, field in models.Result.model_fields.items()}
    for record in document.value:
        record |= {key: converters[key](value) for key, value in record.items() if isinstance(value, str)}
    problems: list[Problem] = []
    found: list[models.Result] = _validate(document, "results", models.Result, problems)
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
    kinds = set(_plain_types(annotation))
    if dict in kinds:
        return lambda cell: dict(part.partition("：")[::2] for part in _cut(cell, joined))
    convert: Convert = _as_number if kinds & {int, float} else _as_truth if bool in kinds else str
    if list in kinds:
        return lambda cell: [convert(part) for part in _cut(cell, joined)]
    return convert


def _cut(cell: str, joined: Collection[str]) -> list[str]:
    """The parts of a list, cut at 、 but where it belongs to a name."""
    names = "".join(f"(?<![^、]){re.escape(name)}(?![^、：])|" for name in sorted(joined, key=len, reverse=True))
    return [part.strip() for part in re.findall(f"(?:{names}[^、])+", cell)]


def _plain_types(annotation: Any) -> Iterator[type]:
    origin = get_origin(annotation)
    if isinstance(annotation, type) and origin is None:
        yield annotation
    if origin in (list, dict):
        yield origin
    if origin in (Union, types.UnionType, list) or hasattr(annotation, "__metadata__"):
        for part in get_args(annotation):
            yield from _plain_types(part)


def _as_number(cell: str) -> int | float | str:
    """A cell written as a number as that number; any other is left as it is, for the model to judge."""
    plain = unicodedata.normalize("NFKC", cell)
    if not _NUMBER.fullmatch(plain):
        return cell
    return float(plain.replace(",", "")) if "." in plain else int(plain.replace(",", ""))


def _as_truth(cell: str) -> bool | str:
    return True if cell.lower() in _YES else False if cell.lower() in _NO else cell


def _validate(document: Document, kind: str, model: type[BaseModel], problems: list[Problem]) -> Any:
    """The records of a document that are sound; the faults of the others are added to `problems`."""
    if kind in MAPPINGS:
        return _validate_record(document, (), model, problems)
    if not isinstance(document.value, list):
        wrong = "一覧になっていません (not a list)"
        problems.append(document.problem((), wrong, "一件ずつ、頭に - をつけて並べる"))
        return []
    found = (_validate_record(document, (i,), model, problems) for i in range(len(document.value)))
    return [record for record in found if record is not None]


def _validate_record(
    document: Document, path: tuple[str | int, ...], model: type[BaseModel], problems: list[Problem]
) -> Any:
    value = document.value[path[0]] if path else document.value
    if not isinstance(value, dict):
        problems.append(document.problem(path, "記録になっていません (not a mapping)", "「キー: 値」の行で書く"))
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
            return document.problem(
                at, f"キー {name} はありません (unknown key)", f"使えるキー: {allowed}{hint}", at_key=True
            )
        case "missing":
            wrong = f"キー {fault['loc'][-1]} がありません (missing)"
            return document.problem((*path, *fault["loc"][:-1]), wrong, "書き加える")
        case "value_error":
            wrong, _, right = str(fault["ctx"]["error"]).partition(" | ")
            at_key = fault["loc"][-1:] == ("[key]",)
            return document.problem(at, f"{name}: {value} {wrong}", right, at_key=at_key)
        case "string_type":
            return document.problem(at, f"{name}: {value} は文字ではありません (not text)", "数字なら引用符で囲む")
        case "string_too_long" | "too_long":
            length, limit = len(fault["input"]), fault["ctx"]["max_length"]
            return document.problem(at, f"{name}: {value} の長さは {length} です (too long)", f"{limit}まで")
        case "string_pattern_mismatch":
            return document.problem(
                at,
                f"{name}: {value} は形が違います (wrong form)",
                _FORMS.get(location[-1:], "docs/add-a-plan.ja.md の形"),
            )
        case _:
            return document.problem(at, f"{name}: {value} は使えません ({fault['msg']})", "docs/add-a-plan.ja.md の形")


_FORMS = {
    ("id",): "小文字の英字で始め、英字・数字をハイフンでつなぐ",
    ("code",): "6桁の団体コードを引用符で囲む",
    ("corporate_number",): "13桁の法人番号を引用符で囲む",
    ("date",): "2023、2023-03、2023-03-31 のどれか",
    ("version",): "1.0.0 のような番号",
    ("source_url",): "https:// で始まるアドレス",
    ("url",): "https:// で始まるアドレス",
    ("prefix",): "4字までの文字（数字・記号なし）",
}


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

"""The stable addresses of the site described for programs (OpenAPI 3.1), made from the schema and from metadata.yml."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keikaku.database.content_hash import LENGTH
from keikaku.publish.records.citation import FORMATS, RECORDS
from keikaku.publish.records.json_ld import DESCRIBED
from keikaku.publish.tables.query_forms import find_parameter

Json = dict[str, Any]
_TYPES = {"TEXT": "string", "INTEGER": "integer", "NUMERIC": "number"}
_TEXT: Json = {"type": "string"}
_TAGS = re.compile(r"<[^>]+>")


def _object(**properties: Json) -> Json:
    return {"type": "object", "required": list(properties), "properties": properties}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _query(name: str, description: str, schema: Json = _TEXT) -> Json:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _path(name: str, description: str, example: str | None = None, choices: Sequence[str] = ()) -> Json:
    schema = {"type": "string", "enum": list(choices)} if choices else {"type": "string", "minLength": 1}
    given = {"example": example} if example else {}
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema, **given}


_ERRORS = {
    400: "読み取れない条件",
    404: "ないもの",
    410: "取り下げた記録（理由と、あれば代わりの記録）",
    503: "混み合っている（Retry-After 秒後にもう一度）",
}
_SHAPE = _query("_shape", "array なら行の配列だけ。", {"type": "string", "enum": ["array", "arrays", "objects"]})
_QUERIES = "名前の付いた問い合わせをJSONで。なければ、このサービスの説明を返します。"
_HASH = _query(
    "hash",
    f"ページに出ているハッシュの先頭16桁以上（ふつうは{LENGTH}桁）",
    {"type": "string", "pattern": "^[0-9a-f]{16,64}$"},
)
_FILE = {**_path("path", "files.json にある path。", "files.json"), "schema": {"type": "string", "pattern": r"^[A-Za-z0-9_-]+\.[a-z]+$"}}  # fmt: skip
_MADE = "どのファイルも、つくったときだけあります。"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_JSON = "application/json"
_FILES = [
    ("csv", "CSV（UTF-8）", "text/csv"),
    ("excel.csv", "Excel のための CSV（BOM 付き、日本語の見出し）", "text/csv"),
    ("xlsx", "Excel のブック", _XLSX),
]
# Path, name of the operation, title, explanation, group, parameters, answer, media type.
_OTHERS: list[tuple[str, str, str, str, str, list[Json], Json, str]] = [
    ("/-/suggest", "suggest", "検索の候補", "書きかけの言葉から。", "検索", [_query("q", "書きかけの言葉")],
     _list(_object(text=_TEXT, label=_TEXT, url={"type": ["string", "null"]})), _JSON),
    ("/verify.json", "verify", "引用された値の確認", "今のデータでも同じか、いつなぜ変わったか。", "引用",
     [{**_HASH, "required": True}, _query("of", "ハッシュが出ていたページのアドレス")],
     _object(ok={"type": "boolean"}, status=_TEXT, message=_TEXT), _JSON),
    ("/changes.atom", "changes", "データの変更", "新しいものから（Atom）。", "更新", [], _TEXT, "application/atom+xml"),
    ("/reconcile/suggest", "reconcile_suggest", "団体の候補", "手で選ぶときの候補。", "検索",
     [_query("prefix", "書きかけの団体の名前"), _query("cursor", "とばす候補の数")],
     _object(result=_list({"type": "object"})), _JSON),
    ("/files/files.json", "list_files", "データ全体のファイルの一覧", _MADE, "ダウンロード", [],
     _object(files=_list(_object(path=_TEXT, sha256=_TEXT, media_type=_TEXT))), _JSON),
    ("/files/{path}", "download_file", "データ全体のファイル", _MADE, "ダウンロード", [_FILE], {}, "*/*"),
    ("/-/health", "health", "動いているか", "監視のために。", "更新", [], _object(status=_TEXT), _JSON),
]  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A column; type is TEXT, INTEGER, NUMERIC, or "" for a computed one."""

    name: str
    type: str
    required: bool
    heading: str
    meaning: str


@dataclass(frozen=True)
class Table:
    """A table or view; key is the column whose value is the end of a record's address, None without such addresses."""

    name: str
    title: str
    description: str
    fields: Sequence[Field]
    key: str | None
    example: str | None


@dataclass(frozen=True)
class Query:
    """A canned query with the names of its parameters, and heading and meaning of each column of its rows."""

    name: str
    title: str
    description: str
    parameters: Sequence[str]
    columns: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Site:
    """What the description is made from; root is the address of the home page without a slash at its end."""

    title: str
    description: str
    license: str
    license_url: str
    version: str
    root: str
    database: str
    tables: Sequence[Table]
    queries: Sequence[Query]
    most_rows: int


def build_openapi(site: Site) -> Json:
    """The whole description."""
    paths: Json = {}
    for part in (_tables(site), _records(site), _queries(site), _downloads(site), _others(site)):
        paths.update(part)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": site.title,
            "description": f"{site.description}読むだけのAPIで、登録も鍵も要りません。",
            "version": site.version,
            "license": {"name": site.license, "url": site.license_url},
        },
        "servers": [{"url": site.root or "/"}],
        "paths": paths,
        "components": {"schemas": _schemas(site), "responses": _responses()},
    }


def _tables(site: Site) -> Iterator[tuple[str, Json]]:
    for table in site.tables:
        filters = [
            _query(field.name, f"{field.heading}がこの値に等しい行。`{field.name}__gt` などの比べ方も使えます。")
            for field in table.fields
        ]
        parameters = [*_page_parameters(site, table), *filters]
        yield (
            f"/{site.database}/{table.name}.json",
            _get(f"list_{table.name}", table.title, table.description, "表", parameters, _rows(_part(table.name))),
        )


def _records(site: Site) -> Iterator[tuple[str, Json]]:
    for table in site.tables:
        if not table.key:
            continue
        name, one = table.name, f"{table.title}の1件"
        path, key = f"/{site.database}/{name}/{{id}}", _path("id", f"{table.title}のID", table.example)
        rows = _rows(_part(name))
        yield f"{path}.json", _get(f"get_{name}", one, table.description, "記録", [key, _SHAPE], rows)
        if name in DESCRIBED:
            words = f"{one}（JSON-LD）", "schema.org の言葉で。", "記録"
            yield f"{path}.jsonld", _get(f"describe_{name}", *words, [key], {"type": "object"}, "application/ld+json")
        if name in RECORDS:
            yield f"/cite/{name}/{{id}}.{{format}}", _citation(f"cite_{name}", f"{one}の引用", [key])


def _citation(name: str, summary: str, parameters: Sequence[Json]) -> Json:
    ending = _path("format", "書式", choices=[form.ending for form in FORMATS])
    media = [form.media_type.partition(";")[0] for form in FORMATS]
    return _get(name, summary, "出典の書き方。", "引用", [*parameters, ending], _TEXT, *media)


def _queries(site: Site) -> Iterator[tuple[str, Json]]:
    for query in site.queries:
        row = _object(**{name: {"title": said, "description": means} for name, (said, means) in query.columns.items()})
        asked = [_SHAPE, *(_query(name, _say_parameter(name)) for name in query.parameters)]
        words = query.title, _plain(query.description), "問い合わせ"
        yield f"/{site.database}/{query.name}.json", _get(f"query_{query.name}", *words, asked, _rows(row))
    sql = _query("sql", "読み取りだけのSQL（SQLite）。`:name` の値は同じ名前の引数で渡します。")
    sql["example"] = "select code, name from measures"
    about = "重い問い合わせは1秒で止め、混み合うと503を返します。sql がなければ、データベースの説明を返します。"
    answer = {"anyOf": [_list({}), _part("Page"), _object(database=_TEXT, tables=_list({"type": "object"}))]}
    yield f"/{site.database}.json", _get("run_sql", "SQL", about, "問い合わせ", [_SHAPE, sql], answer)


def _downloads(site: Site) -> Iterator[tuple[str, Json]]:
    names = [*(table.name for table in site.tables), *(query.name for query in site.queries)]
    name = _path("name", "表か問い合わせの名前", choices=list(dict.fromkeys(names)))
    about = "すべての行。表と同じ条件で絞れます。"
    for ending, title, media in _FILES:
        operation = f"download_{ending.replace('.', '_')}"
        yield f"/{site.database}/{{name}}.{ending}", _get(operation, title, about, "ダウンロード", [name], {}, media)


def _others(site: Site) -> Iterator[tuple[str, Json]]:
    owner = _path("id", "計画・分野・団体のID", next((t.example for t in site.tables if t.name == "plans"), None))
    for path, name, summary, about, tag, parameters, answer, media in _OTHERS:
        yield path, _get(name, summary, about, tag, parameters, answer, media)
    yield (
        "/calendar/{id}.ics",
        _get("calendar", "期限カレンダー", "iCalendar。", "更新", [owner], _TEXT, "text/calendar"),
    )
    whole = "download_database", "データベース", "SQLite のファイル。", "ダウンロード"
    yield f"/{site.database}.db", _get(*whole, [], {}, "application/vnd.sqlite3", "application/octet-stream")
    yield "/cite/dataset.{format}", _citation("cite_dataset", "データ全体の引用", [])
    asked = "団体の名寄せ", "Reconciliation Service API 0.2。", "検索"
    found = _get("reconcile", *asked, [_query("queries", _QUERIES)], {"type": "object"})
    posted = _get("reconcile_form", *asked, [], {"type": "object"})["get"]
    form = {"type": "object", "properties": {"queries": _TEXT}}
    body = {"content": {"application/x-www-form-urlencoded": {"schema": form}}}
    yield "/reconcile", {**found, "post": {**posted, "requestBody": body}}


def _get(name: str, summary: str, about: str, tag: str, parameters: Iterable[Json], answer: Json, *media: str) -> Json:
    """A path that is only read, answered as JSON unless media types are given."""
    content = {kind: {"schema": answer} for kind in media or ("application/json",)}
    failed = {str(status): {"$ref": f"#/components/responses/{status}"} for status in _ERRORS}
    return {
        "get": {
            "summary": summary,
            "description": about,
            "operationId": name,
            "tags": [tag],
            "parameters": list(parameters),
            "responses": {"200": {"description": "OK", "content": content}, **failed},
        }
    }


def _responses() -> Json:
    content = {"application/json": {"schema": _part("Error")}, "text/html": {}, "text/plain": {}}
    return {str(status): {"description": said, "content": content} for status, said in _ERRORS.items()}


def _schemas(site: Site) -> Json:
    page = _object(rows=_list({}), columns=_list(_TEXT))
    page["properties"] |= {
        "truncated": {"type": "boolean"},
        "next_url": {"type": ["string", "null"], "description": "続きのアドレス。なければ null。"},
        "content_hash": {"type": "string", "description": "/verify で確かめるためのハッシュ。"},
        "notes": _list({}) | {"description": "判定・記録のないもの・訂正についての注意書き。"},
    }
    error = _object(ok={"const": False}, status={"type": "integer"}, title=_TEXT, error=_TEXT)
    return {**{table.name: _describe_row(table) for table in site.tables}, "Page": page, "Error": error}


def _describe_row(table: Table) -> Json:
    described: Json = {}
    for field in table.fields:
        described[field.name] = {"title": field.heading, "description": field.meaning}
        if kind := _TYPES.get(field.type):
            described[field.name]["type"] = kind if field.required else [kind, "null"]
    return {**_object(**described), "title": table.title, "description": table.description}


def _rows(row: Json) -> Json:
    """What a table or query answers, by its _shape."""
    return {"anyOf": [_list(row), _part("Page")]}


def _part(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _page_parameters(site: Site, table: Table) -> list[Json]:
    order = {"type": "string", "enum": [*(field.name for field in table.fields), ""]}
    size = {"anyOf": [{"type": "integer", "minimum": 0, "maximum": site.most_rows}, {"enum": ["max", ""]}]}
    return [
        _SHAPE,
        _query("_size", f"1ページの行数。数か max（{site.most_rows:,}行）。", size),
        _query("_next", "続きの位置。前の答えの next。"),
        _query("_sort", "この列の小さい順。_sort_desc とは一緒に使えません。", order),
        _query("_sort_desc", "この列の大きい順。", order),
        _query("_search", "この言葉が見つかる行。"),
    ]


def _say_parameter(name: str) -> str:
    known = find_parameter(name)
    said = [known.label, f"空なら{known.empty}" if known.empty else "", known.help.rstrip("。")]
    return "。".join(filter(None, said))


def _plain(html: str) -> str:
    """A description without its markup and its examples, which are links."""
    told = (part for part in html.split("</p>") if not part.strip().startswith("<p>例："))
    return "".join("".join(_TAGS.sub("", part).splitlines()) for part in told)

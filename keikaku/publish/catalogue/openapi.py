"""The stable addresses of the site described for programs (OpenAPI 3.1), made from the schema and from metadata.yml."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keikaku.database.content_hash import LENGTH
from keikaku.publish.records.citation import FORMATS, RECORDS
from keikaku.publish.records.json_ld import BUILDERS
from keikaku.publish.tables.query_forms import find_parameter

Json = dict[str, Any]
_TYPES: dict[str, list[str]] = {"TEXT": ["string"], "INTEGER": ["integer"], "NUMERIC": ["number"]}
_TAGS = re.compile(r"<[^>]+>")
ERRORS = (400, 404, 503)


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
        "components": {"schemas": _schemas(site), "responses": _ERRORS},
    }


def _tables(site: Site) -> Iterator[tuple[str, Json]]:
    for table in site.tables:
        filters = [
            _query(
                field.name, f"{field.heading}がこの値に等しい行。`{field.name}__gt` などの比べ方も使えます。", _text()
            )
            for field in table.fields
        ]
        answer = {"anyOf": [{"type": "array", "items": _row(table)}, _part("Page")]}
        yield (
            f"/{site.database}/{table.name}.json",
            _get(
                table.title,
                f"list_{table.name}",
                table.description,
                [*_page_parameters(site, table), *filters],
                answer,
                ["表"],
            ),
        )


def _records(site: Site) -> Iterator[tuple[str, Json]]:
    for table in site.tables:
        if not table.key:
            continue
        path, key = f"/{site.database}/{table.name}/{{id}}", _path("id", f"{table.title}のID", table.example)
        answer = {"anyOf": [{"type": "array", "items": _row(table)}, _part("Page")]}
        yield (
            f"{path}.json",
            _get(f"{table.title}の1件", f"get_{table.name}", table.description, [key, _SHAPE], answer, ["記録"]),
        )
        if table.name in BUILDERS:
            described = _get(
                f"{table.title}の1件（JSON-LD）", f"describe_{table.name}", "schema.org の言葉で。", [key], {"type": "object"}, ["記録"]
            )  # fmt: skip
            yield f"{path}.jsonld", _as(described, "application/ld+json")
        if table.name in RECORDS:
            ending = _path("format", "書式", choices=[form.ending for form in FORMATS])
            cited = _get(
                f"{table.title}の1件の引用", f"cite_{table.name}", "出典の書き方。", [key, ending], _text(), ["引用"]
            )
            yield (
                f"/cite/{table.name}/{{id}}.{{format}}",
                _as(cited, *(form.media_type.partition(";")[0] for form in FORMATS)),
            )


def _queries(site: Site) -> Iterator[tuple[str, Json]]:
    for query in site.queries:
        row = _object(**{name: {"title": said, "description": means} for name, (said, means) in query.columns.items()})
        answer = {"anyOf": [{"type": "array", "items": row}, _part("Page")]}
        asked = [_query(name, _say_parameter(name), _text()) for name in query.parameters]
        yield (
            f"/{site.database}/{query.name}.json",
            _get(
                query.title, f"query_{query.name}", _plain(query.description), [_SHAPE, *asked], answer, ["問い合わせ"]
            ),
        )
    sql = _query("sql", "読み取りだけのSQL（SQLite）。`:name` の値は同じ名前の引数で渡します。", _text())
    sql["example"] = "select code, name from measures"
    about = "重い問い合わせは1秒で止め、混み合うと503を返します。sql がなければ、データベースの説明を返します。"
    described = _object(database=_text(), tables={"type": "array"})
    answer = {"anyOf": [{"type": "array"}, _part("Page"), described]}
    yield f"/{site.database}.json", _get("SQL", "run_sql", about, [_SHAPE, sql], answer, ["問い合わせ"])


def _downloads(site: Site) -> Iterator[tuple[str, Json]]:
    names = [*(table.name for table in site.tables), *(query.name for query in site.queries)]
    name = _path("name", "表か問い合わせの名前", choices=names)
    for ending, (title, media) in _FILES.items():
        got = _get(
            title,
            f"download_{ending.replace('.', '_')}",
            "すべての行。表と同じ条件で絞れます。",
            [name],
            {},
            ["ダウンロード"],
        )
        yield f"/{site.database}/{{name}}.{ending}", _as(got, media)


def _others(site: Site) -> Iterator[tuple[str, Json]]:
    typed = _query("q", "書きかけの言葉", _text())
    suggestions = {
        "type": "array",
        "items": _object(text=_text(), label=_text(), url={"type": ["string", "null"]}),
    }
    yield "/-/suggest", _get("検索の候補", "suggest", "書きかけの言葉から。", [typed], suggestions, ["検索"])
    digest = _query("hash", f"ページに出ているハッシュの先頭16桁以上（ふつうは{LENGTH}桁）", {"type": "string", "pattern": "^[0-9a-f]{16,64}$"})  # fmt: skip
    place = _query("of", "ハッシュが出ていたページのアドレス", _text())
    yield (
        "/verify.json",
        _get(
            "引用された値の確認",
            "verify",
            "今のデータでも同じか、いつなぜ変わったか。",
            [{**digest, "required": True}, place],
            _object(ok={"type": "boolean"}, status=_text(), message=_text()),
            ["引用"],
        ),
    )
    plans = [table for table in site.tables if table.name == "plans"]
    owner = _path("id", "計画・分野・団体のID", plans[0].example if plans else None)
    calendar = _get("期限カレンダー", "calendar", "期限と毎年のできごと（iCalendar）。", [owner], _text(), ["更新"])
    yield "/calendar/{id}.ics", _as(calendar, "text/calendar")
    changes = _get("データの変更", "changes", "新しいものから（Atom）。", [], _text(), ["更新"])
    yield "/changes.atom", _as(changes, "application/atom+xml")
    queries = _query("queries", "名前の付いた問い合わせをJSONで。なければ、このサービスの説明を返します。", _text())
    found = _get(
        "団体の名寄せ", "reconcile", "Reconciliation Service API 0.2。", [queries], {"type": "object"}, ["検索"]
    )
    form = {"type": "object", "properties": {"queries": _text()}}
    post = {
        **found["get"],
        "operationId": "reconcile_form",
        "parameters": [],
        "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": form}}},
    }
    yield "/reconcile", {**found, "post": post}
    whole = _get("データベース", "download_database", "SQLite のファイル。", [], {}, ["ダウンロード"])
    yield f"/{site.database}.db", _as(whole, "application/vnd.sqlite3")
    prefix = _query("prefix", "書きかけの団体の名前", _text())
    chosen = _get("団体の候補", "reconcile_suggest", "手で選ぶときの候補。", [prefix], _object(result={"type": "array"}), ["検索"])  # fmt: skip
    yield "/reconcile/suggest", chosen
    listed = _object(files={"type": "array", "items": _object(path=_text(), sha256=_text(), media_type=_text())})
    listing = "どのファイルも、つくったときだけあります。"
    yield "/files/files.json", _get("データ全体のファイルの一覧", "list_files", listing, [], listed, ["ダウンロード"])
    path = _path("path", "files.json にある path。", "files.json")
    path["schema"]["pattern"] = r"^[A-Za-z0-9_-]+\.[a-z]+$"
    file = _get("データ全体のファイル", "download_file", listing, [path], {}, ["ダウンロード"])
    yield "/files/{path}", _as(file, "*/*")
    ending = _path("format", "書式", choices=[form.ending for form in FORMATS])
    cited = _get("データ全体の引用", "cite_dataset", "出典の書き方。", [ending], _text(), ["引用"])
    yield "/cite/dataset.{format}", _as(cited, *(form.media_type.partition(";")[0] for form in FORMATS))
    health = {"type": "object", "required": ["status"], "properties": {"status": _text()}}
    yield "/-/health", _get("動いているか", "health", "監視のために。", [], health, ["更新"])


def _get(
    summary: str, name: str, description: str, parameters: Iterable[Json], answer: Json, tags: Sequence[str]
) -> Json:
    responses = {"200": {"description": "OK", "content": {"application/json": {"schema": answer}}}}
    responses |= {str(status): {"$ref": f"#/components/responses/{status}"} for status in ERRORS}
    return {
        "get": {
            "summary": summary,
            "description": description,
            "operationId": name,
            "tags": list(tags),
            "parameters": list(parameters),
            "responses": responses,
        }
    }


def _as(operation: Json, *media: str) -> Json:
    """The same, answered in other media types."""
    (schema,) = operation["get"]["responses"]["200"]["content"].values()
    operation["get"]["responses"]["200"]["content"] = dict.fromkeys(media, schema)
    return operation


def _schemas(site: Site) -> Json:
    rows = {table.name: _describe_row(table) for table in site.tables}
    page = _object(rows={"type": "array"}, columns={"type": "array", "items": _text()}, data_version=_text())
    page["properties"] |= {
        "truncated": {"type": "boolean"},
        "next_url": {"type": ["string", "null"], "description": "続きのアドレス。なければ null。"},
        "content_hash": {"type": "string", "description": "/verify で確かめるためのハッシュ。"},
        "notes": {"type": "array", "description": "判定・未公表・訂正についての注意書き。"},
    }
    error = _object(ok={"const": False}, status={"type": "integer"}, title=_text(), error=_text())
    return {**rows, "Page": page, "Error": error}


def _describe_row(table: Table) -> Json:
    described = {}
    for field in table.fields:
        kinds = _TYPES.get(field.type)
        about: Json = {"title": field.heading, "description": field.meaning}
        if kinds:
            about["type"] = kinds[0] if field.required else [*kinds, "null"]
        described[field.name] = about
    return {
        "type": "object",
        "title": table.title,
        "description": table.description,
        "required": [*described],
        "properties": described,
    }


def _row(table: Table) -> Json:
    return _part(table.name)


def _part(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(**properties: Json) -> Json:
    return {"type": "object", "required": list(properties), "properties": properties}


def _text() -> Json:
    return {"type": "string"}


def _query(name: str, description: str, schema: Json) -> Json:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _path(name: str, description: str, example: str | None = None, choices: Sequence[str] = ()) -> Json:
    schema = {"type": "string", "enum": list(choices)} if choices else {"type": "string", "minLength": 1}
    given = {"example": example} if example else {}
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema, **given}


def _page_parameters(site: Site, table: Table) -> list[Json]:
    order = {"type": "string", "enum": [*(field.name for field in table.fields), ""]}
    size = {"anyOf": [{"type": "integer", "minimum": 0, "maximum": site.most_rows}, {"enum": ["max", ""]}]}
    return [
        _SHAPE,
        _query("_size", f"1ページの行数。数か max（{site.most_rows:,}行）。", size),
        _query("_next", "続きの位置。前の答えの next。", _text()),
        _query("_sort", "この列の小さい順。_sort_desc とは一緒に使えません。", order),
        _query("_sort_desc", "この列の大きい順。", order),
        _query("_search", "この言葉が見つかる行。", _text()),
    ]


def _say_parameter(name: str) -> str:
    known = find_parameter(name)
    return "。".join(
        filter(None, [known.label, f"空なら{known.empty}" if known.empty else "", known.help.rstrip("。")])
    )


def _plain(html: str) -> str:
    """A description without its markup and its examples, which are links."""
    told = (part for part in html.split("</p>") if not part.strip().startswith("<p>例："))
    return "".join("".join(_TAGS.sub("", part).splitlines()) for part in told)


_SHAPE = _query("_shape", "array なら行の配列だけ。", {"type": "string", "enum": ["array", "arrays", "objects"]})
_FILES: Mapping[str, tuple[str, str]] = {
    "csv": ("CSV（UTF-8）", "text/csv"),
    "excel.csv": ("Excel のための CSV（BOM 付き、日本語の見出し）", "text/csv"),
    "xlsx": ("Excel のブック", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
_ERRORS: Json = {
    str(status): {
        "description": said,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/Error"}},
            "text/html": {},
            "text/plain": {},
        },
    }
    for status, said in (
        (400, "読み取れない条件"),
        (404, "ないもの"),
        (410, "取り下げた記録（理由と、あれば代わりの記録）"),
        (503, "混み合っている（Retry-After 秒後にもう一度）"),
    )
}

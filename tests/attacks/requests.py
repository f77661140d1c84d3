"""Random requests: every route and parameter of the site with values that nobody would send by mistake."""

import json
import re
from random import Random
from urllib.parse import quote, quote_from_bytes

from tests.attacks.asking import Asked

NASTY = [
    "",
    "0",
    "-1",
    "1",
    "99999999999999999999999999",
    "1e999",
    "nan",
    "２０２６",
    "2026-13-45",
    "0x10",
    "null",
    "true",
    "max",
    "on",
    "'",
    '"',
    "''",
    "`",
    "]",
    "[",
    "\\",
    "%",
    "%%",
    "%s",
    "{}",
    "{0.__class__}",
    "{{7*7}}",
    "{% raw %}",
    "${7}",
    "';--",
    "1 or 1=1",
    "') or 1=1 --",
    "a*",
    '"a" NEAR b',
    "AND OR NOT",
    "name:",
    "*",
    "-",
    "^a",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "a\r\nSet-Cookie: b=c",
    "a\nb",
    "\t",
    "\x00",
    "\x01\x1b\x7f",
    "\x85\u2028\u2029",
    "\ufeff",
    "\ufffe\uffff",
    "\u202e反対",
    "e\u0301\u0301\u0301",
    "👩‍👩‍👧‍👦",
    "\U0010ffff",
    "ｱｷｼﾏ",
    "㍻",
    "A" * 300,
    "あ" * 3000,
    "(" * 500,
    "[" * 2000,
    "../../../etc/passwd",
    "/etc/passwd",
    "..\\..\\windows",
    "~2E~2E~2F",
    "~",
    "~ZZ",
    "~00",
    ",",
    ",,,,",
    "a,b,c,d",
    "akishima",
    "akishima-kogyo-1",
    "measures",
    "name",
    "sector_id",
    "rowid",
    "code",
    "[]",
    '["a"]',
    '[{"a":1}]',
    '{"a":1}',
    '{"table":"measures","column":"id","value":"1"}',
    '{"column":"name"}',
    "https://evil.example/",
    "//evil.example",
    "/plans/measures",
    "plans/measures/../x",
    "0123456789abcdef",
    "select 1",
    "select",
    "select * from measures",
    "select :a, :b",
    "select 1;select 2",
    "with a as (select 1) select * from a",
    "explain select 1",
    "pragma table_info(measures)",
    "select '\x00'",
    "select zeroblob(10), x'ff00', 9e999, null",
    "select char(55296), char(0), '\ufffe'",
    "select json('[')",
    "select 1 as 'a\"b', 2 as '<b>', 3 as ''",
    "number > 3",
    "1=1) --",
    "exists(select 1)",
]
BYTES = [b"%80", b"%ff%fe", b"%ed%a0%80", b"%c0%af", b"%e3%81", b"%", b"%u3042", b"%0", b"%2500", b"%252e%252e"]
RAW = [b"\xe3\x81\x82", b"\xff", b"\x80<>\"'"]  # servers let it through after the question mark only
NAMES = [
    *("q", "kind", "sector", "plan", "fiscal_year", "organization", "hash", "of", "sql", "name", "code", "id", "number"),
    *("_search", "_search_name", "_searchmode", "_where", "_sort", "_sort_desc", "_sort_by_desc", "_facet", "_facet_array"),
    *("_facet_date", "_facet_m2m", "_facet_size", "_size", "_shape", "_next", "_nofacet", "_nocount", "_nosuggest", "_col"),
    *("_nocol", "_embed", "_chart", "_labels", "_label", "_nl", "_json", "_json_infinity", "_through", "_timelimit", "_ttl"),
    *("_trace", "_stream", "_dl", "_header", "_extra", "_filter_column", "_filter_op", "_filter_value", "_easy", "easy", "queries", "prefix", "extend", "type"),
    *("_group", "_hash", "_format", "_messages", "_filter_column_1", "_filter_op_1", "callback", "_memory", "name__", "__"),
]  # fmt: skip
COLUMNS = ["name", "number", "sector_id", "is_new", "code", "id", "rowid", "date", "あ", "no_such", "a b", "name]"]
OPERATIONS = [
    *("exact", "not", "contains", "endswith", "startswith", "gt", "gte", "lt", "lte", "like", "notlike", "glob", "in"),
    *("notin", "arraycontains", "arraynotcontains", "date", "isnull", "notnull", "isblank", "notblank", "none", "", "in__in"),
]  # fmt: skip
METHODS = ["GET"] * 40 + ["HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE", "get", "PROPFIND", "あ"]
FIELDS = [
    *("accept", "accept-encoding", "accept-language", "if-none-match", "if-match", "if-modified-since", "range", "if-range"),
    *("cookie", "authorization", "origin", "referer", "user-agent", "content-type", "content-length", "content-encoding"),
    *("transfer-encoding", "expect", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-original-url", "host"),
    *("x-http-method-override", "forwarded", "connection", "upgrade", "te", "access-control-request-method", "x-rewrite-url"),
]  # fmt: skip
FIELD_VALUES = [
    *("*", "gzip", "gzip;q=0", "br, gzip;q=1.0, *;q=0", "identity;q=0", "bytes=0-0", "bytes=-1", "bytes=5-2", "bytes=a-b"),
    *("bytes=0-0,1-1,2-2", "lines=1-2", "bytes=99999999999999999999-", '"x"', 'W/"x"', "*, *", '"', "evil.example"),
    *("evil.example:99999", "[::1]", "[::::]", "[", "a@b", "a/b", "localhost:abc", "https", "javascript", "100-continue"),
    *("chunked", "-1", "Mon, 99 Foo 2026 99:99:99 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "application/json", "null", ""),
]  # fmt: skip
ENDINGS = [
    "",
    ".json",
    ".csv",
    ".xlsx",
    ".excel.csv",
    ".jsonld",
    ".ics",
    ".atom",
    ".db",
    ".html",
    ".jsono",
    ".",
    ".%00",
    "/",
]

RANGES = [(0, 0x20), (0x20, 0x7F), (0x80, 0x100), (0x300, 0x370), (0x3040, 0x30FF), (0x4E00, 0x9FFF), (0xD800, 0xE000)]
RANGES += [(0xF900, 0xFFFF), (0x1F300, 0x1FAFF), (0x10FF00, 0x10FFFF)]


class Requests:
    """Makes requests by chance: addresses as they are with strange headers, or spoilt, or with arguments."""

    def __init__(self, addresses: list[str]) -> None:
        heavy = re.compile(r"\.xlsx|\.db|^/$|^/data$|^/plans$|^/plans/plans")
        self._all = [_cut(address) for address in addresses]
        self._light = [_cut(address) for address in addresses if not heavy.search(address)]
        self._data = [at for at in self._light if re.search(rb"^/plans.*\.(json|csv)$", at[0])]

    def make(self, random: Random) -> Asked:
        way = random.randrange(20)
        if random.random() < 0.01:
            return Asked(b"/reconcile", b"", "POST", _make_fields(random), _make_form(random))
        if way < 7:
            path, query = random.choice(self._all)
            return Asked(path, query, random.choice(METHODS), _make_fields(random))
        if way < 14:
            return Asked(_spoil(random.choice(self._all)[0], random), _make_query(random))
        path, query = random.choice(self._light if way == 14 else self._data)
        return Asked(path, b"&".join(filter(None, [query, _make_query(random)])))


def _cut(address: str) -> tuple[bytes, bytes]:
    path, _, query = address.encode().partition(b"?")
    return path, query


def _make_form(random: Random) -> bytes:
    forms = ['{"a":{"query":%s}}', '{"a":%s}', '{%s:{"query":"a"}}', "[%s]", "%s", '{"a":{"query":"a","limit":%s}}']
    text = random.choice(NASTY)
    told = random.choice(forms) % random.choice([text, json.dumps(text)])
    return random.choice(
        [
            b"queries=" + quote(told, errors="surrogatepass").encode(),
            _make_query(random),
            told.encode("utf-8", "replace"),
        ]
    )


def _make_query(random: Random) -> bytes:
    return b"&".join(_make_pair(random) for _ in range(random.randrange(4)))


def _make_pair(random: Random) -> bytes:
    name = random.choice(NAMES) if random.random() < 0.7 else random.choice(COLUMNS)
    if random.random() < 0.2:
        name = f"{random.choice(COLUMNS)}__{random.choice(OPERATIONS)}"
    given = name.encode() if name.isascii() and random.random() < 0.9 else quote(name).encode()
    value = random.choice(RAW) if random.random() < 0.03 else _make_word(random)
    return random.choice([given + b"=" + value] * 8 + [given, value])


def _make_word(random: Random) -> bytes:
    """Percent-encoded, now and then wrongly."""
    way = random.randrange(10)
    if way == 0:
        return random.choice(BYTES)
    text = random.choice(NASTY) if way < 7 else _make_text(random)
    return quote(text, safe="", errors="surrogatepass").encode()


def _make_text(random: Random) -> str:
    return "".join(chr(random.randrange(*random.choice(RANGES))) for _ in range(random.randrange(1, 9)))


def _make_fields(random: Random) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((random.choice(FIELDS).encode(), _make_field(random)) for _ in range(random.randrange(4)))


def _make_field(random: Random) -> bytes:
    """What a server lets through: any bytes but the ends of a line."""
    if random.random() < 0.8:
        return random.choice(FIELD_VALUES).encode()
    return bytes(random.choice([*range(1, 10), *range(0x20, 0x100)]) for _ in range(random.randrange(12)))


def _spoil(path: bytes, random: Random) -> bytes:
    pieces = path.split(b"/")
    word, ending = _make_word(random), random.choice(ENDINGS).encode()
    ways = [
        b"/" + path,
        path.replace(b"/", b"//"),
        path + b"/../" + word,
        b"/".join([*pieces[:-1], word]),
        b"/".join([*pieces[:1], word, *pieces[2:]]),
        b"/".join([b"", *pieces[1:-1], word + ending]),
        b"/" + quote_from_bytes(path[1:], safe="").encode(),
        path + ending,
        path.upper() + word,
        b"/" + word + b"/" + word,
    ]
    return random.choice(ways)

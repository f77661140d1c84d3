"""Random requests: every route and parameter of the site with values that nobody would send by mistake."""

import json
import re
from pathlib import Path
from random import Random
from urllib.parse import quote, quote_from_bytes

from tests.attacks.asking import Asked

STRANGE = json.loads(Path(__file__).with_name("strange.json").read_text("utf-8"))
NASTY = [*STRANGE["values"], "A" * 300, "あ" * 3000, "(" * 500, "[" * 2000]
BYTES = [b"%80", b"%ff%fe", b"%ed%a0%80", b"%c0%af", b"%e3%81", b"%", b"%u3042", b"%0", b"%2500", b"%252e%252e"]
RAW = [b"\xe3\x81\x82", b"\xff", b"\x80<>\"'"]  # servers let it through after the question mark only
NAMES, COLUMNS, OPERATIONS = STRANGE["arguments"], STRANGE["columns"], STRANGE["operations"]
METHODS = ["GET"] * 40 + STRANGE["methods"]
FIELDS, FIELD_VALUES, ENDINGS = STRANGE["fields"], STRANGE["field_values"], STRANGE["endings"]
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
    given = b"queries=" + quote(told, errors="surrogatepass").encode()
    return random.choice([given, _make_query(random), told.encode("utf-8", "replace")])


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

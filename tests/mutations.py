"""Ways in which a file that people edit may be spoiled, each at a random place."""

import random
import re
from collections.abc import Callable

SCALARS = [
    *("''", "~", "null", "true", "-1", "0", "1.5", ".nan", "0x1F", "1e999", "99999999999999999999", "9" * 5000),
    *("[]", "{}", "[[[]]]", "{a: {b: c}}", "- -", "? x", ": ", "#", "'", '"', "|", ">-", "*a", "&a x", "!!int 3", "@a", "`x`"),
    *("2024-01-01", "12:30", "令和99年度", "R6", "平成32年度", "工-1", "芸-1", "市", "１２", "①", "㈱", "𠮟", "e\u0301", "a" * 5000),
    *("\u3000", "\u202e逆", "\ufeff", "\x00", "\x1b[0m", "\x85", "\u2028", "\t", "\\", "\U0001f469\u200d\U0001f467"),
    *("%s{}$(x)", "'; DROP TABLE plans; --", "../..", "=1+1"),
]  # fmt: skip
Mutation = Callable[[random.Random, bytes], bytes]


def on_lines(change: Callable[[random.Random, list[bytes], int], None]) -> Mutation:
    """A mutation of the list of lines, at a random place in it."""

    def mutate(rng: random.Random, data: bytes) -> bytes:
        lines = data.splitlines(keepends=True)
        change(rng, lines, rng.randrange(len(lines)))
        return b"".join(lines)

    return mutate


def delete_line(_: random.Random, lines: list[bytes], at: int) -> None:
    del lines[at]


def double_line(_: random.Random, lines: list[bytes], at: int) -> None:
    lines.insert(at, lines[at])


def swap_lines(rng: random.Random, lines: list[bytes], at: int) -> None:
    other = rng.randrange(len(lines))
    lines[at], lines[other] = lines[other], lines[at]


def move_lines(rng: random.Random, lines: list[bytes], at: int) -> None:
    taken = [lines.pop(at) for _ in range(min(rng.randrange(1, 9), len(lines) - at))]
    place = rng.randrange(len(lines) + 1)
    lines[place:place] = taken


def indent_line(rng: random.Random, lines: list[bytes], at: int) -> None:
    lines[at] = rng.choice([b" ", b"  ", b"\t", b"- ", b"    - "]) + lines[at].lstrip(rng.choice([b"", b" ", b" -"]))


def replace_value(rng: random.Random, lines: list[bytes], at: int) -> None:
    key, colon, _ = lines[at].partition(rng.choice([b": ", b",", b"- "]))
    lines[at] = key + colon + rng.choice(SCALARS).encode() + b"\n"


def replace_item(rng: random.Random, lines: list[bytes], at: int) -> None:
    parts = re.split(rb"([,\[\]{}:]\s*)", lines[at])
    parts[rng.randrange(len(parts))] = rng.choice(SCALARS).encode()
    lines[at] = b"".join(parts)


def exchange_values(rng: random.Random, lines: list[bytes], at: int) -> None:
    values = [line.partition(b": ")[2] for line in lines if b": " in line] or [b"\n"]
    lines[at] = lines[at].partition(b": ")[0] + b": " + rng.choice(values)


def insert_text(rng: random.Random, data: bytes) -> bytes:
    text = "".join(
        chr(rng.choice([rng.randrange(0xD800), rng.randrange(0xE000, 0x110000)])) for _ in range(rng.randrange(1, 5))
    )
    at = rng.randrange(len(data))
    return data[:at] + text.encode() + data[at:]


def insert_bytes(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + rng.randbytes(rng.randrange(1, 9)) + data[at + rng.randrange(9) :]


def change_character(rng: random.Random, data: bytes) -> bytes:
    text = data.decode()
    at = rng.randrange(len(text))
    return (text[:at] + rng.choice(text) + text[at + 1 :]).encode()


def truncate(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data))]


MUTATIONS: list[Mutation] = [
    *map(on_lines, (delete_line, double_line, swap_lines, move_lines, indent_line)),
    *map(on_lines, (replace_value, replace_item, exchange_values)),
    *(insert_text, insert_bytes, change_character, truncate),
]  # fmt: skip

"""What a query found in a text, marked: whole texts and short pieces, as parts that a page can put marks around.

Matching goes by the search key, so ＳＮＳ is marked where SNS is asked for and 10,000人 where 1万人 is; the text itself
is never changed.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from keikaku.search.expand import Way
from keikaku.search.text import find_places, needle, normalise

LENGTH = 90
LEAD = 24
Parts = list[tuple[str, bool]]
Needles = tuple[re.Pattern[str], ...]

_SENTENCE = re.compile(r"[。！？\n]\s*")


def needles_of(ways: Iterable[Way]) -> Needles:
    """Patterns of what was searched, for the keys of texts; the longest words first."""
    texts = sorted({(part, way.begins) for way in ways for part in way.text.split("・")}, key=lambda t: (-len(t[0]), t))
    found = (needle(text, begins=begins) for text, begins in texts)
    return tuple(pattern for pattern in found if pattern)


def mark(text: str, needles: Needles) -> Parts:
    """The whole text in parts, each found (True) or not."""
    return _parts(text, _hits(text, needles), 0, len(text))


def cut_out(text: str, needles: Needles) -> Parts:
    """About LENGTH characters of a text around its first hit, in parts; its beginning where there is none."""
    text = " ／ ".join(" ".join(line.split()) for line in text.splitlines())
    hits = _hits(text, needles)
    first, first_end = hits[0] if hits else (0, 0)
    start = max(0, first - LEAD)
    if start and (sentence := _SENTENCE.search(text, start, first)):
        start = sentence.end()
    end = min(len(text), max(start + LENGTH, first_end))
    return _parts(text, hits, max(0, min(start, end - LENGTH)), end)


def as_text(parts: Parts) -> str:
    """Parts as plain text, what was found between « and »."""
    return "".join(f"«{text}»" if found else text for text, found in parts)


def _parts(text: str, hits: list[tuple[int, int]], start: int, end: int) -> Parts:
    parts, done = [("…" if start else "", False)], start
    for hit_start, hit_end in hits:
        if start <= hit_start and hit_end <= end:
            parts += [(text[done:hit_start], False), (text[hit_start:hit_end], True)]
            done = hit_end
    parts += [(text[done:end], False), ("…" if end < len(text) else "", False)]
    return [part for part in parts if part[0]]


@lru_cache(maxsize=1024)
def _hits(text: str, needles: Needles) -> list[tuple[int, int]]:
    """Where needles stand in a text, apart and in order; of two that overlap the one that begins first, or is longer."""
    key = normalise(text) if needles else ""
    spans = [match.span() for pattern in needles for match in pattern.finditer(key) if match[0]]
    places = find_places(text, key) if spans else None
    apart: list[tuple[int, int]] = []
    found = [(places[start][0], places[end - 1][1]) for start, end in spans] if places else []
    for start, end in sorted(found, key=lambda hit: (hit[0], -hit[1])):
        if not apart or start >= apart[-1][1]:
            apart.append((start, end))
    return apart

"""What a query found in a text, between « and »: whole texts and short pieces.

Matching goes by the search key, so ＳＮＳ is marked where SNS is asked for; the text itself is never changed.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from keikaku.search.expand import Way
from keikaku.search.text import find_places, needle, normalise

LENGTH = 90
LEAD = 24
Needles = tuple[re.Pattern[str], ...]

_SENTENCE = re.compile(r"[。！？]\s*")


def needles_of(ways: Iterable[Way]) -> Needles:
    """Patterns of what was searched, for the keys of texts; the longest words first."""
    texts = sorted({(part, way.begins) for way in ways for part in way.text.split("・")}, key=lambda t: (-len(t[0]), t))
    return tuple(needle(text, begins=begins) for text, begins in texts)


def mark(text: str, needles: Needles) -> str:
    """The whole text."""
    return _mark(text, find_hits(text, needles), 0, len(text))


def cut_out(text: str, needles: Needles) -> str:
    """About LENGTH characters of the line of a text with most hits, around the first; its beginning where there is none."""
    if text.split() != text.split("\n"):  # else there is no space in it to tidy
        text = "\n".join([" ".join(line.split()) for line in text.splitlines()])
    hits = find_hits(text, needles)
    if "\n" in text:
        text, hits = _choose_line(text, hits)
    first, first_end = hits[0] if hits else (0, 0)
    start = max(0, first - LEAD)
    if start and (sentence := _SENTENCE.search(text, start, first)):
        start = sentence.end()
    end = min(len(text), max(start + LENGTH, first_end))
    return _mark(text, hits, max(0, min(start, end - LENGTH)), end)


def _choose_line(text: str, hits: list[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """The line of a text with most different hits, and where they stand in it; the first line where there is none."""
    lines: dict[int, list[tuple[int, int]]] = {}
    for start, end in hits:
        if "\n" not in text[start:end]:
            lines.setdefault(text.rfind("\n", 0, start) + 1, []).append((start, end))
    begin = max(lines, key=lambda line: len({text[start:end] for start, end in lines[line]}), default=0)
    return text[begin:].partition("\n")[0], [(start - begin, end - begin) for start, end in lines.get(begin, ())]


def _mark(text: str, hits: list[tuple[int, int]], start: int, end: int) -> str:
    marked, done = "…" if start else "", start
    for hit_start, hit_end in hits:
        if start <= hit_start and hit_end <= end:
            marked += f"{text[done:hit_start]}«{text[hit_start:hit_end]}»"
            done = hit_end
    return marked + text[done:end] + ("…" if end < len(text) else "")


@lru_cache(maxsize=1024)
def find_hits(text: str, needles: Needles) -> list[tuple[int, int]]:
    """Where needles stand in a text, apart and in order; of two that overlap the one that begins first, or is longer."""
    key = normalise(text) if needles else ""
    spans = [match.span() for pattern in needles for match in pattern.finditer(key) if match[0]]
    apart: list[tuple[int, int]] = []
    for start, end in sorted(_written(text, key, spans), key=lambda hit: (hit[0], -hit[1])):
        if not apart or start >= apart[-1][1]:
            apart.append((start, end))
    return apart


def _written(text: str, key: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where what stands at `spans` of its key stands in a text."""
    if not spans or key == text:
        return spans
    places = find_places(text, key)
    return [(places[start][0], places[end - 1][1]) for start, end in spans] if places else []

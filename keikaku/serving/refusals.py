"""What visitors read when there is no answer: a title, a sentence, and what to do, in Japanese, from refusals.yml.

Guarantees: words for every status, and for every message of Datasette and SQLite; never a traceback or a path of the server.
Does not: decide the status; parse SQL, whose words are found by their spelling, outside strings, quoted names and comments.
"""

import json
import re
from typing import Any, NamedTuple

from keikaku.files.beside import read_data

_SAID: dict[str, dict[Any, Any]] = read_data(__file__, "refusals.yml")
_NOT_WORDS = re.compile(
    r"--[^\n]*|/\*.*?(?:\*/|$)|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\[[^\]]*(?:\]|$)|`[^`]*`", re.DOTALL
)


class Refusal(NamedTuple):
    """What a visitor reads; hint may be empty."""

    title: str
    sentence: str
    hint: str


def say(kind: int | str, /, *named: str, **words: str) -> Refusal:
    """The words for a status of HTTP or a single case, about what is named in them."""
    said = _SAID["kinds"].get(kind) or _SAID["kinds"][400 if int(kind) < 500 else 500]
    return Refusal(said[0], said[1].format(*named, **words), said[2])


WRONG_SQL = say("wrong_sql")


def say_message(status: int, message: str) -> Refusal:
    """The words for a message of Datasette."""
    for pattern, sentence in _SAID["messages"].items():
        if match := re.fullmatch(pattern, message.strip()):
            return say(status)._replace(sentence=sentence.format(*match.groups()))
    return say(status)


def say_error(error: Exception) -> Refusal:
    """The words for a mistake in an address that Datasette noticed only by failing."""
    kinds = [kind.__name__ for kind in type(error).__mro__]
    sentence = next((said for kind, said in _SAID["errors"].items() if kind in kinds), None)
    return say(400)._replace(sentence=sentence) if sentence else say(400)


def explain_complaint(message: str) -> Refusal:
    """The words for a message of SQLite or Datasette about a statement."""
    for pattern, (sentence, hint) in _SAID["complaints"].items():
        if match := re.fullmatch(pattern, message.strip(), re.DOTALL):
            return WRONG_SQL._replace(sentence=sentence.format(*match.groups()), hint=hint)
    return WRONG_SQL


def list_complaints() -> list[tuple[str, str, str]]:
    """Pattern, sentence and hint for each message about a statement, for who explains them in a browser."""
    return [(pattern, *words) for pattern, words in _SAID["complaints"].items()]


def explain_words(sql: str) -> list[tuple[str, str]]:
    """The words of SQL that a statement uses, in the order in which they first appear, each with its meaning."""
    bare = " ".join(_NOT_WORDS.sub(" ", sql).lower().split())
    found = {}
    for word in sorted(_SAID["words"], key=len, reverse=True):
        if match := re.search(rf"(?<![\w:]){word}(?!\w)", bare):
            found[word] = match.start()
            bare = re.sub(rf"(?<![\w:]){word}(?!\w)", lambda part: " " * len(part.group()), bare)
    return [(word.upper(), _SAID["words"][word]) for word in sorted(found, key=found.__getitem__)]


def write_last_resort(path: str, status: int) -> tuple[str, str]:
    """Body and media type for when nothing else could answer: words for 500 or 503 in the format asked for, from no template."""
    title, sentence, hint = say("busy" if status == 503 else status)
    if path.endswith((".json", ".jsonld")):
        words = {"ok": False, "status": status, "title": title, "error": sentence, "hint": hint}
        return json.dumps(words, ensure_ascii=False), "application/json; charset=utf-8"
    page = (
        f'<!DOCTYPE html>\n<html lang="ja"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><h1>{title}</h1><p>{sentence}{hint}</p></body></html>\n"
    )
    return page, "text/html; charset=utf-8"

"""ふりがな: readings above hard words, and links that keep to it. Pure text to text.

Guarantees: only text that a visitor reads changes; tags, attributes, comments and the text of code, forms, pictures
and existing ruby stay byte for byte, and taking the added readings away gives the page back.
Does not: judge the page; what is not well-formed HTML is left as it is.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

ARGUMENT = "easy=1"
_LEFT_ALONE = frozenset(("code", "kbd", "option", "pre", "rp", "rt", "ruby", "samp", "select", "svg"))
_MARKUP = re.compile(
    r"<!--.*?-->"
    r"|<(?P<whole>script|style|textarea|title)\b.*?</(?P=whole)\s*>"
    r"""|<(?P<end>/?)(?P<name>[a-z][a-z0-9-]*)(?P<attributes>(?:[^"'>]|"[^"]*"|'[^']*')*+)>""",
    re.IGNORECASE | re.DOTALL,
)
_LINK = re.compile(r'(?P<before>\bhref=")(?P<path>[/?](?!/)[^"#]*)(?P<after>#[^"]*)?"')
_FILE = re.compile(r"/-/|\.[a-z0-9]+(\?|$)")


def annotate(html: str, readings: Mapping[str, str]) -> str:
    """The page with a reading above each word of `readings` (word as written -> kana); the longest word wins."""
    if not readings:
        return html
    words = _words(tuple(sorted(readings, key=lambda word: (-len(word), word))))
    done: list[str] = []
    inside: list[str] = []
    end = 0

    def read(text: str) -> str:
        return text if inside else words.sub(lambda word: _ruby(word[0], readings[word[0]]), text)

    for markup in _MARKUP.finditer(html):
        done += (read(html[end : markup.start()]), markup[0])
        end = markup.end()
        name = (markup["name"] or "").lower()
        if name in _LEFT_ALONE and not markup["attributes"].endswith("/"):
            if not markup["end"]:
                inside.append(name)
            elif name in inside:
                del inside[inside.index(name) :]
    return "".join([*done, read(html[end:])])


def keep_easy(html: str) -> str:
    """The page whose links and forms to pages of the site lead on to their ふりがな.

    Links to files, to other sites and those marked rel="alternate" (the switch itself) stay as they are.
    """
    return _MARKUP.sub(_keep, html)


@lru_cache(maxsize=8)
def _words(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, words)))


def _ruby(word: str, reading: str) -> str:
    return f"<ruby>{word}<rp>（</rp><rt>{reading}</rt><rp>）</rp></ruby>"


def _keep(markup: re.Match[str]) -> str:
    name, attributes = (markup["name"] or "").lower(), markup["attributes"] or ""
    if name == "form" and not markup["end"] and "post" not in attributes.lower():
        argument, value = ARGUMENT.split("=")
        return f'{markup[0]}<input type="hidden" name="{argument}" value="{value}">'
    if name == "a" and 'rel="alternate' not in attributes:
        return _LINK.sub(_keep_link, markup[0])
    return markup[0]


def _keep_link(link: re.Match[str]) -> str:
    path = link["path"]
    if _FILE.search(path):
        return link[0]
    joint = "&amp;" if "?" in path else "?"
    return f'{link["before"]}{path}{joint}{ARGUMENT}{link["after"] or ""}"'

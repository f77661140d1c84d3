"""Pictures that other sites show beside a link to a page (Open Graph): 1200 x 630 px, one for each measure,
organization and plan, and one for the home page.

Guarantees: the same database and metadata give the same bytes, on a machine without any Japanese type too, since the
type comes with a package of the build; all text stays inside the picture, cut with an ellipsis where it is too long.
Does not: serve them; plugins/pictures.py does.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import as_file, files
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from sudachipy import Dictionary, SplitMode

from keikaku.files.digest import fingerprint
from keikaku.files.replacing import replacing
from keikaku.plan.fiscal_year import format_fiscal_year

LISTING = "pictures.json"
HOME = "home.png"
WIDTH, HEIGHT = 1200, 630
_MARGIN, _BAND = 72, 20
_TITLE_SIZES = range(76, 43, -4)
_TITLE_LINES = 3
_FACT_TOP, _FACT_GAP = 412, 40
# Tokens of the design system, as static/site.css uses them on a light page.
_PAGE, _TEXT, _TEXT_2, _ACCENT, _SOFT = "#ffffff", "#1a1a1a", "#4d4d4d", "#0017c1", "#e8f1fe"
_COLOURS = 32
_NO_START = frozenset("、。，．・：；？！）」』】〕〉》ーゝゞ々％,.!?:;)]}")
_FOLLOWS = frozenset(("助詞", "助動詞", "接尾辞"))
_NO_END = frozenset("（「『【〔〈《([{")


@dataclass(frozen=True)
class Card:
    """What one picture says: a line above, a code, the title, up to two facts (label, value), a line below."""

    path: str
    above: str
    code: str
    title: str
    facts: tuple[tuple[str, str], ...]
    below: str


def write_pictures(database: Path, site_title: str, folder: Path) -> int:
    """Write all pictures of a finished database and their listing; their number. Raises FilesError."""
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        cards = list(describe_pictures(connection, site_title))
    digests = {}
    with replacing(folder, LISTING) as new:
        for card in cards:
            content = draw_picture(card)
            file = new / card.path
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(content)
            digests[card.path] = hashlib.sha256(content).hexdigest()
        listing = {"database": fingerprint(database), "pictures": digests}
        (new / LISTING).write_text(json.dumps(listing, indent=1) + "\n", "utf-8")
    return len(cards)


# what they say


def describe_pictures(connection: sqlite3.Connection, site_title: str) -> Iterator[Card]:
    """A card for each picture; the home page takes the plan's where there is one plan."""
    plans = [_describe_plan(row, site_title) for row in connection.execute(_PLANS)]
    if len(plans) == 1:
        yield replace(plans[0], path=HOME)
    else:
        facts = (("計画", f"{len(plans)}件"), ("施策", f"{sum(_count(connection))}件"))
        yield Card(HOME, "計画のデータベース", "", site_title, facts, site_title)
    yield from plans
    for row in connection.execute(_MEASURES):
        last = (
            ("期限", format_fiscal_year(row["due"]))
            if row["due"]
            else (row["organization_word"], row["organizations"] or "なし")
        )
        facts = ((row["target_word"], row["target"] or "なし"), last)
        above = f"{row['municipality']}　{row['plan']}"
        yield Card(f"measures/{row['id']}.png", above, row["code"] or "", row["name"], facts, site_title)
    for row in connection.execute(_ORGANIZATIONS):
        facts = (("名前のある施策", f"{row['measures']}件"), ("分野", row["sectors"] or "なし"))
        above = f"{row['municipality']}の計画"
        yield Card(f"organizations/{row['id']}.png", above, row["kind"], row["name"], facts, site_title)


_PLANS = """
    SELECT p.id, p.title, p.municipality, p.start_fiscal_year AS first, p.end_fiscal_year AS last,
        (SELECT count(*) FROM measures WHERE plan_id = p.id AND repeat_of IS NULL) AS measures,
        (SELECT count(*) FROM targets WHERE plan_id = p.id AND repeat_of IS NULL) AS targets,
        (SELECT count(*) FROM organizations WHERE municipality_id = p.municipality_id) AS organizations,
        p.measure_word
    FROM plan_facts AS p ORDER BY p.id
"""
_MEASURES = """
    SELECT o.id, o.code, o.name, o.target, o.due_fiscal_year AS due, o.organizations,
        p.title AS plan, p.municipality, p.organization_word, p.target_word
    FROM measure_overview AS o JOIN plan_facts AS p ON p.id = o.plan_id
    ORDER BY o.id
"""
_ORGANIZATIONS = """
    SELECT o.id, o.name, o.kind_label AS kind, o.measures, o.sectors, c.name AS municipality
    FROM organization_overview AS o JOIN municipalities AS c ON c.id = o.municipality_id ORDER BY o.id
"""


def _describe_plan(row: sqlite3.Row, site_title: str) -> Card:
    years = f"{format_fiscal_year(row['first'])}〜{format_fiscal_year(row['last'])}"
    counts = f"{row['measure_word']} {row['measures']}件　目標 {row['targets']}件　団体 {row['organizations']}"
    return Card(
        f"plans/{row['id']}.png", row["municipality"], "", row["title"], (("期間", years), ("中身", counts)), site_title
    )


def _count(connection: sqlite3.Connection) -> tuple[int, ...]:
    return tuple(row["measures"] for row in connection.execute(_PLANS))


# how they look


def draw_picture(card: Card) -> bytes:
    """The picture as PNG."""
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAGE)
    draw = ImageDraw.Draw(image)
    room = WIDTH - _BAND - 2 * _MARGIN
    left = _BAND + _MARGIN
    draw.rectangle((0, 0, _BAND - 1, HEIGHT), fill=_ACCENT)
    y = 60
    if card.code:
        width = round(_font(34).getlength(card.code)) + 40
        draw.rounded_rectangle((left, y, left + width, y + 56), 12, fill=_ACCENT)
        draw.text((left + 20, y + 28), card.code, fill=_PAGE, font=_font(34), anchor="lm")
        above = _shorten(card.above, 30, room - width - 24)
        draw.text((left + width + 24, y + 28), above, fill=_TEXT_2, font=_font(30), anchor="lm")
    else:
        draw.text((left, y + 28), _shorten(card.above, 34, room), fill=_TEXT_2, font=_font(34), anchor="lm")
    _draw_title(draw, card.title, left, 132, room, _FACT_TOP - 132 - 12)
    _draw_facts(draw, card.facts, left, room)
    draw.rectangle((_BAND, HEIGHT - 78, WIDTH, HEIGHT), fill=_SOFT)
    draw.text((left, HEIGHT - 39), _shorten(card.below, 28, room), fill=_ACCENT, font=_font(28), anchor="lm")
    content = BytesIO()
    image.quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(content, "PNG", compress_level=6)
    return content.getvalue()


def _draw_title(draw: ImageDraw.ImageDraw, title: str, x: int, y: int, room: int, height: int) -> None:
    """As large as it can be in its box."""
    lines, size = fit_title(title, room, height)
    leading = round(size * 1.35)
    top = y + (height - leading * len(lines)) // 2
    for place, line in enumerate(lines):
        draw.text((x, top + place * leading + leading // 2), line, fill=_TEXT, font=_font(size), anchor="lm")


def _draw_facts(draw: ImageDraw.ImageDraw, facts: Sequence[tuple[str, str]], left: int, room: int) -> None:
    size = 32
    indent = max((round(_font(size).getlength(label)) for label, _ in facts), default=0) + 32
    for place, (label, value) in enumerate(facts):
        y = _FACT_TOP + 24 + place * (size + _FACT_GAP - 16)
        draw.text((left, y), label, fill=_ACCENT, font=_font(size), anchor="lm")
        draw.text((left + indent, y), _shorten(value, size, room - indent), fill=_TEXT, font=_font(size), anchor="lm")


def fit_title(title: str, room: int, height: int) -> tuple[list[str], int]:
    """Lines and size of type in px: the largest at which all of it fits, else the smallest with an ellipsis."""
    for size in _TITLE_SIZES:
        lines = wrap_text(title, size, room)
        if len(lines) <= _TITLE_LINES and len(lines) * round(size * 1.35) <= height:
            return _balance(title, size, room, len(lines)), size
    kept = lines[: _TITLE_LINES - 1]
    rest = "".join(lines[_TITLE_LINES - 1 :])
    return [*kept, _shorten(rest, size, room)], size


def wrap_text(text: str, size: int, room: int) -> list[str]:
    """Lines no wider than `room`, which end where a word does."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and _font(size).getlength((line + piece).rstrip()) > room:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
        while _font(size).getlength(line) > room and len(line) > 1:  # a word wider than the picture
            fits = next(n for n in range(len(line) - 1, 0, -1) if n == 1 or _font(size).getlength(line[:n]) <= room)
            lines.append(line[:fits])
            line = line[fits:]
    return [*lines, line.rstrip()] if line else lines


def _balance(text: str, size: int, room: int, count: int) -> list[str]:
    """The same number of lines, the longest as short as it can be."""
    low = max(size, round(_font(size).getlength(text) / max(count, 1)))
    for narrower in range(low, room, size // 2):
        if len(lines := wrap_text(text, size, narrower)) <= count:
            return lines
    return wrap_text(text, size, room)


def _pieces(text: str) -> list[str]:
    """Where a line may end: after words with the particles that follow them, never before a closing sign."""
    pieces: list[str] = []
    kept_open = False
    for word in _words().tokenize(text):
        surface, kind = word.surface(), word.part_of_speech()[0]
        if not surface:
            continue
        latin = (
            surface[0].isascii()
            and surface[0].isalnum()
            and pieces
            and pieces[-1][-1:].isalnum()
            and pieces[-1].isascii()
        )
        if pieces and (kept_open or latin or kind in _FOLLOWS or surface[0] in _NO_START):
            pieces[-1] += surface
        else:
            pieces.append(surface)
        kept_open = kind == "接頭辞" or surface[-1:] in _NO_END
    return pieces


@lru_cache(maxsize=1)
def _words() -> Any:
    return Dictionary(dict="core").tokenizer(mode=SplitMode.A)


def _shorten(text: str, size: int, room: int) -> str:
    if _font(size).getlength(text) <= room:
        return text
    while text and _font(size).getlength(text + "…") > room:
        text = text[:-1]
    return text.rstrip() + "…"


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont:
    """Basic layout, since another library for it may or may not be on a machine."""
    with as_file(files("noto_cjk_sans_jp_bold") / "NotoSansCJKjp-Bold.otf") as path:
        return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)

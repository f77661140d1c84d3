"""Pictures that other sites show beside a link to a page (Open Graph): 1200 x 630 px, one for each measure,
organization and plan, and one for the home page.

Guarantees: the same database and metadata give the same bytes, on a machine without any Japanese type too, since the
type comes with a package of the build; all text stays inside the picture, cut with an ellipsis where it is too long. What they say is in pictures.sql.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from sudachipy import Dictionary, SplitMode

from keikaku.files.digest import fingerprint
from keikaku.files.read_only import open_read_only
from keikaku.files.replacing import replacing

LISTING = "pictures.json"
WIDTH, HEIGHT = 1200, 630
_MARGIN, _BAND = 72, 20
_TITLE_SIZES = range(76, 43, -4)
_TITLE_LINES = 3
_TITLE_TOP, _FACT_TOP, _FACT_STEP = 132, 412, 56
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
    with open_read_only(database) as connection:
        rows = connection.execute(Path(__file__).with_suffix(".sql").read_text("utf-8"), {"title": site_title})
        cards = [
            Card(path, above, code, title, tuple((n, v) for n, v in (facts[:2], facts[2:]) if v), site_title)
            for path, above, code, title, *facts in rows
        ]
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


def draw_picture(card: Card) -> bytes:
    """The picture as PNG."""
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAGE)
    draw = ImageDraw.Draw(image)
    room, left, y = WIDTH - _BAND - 2 * _MARGIN, _BAND + _MARGIN, 60

    def write(x: int, y: int, text: str, colour: str, size: int) -> None:
        """Beside x, above and below y."""
        draw.text((x, y), text, fill=colour, font=_font(size), anchor="lm")

    draw.rectangle((0, 0, _BAND - 1, HEIGHT), fill=_ACCENT)
    if card.code:
        width = round(_font(34).getlength(card.code)) + 40
        draw.rounded_rectangle((left, y, left + width, y + 56), 12, fill=_ACCENT)
        write(left + 20, y + 28, card.code, _PAGE, 34)
        write(left + width + 24, y + 28, _shorten(card.above, 30, room - width - 24), _TEXT_2, 30)
    else:
        write(left, y + 28, _shorten(card.above, 34, room), _TEXT_2, 34)
    lines, size = fit_title(card.title, room, _FACT_TOP - _TITLE_TOP - 12)
    leading = round(size * 1.35)
    top = _TITLE_TOP + (_FACT_TOP - _TITLE_TOP - 12 - leading * len(lines)) // 2 + leading // 2
    for place, line in enumerate(lines):
        write(left, top + place * leading, line, _TEXT, size)
    indent = max((round(_font(32).getlength(label)) for label, _ in card.facts), default=0) + 32
    for place, (label, value) in enumerate(card.facts):
        y = _FACT_TOP + 24 + place * _FACT_STEP
        write(left, y, label, _ACCENT, 32)
        write(left + indent, y, _shorten(value, 32, room - indent), _TEXT, 32)
    draw.rectangle((_BAND, HEIGHT - 78, WIDTH, HEIGHT), fill=_SOFT)
    write(left, HEIGHT - 39, _shorten(card.below, 28, room), _ACCENT, 28)
    content = BytesIO()
    image.quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(content, "PNG", compress_level=6)
    return content.getvalue()


def fit_title(title: str, room: int, height: int) -> tuple[list[str], int]:
    """Lines and size of type in px: the largest at which all of it fits, else the smallest with an ellipsis."""
    for size in _TITLE_SIZES:
        lines = wrap_text(title, size, room)
        if len(lines) <= _TITLE_LINES and len(lines) * round(size * 1.35) <= height:
            return _balance(title, size, room, len(lines)), size
    kept = lines[: _TITLE_LINES - 1]
    rest = "".join(lines[_TITLE_LINES - 1 :])
    return [*kept, _shorten(rest, size, room)], size


def wrap_text(text: str, size: int, room: int, by_words: bool = True) -> list[str]:
    """Lines no wider than `room`, which end where a word does; or else, without the dictionary, wherever a line may end."""
    lines, line = [], ""
    for piece in _pieces(text, by_words):
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


def _pieces(text: str, by_words: bool) -> list[str]:
    """Where a line may end: after words with the particles that follow them, or any sign; never before a closing sign."""
    pieces: list[str] = []
    kept_open = False
    signs = ((sign, "") for sign in text)
    words = ((word.surface(), word.part_of_speech()[0]) for word in _words().tokenize(text)) if by_words else signs
    for surface, kind in words:
        if not surface:
            continue
        before = pieces[-1] if pieces else ""
        latin = surface[0].isascii() and surface[0].isalnum() and before.isascii() and before[-1:].isalnum()
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

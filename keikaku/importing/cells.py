"""What a cell of a table says: a number with its printed form, words, nothing; and of each cell, what became of it."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from keikaku.importing.headings import PATTERNS, WORDS, plain
from keikaku.importing.tables import Cell
from keikaku.plan import target_words
from keikaku.plan.fiscal_year import find_fiscal_years, half_width
from keikaku.plan.indicators import is_scaled, unit_in
from keikaku.plan.plain_text import plain_text
from keikaku.plan.target import read_parts

DITTO = ("〃", "同上", "″", "”", "々", "↑", '"', "''")
KINDS: list[str] = WORDS["cells"]
_MOST_DECIMALS = 4  # besides those that are shown, of a number that somebody typed
SEVERAL = "一つの欄に数がいくつもあるので、言葉として残しました"
_NUMBER = re.compile(r"([△▲-]|マイナス)?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,15})(\.[0-9]+)?")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]')
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]|_x000D_")


@dataclass(frozen=True)
class Said:
    """What became of a cell: one of KINDS; `text` as printed, `why` it was not read or what to look at."""

    kind: str
    text: str = ""
    value: int | float | None = None
    why: str = ""


def clean(value: object) -> str:
    """A cell's text in one line, without the breaks and outer spaces that the layout of the page made."""
    text = "" if value is None else str(value)
    if text.isascii() and text.isprintable():  # most cells, and all that is done below would leave them as they are
        return text.strip()
    text = _INVISIBLE.sub("", text)
    text = re.sub(r"(?<=[0-9A-Za-z])\s*[\n\r\t]+\s*(?=[0-9A-Za-z])", " ", text)
    return re.sub(r"[\x00-\x1f\x7f-\x9f]+", "", re.sub(r"\s*[\n\r\t]+\s*", "", text)).strip()


def fault_of(cell: Cell) -> str:
    """Why a cell holds nothing that can be read, or an empty text."""
    if cell.is_unsaved:
        return "計算式の結果が保存されていません。Excel で開いて保存し直してください"
    if isinstance(cell.value, bool | datetime | date | time) or not isinstance(cell.value, str | int | float | None):
        return "日付か、はい・いいえの値になっています"
    if isinstance(cell.value, str) and re.fullmatch(r"#[A-Z0-9/]+[!?]?", cell.value.strip()):
        return "計算式の誤りです"
    return "1000字を超えています" if isinstance(cell.value, str) and len(cell.value) > 1000 else ""


def read_figure(cell: Cell, unit: str | None) -> Said:
    """A cell that holds a figure; `unit` is known from a column or heading."""
    if isinstance(cell.value, int | float) and not fault_of(cell):
        return _read_number(cell, unit)
    said = read_name(cell)
    if said.kind != "名前":
        return said
    text = said.text
    if unit and is_scaled(f"1{unit}") and unit_in(text):
        text = text.removesuffix(unit)  # 3億円 in 億円
    whole = plain_text(text).text
    here = unit_in(text) if unit else None
    if here and (is_scaled(f"1{unit}") or unit_in(f"1{unit}") not in (None, here)):
        return Said("わからない", text, why=f"単位が「{unit}」と違います")
    if number := _NUMBER.fullmatch(whole):
        exact = Decimal((number[2] + (number[3] or "")).replace(",", "")) * (-1 if number[1] else 1)
        return Said("数", text, int(exact) if exact == int(exact) else float(exact))
    lines = [line for line in map(clean, str(cell.value).splitlines()) if re.search("[0-9]", plain_text(line).text)]
    if sum(not find_fiscal_years(line) and line[0] not in "(（" for line in lines) > 1:
        return Said("数をふくむ文", " ".join(lines), why=SEVERAL)
    parts = [] if target_words.PATTERNS["no_value"].fullmatch(whole) else read_parts(text)
    found = [one for part in parts for one in part.indicators if one.value is not None]
    if len(found) == 1 == len(parts):
        return Said("数", text)
    return Said("数をふくむ文" if re.search("[0-9]", whole) else "言葉", text, why=SEVERAL if len(found) > 1 else "")


def unit_spelled(unit: str) -> str:
    """A unit in one spelling, with its thousands."""
    text = plain(unit)
    return re.sub("[^百千万億].*", "", text) + (unit_in(f"1{text}") or text)


def _read_number(cell: Cell, unit: str | None) -> Said:
    number: Any = cell.value
    if number != number or abs(number) >= 1e15:
        return Said("わからない", why="大きすぎる数です")
    exact = Decimal(f"{number:.12g}")
    sections = (cell.format or "General").split(";")
    format, signs = sections[0], signs_of(sections[0])
    if re.search(r"\[[<>=]", cell.format or "") or not re.search("[0#?]|General", signs):
        return Said("わからない", why=f"表示の形式「{cell.format}」の数は読めません")
    is_share = unit in ("%", "％")
    if cell.format is None and _may_be_share(exact, unit):
        return Said(
            "わからない", why="表示の形式がわからないので、割合かどうかがわかりません。.xlsx で保存してください"
        )
    if re.search(r"[0#?],+(?![0#?])", signs) or re.search(r"[ymdhsEe/]|.@|@.", signs.replace("General", "")):
        return Said("わからない", why=f"表示の形式「{format}」の数は読めません")
    if "%" in signs:
        if unit and not is_share:
            return Said("わからない", why=f"パーセント表示なのに、単位が「{unit}」です")
        return _shown(exact * 100, signs, "" if unit else "%")
    before, _, after = ("".join(a or b for a, b in _LITERAL.findall(part)) for part in _around(format))
    if before.strip() or after.strip():
        said = read_figure(Cell(cell.address, f"{before.strip()}{_shown(exact, signs, '').text}{after.strip()}"), unit)
        return said if said.kind == "数" else Said("わからない", why=f"表示の形式「{format}」の数は読めません")
    why = "％の欄の、1より小さい数です。表のとおりに読みました" if is_share and 0 < abs(exact) < 1 else ""
    if exact == 0 and not re.search("0|General", signs_of(sections[2] if len(sections) > 2 else format)):
        why = "0 が、「-」か空欄に見える表示になっています。0 と読みました"
    return _shown(exact, signs, "", why)


def _may_be_share(exact: Decimal, unit: str | None) -> bool:
    """Whether a number whose format is not known may be one that is shown in %, as 1.2 is as 120%."""
    if unit and unit not in ("%", "％"):
        return False
    return exact != 0 and abs(exact) < 10 and (bool(unit) or exact == 1 or exact != int(exact))


def signs_of(format: str) -> str:
    """What of a number format is a sign, without what stands in it for itself."""
    return _LITERAL.sub("", format)


def _around(format: str) -> tuple[str, str, str]:
    found = re.search(r"General|[#0?][#0?,.]*", _LITERAL.sub(lambda m: "\0" * len(m[0]), format))
    return (format[: found.start()], found[0], format[found.end() :]) if found else (format, "", "")


def _shown(exact: Decimal, signs: str, unit: str, why: str = "") -> Said:
    """With as many decimals as the number has, or more where the format shows them; a quotient as the format rounds it."""
    found = re.search(r"\.(0+)", signs)
    decimals = max(shown := len(found[1]) if found else 0, -int(exact.normalize().as_tuple().exponent))
    if decimals - shown > _MOST_DECIMALS and "General" not in signs:
        decimals, why = shown, "計算された数を、表示のとおりの桁で読みました"
        exact = exact.quantize(Decimal(1).scaleb(-shown), ROUND_HALF_UP)
    text = f"{exact:{',' if ',' in signs else ''}.{decimals}f}"
    if (zeros := re.match("0{2,}", signs)) and exact >= 0:  # 0086
        text = "0" * (len(zeros[0]) - len(text.partition(".")[0])) + text
    value = int(exact) if exact == int(exact) else float(exact)
    return Said("数", text + unit, None if unit else value, why)


def without_repeat(text: str) -> str:
    """A name without the （再掲） before or behind it, in whichever brackets."""
    return PATTERNS["repeated"].sub("", text).strip()


def read_grade(cell: Cell) -> Said:
    said = read_name(cell)
    if said.kind == "名前" and plain(said.text) == "0":
        return Said("置き字", why="評価の欄の 0 です")
    if said.kind == "名前" and len(said.text) > 40:
        return Said("わからない", why="評価にしては長い文です")
    return Said("評価・印", grade_spelled(said.text)) if said.kind == "名前" else said


def grade_spelled(text: str) -> str:
    """A letter, number or circle in one spelling; other words as they are."""
    return half_width(text) if re.fullmatch("[Ａ-Ｚａ-ｚ０-９][＋－]?", text) else re.sub("[◯〇]", "○", text)


def read_name(cell: Cell) -> Said:
    """A cell that holds a name, a word or a code."""
    if fault := fault_of(cell):
        return Said("わからない", why=fault)
    if isinstance(cell.value, float) or (isinstance(cell.value, int) and cell.format not in (None, "General", "@")):
        said = _read_number(cell, None)
        return Said("名前", said.text) if said.kind == "数" else said
    text = clean(cell.value)
    if not text:
        return Said("空欄")
    if PATTERNS["personal"].search(text if text.isascii() else plain_text(text).text):
        return Said("読まない", why="電話番号か連絡先のようです")
    if PATTERNS["not_measured"].fullmatch(text):
        return Said("－", text)
    return Said("名前", text)


def bodies(text: str, told: Collection[str] = ()) -> list[str] | None:
    """The bodies that a cell names, whose lines are parted by 、; None where a part of it may be a person.

    `told` are names that somebody says to be bodies.
    """
    parts = [part for part in re.split(r"[、，,／/;；\s]+", text) if part]
    parts = [one for part in parts for one in (part.split("・") if all(map(is_body, part.split("・"))) else [part])]
    is_sure = all(part in told or is_body(part) for part in parts)
    return list(dict.fromkeys(parts)) if is_sure else None


def is_body(text: str) -> bool:
    """Whether a name is one of a body by its end or its kind, and nobody's."""
    pieces = [piece for piece in re.split("[()（）:：]", re.sub("[(（][株有][)）]", "株式会社", text)) if piece]
    return bool(pieces) and not any(
        PATTERNS["person"].fullmatch(piece)
        or not (PATTERNS["department"].fullmatch(piece) or PATTERNS["body"].fullmatch(piece))
        for piece in pieces
    )

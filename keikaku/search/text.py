"""One function for what is indexed and what is asked: the search key of a text, and its tokens.

A run of digits or of Latin letters is one token; any other run of letters becomes its overlapping pairs of characters, the
last character alone at its end, after digits the first one too: 学校給食 -> 学校 校給 給食 食, 40人分 -> 40 人 人分 分.
"""

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

TOKENIZE = "unicode61 remove_diacritics 0 categories 'L* M* N* S* Co'"
NOTHING = '""'
Places = list[tuple[int, int]]
Edit = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str], re.Pattern[str]]

_LATIN = "a-zß-öø-ɏ"
_LETTERS = re.compile(rf"[^\W\d_{_LATIN}]+")
_RUN = re.compile(rf"[0-9]+|[{_LATIN}]+|[^\W\d_{_LATIN}]+|[^\W_]")
# Old and new form of kanji by turns: NFKC unites neither them nor a word with signs without width in it (what Unicode
# calls default ignorable: soft hyphen, joiners, marks of direction, variation selectors, tags).
_FORMS = "".join(Path(__file__).with_name("kanji.txt").read_text("utf-8").split())
_OLD_FORM = re.compile(f"[{_FORMS[::2]}]")  # far faster than to translate what has none
_NEW_FORMS = str.maketrans(_FORMS[::2], _FORMS[1::2])
_WITHOUT_WIDTH = re.compile(
    "[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
_JOINS_BEFORE = re.compile("[ﾞﾟ\u1160-\u11ff\u200d]")
# Where one character may become part of another; all else that NFKC does makes texts longer.
_JOINING = re.compile("[^\u0000-\u02ff\u2010-\u3098\u309b-\ud7ff\uf900-\uff9d]")

_DIGITS = dict(zip("〇一二三四五六七八九零元", "012345678901", strict=True))
_LARGE, _SMALL = "兆億万", "千百十"
_SIZES = {"兆": 10**12, "億": 10**8, "万": 10**4, "千": 1000, "百": 100, "十": 10}
_NUMBER = r"[0-9]+(?![0-9])(?:\.[0-9]+(?![0-9]))?"
_COUNTER = r"人|件|社|回|名|組|円|か所|店舗|団体|年|点|割|校|歳"


def normalise(text: str) -> str:
    """The search key of a text, never stored as text: NFKC, lower case, usual forms of kanji, numbers and years in digits.

    A numeral that cannot be read as one whole number stays as it is, and so do words that only look like numbers (一定,
    一部, 十分, 数十人, 八百屋).
    """
    key = _fold(text)
    for pattern, replace, needed in EDITS:
        if needed.search(key):  # far faster than to edit where there is nothing to
            key = pattern.sub(replace, key)
    return key


def find_places(text: str, key: str) -> Places | None:
    """For each character of the key of a text, the (start, end) in the text that it was made from.

    None for the rare text (conjoining jamo and the like) whose characters cannot be told apart in its key.
    """
    folded, places = _fold(text), [(i, i + 1) for i in range(len(text))]
    if len(folded) != len(text) or _JOINING.search(text) or _WITHOUT_WIDTH.search(text):
        # NFKC makes characters of their own of each character with the marks that follow it.
        starts = [i for i, c in enumerate(text) if not i or not (unicodedata.combining(c) or _JOINS_BEFORE.match(c))]
        parts = [(_fold(text[start:end]), (start, end)) for start, end in pairwise([*starts, len(text)])]
        folded = "".join(part for part, _ in parts)
        places = [place for part, place in parts for _ in part]
    for pattern, replace, needed in () if folded == key else EDITS:
        if not needed.search(folded):
            continue
        for match in reversed(list(pattern.finditer(folded))):
            start, end = match.span()
            written = replace if isinstance(replace, str) else replace(match)
            places[start:end] = [(places[start][0], places[end - 1][1])] * len(written)
        folded = pattern.sub(replace, folded)
    return places if folded == key else None


def index_text(text: str) -> str:
    """The tokens of a text, separated by spaces, as they are written into the index."""
    return " ".join(_tokens(runs(text)))


def runs(text: str) -> list[str]:
    """The runs of a text's key: digits, Latin words, other letters."""
    return _RUN.findall(normalise(text))


@lru_cache(maxsize=4096)
def phrase(text: str, *, begins: bool = False) -> str:
    """The FTS5 phrase that finds a text; "" if it has no letter or digit. `begins`: its last Latin word may go on."""
    cut = runs(text)
    if not cut:
        return ""
    tokens, last = _tokens(cut), cut[-1]
    if is_letters(last) and len(last) > 1:
        tokens.pop()
    alone = is_letters(last) and len(last) == 1 and not (len(cut) > 1 and cut[-2].isdecimal())
    open_ended = alone or (begins and not is_letters(last) and not last.isdecimal())
    return f'"{" ".join(tokens)}"' + (" *" if open_ended else "")


@lru_cache(maxsize=4096)
def needle(text: str, *, begins: bool = False) -> re.Pattern[str]:
    """The pattern that finds in a key what `phrase` finds in the index, or nothing but "" if there is no letter or digit."""
    cut, parts = runs(text), []
    for run in cut:
        part = re.escape(run)
        if not is_letters(run):
            kind = "[0-9]" if run.isdecimal() else f"[{_LATIN}]"
            part = f"(?<!{kind}){part}" + ("" if begins and run is cut[-1] else f"(?!{kind})")
        parts.append(part)
    return re.compile(r"[\W_]*".join(parts))


def is_letters(run: str) -> bool:
    """Whether a run is cut into pairs: kanji, kana and every script without spaces between words."""
    return bool(_LETTERS.fullmatch(run))


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKC", _WITHOUT_WIDTH.sub("", text)).casefold()
    plain = unicodedata.normalize("NFKC", plain)
    return plain.translate(_NEW_FORMS) if _OLD_FORM.search(plain) else plain


def _tokens(cut: list[str]) -> list[str]:
    tokens, after_digits = [], False
    for run in cut:
        if is_letters(run):
            tokens += [run[0]] if after_digits and len(run) > 1 else []
            tokens += [run[i : i + 2] for i in range(len(run))]
        else:
            tokens.append(run)
        after_digits = run.isdecimal()
    return tokens


def _read(match: re.Match[str]) -> str:
    """A numeral in digits, kanji or both (2万5千, 一万, 1.5万) in digits; as it is where it is not one whole number."""
    value = _value(match[0].strip(), _LARGE + _SMALL)
    return match[0] if value is None or value % 1 else str(int(value))


def _value(text: str, units: str) -> Decimal | None:
    for i, unit in enumerate(units):
        head, found, tail = text.partition(unit)
        if found:
            alone = Decimal(1) if unit in _SMALL else None  # 千 is 1000, but 万一 is no number
            times = _value(head, _SMALL if unit in _LARGE else "") if head else alone
            rest = _value(tail, units[i + 1 :]) if tail else Decimal(0)
            size = _SIZES[unit]
            return times * size + rest if times and rest is not None and rest < size else None
    digits = _DIGITS.get(text, text)
    return Decimal(digits) if re.fullmatch(_NUMBER, digits) else None


def _read_year(match: re.Match[str]) -> str:
    return "".join(_DIGITS[character] for character in match[0])


def _drop_commas(match: re.Match[str]) -> str:
    return match[0].replace(",", "")


_KANJI = "一二三四五六七八九十百千"
# In order, each with what a text has in any case that it changes, beginning with a sign that is fast to look for; the browser's
# search reads the same list, so that patterns are written as both languages read them.
EDITS: tuple[Edit, ...] = (
    (re.compile(r"(?<=[ァ-ヺー])[‐-―−-](?=[ァ-ヺ]|\s|$)"), "ー", re.compile("[‐-―−-]")),
    (
        re.compile(rf"(?<=[0-9{_KANJI}数何各])[ヶヵケカ箇個](?=[所月国])"),
        "か",
        re.compile("[ヶヵケカ箇個][所月国]"),
    ),
    (re.compile(r"(?<=[々一-鿿])ケ(?=[々一-鿿])"), "ヶ", re.compile("ケ[々一-鿿]")),
    (re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9,])"), _drop_commas, re.compile(",[0-9]")),
    (re.compile(r"(?<=令和|平成|昭和)\s*[元一二三四五六七八九十]{1,3}(?=年)"), _read, re.compile(f"[元{_KANJI}]年")),
    (
        re.compile(r"(?<![〇零一二三四五六七八九])[一二][〇零一二三四五六七八九]{3}(?=年)"),
        _read_year,
        re.compile("[〇零一二三四五六七八九]年"),
    ),
    (
        re.compile(rf"(?<![0-9.数何幾])(?:{_NUMBER}|[{_KANJI}])(?:{_NUMBER}|[{_KANJI}万億兆])+(?![葉代屋])"),
        _read,
        re.compile(f"[0-9{_KANJI}](?:[{_KANJI}万億兆]|(?<![0-9])[0-9])"),
    ),
    (
        re.compile(rf"(?<![0-9.数何幾〇{_KANJI}万億兆])[{_KANJI}](?={_COUNTER})"),
        _read,
        re.compile(f"[{_KANJI}](?:{_COUNTER})"),
    ),
)

"""Kana, romaji and the sound of a word.

The sound is a reading as it is heard and typed: ASCII, long vowels dropped (かんこう, カンコー, kanko, kankō and kankou
are all "kaNko"), so that every way of writing a reading meets in one key. ん is N and っ is Q, apart from every row.
"""

import re
import unicodedata

_ROWS = {
    "": "あいうえお", "k": "かきくけこ", "s": "さしすせそ", "t": "たちつてと", "n": "なにぬねの", "h": "はひふへほ",
    "m": "まみむめも", "r": "らりるれろ", "g": "がぎぐげご", "z": "ざじずぜぞ", "d": "だぢづでど", "b": "ばびぶべぼ",
    "p": "ぱぴぷぺぽ",
}  # fmt: skip
_SYLLABLES = {row + vowel: kana for row, kanas in _ROWS.items() for vowel, kana in zip("aiueo", kanas, strict=True)}
_SYLLABLES |= {"ya": "や", "yu": "ゆ", "yo": "よ", "wa": "わ", "wo": "を", "vu": "ゔ"}
for _row in "kstnhmrgzdbp":
    _SYLLABLES |= {f"{_row}y{v}": _SYLLABLES[f"{_row}i"] + small for v, small in zip("auo", "ゃゅょ", strict=True)}
_SYLLABLES |= {
    "shi": "し", "chi": "ち", "tsu": "つ", "fu": "ふ", "ji": "じ", "si": "し",
    "ca": "か", "cu": "く", "co": "こ", "fa": "ふぁ", "fi": "ふぃ", "fe": "ふぇ", "fo": "ふぉ", "she": "しぇ", "che": "ちぇ", "je": "じぇ",
    "wi": "うぃ", "we": "うぇ", "va": "ゔぁ", "vi": "ゔぃ", "ve": "ゔぇ", "vo": "ゔぉ",
}  # fmt: skip
for _row, _first in (("sh", "し"), ("ch", "ち"), ("j", "じ")):
    _SYLLABLES |= {f"{_row}{v}": _first + small for v, small in zip("auo", "ゃゅょ", strict=True)}

_SOUNDS = {kana: roman for roman, kana in _SYLLABLES.items() if roman not in {"si", "ca", "cu", "co"}}
_SOUNDS |= {
    "ぢ": "ji",
    "づ": "zu",
    "ゔ": "bu",
    "ん": "N",
    "っ": "Q",
    "てぃ": "chi",
    "でぃ": "ji",
    "を": "o",
    "ゐ": "i",
    "ゑ": "e",
}
_SOUNDS |= {f"ゔ{small}": f"b{v}" for v, small in zip("aieo", "ぁぃぇぉ", strict=True)} | {"ゔ": "bu"}
_SOUNDS |= {"ぢゃ": "ja", "ぢゅ": "ju", "ぢょ": "jo", "じゃ": "ja", "じゅ": "ju", "じょ": "jo"}
_SOUNDS |= {
    "しゃ": "sha",
    "しゅ": "shu",
    "しょ": "sho",
    "ちゃ": "cha",
    "ちゅ": "chu",
    "ちょ": "cho",
    "ふ": "fu",
    "つ": "tsu",
}
_SOUNDS |= dict(zip("ぁぃぅぇぉゃゅょゎ", ["a", "i", "u", "e", "o", "ya", "yu", "yo", "wa"], strict=True))
_LONG = re.compile(r"(a)(?:a|ー)+|(i)(?:i|ー)+|(u)(?:u|ー)+|(e)(?:e|ー)+|(o)(?:[ou]|ー)+|ー")

_MACRONS = str.maketrans(
    {c: v + "ー" for v, cs in zip("aiueo", ("āâ", "īî", "ūû", "ēê", "ōô"), strict=True) for c in cs}
)
_HIRAGANA = str.maketrans({code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)})
_KATAKANA = str.maketrans({code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)})


def to_hiragana(text: str) -> str:
    return text.translate(_HIRAGANA)


def to_katakana(text: str) -> str:
    return text.translate(_KATAKANA)


def is_kana(text: str) -> bool:
    """Whether a text is kana and nothing else, long vowel marks included."""
    return bool(re.fullmatch(r"[ぁ-ゖァ-ヺー]+", text))


def has_kanji(text: str) -> bool:
    return bool(re.search(r"[々一-鿿]", text))


def sound(kana: str) -> str:
    """The sound of a reading in kana; characters that are not kana are dropped."""
    hiragana, spelt, i = to_hiragana(unicodedata.normalize("NFKC", kana)), "", 0
    while i < len(hiragana):
        length = 2 if hiragana[i : i + 2] in _SOUNDS else 1
        part = hiragana[i : i + length]
        spelt += "ー" if part == "ー" else _SOUNDS.get(part, "")
        i += length
    return _LONG.sub(lambda match: next((vowel for vowel in match.groups() if vowel), ""), spelt)


def romaji_to_kana(text: str) -> str | None:
    """A word in Hepburn, kunrei or keyboard romaji as hiragana (ー where a macron stands), or None if it is none."""
    roman = unicodedata.normalize("NFC", text.casefold()).translate(_MACRONS)
    roman = re.sub(r"m(?=[bpm])", "n", roman.replace("tch", "cch"))
    roman = re.sub(r"oh(?=[^aiueoy]|$)", "oー", roman).replace("-", "ー")
    kana, i = "", 0
    while i < len(roman):
        step, part = _next_kana(roman, i)
        if not step:
            return None
        kana, i = kana + part, i + step
    return kana


def _next_kana(roman: str, i: int) -> tuple[int, str]:
    """How many letters the next kana takes, and the kana; (0, "") where there is none."""
    if roman[i] == "ー" and i:
        return 1, "ー"
    for length in (3, 2, 1):
        if (part := roman[i : i + length]) in _SYLLABLES and len(part) == length:
            return length, _SYLLABLES[part]
    if roman[i] == "n":
        return (2, "ん") if roman[i + 1 : i + 2] == "'" else (1, "ん")
    if roman[i] in "kstcpgzdbfhjmr" and roman[i + 1 : i + 2] == roman[i]:
        return 1, "っ"
    return 0, ""

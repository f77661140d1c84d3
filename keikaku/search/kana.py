"""Kana, romaji and the sound of a word. kana.txt has a line for each kana: its sound, then its spellings in romaji.

The sound is a reading as it is heard and typed: ASCII, long vowels dropped (かんこう, カンコー, kanko, kankō and kankou
are all "kaNko"), so that every way of writing a reading meets in one key. ん is N and っ is Q, apart from every row.
"""

import re
import unicodedata
from pathlib import Path

_LINES = [line.split() for line in Path(__file__).with_name("kana.txt").read_text("utf-8").splitlines()]
_SOUNDS = {kana: heard for kana, heard, *_ in _LINES} | {"ー": "ー"}
_KANA = {roman: kana for kana, _, *spellings in _LINES for roman in spellings} | {"n": "ん", "n'": "ん", "ー": "ー"}
_SOUNDED = re.compile(rf"{'|'.join(sorted(_SOUNDS, key=len, reverse=True))}|.", re.DOTALL)
_SPELT = re.compile(rf"{'|'.join(sorted(_KANA, key=len, reverse=True))}|([kstcpgzdbfhjmr])(?=\1)")
_LONG = re.compile(r"(a)(?:a|ー)+|(i)(?:i|ー)+|(u)(?:u|ー)+|(e)(?:e|ー)+|(o)(?:[ou]|ー)+|ー")
_HIRAGANA = str.maketrans({code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)})
_KATAKANA = str.maketrans({hiragana: katakana for katakana, hiragana in _HIRAGANA.items()})


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
    spelt = _SOUNDED.sub(lambda match: _SOUNDS.get(match[0], ""), to_hiragana(unicodedata.normalize("NFKC", kana)))
    return _LONG.sub(r"\1\2\3\4\5", spelt)


def romaji_to_kana(text: str) -> str | None:
    """A word in Hepburn, kunrei or keyboard romaji as hiragana (ー where a macron stands), or None if it is none."""
    roman = re.sub("(?<=[aiueo])[\u0302\u0304]", "ー", unicodedata.normalize("NFD", text.casefold()))
    roman = re.sub(r"m(?=[bpm])", "n", roman.replace("tch", "cch"))
    roman = re.sub(r"oh(?=[^aiueoy]|$)", "oー", roman).replace("-", "ー")
    if not re.fullmatch("[a-z][a-z'ー]*", roman):
        return None
    kana = _SPELT.sub(lambda match: _KANA.get(match[0], "っ"), roman)
    return kana if is_kana(kana) else None

"""Words that no plan prints: how names are read, which words mean the same, and what is the same in several plans."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, RootModel, model_validator

from keikaku.plan.field_types import Id, Names, Text, distinct

_WORD = re.compile(r"(?=.*[々\u3400-\u9fff])[々ヶ\u3041-\u3096\u30a1-\u30fc\u3400-\u9fff]{1,20}")
_READING = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\u30fc]{1,40}")


def _kanji(word: str) -> str:
    if not _WORD.fullmatch(word):
        raise ValueError("は読みをつける言葉ではありません | 漢字（間にかなが入ってもよい）を書く")
    return word


def _kana(reading: str) -> str:
    if not _READING.fullmatch(reading):
        raise ValueError("は読みではありません | ひらがなかカタカナで書く")
    return reading


class Ruby(RootModel[dict[Annotated[str, AfterValidator(_kanji)], Annotated[str, AfterValidator(_kana)]]]):
    """ruby.yml of a municipality: word as written -> its reading in kana"""


class Synonyms(BaseModel):
    """synonyms.yml: `words` that find each other, and what they find `also`."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    words: Annotated[Names, Field(min_length=1)]
    also: Names = []

    @model_validator(mode="after")
    def _has_pair(self) -> Self:
        words = [*self.words, *self.also]
        distinct(words)
        if not all(re.search(r"[^\W_]", word) for word in words):
            raise ValueError("に文字のない言葉があります | 検索できる言葉を書く")
        if len(words) < 2:
            raise ValueError("の言葉が一つだけです | 二つ以上書く")
        return self


class SameAs(BaseModel):
    """same_as.yml: indicators or bodies of several cities that are the same, or (`same: false`) only look so, and how that is known."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    table: Literal["indicators", "organizations"]
    ids: Annotated[list[Id], Field(min_length=2), AfterValidator(distinct)]
    same: bool
    evidence: Text

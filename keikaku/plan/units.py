"""Units as they are printed -> units in which figures of several plans can stand side by side; the list is units.yml."""

import unicodedata
from functools import cache
from pathlib import Path

import yaml


def read_unit(printed: str) -> tuple[str, float]:
    """The common unit, and how many of it one of the printed unit is: 千人 is 1000 人. An unknown unit stands for itself."""
    unit = "".join(unicodedata.normalize("NFKC", printed).split()).removesuffix("/年")
    return _units().get(unit, (unit, 1))


@cache
def _units() -> dict[str, tuple[str, float]]:
    common = yaml.load(Path(__file__).with_name("units.yml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    return {unit: (base, factor) for base, others in common.items() for unit, factor in {base: 1, **others}.items()}

"""The sheet in which figures are filled in: its headings and its help, as figures.yml has them."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from keikaku.plan.indicators import Figure, figures_of
from keikaku.plan.model import PlanData, Result
from keikaku.plan.references import PlacedIndicator, References

Columns = dict[str, tuple[str, int]]  # key -> heading and width


@dataclass(frozen=True)
class Sheet:
    """`known` is filled in beforehand, `asked` is to be filled in, `ids` are hidden."""

    sheet: str
    help_sheet: str
    known: Columns
    asked: Columns
    ids: Columns
    help: list[str]

    @property
    def headings(self) -> dict[str, str]:
        return {key: heading for key, (heading, _) in (self.known | self.asked | self.ids).items()}


@cache
def read_sheet() -> Sheet:
    return Sheet(**yaml.safe_load(Path(__file__).with_name("figures.yml").read_text("utf-8")))


def results_of(known: References, data: PlanData, placed: PlacedIndicator) -> list[tuple[Result, Figure]]:
    """What results.csv tells of an indicator, as written and as read."""
    told = [r for r in data.results if known.indicators_at(r.measure, r.indicator) == [placed] and not r.estimate]
    return [(result, read_result(placed, result)) for result in told]


def read_result(placed: PlacedIndicator, result: Result) -> Figure:
    return figures_of(placed.indicator, None, [result])[-1]

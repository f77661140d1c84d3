"""Targets of which no result is recorded here, as an Atom feed and as a calendar; see the view `unreported`.

An entry is of the day after the year whose result is missing, so that the same fiscal year gives the same bytes. Its id is made
from the target and that year: a yearly target that stays silent is told anew every year.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from typing import Any

from keikaku.publish.feeds.calendar import Calendar, Entry
from keikaku.publish.filling import read_statements
from keikaku.publish.urn import make_urn

Execute = Callable[..., Any]

MOST = 500  # entries of a feed
NOTE = "当サイトに実績の記録がないという意味です。公表されていない、達成できなかったという意味ではありません。"
_SQL = read_statements(__file__)


@dataclass(frozen=True)
class Silence:
    """`day` is an ISO date."""

    id: str
    day: str
    kind: str
    title: str
    question: str
    url: str

    @property
    def urn(self) -> str:
        return make_urn(f"unreported:{self.id}")

    @property
    def label(self) -> str:
        return {"overdue": "期限の年度が終わった目標", "yearly": "毎年・毎回の目標"}[self.kind]

    @property
    def content(self) -> str:
        """HTML."""
        return f"<p>{escape(self.question)}</p><p>{NOTE}</p>"


def read_silences(execute: Execute, root: str) -> list[Silence]:
    """The newest first; `root` is the address of the site with a slash at its end."""
    return [Silence(*row) for row in execute(_SQL["silences"], {"most": MOST, "root": root})]


def list_silences(silences: list[Silence], name: str, url: str) -> Calendar:
    """A calendar with each on the last day of its year."""
    entries = [_enter(silence) for silence in silences]
    changed = max((entry.end for entry in entries), default=date(1970, 1, 1))
    return Calendar(name, NOTE, url, changed, tuple(sorted(entries, key=lambda entry: (entry.first, entry.id))))


def _enter(silence: Silence) -> Entry:
    last = date.fromisoformat(silence.day) - timedelta(days=1)
    text = f"{silence.question}\n{NOTE}\n{silence.url}"
    summary = f"【実績の記録なし】{silence.title}"
    return Entry(f"unreported-{silence.id}", summary, text, silence.url, silence.label, last, last)

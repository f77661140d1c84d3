"""Targets of which no result is recorded here, as entries of a feed and of a calendar; see the view `unreported`.

An entry is of the day after the year whose result is missing, so that the same fiscal year gives the same bytes. Its id is made
from the target and that year: a yearly target that stays silent is told anew every year.
"""

from collections.abc import Callable
from html import escape
from typing import Any

from keikaku.publish.filling import Row, read_rows, read_statements

MOST = 500  # entries of a feed
NOTE = "当サイトに実績の記録がないという意味です。公表されていない、達成できなかったという意味ではありません。"
_SQL = read_statements(__file__)


def read_silences(execute: Callable[..., Any], root: str) -> list[Row]:
    """The newest first; `root` is the address of the site with a slash at its end."""
    silences = read_rows(execute, _SQL["silences"], most=MOST, root=root)
    for silence in silences:
        silence["content"] = f"<p>{escape(silence['question'])}</p><p>{NOTE}</p>"
    return silences

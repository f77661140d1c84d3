"""What is said of a request that cannot be met."""

import inspect
import json
import re

import pytest
from datasette import filters
from datasette.views import base, table

from keikaku.serving.refusals import refuse_error, refuse_message, refuse_status

JAPANESE = re.compile(r"[ぁ-ん]")


@pytest.mark.parametrize("status", [400, 403, 404, 405, 410, 418, 500, 503])
def test_every_status_has_words(status):
    refusal = refuse_status(status)
    assert JAPANESE.search(refusal.title)
    assert JAPANESE.search(refusal.sentence)


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("_size must be <= 2000", "1ページの行数（_size）は、2000までです。"),
        ("Cannot sort table by x", "「x」という列では並べられません。"),
        ("_col=a, b - invalid columns", "「a, b」という列は選べません。"),
    ],
)
def test_messages_of_datasette_are_said_in_japanese(message, sentence):
    assert refuse_message(400, message).sentence == sentence


def test_every_message_that_datasette_has_for_tables_is_known():
    source = "".join(inspect.getsource(module) for module in (base, table, filters))
    messages = re.findall(r'(?:BadRequest|DatasetteError)\(\s*f?"([^"]+)"', source)
    written = [re.sub(r"\{[^}]*\}", "x", message) for message in messages]
    unknown = [m for m in written if refuse_message(400, m).sentence == refuse_status(400).sentence]
    assert len(written) > 7
    assert unknown == []


def test_a_failure_is_said_without_its_own_words():
    with pytest.raises(json.JSONDecodeError) as failed:
        json.loads("{")
    assert JAPANESE.search(refuse_error(failed.value).sentence)
    assert "Expecting" not in refuse_error(failed.value).sentence
    assert refuse_error(OverflowError("big")).sentence == "数が大きすぎて読み取れません。"

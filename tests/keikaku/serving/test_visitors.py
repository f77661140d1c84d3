"""Answers of long work are kept: they are the same for whoever asks next, until the fiscal year changes."""

from datetime import date

import pytest
from datasette.app import Datasette
from datasette.database import Database, Results

from keikaku.serving import visitors

COUNT = "SELECT count(*) FROM measures WHERE plan_id <> :plan"


class Asked(Exception):
    """The database was asked."""


async def refuse(*_: object) -> Results:
    raise Asked


async def test_a_kept_answer_is_not_asked_for_again(site: Datasette, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitors, "KEPT_SECONDS", -1)
    db = site.get_database()
    plan = (await db.execute("SELECT id FROM plans")).single_value()
    asked = {plan: (await db.execute(COUNT, {"plan": plan})).single_value() for plan in ("none", plan)}
    assert asked["none"] > asked[plan] == 0
    nothing = "SELECT id FROM measures WHERE id = ?"
    assert (await db.execute(nothing, ["none"])).rows == []
    monkeypatch.setattr(Database, "execute", refuse)
    for plan, count in asked.items():
        found = await db.execute(COUNT, {"plan": plan})
        assert found.single_value() == count
        found.rows.clear()  # what is done with an answer does not change it
        assert (await db.execute(COUNT, {"plan": plan})).single_value() == count
    assert (await db.execute(nothing, ["none"])).rows == []
    monkeypatch.setattr(visitors, "today_in_japan", lambda: date(2050, 4, 1))
    with pytest.raises(Asked):
        await db.execute(COUNT, {"plan": "none"})


async def test_an_answer_of_little_work_or_many_bytes_is_not_kept(
    site: Datasette, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = site.get_database()
    monkeypatch.setattr(visitors, "KEPT_SECONDS", 1000)
    await db.execute(COUNT, {"plan": "little work"})
    monkeypatch.setattr(visitors, "KEPT_SECONDS", -1)
    everything = "SELECT * FROM measures"
    assert len((await db.execute(everything)).rows) > 1
    monkeypatch.setattr(Database, "execute", refuse)
    for sql, params in ((COUNT, {"plan": "little work"}), (everything, None)):
        with pytest.raises(Asked):
            await db.execute(sql, params)

"""Whether what someone quoted with its hash still stands; if not, what was changed since, in which release, and why.

Guarantees: a hash is looked up among the records that are published now and those of every release; the answer to a
question (an address of a table, query or SQL) is compared with its hash as it is computed now. Does not: ask again
itself, or say more of an old answer than the history of the records in it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from keikaku.database.content_hash import LENGTH
from keikaku.database.history import Change, RecordId, Release, digest_records, keep_recorded, replay

SENTENCES = {
    "stands": "変わっていません。引用した内容は、今のデータと同じです。",
    "changed": "その後に変わりました。引用した内容は、公開した版にありましたが、今のデータとは違います。",
    "withdrawn": "その後になくなりました。引用した内容は、公開した版にありましたが、今のデータにはありません。",
    "differs": "今の答えとは違います。同じアドレスにもう一度たずねた結果のハッシュが、書かれたものと一致しません。",
    "unknown": "見つかりません。このハッシュの記録は、今のデータにも、公開した版にもありません。",
}


@dataclass(frozen=True)
class Event:
    """What a release did to a record: `changes` is empty where it was new or gone."""

    version: str
    date: str
    reason: str
    record: RecordId
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Verdict:
    """status is a key of SENTENCES; `records` are those with the hash, `events` what happened to them since, oldest first.

    `released` names the versions that held the content as it was quoted, `now` is the hash of today's answer.
    """

    status: str
    records: tuple[RecordId, ...] = ()
    released: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    now: str = ""


def judge_record(wanted: str, records: Mapping[RecordId, str], releases: Sequence[Release]) -> Verdict:
    """`wanted` is the beginning of a hash; `records` are those of today."""
    current = tuple(sorted(record for record, digest in records.items() if digest == wanted))
    last: dict[RecordId, int] = {}
    released = []
    for place, (release, held) in enumerate(replay(releases)):
        matching = [record for record, digest in held.items() if digest == wanted]
        released += [release.version] if matching else []
        last |= dict.fromkeys(matching, place)
    if current:
        return Verdict("stands", current, tuple(released), now=wanted)
    if not last:
        return Verdict("unknown")
    known = tuple(sorted(last))
    status = "changed" if any(record in records for record in known) else "withdrawn"
    return Verdict(status, known, tuple(released), tuple(find_events(known, releases[min(last.values()) + 1 :])))


def judge_answer(wanted: str, now: str, ids: Iterable[str], releases: Sequence[Release]) -> Verdict:
    """`now` is the hash of today's answer, `ids` are the texts in its cells: those that are keys of records count."""
    if now[:LENGTH] == wanted:
        return Verdict("stands", now=now)
    named = set(ids)
    touched = {r for release in releases[1:] for r in release.records if len(r.key) == 1 and r.key[0] in named}
    return Verdict("differs", events=tuple(find_events(sorted(touched), releases[1:])), now=now)


def find_events(records: Iterable[RecordId], releases: Iterable[Release]) -> Iterable[Event]:
    """What the releases did to the records."""
    asked = set(records)
    for release in releases:
        for record in sorted(asked & set(release.records)):
            changes = tuple(c for c in release.changes if RecordId(c.table, c.key) == record)
            yield Event(release.version, release.date, release.reason, record, changes)


def find_release(records: Mapping[RecordId, str], releases: Sequence[Release]) -> str:
    """The version whose data is the same as these records, but for what tells of releases; empty if none is."""
    digest = digest_records(keep_recorded(records))
    return next((release.version for release in reversed(releases) if release.digest == digest), "")

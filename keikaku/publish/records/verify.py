"""Whether what someone quoted with its hash still stands; if not, what was changed since, in which release, and why.

Guarantees: a hash is looked up among the pages and records that are published now and those of every release; that of a page
which is named also among what it showed between releases, as far as the parts are known; the answer to a question (an address of a table, query or SQL) is compared with its hash as it is computed now. Does not: ask again
itself, or say more of an old answer than the history of the records in it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product

from keikaku.database.content_hash import LENGTH
from keikaku.database.history import Change, RecordId, Release, digest_records, keep_recorded, replay
from keikaku.database.pages import PARTS, Page, Parts, hash_page
from keikaku.files.beside import read_data

MOST_PAGES = 20_000  # that may have been between two releases
SAID: dict[str, dict[str, str]] = read_data(__file__, "verify.yml")


@dataclass(frozen=True)
class Event:
    """What a release did to a record: `changes` is empty where it was new or gone."""

    version: str
    date: str
    reason: str
    record: RecordId
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Part:
    """A part of a page as it was quoted: `status` is a key of SAID["parts"]; the release that changed it first, if one did.

    Without a release, `date` is the day on which the newest figure was recorded.
    """

    name: str
    status: str
    version: str = ""
    date: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Verdict:
    """status is a key of SAID["sentences"]; `records` are those with the hash, `events` what happened to them since, oldest first.

    `released` names the versions that held the content as it was quoted, `since` the newest one before what changed; `now`
    is the hash of today's answer. `covers` is page, record or answer; `parts` are those of the page.
    """

    status: str
    records: tuple[RecordId, ...] = ()
    released: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    now: str = ""
    covers: str = "answer"
    parts: tuple[Part, ...] = ()
    since: str = ""


def judge_quoted(
    wanted: str, pages: Mapping[RecordId, Page], records: Mapping[RecordId, str], releases: Sequence[Release]
) -> Verdict:
    """`wanted` is the beginning of the hash of a page, or of a record alone, as pages had it before they told of their parts."""
    today = {record: hash_page(page.parts) for record, page in pages.items()}
    held = list(replay(release.pages for release in releases))
    past = ({record: hash_page(parts) for record, parts in then.items()} for then in held)
    current, last, released = _find(wanted, today, releases, past)
    if current:
        parts = tuple(Part(name, "stands") for name in _in_order(pages[current[0]].parts))
        return Verdict("stands", current, released, (), wanted, "page", parts)
    if last:
        record = min(last)
        then = [parts.get(record, {}) for parts in held]
        verdict = _compare(record, then[last[record]], pages.get(record) or Page(), releases, then)
        return replace(verdict, records=tuple(sorted(last)), released=released)
    verdict = replace(judge_record(wanted, records, releases), covers="record")
    page = pages.get(verdict.records[0]) if verdict.records else None
    status = "stands" if verdict.status == "stands" else "changed"
    names = _in_order(page.parts) if page else ()
    return replace(verdict, parts=tuple(Part(n, status if n == "record" else "not_covered") for n in names))


def judge_record(wanted: str, records: Mapping[RecordId, str], releases: Sequence[Release]) -> Verdict:
    """`wanted` is the beginning of a hash; `records` are those of today."""
    current, last, released = _find(wanted, records, releases, replay(release.records for release in releases))
    if current:
        return Verdict("stands", current, released, now=wanted)
    if not last:
        return Verdict("unknown")
    status = "withdrawn" if records.keys().isdisjoint(last) else "changed"
    events = tuple(find_events(last, releases[min(last.values()) + 1 :]))
    return Verdict(status, tuple(sorted(last)), released, events, since=released[-1])


def _find(
    wanted: str, today: Mapping[RecordId, str], releases: Sequence[Release], past: Iterable[Mapping[RecordId, str]]
) -> tuple[tuple[RecordId, ...], dict[RecordId, int], tuple[str, ...]]:
    """What has the hash today; what had it, with the place of the last release that held it; versions of all that did."""
    last: dict[RecordId, int] = {}
    released = []
    for place, (release, held) in enumerate(zip(releases, past, strict=True)):
        matching = [record for record, digest in held.items() if digest == wanted]
        released += [release.version] if matching else []
        last |= dict.fromkeys(matching, place)
    return tuple(sorted(r for r, digest in today.items() if digest == wanted)), last, tuple(released)


def judge_between(wanted: str, record: RecordId, page: Page, releases: Sequence[Release]) -> Verdict | None:
    """A page as it was between two releases, of parts that releases held, that it has now or had when a figure was recorded.

    None where no such page has the hash. More than MOST_PAGES are not tried.
    """
    held = [pages.get(record, {}) for pages in replay(release.pages for release in releases)]
    known = [*held, page.parts, *({"figures": digest} for digest in page.recorded.values())]
    choices = [sorted({parts.get(name, "") for parts in known}) for name in PARTS]
    for chosen in islice(product(*choices), MOST_PAGES):
        was = {name: digest for name, digest in zip(PARTS, chosen, strict=True) if digest}
        if "record" in was and hash_page(was) == wanted:
            return _compare(record, was, page, releases, held)
    return None


def _compare(record: RecordId, was: Parts, page: Page, releases: Sequence[Release], held: Sequence[Parts]) -> Verdict:
    """What became of a page, which each release `held`; it need not have been that of one, but each part may have been in one."""
    parts, first = [], len(releases) - 1
    for name in _in_order({**was, **page.parts}):
        if was.get(name) == page.parts.get(name):
            parts.append(Part(name, "stands"))
            continue
        known = [i for i, told in enumerate(held) if told.get(name) == was.get(name)]
        day = next((day for day, digest in page.recorded.items() if digest == was.get(name)), "")
        before = [i for i, release in enumerate(releases) if release.date < day]  # that the figures came after
        last = max(known or before, default=-1)
        first = min(first, last)
        later = zip(releases[last + 1 :], held[last + 1 :], strict=True)
        told = next((release for release, parts_then in later if parts_then.get(name) != was.get(name)), None)
        status = "added" if name not in was else "changed" if name in page.parts else "gone"
        day = max(page.recorded, default="") if name == "figures" else ""
        parts.append(Part(name, status, *((told.version, told.date, told.reason) if told else ("", day))))
    events = tuple(find_events({record} | page.rows, releases[first + 1 :]))
    status, now = ("changed", hash_page(page.parts)) if page.parts else ("withdrawn", "")
    since = releases[first].version if first >= 0 else ""
    return Verdict(status, (record,), (), events, now, "page", tuple(parts), since)


def _in_order(parts: Parts) -> list[str]:
    return [name for name in PARTS if name in parts]


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

"""Every library of the locks stands in docs/licences.md, and none that the site needs binds what uses it."""

import re

from tools.licences import PAGE, SERVES, TESTS, UNKNOWN, find_licence, read_names

LISTED = dict(re.findall(r"^\| ([\w.-]+) \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE))
BINDING = re.compile(r"\b(?:A|L)?GPL", re.IGNORECASE)


def test_every_library_is_listed_and_none_else() -> None:
    assert set(LISTED) - {"library", "---"} == {*read_names(SERVES), *read_names(TESTS)}


def test_the_licences_are_those_that_the_libraries_state() -> None:
    stated = {name: find_licence(name) for name in LISTED if name not in ("library", "---")}
    known = {name: licence for name, licence in stated.items() if licence != UNKNOWN}
    assert len(known) > 100
    assert {name: LISTED[name] for name in known} == known


def test_nothing_that_the_site_needs_binds_what_uses_it() -> None:
    assert [name for name in read_names(SERVES) if BINDING.search(LISTED[name]) or LISTED[name] == "not said"] == []

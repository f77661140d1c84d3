"""No page knows the words of one plan: they come from its data, so that a second folder is a second plan."""

import pytest

from tests.sites import ROOT

MOST = 200  # characters of a line
TEMPLATES = [
    *("index.html", "pages/timeline.html", "pages/data.html", "pages/about.html"),
    *("table.html", "_table.html", "_listing.html", "_facet_results.html", "_suggested_facets.html"),
    *("_description_source_license.html", "query.html", "_query_parts.html", "database.html", "error.html"),
    *("400.html", "404.html", "405.html", "500.html", "query-plans-unmet_targets.html", "query-plans-search.html"),
    *("query-plans-first_to_second_half.html", "query-plans-organizations_together.html"),
]
WORDS = """
    select title as word from plans union select municipality from plan_facts union select concept from plans
    union select id from plans union select id from sectors union select title from sectors
    union select title from goals union select name from measures union select code from measures
    union select name from organizations where length(name) > 2 union select name from sectors where name <> '共通'
"""


def test_the_lines_of_a_template_can_be_read() -> None:
    templates = sorted((ROOT / "templates").glob("**/*.html"))
    assert len(templates) > 30
    lines = [
        (f"{file.name}:{n}", line)
        for file in templates
        for n, line in enumerate(file.read_text("utf-8").splitlines(), 1)
    ]
    assert [(place, len(line)) for place, line in lines if len(line) > MOST] == []


@pytest.mark.parametrize("template", TEMPLATES)
async def test_a_template_has_no_word_of_a_plan(site, template):
    text = (ROOT / "templates" / template).read_text("utf-8")
    words = [row["word"] for row in (await site.get_database("plans").execute(WORDS)).rows]
    assert len(words) > 100
    assert [word for word in words if word in text] == []

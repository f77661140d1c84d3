"""One address of every kind of page, for the browser tests, the screenshots and Lighthouse."""

from urllib.parse import quote, urlencode

PAGES = {
    "home": "/",
    "measure": "/plans/measures/akishima-nogyo-4",
    "repeated_measure": "/plans/measures/akishima-kyotsu-1",
    "organization": "/plans/organizations/akishima-nokyo",
    "evaluation": "/plans/evaluations/akishima-evaluation-8",
    "goal": "/plans/goals/akishima-nogyo-goal-1",
    "sector": "/plans/sectors/akishima-nogyo",
    "event": "/plans/events/akishima-event-37",
    "plan": "/plans/plans/akishima",
    "row": "/plans/corrections/akishima-correction-3",
    "print": "/print/akishima-nogyo",
    "database": "/plans",
    "table": "/plans/measures",
    "filtered_table": "/plans/measures?sector_id=akishima-nogyo&_facet=is_new&_sort_desc=number",
    "view": "/plans/measure_overview",
    "checkability": "/plans/checkability",
    "evaluations": "/plans/evaluation_overview",
    "search": "/plans/search?q=" + quote("給食"),
    "search_without_result": "/plans/search?q=" + quote("宇宙開発"),
    "unmet_targets": "/plans/unmet_targets",
    "unreported": "/plans/unreported",
    "final_year": "/plans/final_year",
    "first_to_second_half": "/plans/first_to_second_half",
    "organizations_together": "/plans/organizations_together",
    "targets_due": "/plans/targets_due?fiscal_year=2026",
    "sql": "/plans?" + urlencode({"sql": "select code, name from measures where is_new = :new", "new": "1"}),
    "sql_error": "/plans?" + urlencode({"sql": "select nothing from nowhere"}),
    "timeline": "/timeline",
    "timeline_of_sector": "/timeline?sector=akishima-kanko",
    "data": "/data",
    "about": "/about",
    "verify": "/verify?hash=0123456789abcdef",
    "not_found": "/plans/measures/akishima-nogyo-99",
    "easy_measure": "/plans/measures/akishima-kyotsu-2?easy=1",
}
LIGHTHOUSE = ("home", "measure", "table", "unmet_targets", "timeline", "search")
WIDTHS = (1280, 375)

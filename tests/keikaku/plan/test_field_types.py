"""Values that people write in more than one way."""

import pytest
from pydantic import ValidationError

from keikaku.plan.model import PlanDocument, Sector

DATES = {
    "2026": "2026", "2026-04": "2026-04", "2026/4/1": "2026-04-01", "令和8年4月": "2026-04", "令和7年6月1日": "2025-06-01",
    "R7年6月": "2025-06", "令和元年": "2019", "平成31年4月": "2019-04", "２０２６年４月": "2026-04",
}  # fmt: skip
NO_DATES = ["2026-02-31", "2026-13", "20260401", "R7.6", "令和7年度", "2026-4-", "春", ""]


@pytest.mark.parametrize("written", DATES)
def test_a_date_is_read_however_a_city_writes_it(written: str) -> None:
    assert PlanDocument(title="計画", date=written).date == DATES[written]


@pytest.mark.parametrize("written", NO_DATES)
def test_what_is_no_date_is_refused(written: str) -> None:
    with pytest.raises(ValidationError, match="年月日として読めません"):
        PlanDocument(title="計画", date=written)


def test_a_sector_that_prints_no_other_title_has_its_name() -> None:
    assert Sector(id="a-fukushi", name="福祉").title == "福祉"
    assert Sector(id="a-fukushi", name="福祉", title="健康と福祉").title == "健康と福祉"

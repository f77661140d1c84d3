"""Whatever is asked, nothing fails: `make test-long` asks more, and KEIKAKU_REQUESTS=200000 as much as one likes."""

import logging
import os
from collections import Counter
from random import Random

import pytest
from datasette.app import Datasette

from tests.attacks.addresses import list_addresses
from tests.attacks.asking import Asked, ask, find_faults
from tests.attacks.requests import Requests

REQUESTS = 300
MANY = int(os.environ.get("KEIKAKU_REQUESTS", "20000"))
SEED = int(os.environ.get("KEIKAKU_SEED", "0"))
# Facets that Datasette begins and then leaves, since an earlier one was refused.
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine:RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
SECONDS = 8  # longer than any query may take, with room for a busy machine


@pytest.mark.parametrize("requests", [REQUESTS, pytest.param(MANY, marks=pytest.mark.long)])
async def test_no_request_makes_the_site_fail(site: Datasette, requests: int) -> None:
    """Every fault is told with the first request that showed it."""
    app, make = site.app(), Requests(await list_addresses(site, "akishima")).make
    random = Random(SEED)
    statuses: Counter[int] = Counter()
    faults: dict[str, Asked] = {}
    logging.disable(logging.ERROR)
    try:
        for _ in range(requests):
            asked = make(random)
            try:
                answer = await ask(app, asked, SECONDS)
            except Exception as error:
                faults.setdefault(repr(error), asked)
                continue
            statuses[answer.status] += 1
            for fault in find_faults(asked, answer):
                faults.setdefault(fault, asked)
    finally:
        logging.disable(logging.NOTSET)
    assert not faults, "\n".join(f"{fault}: {asked}" for fault, asked in faults.items())
    assert {200, 302, 400, 404, 405} <= set(statuses), statuses

"""/openapi.json is sound, complete, and what the running server does."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from datasette.app import Datasette
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from tests.browser.running_site import running_site
from tests.pages.listing_page import tables_of

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]
MODES = {GenerationMode.POSITIVE: CHECKS, GenerationMode.NEGATIVE: [*CHECKS, negative_data_rejection]}


@pytest.fixture(scope="module")
def api(site_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[schemathesis.BaseSchema]:
    with running_site(tmp_path_factory.mktemp("described"), database=site_folder / "plans.db") as address:
        yield schemathesis.openapi.from_url(f"{address}/openapi.json")


@pytest.mark.parametrize("share", [9, pytest.param(1, marks=pytest.mark.long)])
def test_the_server_does_what_is_described(api: schemathesis.BaseSchema, share: int) -> None:
    """Arguments of all kinds as the parameters are described and as they are not: for every operation in long runs,
    else for those of no table and for some tables, which are alike.
    """
    failures = []
    operations = [found.ok() for found in api.get_all_operations()]
    tables = [operation for operation in operations if operation.path.startswith("/plans/")]
    for operation in [*(o for o in operations if o not in tables), *tables[::share]]:
        for mode, checks in MODES.items():
            try:
                _try(operation.as_strategy(generation_mode=mode), checks)
            except Unsatisfiable:  # what takes no arguments has no wrong ones
                continue
            except (Exception, FailureGroup) as failure:
                told = [str(part)[:900] for part in getattr(failure, "exceptions", [failure])]
                failures.append((operation.label, mode.value, *told))
    assert failures == []


def test_each_example_is_answered(api: schemathesis.BaseSchema) -> None:
    """Except for the files of the whole data set, which this site has not made."""
    statuses = {}
    for found in api.get_all_operations():
        operation = found.ok()
        given = operation.definition.raw["parameters"]
        chosen = {p["name"]: p.get("example") or p["schema"].get("enum", [""])[0] for p in given if p["in"] == "path"}
        query = {p["name"]: "0" * 16 for p in given if p["name"] == "hash"}
        if all(chosen.values()):  # a table without rows has no example
            answer = operation.Case(path_parameters=chosen, query=query).call_and_validate(checks=CHECKS)
            statuses[operation.label] = answer.status_code
    refused = {label for label, status in statuses.items() if status != 200}
    assert refused == {"GET /files/files.json", "GET /files/{path}"}
    assert len(statuses) > 80


TWICE = settings(
    max_examples=2, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=[*HealthCheck]
)  # fmt: skip


def _try(cases: SearchStrategy[schemathesis.Case], checks: list[Any]) -> None:
    @TWICE
    @given(cases)
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=checks)

    check()


async def test_every_table_query_and_address_is_described(site: Datasette) -> None:
    description = (await site.client.get("/openapi.json")).json()
    paths = description["paths"]
    for name in [*await tables_of(site), *await site.get_canned_queries("plans", None)]:
        assert f"/plans/{name}.json" in paths, name
    addresses = {"/plans.json", "/-/suggest", "/verify.json", "/changes.atom", "/reconcile", "/plans.db", "/-/health"}
    assert addresses <= paths.keys()
    operations = [operation["operationId"] for methods in paths.values() for operation in methods.values()]
    assert len(operations) == len(set(operations))


async def test_each_column_is_explained_and_typed(site: Datasette) -> None:
    schemas = (await site.client.get("/openapi.json")).json()["components"]["schemas"]
    measure = schemas["measures"]["properties"]
    assert measure["name"]["type"] == "string"
    assert measure["repeat_of"]["type"] == ["string", "null"]
    for name, schema in schemas.items():
        if name not in ("Page", "Error"):
            assert all(re.search("[ぁ-ん]", column["description"]) for column in schema["properties"].values()), name


async def test_a_client_can_be_generated_from_it(site: Datasette) -> None:
    """No choice is named twice, every list says of what, and every part that is described is used."""
    text = (await site.client.get("/openapi.json")).text
    description = json.loads(text)
    parts = list(_walk(description["paths"])) + list(_walk(description["components"]))
    assert [part["enum"] for part in parts if len(set(part.get("enum", []))) < len(part.get("enum", []))] == []
    assert [part for part in parts if part.get("type") == "array" and "items" not in part] == []
    components = [(kind, name) for kind, named in description["components"].items() for name in named]
    assert [name for kind, name in components if f'"#/components/{kind}/{name}"' not in text] == []


def _walk(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _walk(inner)


async def test_the_parameters_of_a_query_are_those_of_its_form(site: Datasette) -> None:
    paths = (await site.client.get("/openapi.json")).json()["paths"]
    parameters = {p["name"]: p for p in paths["/plans/unmet_targets.json"]["get"]["parameters"]}
    assert set(parameters) == {"_shape", "sector", "reason", "plan", "municipality", "theme"}
    assert "分野" in parameters["sector"]["description"]

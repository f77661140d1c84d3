"""The session of docs/mcp.md prints what is written there, on a server with the extra `mcp`."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from datasette.app import Datasette

from tests.browser.running_site import ROOT, running_site

BLOCKS = dict(re.findall(r"^```(python|text)\n(.*?)^```$", (ROOT / "docs" / "mcp.md").read_text("utf-8"), re.S | re.M))


@pytest.mark.skipif(find_spec("datasette_mcp") is None, reason="needs the extra mcp: pip install -e '.[mcp]'")
def test_the_session_is_as_written(tmp_path: Path) -> None:
    with running_site(tmp_path) as address:
        session = BLOCKS["python"].replace("http://127.0.0.1:8001", address)
        ran = subprocess.run([sys.executable, "-c", session], capture_output=True, text=True, timeout=60, check=False)
    assert ran.stdout == BLOCKS["text"], ran.stderr


@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_only_what_a_session_needs_is_taken(site: Datasette, method: str) -> None:
    """GET would open a stream without end."""
    answer = await site.client.request(method, "/-/mcp")
    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, OPTIONS, POST")


@pytest.mark.skipif(find_spec("datasette_mcp") is not None, reason="the extra mcp is installed")
@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_without_the_extra_the_address_leads_nowhere(site: Datasette, method: str) -> None:
    assert (await site.client.request(method, "/-/mcp")).status_code in (404, 405)

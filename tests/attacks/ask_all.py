"""Ask the site in a folder, in a process of its own, for all its addresses: python -m tests.attacks.ask_all FOLDER PLAN ORDER

Prints for each address its status, ETag and the SHA-256 of its body as JSON.
"""

import asyncio
import hashlib
import json
import sys
from pathlib import Path

from datasette.app import Datasette

from tests.attacks.addresses import list_addresses

HEADERS = {"host": "plans.example.jp", "accept-encoding": "identity"}


async def ask_all(folder: Path, plan: str, order: int) -> dict[str, list[str]]:
    """`order` is 1, or -1 for the last address first."""
    site = Datasette(config_dir=folder)
    await site.invoke_startup()
    answers = {}
    for address in (await list_addresses(site, plan))[::order]:
        answer = await site.client.get(address, headers=HEADERS)
        digest = hashlib.sha256(answer.content).hexdigest()
        answers[address] = [str(answer.status_code), answer.headers.get("etag", ""), digest]
    return answers


if __name__ == "__main__":
    print(json.dumps(asyncio.run(ask_all(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))))

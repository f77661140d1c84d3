"""The two pages of a stick that ask its database, with what they load, as files that a browser opens from the disk."""

import base64
import gzip
import re
import shutil
from pathlib import Path

from datasette.utils.asgi import Request

from keikaku.serving.baking import open_datasette
from tests.browser.running_site import ROOT

_FROM_ROOT = re.compile(r'(href|src|action)="/(?!/)([^"?]*)[^"]*"')


async def write_stick_pages(database: Path, folder: Path) -> None:
    site = open_datasette(database)
    await site.invoke_startup()
    for page in ("search", "sql"):
        request = Request.fake(f"/{page}/index.html")
        request.scope |= {"headers": [(b"host", b"127.0.0.1")], "csrftoken": str}
        html = await site.render_template(f"stick_{page}.html", request=request)
        html = re.sub(r'<script src="/static/search\.js.*?</script>', "", html)  # suggestions need a server
        _write(folder / page / "index.html", _FROM_ROOT.sub(r'\1="../\2"', html).encode())
    for style in re.findall(r'href="/(styles/[^"?]*)', html):
        _write(folder / style, (await site.client.get(f"/{style}")).content)
    shutil.copytree(ROOT / "static", folder / "static")
    wasm = ROOT / "static" / "stick" / "sqlite3.wasm"
    for script, name, file in (("plans.js", "plans.db", database), ("sqlite3-wasm.js", "sqlite3.wasm", wasm)):
        packed = base64.b64encode(gzip.compress(file.read_bytes())).decode()
        _write(folder / "db" / script, f'(self.keikakuFiles ??= {{}})["{name}"] = "{packed}";'.encode())


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)

"""A preview names the pages that change, with the old words beside the new ones, and no page that says the same."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from build_db import main
from keikaku.files.errors import FilesError
from keikaku.publish.preview import write_preview

HASH = "0123456789abcdef"


def page(title: str, body: str, digest: str = HASH) -> str:
    head = f"<html><head><title>版 {digest}</title></head><body><header>{digest}</header>"
    cite = f'<details class="share"><p>2027年{digest}</p></details><section aria-labelledby="cite"><p>2026年{len(digest)}月 {digest[::-1]}</p></section>'
    return f"{head}<main><h1>{title}</h1>{body}<p>版は <code>{digest}</code> です。</p>{cite}</main><p>{digest}</p></body></html>"


def site(folder: Path, pages: dict[str, str]) -> Path:
    folder.mkdir()
    files = {}
    for i, (address, text) in enumerate(pages.items()):
        kind = "application/json" if address.endswith(".json") else "text/html; charset=utf-8"
        (folder / f"{i}.html").write_text(text, "utf-8")
        files[address] = {"path": f"{i}.html", "media_type": kind, "sha256": text}
    (folder / "manifest.json").write_text(json.dumps({"files": files}), "utf-8")
    return folder


@pytest.fixture
def preview(tmp_path: Path) -> Path:
    """Of a site in which one page goes, one is new, one says the same under another digest, and two change."""
    old = {
        "/": page("計画", "<p>記録がない目標が<strong>3件</strong>あります。</p>"),
        "/about": page("このサイト", "<p>同じ。</p>"),
        "/gone": page("前のページ", ""),
        "/plans/measures/a": page("給食", "<table><tr><td>令和6年度</td><td>9,850kg</td></tr></table><p>終わり</p>"),
        "/plans/measures/a?_embed=1": page("給食", "<p>9,850kg</p>"),
        "/plans/measures/a.json": "{}",
    }
    other = "fedcba9876543210"
    new = {
        "/": page("計画", "<p>記録がない目標が<strong>2件</strong>あります。</p>", other),
        "/about": page("このサイト", "<p>同じ。</p>", other),
        "/new": page("新しい<b>ページ</b>", ""),
        "/plans/measures/a": page(
            "給食",
            "<table><tr><td>令和6年度</td><td>9,850kg</td></tr><tr><td>令和7年度</td><td>&lt;速報&gt;</td></tr></table><p>終わり</p>",
        ),
        "/plans/measures/a?_embed=1": page("給食", "<p>1kg</p>"),
        "/plans/measures/a.json": "[]",
    }
    (tmp_path / "out").mkdir()
    file = tmp_path / "out" / "preview.html"
    counts = write_preview(site(tmp_path / "old", old), site(tmp_path / "new", new), file)
    assert counts == {"変更": 2, "追加": 1, "なくなる": 1}
    return file


def test_what_changes_is_shown_side_by_side(preview: Path) -> None:
    text = preview.read_text("utf-8")
    rows = re.findall(r"<tr><td>(.*)</td><td>(.*)</td></tr>", text)
    assert rows == [
        ("記録がない目標が<mark>3</mark>件あります。", "記録がない目標が<mark>2</mark>件あります。"),
        ("", "令和7年度 &lt;速報&gt;"),
    ]
    assert re.findall(r"<h4>(.*)</h4>\n<p><code>(.*)</code>", text) == [
        ("計画", "/"), ("給食", "/plans/measures/a"), ("新しいページ", "/new"), ("前のページ", "/gone"),
    ]  # fmt: skip
    others = "そのほかのページ（1）"
    assert re.findall(r"<h3>(.*)</h3>", text) == [others, "記録（1）", others, others]
    assert "変わるページは2、加わるページは1、なくなるページは1です" in text
    assert "2個のファイル" in text


def test_every_link_leads_to_a_page(preview: Path) -> None:
    links = re.findall(r'href="([^"]+)"', preview.read_text("utf-8"))
    assert len(links) == 6
    assert all((preview.parent / link).is_file() for link in links)


def test_a_folder_that_is_no_site_or_would_be_overwritten_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FilesError, match=r"manifest\.json がありません"):
        write_preview(tmp_path, tmp_path, tmp_path / "preview.html")
    arguments = ["pages", "--database", str(tmp_path / "plans.db"), "--against", str(tmp_path / "site")]
    refused = CliRunner().invoke(main, arguments)
    assert refused.exit_code == 2
    assert "would be overwritten: name another folder with --output" in refused.output

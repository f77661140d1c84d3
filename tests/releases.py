"""A plan with two releases, for the tests of releases and of what can be verified by them."""

import shutil
from pathlib import Path

from click.testing import CliRunner, Result

from build_db import main
from keikaku.database.history import read_rows
from tests.sites import ROOT, SERVED

CHANGES = Path("data", "minato", "bunka", "changes.yml")
REASON = "目標を読み誤っていた。"
FIRST = "- {id: minato-change-1, date: 2026-01-01, version: 1.0.0, kind: added, title: 公開, records: [minato]}\n"
SECOND = "- {id: minato-change-2, date: 2026-01-20, version: 1.0.1, kind: corrected, title: 訂正, records: []}\n"
THIRD = "- {id: minato-change-3, date: 2026-02-20, version: 1.0.2, kind: updated, title: 更新, records: []}\n"


def build(folder: Path, *arguments: str) -> Result:
    paths = ("--data", str(folder / "data"), "--output", str(folder / "plans.db"))
    return CliRunner().invoke(main, [*arguments, "--quiet", *paths])


def edit(folder: Path, name: str, old: str, new: str) -> None:
    (path,) = (folder / "data" / "minato").rglob(name)
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def make_releases(folder: Path) -> None:
    """A site of the invented plan with two releases: a summary was changed, and a name of an organization went."""
    for name in SERVED:
        (folder / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "tests" / "fixtures" / "minato", folder / "data" / "minato")
    (folder / CHANGES).write_text(FIRST, "utf-8")
    assert build(folder, "release", "1.0.0", "--reason", "最初の公開", "--date", "2026-01-01").exit_code == 0
    (folder / "before").mkdir()
    shutil.copy(folder / "plans.db", folder / "before" / "plans.db")
    first = read_rows(folder / "before" / "plans.db", ["measures", "organization_names"])
    measure = next(row for record, row in first.items() if record.table == "measures" and not row["repeat_of"])
    edit(folder, "measures.yml", str(measure["summary"]), "要約を直しました。")
    everyday = next(
        str(row["name"]) for r, row in first.items() if r.table == "organization_names" and row["kind"] == "everyday"
    )
    edit(folder, "organizations.yml", everyday, f"{everyday}会")
    (folder / CHANGES).write_text(SECOND + FIRST, "utf-8")
    since = str(folder / "before" / "plans.db")
    released = build(folder, "release", "1.0.1", "--reason", REASON, "--date", "2026-02-01", "--since", since)
    assert released.exit_code == 0, released.output

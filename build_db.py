"""Build plans.db from data/: `python build_db.py --help`."""

import sys
import time
from datetime import datetime
from pathlib import Path

import click

from keikaku.database.history import HISTORY, HistoryError, add_release, check_told, read_history, read_rows
from keikaku.database.report import Passage, compare_report, read_passages, read_report
from keikaku.database.rows import build_rows
from keikaku.database.writing import DatabaseError, write_database
from keikaku.files.build_turn import take_turn
from keikaku.files.errors import FilesError
from keikaku.plan.errors import InvalidData, Problem
from keikaku.plan.folder import find_mixed_ids, read_plan, read_synonyms
from keikaku.plan.model import PlanData, Synonyms
from keikaku.publish.catalogue.data_set import read_data_set, read_metadata

ROOT = Path(__file__).resolve().parent


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=ROOT / "data", help="Folder with one folder per plan.")
@click.option("--output", type=click.Path(path_type=Path), default=ROOT / "plans.db", help="Database to write.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="[PLAN=]FILE",
    help="Text of a plan's report, which must agree with the data; adds its wording as report_passages. "
    "PLAN may be left out where there is one plan.",
)
@click.option(
    "--files",
    type=click.Path(path_type=Path),
    help="Folder for the files of the whole data set: CSV, JSON Lines, Parquet, workbook, descriptions.",
)
@click.option("--release", metavar="VERSION", help="Record this data as a released version in DATA/history.jsonl.")
@click.option("--reason", default="", metavar="TEXT", help="Why the release differs from the one before, for readers.")
@click.option("--since", type=click.Path(path_type=Path, exists=True), help="Database of the release before.")
@click.option("--date", metavar="YYYY-MM-DD", help="Day of the release; today if left out.")
@click.option(
    "--pictures",
    type=click.Path(path_type=Path),
    help="Folder for the pictures that other sites show beside a link to a page.",
)
@click.option("--check", is_flag=True, help="Validate data only; write nothing.")
@click.option("--verify", is_flag=True, help="Compare the data with the report; write nothing.")
@click.option("--quiet", is_flag=True, help="Say nothing unless something is wrong.")
def main(
    data: Path,
    output: Path,
    reports: tuple[str, ...],
    files: Path | None,
    release: str | None,
    reason: str,
    since: Path | None,
    date: str | None,
    pictures: Path | None,
    check: bool,
    verify: bool,
    quiet: bool,
) -> None:
    """Turn the plans under data/ into one SQLite database."""
    started = time.monotonic()

    def say(text: str) -> None:
        if not quiet:
            click.echo(text, err=True)

    try:
        if verify and not reports:
            raise click.UsageError("--verify needs --report FILE")
        if release is None and (reason or since or date):
            raise click.UsageError("--reason, --since and --date belong to --release VERSION")
        plans, synonyms = read_data(data)
        releases = read_history(data / HISTORY)
        told = {str(data / name / "changes.yml"): plan.changes for name, plan in plans.items()}
        check_told(told, releases)
        held = {name: read_report(file, plans[name]) for name, file in assign_reports(reports, plans).items()}
        say(f"read {len(plans)} plan(s) from {data}")
        differences = [d for name, report in held.items() for d in compare_report(report, plans[name])]
        if differences:
            raise InvalidData(differences)
        if held:
            say("the data agrees with the report")
        if check or verify:
            return
        passages: list[Passage] = [p for name, report in held.items() for p in read_passages(report, plans[name])]
        with take_turn(output.parent, say):
            counts = write_database(build_rows(plans.values(), synonyms), passages, output, say)
            if release is not None:
                tables = [table.name for table in read_data_set(output, ROOT / "metadata.yml").tables]
                today = date or f"{datetime.now():%Y-%m-%d}"
                added = add_release(data / HISTORY, release, today, reason, read_rows(output, tables), since, told)
                say(f"released {added.version}: {len(added.records)} records new, changed or gone")
            elif releases:
                say(f"the last release is {releases[-1].version} of {releases[-1].date}")
            if files:
                from keikaku.publish.catalogue.whole_set import write_files  # loads libraries that no other build needs

                write_files(output, ROOT / "metadata.yml", files, say)
            if pictures:
                from keikaku.publish.records.pictures import write_pictures  # as above

                title = read_metadata(ROOT / "metadata.yml")["title"]
                say(f"drew {write_pictures(output, title, pictures)} pictures")
    except InvalidData as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        sys.exit(1)
    except (DatabaseError, FilesError, HistoryError) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    for table, count in counts.items():
        if not table.startswith(("search_index", "sqlite_")):
            say(f"{count:6} {table}")
    say(f"wrote {output} in {time.monotonic() - started:.2f} s")


def read_data(data: Path) -> tuple[dict[str, PlanData], list[Synonyms]]:
    """Folder name -> plan, and the words of all plans; raises InvalidData with the problems of all files."""
    plans: dict[str, PlanData] = {}
    synonyms: list[Synonyms] = []
    problems: list[Problem] = []
    folders = sorted(f for f in data.iterdir() if f.is_dir() and not f.name.startswith(".")) if data.is_dir() else []
    if not folders:
        raise InvalidData(
            [Problem(str(data), 1, 1, "no plan", "one folder per plan, as described in docs/add-a-plan.md")]
        )
    for folder in folders:
        try:
            plans[folder.name] = read_plan(folder)
        except InvalidData as error:
            problems += error.problems
    problems += find_mixed_ids(data, plans)
    try:
        synonyms = read_synonyms(data / "synonyms.yml")
    except InvalidData as error:
        problems += error.problems
    if problems:
        raise InvalidData(problems)
    return plans, synonyms


def assign_reports(reports: tuple[str, ...], plans: dict[str, PlanData]) -> dict[str, Path]:
    """Plan -> file of its report; raises click.UsageError for an unknown or unclear plan."""
    assigned: dict[str, Path] = {}
    for report in reports:
        plan, _, file = report.rpartition("=")
        if not plan and len(plans) == 1:
            plan = next(iter(plans))
        if plan not in plans:
            raise click.UsageError(f"--report {report}: name the plan, as in {next(iter(plans))}={file}")
        assigned[plan] = Path(file)
    return assigned


if __name__ == "__main__":
    main()

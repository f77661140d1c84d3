"""Build plans.db from data/, and all that is made from it: `python build_db.py --help`."""

import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from click_default_group import DefaultGroup

# Everything else is imported by the command that needs it: --help should not wait for libraries.

ROOT = Path(__file__).resolve().parent
METADATA = ROOT / "metadata.yml"

PATH = click.Path(path_type=Path)
DATA = click.option("--data", type=PATH, default=ROOT / "data", help="Folder with one folder per plan.")
OUTPUT = click.option("--output", type=PATH, default=ROOT / "plans.db", help="Database to write.")
DATABASE = click.option("--database", type=PATH, default=ROOT / "plans.db", help="Database that was built.")
FOLDER = click.option("--output", type=PATH, required=True, help="Folder to write.")
WORKBOOK = click.option("--output", type=PATH, required=True, help="Workbook (.xlsx) to write.")
QUIET = click.option("--quiet", is_flag=True, help="Say nothing unless something is wrong.")
REPORT = click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="[PLAN=]FILE",
    help="Text of a plan's report, which must agree with the data; a build adds its wording as report_passages. "
    "PLAN may be left out where there is one plan.",
)
ARCHIVE = click.option("--zip", "archive", type=PATH, help="Also write the folder as this archive.")


class Commands(DefaultGroup):
    """What is wrong with the input of a command is said line by line, and ends with status 1."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except Exception as error:
            from keikaku.database.errors import DatabaseError, HistoryError
            from keikaku.files.errors import FilesError
            from keikaku.plan.errors import InvalidData

            if not isinstance(error, DatabaseError | FilesError | HistoryError | InvalidData):
                raise
            click.echo(str(error), err=True)
            sys.exit(1)


@click.group(cls=Commands, default="build", default_if_no_args=True)
def main() -> None:
    """Turn the plans under data/ into one SQLite database. Without a command: build."""


@main.command()
@DATA
@OUTPUT
@REPORT
@QUIET
def build(data: Path, output: Path, reports: tuple[str, ...], quiet: bool) -> None:
    """Write the database (the default)."""
    from keikaku.database import building

    started, say = time.monotonic(), speaker(quiet)
    counts = building.build_database(data, output, assign_reports(reports, data), say)
    for table, count in counts.items():
        if not table.startswith(("search_index", "sqlite_")):
            say(f"{count:6} {table}")
    say(f"wrote {output} in {time.monotonic() - started:.2f} s")


@main.command()
@DATABASE
@click.option("--output", type=PATH, help="Folder to write; `site` beside the database if left out.")
@click.option("--address", metavar="URL", help="Address of the site, where metadata.yml has no site_url.")
@click.option(
    "--against", type=PATH, metavar="OLD", help="Folder of the site that is live: also write what would change."
)
@click.option("--preview", type=PATH, help="Page to write that into; `preview.html` beside the new folder if left out.")
@QUIET
def pages(
    database: Path, output: Path | None, address: str | None, against: Path | None, preview: Path | None, quiet: bool
) -> None:
    """Write every permanent page, download and picture of the site as a file."""
    from keikaku.publish.preview import write_preview
    from keikaku.serving.baking import write_site

    started, say = time.monotonic(), speaker(quiet)
    folder = output or database.with_name("site")
    if against and against.resolve() == folder.resolve():
        raise click.UsageError("--against OLD would be overwritten: name another folder with --output")
    count = write_site(database, folder, address, say, progress=not quiet)
    say(f"wrote {count} files to {folder} in {time.monotonic() - started:.2f} s")
    if against:
        page = preview or folder.with_name("preview.html")
        counts = write_preview(against, folder, page)
        click.echo(f"{page}：" + "、".join(f"{what} {number}ページ" for what, number in counts.items()))


@main.command()
@DATABASE
@FOLDER
@click.option(
    "--by",
    type=click.Choice(["municipality", "prefecture"]),
    help="One folder in it for each, built from --data; for many plans.",
)
@DATA
@click.option("--address", metavar="URL", help="Where the site is or was, where metadata.yml has no site_url.")
@ARCHIVE
@QUIET
def stick(
    database: Path, output: Path, by: str | None, data: Path, address: str | None, archive: Path | None, quiet: bool
) -> None:
    """Write the publication as a folder that needs no server: for a disk, any web host, or an archive."""
    from keikaku.files.proof import write_archive
    from keikaku.serving.baking import write_site
    from keikaku.serving.stick import write_stick
    from keikaku.serving.stick_parts import write_parts

    say, site = speaker(quiet), database.with_name("site")
    if by:
        count = write_parts(data, output, by, address, say)
    else:
        write_site(database, site, address, say, progress=not quiet)
        count = write_stick(database, site, output)
    say(f"wrote {count} files to {output}")
    if archive:
        write_archive(output, archive)


@main.command()
@DATABASE
@FOLDER
def parquet(database: Path, output: Path) -> None:
    """Write the tables as Parquet by prefecture and plan, for engines that read folders (DuckDB, Spark, Trino, Athena)."""
    from keikaku.publish.catalogue.formats import write_partitions

    click.echo(f"wrote {write_partitions(database, METADATA, output)} files to {output}")


@main.command()
@click.option("--database", type=PATH, default=ROOT / "plans.db", help="Database whose site was baked.")
@click.option("--output", type=PATH, required=True, help="Folder to write, on the disk of the site.")
def shards(database: Path, output: Path) -> None:
    """Write the baked site in parts by prefecture, which go to a web host or an object store one by one."""
    from keikaku.publish.catalogue.data_set import read_filled_metadata
    from keikaku.publish.site import write_shards

    described = read_filled_metadata(database, METADATA)["databases"][database.stem]
    for part, count in write_shards(database, described, database.with_name("site"), output).items():
        click.echo(f"{count:8,} {output / part}")


@main.command()
@click.argument("file", type=PATH)
def new_key(file: Path) -> None:
    """Write a private key into FILE, and say the public one, for public_key in metadata.yml."""
    from keikaku.files.proof import make_key

    click.echo(make_key(file))


@main.command()
@click.option("--key", type=PATH, required=True, help="Private key that new-key wrote.")
@click.argument("folder", type=PATH)
@ARCHIVE
def sign(key: Path, folder: Path, archive: Path | None) -> None:
    """Sign the FOLDER that stick wrote."""
    from keikaku.files import proof
    from keikaku.serving.stick import read_facts

    click.echo(f"signed {folder} with {proof.sign(folder, key, read_facts(folder)['public_key'])}")
    if archive:
        proof.write_archive(folder, archive)


@main.command()
@click.argument("folder", type=PATH)
@DATA
@REPORT
@QUIET
def compare(folder: Path, data: Path, reports: tuple[str, ...], quiet: bool) -> None:
    """Make the FOLDER that stick wrote again from the data, and tell whether every byte is the same."""
    from keikaku.serving.stick import compare_stick, read_facts
    from keikaku.serving.stick_parts import compare_parts

    if "by" in read_facts(folder):
        differences = compare_parts(folder, data, speaker(quiet))
    else:
        differences = compare_stick(folder, data, assign_reports(reports, data), speaker(quiet))
    click.echo("\n".join(differences) or f"{folder}: made again, every byte is the same")
    sys.exit(bool(differences))


@main.command()
@DATA
@click.option(
    "--tables",
    type=PATH,
    help="Anyone's tables instead, a folder of .csv or a workbook: check them, and say what they lack.",
)
@QUIET
def check(data: Path, tables: Path | None, quiet: bool) -> None:
    """Validate the data; write nothing."""
    from keikaku.database.building import check_data
    from keikaku.database.scoring import describe_tables

    if tables:
        click.echo("\n".join(describe_tables(tables)))
        return
    check_data(data, {}, speaker(quiet))


@main.command()
@DATA
@REPORT
@QUIET
def verify(data: Path, reports: tuple[str, ...], quiet: bool) -> None:
    """Compare the data with the report; write nothing."""
    from keikaku.database.building import check_data

    if not reports:
        raise click.UsageError("verify needs --report FILE")
    check_data(data, assign_reports(reports, data), speaker(quiet))


@main.command()
@click.argument("folder", type=PATH)
@click.option("--city-code", default="", help="Six-digit code of the municipality (全国地方公共団体コード).")
@click.option("--city-name", default="", help="Its name. Neither is asked of a municipality that has a plan.")
@click.option("--title", required=True, help="Title of the plan as printed.")
@click.option("--years", required=True, metavar="FIRST-LAST", help="Fiscal years, as 2021-2026 or 令和3-8年度.")
def new_plan(folder: Path, city_code: str, city_name: str, title: str, years: str) -> None:
    """Write the first files of a new plan into FOLDER, data/MUNICIPALITY/PLAN."""
    from keikaku.plan.starter import write_starter

    for file in write_starter(folder, city_code, city_name, title, years):
        click.echo(file)


@main.command("import")
@click.argument("file", type=PATH)
@click.option("--into", "folder", type=PATH, required=True, help="Folder to write, data/MUNICIPALITY/PLAN.")
@click.option("--city-code", default="", help="As of new-plan.")
@click.option("--city-name", default="", help="As of new-plan.")
@click.option("--title", default="", help="Title of the plan as printed; asked of a new plan.")
@click.option("--years", required=True, metavar="FIRST-LAST", help="Fiscal years of the plan, as 2021-2026.")
@click.option("--document", default="", help="Title of the document that FILE is; its name if left out.")
@click.option("--sheet", "sheets", multiple=True, help="Sheet to read; all if left out.")
@click.option("--layout", type=PATH, help="What the headings mean, as --dry-run proposes it.")
@click.option(
    "--report", type=PATH, default=Path(), help="Folder for the report on every cell; this folder if left out."
)
@click.option(
    "--dry-run", is_flag=True, help="Write only the report, and layout.yml beside it where headings are unknown."
)
def import_file(file: Path, folder: Path, dry_run: bool, **options: Any) -> None:
    """Read the table of a city's workbook (or CSV) into a plan's folder."""
    from keikaku.importing.spreadsheet import run_import

    for line in run_import(file, folder, dry_run, **options):
        click.echo(line)


@main.command()
@click.option("--plan", metavar="ID", help="Id of the plan; all plans if left out.")
@WORKBOOK
@click.option("--every-year", is_flag=True, help="Also rows of years that have a figure, for corrections.")
@DATA
def figures_workbook(plan: str | None, output: Path, every_year: bool, data: Path) -> None:
    """Write a workbook to fill in figures: a row for each target and year that has none."""
    from keikaku.importing.figures import read_plans
    from keikaku.importing.workbook import write_workbook
    from keikaku.plan.fiscal_year import fiscal_year_of, today_in_japan

    plans = [(city, held) for _, city, held in read_plans(data, plan).values()]
    count = write_workbook(plans, fiscal_year_of(today_in_japan()), every_year, output)
    click.echo(f"{output} に{count}行を用意しました。")


@main.command()
@click.argument("file", type=PATH)
@click.option("--recorded-on", type=click.DateTime(["%Y-%m-%d"]), help="Day of entry; today in Japan if left out.")
@DATA
def import_figures(file: Path, recorded_on: datetime | None, data: Path) -> None:
    """Add the figures of a filled workbook (or CSV with its headings) to results.csv of their plans."""
    from keikaku.importing import figures
    from keikaku.plan.fiscal_year import fiscal_year_of, today_in_japan

    today = today_in_japan()
    told, files = figures.import_figures(file, data, f"{recorded_on or today:%Y-%m-%d}", fiscal_year_of(today))
    for line in told:
        click.echo(line)
    counts = [f"{what}{sum(line.what == what for line in told)}件" for what in ("追加", "訂正", "変更なし")]
    click.echo("、".join([*counts, *(f"{path} に書き込みました" for path in files)]) + "。")


@main.command()
@click.argument("folder", type=PATH)
@WORKBOOK
def export_workbook(folder: Path, output: Path) -> None:
    """Write the tables of a plan's FOLDER as one workbook, which import reads back."""
    from keikaku.importing import exporting

    click.echo(f"{output} に{exporting.export_workbook(folder, output)}枚のシートを書きました。")


@main.command()
@click.argument("version")
@click.option("--reason", required=True, metavar="TEXT", help="Why it differs from the one before, for readers.")
@click.option("--since", type=click.Path(path_type=Path, exists=True), help="Database of the release before.")
@click.option("--date", metavar="YYYY-MM-DD", help="Day of the release; today if left out.")
@DATA
@OUTPUT
@REPORT
@QUIET
def release(version: str, reason: str, since: Path | None, date: str | None, **building: Any) -> None:
    """Build, and record this data as a released VERSION in DATA/history.jsonl."""
    from keikaku.database.building import read_told
    from keikaku.database.history import HISTORY, add_release, read_rows
    from keikaku.database.pages import read_all_pages
    from keikaku.publish.catalogue.data_set import read_data_set

    click.get_current_context().invoke(build, **building)
    data, output = building["data"], building["output"]
    new = read_rows(output, [table.name for table in read_data_set(output, METADATA).tables])
    today = date or f"{datetime.now():%Y-%m-%d}"
    shown = {record: page.parts for record, page in read_all_pages(output).items()}
    added = add_release(data / HISTORY, version, today, reason, new, since, read_told(data, output), shown)
    speaker(building["quiet"])(f"released {added.version}: {len(added.records)} records new, changed or gone")


def speaker(quiet: bool) -> Callable[[str], None]:
    return lambda text: None if quiet else click.echo(text, err=True)


def assign_reports(reports: tuple[str, ...], data: Path) -> dict[str, Path]:
    """Plan, as `city/plan` -> file of its report; raises click.UsageError for an unknown or unclear plan.

    The city is enough where it has one plan, and nothing need be named where there is one city with one plan.
    """
    from keikaku.plan.folder import find_cities, find_plans

    plans = [f"{city.name}/{plan.name}" for city in find_cities(data) for plan in find_plans(city)]
    assigned: dict[str, Path] = {}
    for report in reports:
        plan, _, file = report.rpartition("=")
        meant = [name for name in plans if plan in ("", name, name.partition("/")[0])]
        plan = meant[0] if len(meant) == 1 else plan
        if plan not in plans:
            raise click.UsageError(f"--report {report}: name the plan, as in {plans[0]}={file}")
        assigned[plan] = Path(file)
    return assigned


if __name__ == "__main__":
    main()

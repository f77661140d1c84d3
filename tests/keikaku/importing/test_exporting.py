"""A plan that was written as a workbook and read back is the plan, to the byte of its tables."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keikaku.importing.exporting import export_workbook
from keikaku.importing.merging import table_of
from keikaku.importing.records import COLUMNS
from keikaku.importing.spreadsheet import import_spreadsheet
from keikaku.plan.folder import read_city
from tests.keikaku.importing.tables import TABLES, write
from tests.keikaku.importing.test_spreadsheet import CITY, run

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
NAMES = st.text("あ漢ア09Aa,\"'=+-@:：#％△・ 　\n", min_size=1, max_size=12).map(
    lambda text: "事" + text.replace("\n", "").strip() + "業"
)
CELLS = st.sampled_from(
    ["", "1,270件（2026年）", "0120", "1-1", "=1+1", "△18.0%", "0件", "維持", "－", "集計中", "2,539千人", '"']
)
ROWS = st.lists(
    st.tuples(NAMES, CELLS, CELLS, st.sampled_from(["", "新規", "前期：◎"])),
    min_size=1,
    max_size=6,
    unique_by=lambda row: row[0],
)


def texts(city: Path) -> dict[str, bytes]:
    return {str(file.relative_to(city)): file.read_bytes() for file in sorted(city.rglob("*.csv"))}


def round_trip(folder: Path, back: Path) -> None:
    """Export a plan and import it into a folder of the same names elsewhere."""
    back.parent.mkdir(parents=True, exist_ok=True)
    export_workbook(folder, back.parents[1] / "plan.xlsx")
    import_spreadsheet(back.parents[1] / "plan.xlsx", back, *CITY, "2021-2026", report=back.parents[1])


@settings(max_examples=25)
@given(rows=ROWS)
def test_an_invented_plan_comes_back_to_the_byte(
    rows: list[tuple[str, ...]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("plans")
    folder = root / "a" / "mihon" / "keikaku"
    shutil.copytree(FIXTURES / "kakogawa", folder.parent, ignore=lambda *_: ["sosei2"])
    folder.mkdir()
    (folder.parent / "municipality.yml").write_text('id: mihon\ncode: "139998"\nname: みほん市\n', "utf-8")
    (folder / "plan.yml").write_text(
        "id: mihon-keikaku\ntitle: 計画\nstart_fiscal_year: 2021\nend_fiscal_year: 2026\n", "utf-8"
    )
    measures = [{"id": f"mihon-keikaku-m{i}", "name": name, "marks": mark} for i, (name, _, _, mark) in enumerate(rows)]
    indicators = [
        {
            "measures": f"mihon-keikaku-m{i}",
            "label": name,
            "target": target,
            "note": note,
            "kind": "" if target else "record",
        }
        for i, (name, target, note, _) in enumerate(rows)
    ]
    for table, lines in (("measures", measures), ("indicators", indicators)):
        (folder / f"{table}.csv").write_text(table_of(lines, COLUMNS[table]), "utf-8-sig", newline="")
    read_city(folder.parent)
    round_trip(folder, root / "b" / "mihon" / "keikaku")
    assert texts(root / "b" / "mihon") == texts(folder.parent)


@pytest.mark.parametrize("name", TABLES)
def test_an_imported_plan_comes_back_to_the_byte(name: str, tmp_path: Path) -> None:
    folder, back = tmp_path / "a" / "data" / "mihon" / "keikaku", tmp_path / "b" / "data" / "mihon" / "keikaku"
    run(write(tmp_path / "table.xlsx", TABLES[name]), folder, TABLES[name])
    export_workbook(folder, tmp_path / "plan.xlsx")
    run(tmp_path / "plan.xlsx", back, TABLES[name])
    assert texts(back.parent) == texts(folder.parent) != {}


def test_a_plan_in_yaml_becomes_tables_that_say_the_same(tmp_path: Path) -> None:
    city = Path(shutil.copytree(FIXTURES / "toyoake", tmp_path / "toyoake"))
    export_workbook(city / "danjo2", tmp_path / "plan.xlsx")
    before = read_city(city)
    import_spreadsheet(tmp_path / "plan.xlsx", city / "danjo2", *CITY, "2007-2007", report=tmp_path)
    assert read_city(city) == before and (city / "danjo2" / "grades.csv").exists()

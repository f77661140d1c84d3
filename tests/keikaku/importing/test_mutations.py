"""Tables that somebody moved, spelled otherwise or spoiled are read as before or refused, and random ones never fail otherwise."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl.worksheet.cell_range import CellRange

from keikaku.importing import headings
from keikaku.importing.records import COLUMNS
from keikaku.plan.errors import InvalidData
from tests.keikaku.importing.tables import TABLES, Rows, Table, write
from tests.keikaku.importing.test_spreadsheet import lines_of, run

Mutate = Callable[[Rows, int], Rows]
SINGLE = {name: table for name, table in TABLES.items() if isinstance(table.rows, list)}
FLAT = {name: table for name, table in SINGLE.items() if not table.merged and name != "sheet of a measure"}
SYNONYMS = {
    "目標値": "目標",
    "基準値": "当初値",
    "指標": "指標名",
    "指標名": "指標",
    "KPI": "成果指標",
    "施策": "施策名",
    "担当課": "所管課",
    "取組": "取組名",
}


def _wider(text: object) -> object:
    return (
        text.replace("K", "Ｋ").replace("R", "Ｒ").replace("値", " 値").replace("名", "\n名")
        if isinstance(text, str)
        else text
    )


def _with_last(row: list[object], text: str) -> list[object]:
    last = max(i for i, said in enumerate(row) if said)
    return [*row[:last], text, *row[last + 1 :]]


def _at_headings(change: Callable[[list[object]], list[object]]) -> Mutate:
    return lambda rows, at: [change(list(row)) if i == at else row for i, row in enumerate(rows)]


READ: dict[str, Mutate] = {
    "first two columns exchanged": lambda rows, _: [[*row[1::-1], *row[2:]] for row in (r + [None] * (2 - len(r)) for r in rows)],
    "empty column in front": lambda rows, _: [[None, *row] for row in rows],
    "empty column at the end": lambda rows, _: [[*row, None, ""] for row in rows],
    "empty rows between": lambda rows, at: [*rows[: at + 1], *(r for row in rows[at + 1 :] for r in ([], row))],
    "titles above": lambda rows, _: [["令和8年度の資料です"], [], *rows],
    "headings again": lambda rows, at: [*rows[: at + 2], rows[at], *rows[at + 2 :]],
    "a note below": lambda rows, _: [*rows, ["出典：みほん市"]],
    "a total below": lambda rows, at: [*rows, ["合計", *[99] * (len(rows[at]) - 1)]] if rows[at][0] != "NO" else rows,
    "other widths and breaks": _at_headings(lambda row: [_wider(text) for text in row]),
    "other words": _at_headings(lambda row: [SYNONYMS.get(str(text), text) for text in row]),
    "a column of remarks": lambda rows, at: [[*row, "備考" if i == at else None if i < at else "ひとこと"] if len(row) > 1 else row for i, row in enumerate(rows)],
}  # fmt: skip
REFUSED: dict[str, Mutate] = {
    "a column of something": lambda rows, at: [[*row, "めあて" if i == at else None if i < at else 3] if len(row) > 1 else row for i, row in enumerate(rows)],
    "a heading that says two years": _at_headings(lambda row: _with_last(row, "R3～R5 目標値")),
    "a heading of another kind": _at_headings(lambda row: _with_last(row, "目標値（累計）")),
}  # fmt: skip


# What can be done to merged cells and to several sheets too; by how many columns and rows it moves them.
MOVES = {
    "empty column in front": (1, 0), "titles above": (0, 2), "empty column at the end": (0, 0), "a note below": (0, 0),
    "other widths and breaks": (0, 0), "other words": (0, 0),
}  # fmt: skip

# Its headings stand twice; with others at first, those below begin a table of their own, and ↑ has nothing above it.
DITTO_BELOW_NOTHING = [("one sheet a department", "other words")]


def sheets_of(table: Table) -> dict[str, Rows]:
    return table.rows if isinstance(table.rows, dict) else {"第1表": table.rows}


def heading_row(rows: Rows) -> int:
    return next(i for i, row in enumerate(rows) if len({*row} - {None, ""}) > 2)


def outcome_of(table: Table, tmp_path: Path) -> dict[str, list[dict[str, str]]] | str:
    folder = tmp_path / "data" / "mihon" / "keikaku"
    tmp_path.mkdir(exist_ok=True)
    try:
        run(write(tmp_path / "table.xlsx", table), folder, table)
    except InvalidData as error:
        assert not folder.exists()
        return str(error)
    found = {kind: lines_of(folder, kind) for kind in COLUMNS if kind != "organizations"}
    return {kind: lines for kind, lines in found.items() if lines}


def mutated(name: str, mutate: Mutate, move: tuple[int, int] = (0, 0)) -> Table:
    table = TABLES[name]
    areas = [CellRange(area) for area in table.merged]
    for area in areas:
        area.shift(*move)
    rows = {sheet: mutate(rows, heading_row(rows)) for sheet, rows in sheets_of(table).items()}
    return replace(table, rows=rows, merged=tuple(area.coord for area in areas), formats={})


def without_shares(lines: dict[str, list[dict[str, str]]]) -> dict[str, list[dict[str, str]]]:
    """The table whose cells have formats is compared without them."""
    cells = ("baseline", "target", "printed", "value")
    return {kind: [{k: v for k, v in line.items() if k not in cells} for line in rows] for kind, rows in lines.items()}


@pytest.mark.parametrize(
    ("name", "mutation"),
    [(n, how) for n in TABLES for how in (READ if n in FLAT else MOVES) if (n, how) not in DITTO_BELOW_NOTHING],
)
def test_a_table_that_says_the_same_is_read_the_same(name: str, mutation: str, tmp_path: Path) -> None:
    found = outcome_of(mutated(name, READ[mutation], MOVES.get(mutation, (0, 0))), tmp_path)
    assert isinstance(found, dict), found
    expected = TABLES[name].expected
    pair = (without_shares(found), without_shares(expected)) if TABLES[name].formats else (found, expected)
    assert pair[0] == pair[1]


@pytest.mark.parametrize(("name", "mutation"), DITTO_BELOW_NOTHING)
def test_the_same_as_above_is_refused_where_nothing_stands_above(name: str, mutation: str, tmp_path: Path) -> None:
    found = outcome_of(mutated(name, READ[mutation]), tmp_path)
    assert found == "総務部!A5: 「↑」の上に、同じとする言葉がありません; 言葉そのものを書く"


@pytest.mark.parametrize("mutation", REFUSED)
@pytest.mark.parametrize("name", TABLES)
def test_a_heading_that_nobody_knows_is_refused_by_its_cell(name: str, mutation: str, tmp_path: Path) -> None:
    spoiled = mutated(name, REFUSED[mutation])
    found = outcome_of(spoiled, tmp_path)
    assert isinstance(found, str) and "--dry-run" in found
    assert any(f"{sheet}!" in found for sheet in sheets_of(spoiled))


@pytest.mark.parametrize("name", TABLES)
def test_a_deleted_heading_is_refused(name: str, tmp_path: Path) -> None:
    read = {}
    deleted = 0
    for sheet, rows in sheets_of(TABLES[name]).items():
        at = heading_row(rows)
        for c, text in enumerate(rows[at]):
            if text and any(len(row) > c and row[c] not in (None, "") for row in rows[at + 1 :]):
                spoiled = [[*row[:c], None, *row[c + 1 :]] if i == at else row for i, row in enumerate(rows)]
                table = replace(TABLES[name], rows={**sheets_of(TABLES[name]), sheet: spoiled})
                found = outcome_of(table, tmp_path / f"{sheet}-{c}")
                deleted += 1
                if isinstance(found, dict):
                    read[sheet, text] = found
    assert not read
    assert deleted


WORDS = [
    *("基本目標", "施策", "事業名", "指標", "KPI", "単位", "基準値", "目標値", "実績", "R3", "令和4年度", "見込み", "担当課", "担当者", "総合評価", "区分", "計画"),
    *("No.", "備考", "〃", "同上", "－", "集計中", "1,270件（2026年）", "△18.0%", "合計", "※注", "基本目標1 ひと", "A", "○", "29（4）", "めあて", "", " ", "　"),
    *("=1+1", "#REF!", "あ" * 1200, "\u200b", "図書館", "0123-45-6789"),
]  # fmt: skip


def random_table(seed: int) -> Table:
    chance = random.Random(seed)
    if chance.random() < 0.5:
        return spoiled_table(chance)
    values = [*WORDS, 0, 1, -3.5, 0.342, 1e300, 12345678901234567890, True, None, None]
    width, height = chance.randint(1, 9), chance.randint(1, 14)
    rows = [[chance.choice(values) for _ in range(width)] for _ in range(height)]
    if chance.random() < 0.8:  # most have headings, or nothing would be read
        rows.insert(chance.randint(0, 2), chance.sample(WORDS[:19], width))
    corners = sorted(chance.sample(range(1, height + 2), 2)) if height > 1 else [1, 1]
    merged = (
        (f"A{corners[0]}:{'AB'[chance.randint(0, min(1, width - 1))]}{corners[1]}",) if chance.random() < 0.4 else ()
    )
    formats = {
        f"{chance.choice('ABC')}{chance.randint(1, 9)}": chance.choice(
            ["0.0%", "yyyy/m/d", "#,##0,", "[$-411]ggge", '"', "\\"]
        )
    }
    return Table(rows, {}, merged, formats)


def spoiled_table(chance: random.Random) -> Table:
    """A known layout of which some cells say something else."""
    name = chance.choice(sorted(SINGLE))
    rows = [list(row) for row in SINGLE[name].rows]
    for _ in range(chance.randint(1, 5)):
        row = chance.choice(rows)
        row[chance.randrange(len(row))] = chance.choice([*WORDS, 0, 0.5, 1e300, True, None])
    return replace(SINGLE[name], rows=rows)


def check_random(seed: int, tmp_path: Path) -> bool:
    """Whether a random table was read; raises whatever is no refusal. Some files are broken besides."""
    table, file = random_table(seed), tmp_path / "table.xlsx"
    tmp_path.mkdir(exist_ok=True)
    write(file, table)
    chance = random.Random(seed)
    if chance.random() < 0.15:
        data = bytearray(file.read_bytes())
        for _ in range(chance.randint(1, 40)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        file.write_bytes(data[: chance.randrange(len(data))] if chance.random() < 0.3 else data)
    try:
        run(file, tmp_path / "data" / "mihon" / "keikaku", table)
    except InvalidData as error:
        assert str(error)
        return False
    return True


def test_some_random_workbooks_are_read_or_refused(tmp_path: Path) -> None:
    assert len({check_random(seed, tmp_path / str(seed)) for seed in range(24)}) == 2


@pytest.mark.long
def test_many_random_workbooks_are_read_or_refused(tmp_path: Path) -> None:
    done = [check_random(seed, tmp_path / str(seed)) for seed in range(1000, 1400)]
    assert 40 < sum(done) < 380


def test_every_role_of_the_words_is_known() -> None:
    roles = {role for rule in headings.WORDS["roles"] for role in rule}
    needed = {need for layout in headings.WORDS["layouts"] for need in layout["needs"]}
    assert needed <= roles and headings.WORDS["unread"].keys() <= roles

"""Write N invented municipalities with a plan each: `python -m benchmarks.synthetic 1741 DIR`, then `python build_db.py --data DIR`.

Each folder is like data/akishima in size and vocabulary, with words from synthetic.yml and a text of its own; the same
number gives the same files, byte for byte.
"""

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import yaml

from keikaku.plan.fiscal_year import format_fiscal_year
from keikaku.plan.municipality import corporate_check_digit, municipality_check_digit
from keikaku.plan.target import Indicator, read_parts

ROOT = Path(__file__).resolve().parent
WORDS = yaml.safe_load((ROOT / "synthetic.yml").read_text("utf-8"))
FIRST, HALF, LAST = 2017, 2023, 2026
MEASURES = {"工": 10, "商": 8, "農": 9, "観": 10, "共": 9}
GOALS = {"工": 3, "商": 3, "農": 2, "観": 3, "共": 3}
EVALUATIONS, EVENTS = 37, 58
PLAN = "sangyo"  # name of the folder of a plan
# Files of a plan, in the order in which chance chooses their words.
KINDS = ("plan", "sectors", "goals", "measures", "organizations", "grades", "evaluations", "events", "municipality")
Record = dict[str, Any]


@click.command()
@click.argument("number", type=click.IntRange(1, 9999))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def main(number: int, folder: Path) -> None:
    """Write NUMBER plans into FOLDER."""
    write_plans(number, folder)
    click.echo(f"wrote {number} plan(s) to {folder}", err=True)


def write_plans(number: int, folder: Path, invent: "Callable[[int], InventedPlan] | None" = None) -> None:
    """So many plans, and the synonyms of all as data/ has them."""
    for i in range(1, number + 1):
        (invent or InventedPlan)(i).write(folder)
    shutil.copy(ROOT.parent / "data" / "synonyms.yml", folder)


class InventedPlan:
    """One plan; the methods are named after its files."""

    def __init__(self, number: int) -> None:
        self.random = random.Random(number)
        self.number = number
        self.id = f"plan{number:04}"
        self.stem = self.pick("first") + self.pick("second") + (self.pick("second") if number % 3 == 0 else "")
        self.kind = self.pick("kinds")
        self.sector_ids = {sector["prefix"]: f"{self.id}-{sector['romaji']}" for sector in WORDS["sectors"]}
        self.names = list(self.measure_names())

    def write(self, folder: Path) -> None:
        city, place = folder / self.id, folder / self.id / PLAN
        place.mkdir(parents=True, exist_ok=True)
        for kind in KINDS:
            value = getattr(self, kind)()
            text = yaml.dump(value, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=1000)
            home = city if kind in ("municipality", "organizations") else place
            (home / f"{kind}.yml").write_text(text, "utf-8")

    def pick(self, words: str) -> Any:
        return self.random.choice(WORDS[words])

    def year(self, first: int = HALF) -> str:
        return format_fiscal_year(self.random.randint(first, LAST))

    def municipality(self) -> Record:
        number = f"{1 + self.number % 47:02}{self.number % 1000:03}"
        return {
            "id": self.id,
            "code": number + municipality_check_digit(number),
            "name": self.stem + self.kind,
            "corporate_number": corporate_check_digit(f"{self.number:013}") + f"{self.number:012}",
        }

    def plan(self) -> Record:
        municipality = self.stem + self.kind
        return {
            "id": self.id,
            "title": f"{municipality}産業振興計画",
            "theme": WORDS["themes"][self.number % len(WORDS["themes"])],
            "concept": f"{self.pick('things')}と{self.pick('things')}で{self.pick('aims')}",
            "start_fiscal_year": FIRST,
            "end_fiscal_year": LAST,
            "periods": [
                {"name": "前期", "start_fiscal_year": FIRST, "end_fiscal_year": HALF - 1},
                {"name": "後期", "start_fiscal_year": HALF, "end_fiscal_year": LAST},
            ],
            "documents": [{"title": f"{municipality}産業振興計画の報告書", "date": "2023-03", "author": municipality}],
            "members": [municipality, f"{municipality}商工会"],
            "consulted": [f"{self.stem}大学"],
        }

    def sectors(self) -> list[Record]:
        return [
            {
                "id": self.sector_ids[sector["prefix"]],
                "name": sector["name"],
                "prefix": sector["prefix"],
                "heading": f"{position}. {sector['title']}",
                "title": sector["title"],
                "vision": f"{self.pick('things')}を{self.pick('ways')}、{self.pick('aims')}",
            }
            for position, sector in enumerate(WORDS["sectors"], 1)
        ]

    def goals(self) -> list[Record]:
        return [
            {
                "sector": prefix,
                "number": number,
                "title": f"{self.random.choice(WORDS['topics'][prefix])}の{self.pick('actions')}",
                "summary": self.sentences(120),
            }
            for prefix, count in GOALS.items()
            for number in range(1, count + 1)
        ]

    def measure_names(self) -> Iterator[tuple[str, str]]:
        """(code, name) of every measure, in order."""
        for prefix, count in MEASURES.items():
            for number, topic in enumerate(self.random.sample(WORDS["topics"][prefix], count), 1):
                yield f"{prefix}-{number}", f"{self.pick('things')}を生かした{topic}の{self.pick('actions')}"

    def measures(self) -> list[Record]:
        return [self.measure(code, name) for code, name in self.names]

    def measure(self, code: str, name: str) -> Record:
        target = self.pick("targets").format(
            n=self.random.randint(2, 30),
            m=self.random.randint(10, 90),
            big=f"{self.random.randint(2, 80) * 500:,}",
            year=self.year(),
        )
        promoters = self.random.sample([name["printed"][0] for name in WORDS["organizations"]], 3)
        return {
            "code": code,
            "name": name,
            "period": "後期",
            "goals": [self.random.randint(1, GOALS[code[0]])],
            "organizations": promoters,
            "target": target,
            "indicators": [_indicator(found, name, target) for part in read_parts(target) for found in part.indicators],
            "summary": self.sentences(100),
            "schedule": self.pick("schedules").format(year=self.year()) + self.sentence(),
        }

    def organizations(self) -> list[Record]:
        filled = []
        for words in WORDS["organizations"]:
            name = words["name"].format(stem=self.stem, kind=self.kind)
            record = {"id": f"{self.id}-{words['romaji']}", "name": name, "kind": words["kind"]}
            if "parent" in words:
                record["parent"] = f"{self.id}-{words['parent']}"
            record["printed"] = list(dict.fromkeys([*words["printed"], name]))
            record["aliases"] = [alias.format(stem=self.stem, kind=self.kind) for alias in words["aliases"]]
            filled.append(record)
        return filled

    def evaluations(self) -> list[Record]:
        chosen = self.random.sample(self.names, EVALUATIONS)
        return [
            {
                "id": f"{self.id}-evaluation-{position}",
                "sector": code[0],
                "name": name,
                "period": "前期",
                "decision": self.random.choice(["継続", "変更し実施"]),
                "outcome": "not_stated",
                "rule": "none",
                "evidence": self.pick("judgements")[:15],
                "summary": self.sentence() + self.pick("judgements"),
                "successor": code,
            }
            for position, (code, name) in enumerate(chosen, 1)
        ]

    def grades(self) -> list[Record]:
        meanings = {"継続": "continue", "変更し実施": "change"}
        return [{"field": "decision", "grade": grade, "meaning": meaning} for grade, meaning in meanings.items()]

    def events(self) -> list[Record]:
        records = []
        for position in range(1, EVENTS + 1):
            code, name = self.random.choice(self.names)
            record = {
                "id": f"{self.id}-event-{position}",
                "sector": code[0],
                "fiscal_year": self.year(FIRST),
                "title": f"{name.partition('を生かした')[2]}を{self.pick('starts')}",
                "measures": [code],
            }
            records.append(record)
        return records

    def sentence(self) -> str:
        return (
            f"{self.pick('actors')}が{self.pick('means')}を使い、{self.pick('things')}を{self.pick('ways')}、"
            f"{self.pick('aims')}。"
        )

    def sentences(self, length: int) -> str:
        text = self.sentence()
        while len(text) < length - 20:
            text += self.sentence()
        return text[:160]


def _indicator(found: Indicator, name: str, target: str) -> Record:
    keys = ("kind", "comparator", "value", "unit", "per", "due_fiscal_year", "due_kind")
    record = {key: value for key in keys if (value := getattr(found, key)) is not None}
    return {"label": found.label or name, **record, "printed": found.printed or target}


if __name__ == "__main__":
    main()

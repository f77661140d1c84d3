"""Invented plans of three shapes by turns, as cities' tables have them: measures with targets and halves (that of synthetic.py),
a table of KPIs with results, and goals of several levels with grades by year."""

import csv
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path

from benchmarks.synthetic import PLAN, WORDS, InventedPlan, Record

# Name, unit and about how many: what many cities count alike.
COUNTED = WORDS["counted"]
MEASURES = 30
YEARS = (2021, 2022, 2023)
LAST = 2026
Tables = Mapping[str, Sequence[Record]]


def invent(number: int) -> InventedPlan:
    return (GradedPlan, InventedPlan, KpiPlan)[number % 3](number)


class KpiPlan(InventedPlan):
    """Goals, measures without codes or bodies, and a table of KPIs with what was reached."""

    def write(self, folder: Path) -> None:
        super().write(folder)
        for table, rows in self.tables().items():
            (folder / self.id / PLAN / f"{table}.yml").unlink(missing_ok=True)
            with (folder / self.id / PLAN / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
        for table in ("sectors", "evaluations", "events", "grades"):
            if table not in self.tables():
                (folder / self.id / PLAN / f"{table}.yml").unlink()

    def plan(self) -> Record:
        plan = super().plan()
        del plan["periods"]
        words = {"goal": "基本目標", "measure": "施策", "target": "KPI"}
        title = f"{self.stem}{self.kind}総合戦略"
        return {**plan, "title": title, "theme": "創生", "start_fiscal_year": YEARS[0], "words": words}

    def tables(self) -> Tables:
        goals = [f"{self.pick('things')}を{self.pick('ways')}、{self.pick('aims')[:-2]}" for _ in range(4)]
        measures = list(dict.fromkeys(name for _, name in self.names))[:MEASURES]
        counted = self.random.sample(COUNTED, 20)
        kpis, results = [], []
        for i, (label, unit, size) in enumerate(counted):
            base = round(size * self.random.uniform(0.5, 2))
            kpi = {"measures": measures[i], "label": label, "baseline": f"{base:,}{unit}（2020年度）"}
            kpis.append({**kpi, "target": f"{round(base * 1.2):,}{unit}以上（{LAST}年度）"})
            for year in YEARS:
                value = round(base * self.random.uniform(0.9, 1.3))
                told = {"publisher": "市", "source_url": "https://example.jp/kpi"}
                results.append({"indicator": label, "fiscal_year": year, "printed": f"{value:,}{unit}", **told})
        return {
            "goals": [{"title": goal} for goal in dict.fromkeys(goals)],
            "measures": [{"name": name, "goals": goals[i % len(goals)]} for i, name in enumerate(measures)],
            "indicators": kpis,
            "results": results,
        }


class GradedPlan(KpiPlan):
    """Goals of two levels with codes, measures with codes of digits and bodies, a grade for each year, no number."""

    def plan(self) -> Record:
        return {**super().plan(), "title": f"{self.stem}{self.kind}男女共同参画プラン", "theme": "男女共同参画"}

    def tables(self) -> Tables:
        names = list(dict.fromkeys(name for _, name in self.names))[:MEASURES]
        bodies = [name["printed"][0] for name in WORDS["organizations"]]
        goals: list[Record] = []
        for number in "123":
            title = f"{self.pick('things')}の{self.pick('actions')}{number}"
            goals.append({"code": number, "parent": "", "title": title})
            for i in "12":
                title = f"{self.pick('things')}の{self.pick('starts')}{number}{i}"
                goals.append({"code": f"{number}-({i})", "parent": number, "title": title})
        lowest = [goal["code"] for goal in goals if goal["parent"]]
        measures = []
        for i, name in enumerate(names, 1):
            at = {"goals": lowest[i % len(lowest)], "organizations": bodies[i % len(bodies)]}
            measures.append({"code": f"{i:05}", "name": name, **at})
        evaluations = []
        for n, (measure, year) in enumerate(product(measures, YEARS), 1):
            judged = {"id": f"{self.id}-evaluation-{n}", "measure": measure["code"], "fiscal_year": year}
            evaluations.append({**judged, "grade": self.random.choice("AABC")})
        meanings = {"A": "met", "B": "partly_met", "C": "not_met"}.items()
        grades = [{"field": "outcome", "grade": grade, "meaning": meaning} for grade, meaning in meanings]
        return {"goals": goals, "measures": measures, "evaluations": evaluations, "grades": grades}

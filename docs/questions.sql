-- Twelve questions that every engine answers alike, over the tables of plans.db or over `build_db.py parquet`.

-- name: plans_by_theme
SELECT theme, count(*) AS plans, count(DISTINCT municipality_id) AS municipalities FROM plans GROUP BY theme ORDER BY theme NULLS FIRST;

-- name: plans_by_prefecture
SELECT c.prefecture, count(*) AS plans, min(p.start_fiscal_year) AS first_year, max(p.end_fiscal_year) AS last_year
FROM plans AS p JOIN municipalities AS c ON c.id = p.municipality_id
GROUP BY c.prefecture ORDER BY c.prefecture;

-- name: targets_by_due_year
SELECT i.plan_id, f.last_year, count(*) AS targets
FROM figures AS f JOIN indicators AS i ON i.id = f.indicator_id
WHERE f.role = 'target' AND f.last_year IS NOT NULL
GROUP BY i.plan_id, f.last_year ORDER BY i.plan_id, f.last_year;

-- name: measures_without_indicators
SELECT m.plan_id, count(*) AS measures
FROM measures AS m LEFT JOIN indicator_links AS l ON l.table_name = 'measures' AND l.row_id = m.id
WHERE l.indicator_id IS NULL AND m.repeat_of IS NULL
GROUP BY m.plan_id ORDER BY m.plan_id;

-- name: targets_without_results
SELECT i.id, i.label, f.printed
FROM indicators AS i
JOIN figures AS f ON f.indicator_id = i.id AND f.role = 'target'
LEFT JOIN figures AS r ON r.indicator_id = i.id AND r.role = 'result'
WHERE r.id IS NULL
ORDER BY i.id, f.id;

-- name: bodies_of_most_measures
SELECT o.id, o.name, count(*) AS measures
FROM measure_organizations AS mo
JOIN measures AS m ON m.id = mo.measure_id AND m.repeat_of IS NULL
JOIN organizations AS o ON o.id = mo.organization_id
GROUP BY o.id, o.name ORDER BY measures DESC, o.id LIMIT 50;

-- name: bodies_in_several_municipalities
SELECT corporate_number, count(DISTINCT municipality_id) AS municipalities, min(name) AS name
FROM organizations WHERE corporate_number IS NOT NULL
GROUP BY corporate_number HAVING count(*) > 1 ORDER BY corporate_number;

-- name: states_in_2026
SELECT plan_id, state, count(*) AS targets
FROM (
    SELECT i.plan_id, v.state, row_number() OVER (PARTITION BY v.figure_id ORDER BY v.fiscal_year DESC) AS place
    FROM verdicts AS v
    JOIN figures AS f ON f.id = v.figure_id
    JOIN indicators AS i ON i.id = f.indicator_id
    WHERE v.fiscal_year <= 2026
) AS judged
WHERE place = 1
GROUP BY plan_id, state ORDER BY plan_id, state;

-- name: compared_indicators
SELECT k.subject_id, k.common_unit, k.basis, count(DISTINCT p.municipality_id) AS municipalities
FROM comparable_indicators AS k
JOIN indicators AS i ON i.id = k.indicator_id
JOIN plans AS p ON p.id = i.plan_id
WHERE k.obstacle IS NULL
GROUP BY k.subject_id, k.common_unit, k.basis ORDER BY k.subject_id, k.common_unit, k.basis;

-- name: newest_results_in_common_units
SELECT indicator_id, last_year, common_value, common_unit
FROM (
    SELECT f.indicator_id, f.last_year, f.value * u.factor AS common_value, u.common_unit,
        row_number() OVER (PARTITION BY f.indicator_id ORDER BY f.last_year DESC, f.edition DESC, f.position) AS place
    FROM figures AS f
    JOIN indicators AS i ON i.id = f.indicator_id
    JOIN units AS u ON u.unit = i.unit
    WHERE f.role = 'result' AND f.value IS NOT NULL
) AS newest
WHERE place = 1 ORDER BY indicator_id;

-- name: new_measures
SELECT plan_id, sum(is_new) AS new_measures, count(*) AS measures FROM measures WHERE repeat_of IS NULL GROUP BY plan_id ORDER BY plan_id;

-- name: outcomes_of_evaluations
SELECT e.plan_id, coalesce(e.outcome, g.meaning) AS outcome, count(*) AS evaluations
FROM evaluations AS e
LEFT JOIN grades AS g ON g.plan_id = e.plan_id AND g.field = 'outcome' AND g.grade = e.grade
WHERE coalesce(e.outcome, g.meaning) IS NOT NULL
GROUP BY e.plan_id, coalesce(e.outcome, g.meaning) ORDER BY e.plan_id, outcome;

-- name: charts
-- What there is a picture of: plan, kind, and the id of the plan or of the indicator.
WITH charts (plan_id, kind, id) AS (
    SELECT DISTINCT plan_id, 'progress', plan_id FROM targets WHERE repeat_of IS NULL
    UNION ALL SELECT DISTINCT plan_id, 'deadlines', plan_id FROM targets WHERE repeat_of IS NULL AND due_fiscal_year IS NOT NULL
    UNION ALL SELECT DISTINCT plan_id, 'outcomes', plan_id FROM evaluation_outcomes
    UNION ALL SELECT DISTINCT m.plan_id, 'bodies', m.plan_id FROM measure_organizations AS o JOIN measures AS m ON m.id = o.measure_id
    UNION ALL SELECT DISTINCT plan_id, 'timeline', plan_id FROM events
    UNION ALL SELECT DISTINCT i.plan_id, 'results', i.id FROM indicators AS i JOIN figures AS f ON f.indicator_id = i.id
        WHERE f.role <> 'target' AND f.last_year IS NOT NULL AND f.value IS NOT NULL
)
SELECT * FROM charts

-- name: named
-- Rows which are no records, but to which pages of records lead.
SELECT plan_id, 'documents', id FROM documents UNION ALL SELECT plan_id, 'periods', id FROM periods
UNION ALL SELECT (SELECT min(id) FROM plans WHERE municipality_id = m.id), 'municipalities', m.id FROM municipalities AS m
ORDER BY 2, 3

-- name: shown
-- What the page of a record shows: each row with the part that it belongs to.
SELECT table_name, id AS row_id, 'record' AS part, table_name AS of_table, json_array(id) AS key FROM records
UNION ALL
SELECT table_name, row_id, 'targets', 'indicators', json_array(indicator_id) FROM indicator_links
UNION ALL
SELECT l.table_name, l.row_id, iif(f.role IN ('result', 'estimate'), 'figures', 'targets'), 'figures', json_array(f.id)
FROM indicator_links AS l JOIN figures AS f ON f.indicator_id = l.indicator_id
UNION ALL
SELECT 'indicators', indicator_id, iif(role IN ('result', 'estimate'), 'figures', 'targets'), 'figures', json_array(id)
FROM figures
UNION ALL
SELECT 'measures', measure_id, 'bodies', 'measure_organizations', json_array(measure_id, organization_id)
FROM measure_organizations
UNION ALL
SELECT 'indicators', indicator_id, 'bodies', 'indicator_organizations', json_array(indicator_id, organization_id)
FROM indicator_organizations
UNION ALL
SELECT 'plans', plan_id, 'bodies', 'plan_organizations', json_array(plan_id, organization_id, role) FROM plan_organizations
UNION ALL
SELECT table_name, row_id, 'evaluation', 'evaluations', json_array(id) FROM evaluations WHERE row_id IS NOT NULL
UNION ALL
SELECT 'measures', m.id, 'evaluation', 'evaluations', json_array(e.id) FROM measures AS m
JOIN evaluations AS e ON e.successor_id IN (m.id, m.repeat_of) OR (e.table_name = 'measures' AND e.row_id = m.repeat_of)
UNION ALL
SELECT table_name, row_id, 'corrections', 'corrections', json_array(id) FROM corrections
UNION ALL
SELECT 'measures', e.successor_id, 'corrections', 'corrections', json_array(c.id)
FROM evaluations AS e JOIN corrections AS c ON c.table_name = 'evaluations' AND c.row_id = e.id
WHERE e.successor_id IS NOT NULL
UNION ALL
SELECT 'measures', e.measure_id, 'corrections', 'corrections', json_array(c.id)
FROM event_measures AS e JOIN corrections AS c ON c.table_name = 'events' AND c.row_id = e.event_id 
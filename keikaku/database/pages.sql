-- What the page of a record shows: each row with the part that it belongs to. Each statement can be asked for one record.

SELECT table_name, id AS row_id, 'record' AS part, table_name AS of_table, json_array(id) AS key FROM records;

SELECT table_name, row_id, 'targets' AS part, 'indicators' AS of_table, json_array(indicator_id) AS key FROM indicator_links;

SELECT
    l.table_name, l.row_id, iif(f.role IN ('result', 'estimate'), 'figures', 'targets') AS part, 'figures' AS of_table,
    json_array(f.id) AS key
FROM indicator_links AS l JOIN figures AS f ON f.indicator_id = l.indicator_id;

SELECT
    'indicators' AS table_name, indicator_id AS row_id, iif(role IN ('result', 'estimate'), 'figures', 'targets') AS part,
    'figures' AS of_table, json_array(id) AS key
FROM figures;

SELECT
    'measures' AS table_name, measure_id AS row_id, 'bodies' AS part, 'measure_organizations' AS of_table,
    json_array(measure_id, organization_id) AS key
FROM measure_organizations;

SELECT
    'indicators' AS table_name, indicator_id AS row_id, 'bodies' AS part, 'indicator_organizations' AS of_table,
    json_array(indicator_id, organization_id) AS key
FROM indicator_organizations;

SELECT
    'plans' AS table_name, plan_id AS row_id, 'bodies' AS part, 'plan_organizations' AS of_table,
    json_array(plan_id, organization_id, role) AS key
FROM plan_organizations;

SELECT table_name, row_id, 'evaluation' AS part, 'evaluations' AS of_table, json_array(id) AS key
FROM evaluations WHERE row_id IS NOT NULL;

SELECT 'measures' AS table_name, m.id AS row_id, 'evaluation' AS part, 'evaluations' AS of_table, json_array(e.id) AS key
FROM measures AS m
JOIN evaluations AS e ON e.successor_id IN (m.id, m.repeat_of) OR (e.table_name = 'measures' AND e.row_id = m.repeat_of);

SELECT table_name, row_id, 'corrections' AS part, 'corrections' AS of_table, json_array(id) AS key FROM corrections;

SELECT 'measures' AS table_name, e.successor_id AS row_id, 'corrections' AS part, 'corrections' AS of_table, json_array(c.id) AS key
FROM evaluations AS e JOIN corrections AS c ON c.table_name = 'evaluations' AND c.row_id = e.id
WHERE e.successor_id IS NOT NULL;

SELECT 'measures' AS table_name, e.measure_id AS row_id, 'corrections' AS part, 'corrections' AS of_table, json_array(c.id) AS key
FROM event_measures AS e JOIN corrections AS c ON c.table_name = 'events' AND c.row_id = e.event_id;

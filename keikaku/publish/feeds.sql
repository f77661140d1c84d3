-- name: changes
SELECT c.id, c.date AS day, c.title, c.kind, k.label, coalesce(nullif(c.text, ''), c.title) AS text, :root || 'plans/changes/' || c.id AS url
FROM changes AS c LEFT JOIN codes AS k ON k.table_name = 'changes' AND k.column_name = 'kind' AND k.code = c.kind
ORDER BY c.date DESC, c.plan_id, c.position DESC

-- name: touched
-- What a record is called, one that is withdrawn by the name that it had.
SELECT c.change_id, :root || 'plans/' || c.table_name || '/' || c.row_id AS url, coalesce(
    (SELECT full_title FROM records WHERE id = c.row_id),
    (SELECT name || '（取り下げ）' FROM withdrawn_ids WHERE id = c.row_id),
    c.row_id
) AS name
FROM change_records AS c ORDER BY c.rowid

-- name: told_days
-- The day of a plan's last change, else that on which its document was read; none where nobody wrote either down.
SELECT p.id, coalesce(
    (SELECT max(date) FROM changes WHERE plan_id = p.id),
    (SELECT max(retrieved) FROM documents WHERE plan_id = p.id)
) AS day
FROM plans AS p WHERE day IS NOT NULL ORDER BY p.id

-- name: about
SELECT r.plan_id, r.table_name, r.title AS name, p.title FROM records AS r JOIN plan_facts AS p ON p.id = r.plan_id
WHERE r.id = :id AND r.table_name IN ('plans', 'sectors', 'organizations')

-- name: chosen
-- Before the statements below: the measures of a plan, a sector or an organization with the bodies below it, of whose municipality
-- the plan :plan is.
WITH RECURSIVE family (id) AS (
    SELECT :id UNION SELECT o.id FROM organizations AS o JOIN family AS f ON o.parent_id = f.id
), plans_of_city AS (
    SELECT id FROM plans WHERE municipality_id = (SELECT municipality_id FROM plans WHERE id = :plan)
), chosen AS (
    SELECT * FROM measures AS m
    WHERE m.plan_id IN (SELECT id FROM plans_of_city) AND (:id IN (m.plan_id, m.sector_id) OR EXISTS (
        SELECT 1 FROM measure_organizations AS mo
        WHERE mo.measure_id = m.id AND mo.organization_id IN (SELECT id FROM family)
    ))
)

-- name: targets
, found AS (
    SELECT t.*, p.target_word, p.organization_word,
        CASE t.table_name WHEN 'measures' THEN p.measure_word WHEN 'goals' THEN p.goal_word WHEN 'sectors' THEN p.sector_word ELSE '計画' END AS place_word,
        (SELECT iif(position = 1, t.id, id) FROM figures WHERE id = t.figure_id) AS uid,
        :root || t.table_name || '/' || t.row_id AS url,
        (coalesce(s.start_fiscal_year, p.start_fiscal_year) + 1) || '-03-31' AS begins,
        (coalesce(t.due_fiscal_year, p.end_fiscal_year) + 1) || '-03-31' AS ends
    FROM targets AS t
    JOIN plan_facts AS p ON p.id = t.plan_id
    JOIN indicator_places AS w ON w.indicator_id = t.id
    LEFT JOIN chosen AS m ON m.id = t.measure_id
    LEFT JOIN periods AS s ON s.id = m.period_id
    WHERE t.plan_id IN (SELECT id FROM plans_of_city) AND (m.id IS NOT NULL OR (t.measure_id IS NULL AND (:id IN (t.plan_id, t.sector_id) OR EXISTS (
        SELECT 1 FROM indicator_organizations AS o WHERE o.indicator_id = t.id AND o.organization_id IN (SELECT id FROM family)
    ))))
    AND (t.due_fiscal_year IS NOT NULL OR t.per = 'year')
    AND (m.repeat_of IS NULL OR m.repeat_of NOT IN (SELECT id FROM chosen))
), dated AS (
    SELECT *, iif(per = 'year', ends, NULL) AS until, CASE
        WHEN per = 'year' THEN min(begins, ends)
        WHEN calendar = 'calendar' THEN due_fiscal_year || '-12-31'
        ELSE ends
    END AS first
    FROM found
)
SELECT *, date(first, '+1 day') AS next_day FROM dated

-- name: events
SELECT t.*, p.sector_word, p.measure_word, p.event_word, t.id AS uid, NULL AS until, :root || 'events/' || t.id AS url,
    iif(t.fiscal_year = t.end_fiscal_year, (t.end_fiscal_year + 1) || '-03-31', t.fiscal_year || '-04-01') AS first,
    (t.end_fiscal_year + 1) || '-04-01' AS next_day, (
    SELECT group_concat(name, '、') FROM (
        SELECT coalesce(m.code || ' ', '') || m.name AS name FROM event_measures AS em JOIN measures AS m ON m.id = em.measure_id
        WHERE em.event_id = t.id ORDER BY m.position
    )
) AS measure_names
FROM timeline AS t JOIN plan_facts AS p ON p.id = t.plan_id
WHERE t.plan_id IN (SELECT id FROM plans_of_city) AND (:id IN (t.plan_id, t.sector_id) OR (:by_measure AND EXISTS (
    SELECT 1 FROM event_measures AS em WHERE em.event_id = t.id AND em.measure_id IN (SELECT id FROM chosen)
)))

-- name: silences
-- As entries of a feed and of a calendar: of the day after the year whose result is missing, and on the last day of that year.
WITH silences AS (
    SELECT
        u.*,
        u.figure_id || '-' || u.fiscal_year AS entry,
        iif(t.calendar = 'calendar', (u.fiscal_year + 1) || '-01-01', (u.fiscal_year + 1) || '-04-01') AS day
    FROM unreported AS u JOIN targets AS t ON t.figure_id = u.figure_id
)
SELECT
    'unreported:' || entry AS id,
    'unreported-' || entry AS uid,
    reason_kind AS kind,
    iif(reason_kind = 'overdue', '期限の年度が終わった目標', '毎年・毎回の目標') AS label,
    coalesce(code || ' ', '') || label || coalesce('（' || member || '）', '') || '（' || year || '）' AS title,
    question,
    :root || 'plans/' || table_name || '/' || row_id AS url,
    day, date(day, '-1 day') AS first, day AS next_day, NULL AS until
FROM silences
ORDER BY day DESC, plan_id, reason_kind, position, figure_id
LIMIT :most

-- name: changes
SELECT id, date, title, kind, coalesce(text, '') FROM changes ORDER BY date DESC, plan_id, position DESC

-- name: touched
-- What a record is called, one that is withdrawn by the name that it had.
SELECT c.change_id, c.table_name, c.row_id, coalesce(
    (SELECT full_title FROM records WHERE id = c.row_id),
    (SELECT name || '（取り下げ）' FROM withdrawn_ids WHERE id = c.row_id),
    c.row_id
)
FROM change_records AS c ORDER BY c.rowid

-- name: told_days
-- The day of a plan's last change, else that on which its document was read; none where nobody wrote either down.
SELECT plan_id, coalesce(max(day) FILTER (WHERE kind = 1), max(day))
FROM (SELECT plan_id, date AS day, 1 AS kind FROM changes UNION ALL SELECT plan_id, retrieved, 2 FROM documents)
WHERE day IS NOT NULL GROUP BY plan_id ORDER BY plan_id

-- name: last_changes
-- The day of a plan's last change; without one, the day on which its document was read, or when that was published.
SELECT p.id, coalesce(
    (SELECT max(date) FROM changes WHERE plan_id = p.id),
    (SELECT max(retrieved) FROM documents WHERE plan_id = p.id),
    substr(p.document_date || '-01-01', 1, 10),
    p.start_fiscal_year || '-04-01'
)
FROM plan_facts AS p ORDER BY p.id

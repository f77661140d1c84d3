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

-- name: first_days
-- The day before which the data of a plan cannot be: when its document was published, else when the plan began.
SELECT id, coalesce(substr(document_date || '-01-01', 1, 10), start_fiscal_year || '-04-01') FROM plan_facts ORDER BY id

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
SELECT p.id, coalesce(
    (SELECT max(date) FROM changes WHERE plan_id = p.id),
    (SELECT max(retrieved) FROM documents WHERE plan_id = p.id)
) AS day
FROM plans AS p WHERE day IS NOT NULL ORDER BY p.id

-- name: first_days
-- The day before which the data of a plan cannot be: when its document was published, else when the plan began.
SELECT id, coalesce(substr(document_date || '-01-01', 1, 10), start_fiscal_year || '-04-01') FROM plan_facts ORDER BY id

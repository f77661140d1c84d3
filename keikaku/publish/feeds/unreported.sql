-- name: silences
-- The id of each, the day after its year, what it is and is called, what to ask, and where it stands.
SELECT
    u.figure_id || '-' || u.fiscal_year,
    iif(t.calendar = 'calendar', (u.fiscal_year + 1) || '-01-01', (u.fiscal_year + 1) || '-04-01') AS day,
    u.reason_kind,
    coalesce(u.code || ' ', '') || u.label || '（' || u.year || '）',
    u.question,
    :root || 'plans/' || u.table_name || '/' || u.row_id
FROM unreported AS u JOIN targets AS t ON t.figure_id = u.figure_id
ORDER BY day DESC, u.plan_id, u.reason_kind, u.position, u.figure_id
LIMIT :most

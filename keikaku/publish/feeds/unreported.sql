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
    coalesce(code || ' ', '') || label || '（' || year || '）' AS title,
    question,
    :root || 'plans/' || table_name || '/' || row_id AS url,
    day, date(day, '-1 day') AS first, day AS next_day, NULL AS until
FROM silences
ORDER BY day DESC, plan_id, reason_kind, position, figure_id
LIMIT :most

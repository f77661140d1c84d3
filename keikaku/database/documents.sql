-- name: plans
SELECT id, municipality_id, title, theme, (SELECT name FROM municipalities WHERE _city = :city) AS municipality
FROM plans WHERE _city = :city ORDER BY rowid

-- name: ruby
SELECT word, reading FROM ruby WHERE _city = :city ORDER BY rowid

-- name: documents
-- Of one municipality, in the order in which equals are shown where there are too many to compare: by kind, originals before
-- repeats, short titles first. `marks`, `wholes` and `years`, lines each, become tokens.
WITH RECURSIVE due AS (
    SELECT indicator_id, group_concat(last_year, char(10)) AS years FROM figures
    WHERE _city = :city AND role = 'target' AND last_year IS NOT NULL GROUP BY indicator_id
), counted AS ( -- Costs last: where everything has one, they say least.
    SELECT
        l.row_id, group_concat(d.years, char(10)) AS years,
        group_concat(concat_ws('、', i.label, i.member, i.code), '、' ORDER BY i.kind = 'cost', l.rowid) AS labels
    FROM indicator_links AS l
    JOIN indicators AS i ON i._city = :city AND i.id = l.indicator_id
    LEFT JOIN due AS d ON d.indicator_id = i.id
    WHERE l._city = :city GROUP BY l.row_id
), placed AS ( -- Indicators of a whole plan or sector; all others are found with the measure or goal at which they stand.
    SELECT indicator_id, table_name, nullif(row_id, plan_id) AS sector_id FROM (
        SELECT l.*, i.plan_id, max(l.position) FROM indicator_links AS l
        JOIN indicators AS i ON i._city = :city AND i.id = l.indicator_id
        WHERE l._city = :city GROUP BY l.indicator_id
    ) WHERE table_name IN ('plans', 'sectors')
), named AS (
    SELECT measure_id AS id, group_concat(printed, '、' ORDER BY rowid) AS names
    FROM measure_organizations WHERE _city = :city GROUP BY measure_id
    UNION ALL
    SELECT indicator_id, group_concat(printed, '、' ORDER BY rowid) FROM indicator_organizations WHERE _city = :city GROUP BY indicator_id
), known AS (
    SELECT o.id, group_concat(n.name, '、' ORDER BY n.rowid) AS names, group_concat(n.name, char(10)) AS wholes
    FROM organizations AS o JOIN organization_names AS n ON n._city = :city AND n.organization_id = o.id AND n.name <> o.name
    WHERE o._city = :city GROUP BY o.id
), marked AS (
    SELECT measure_id AS id, group_concat(mark, char(10)) AS marks FROM measure_marks WHERE _city = :city GROUP BY measure_id
), spans (id, year, last) AS (
    SELECT id, fiscal_year, coalesce(end_fiscal_year, fiscal_year) FROM events WHERE _city = :city
    UNION ALL
    SELECT id, year + 1, last FROM spans WHERE year < last
), happening AS (
    SELECT id, group_concat(year, char(10)) AS years, min(year) AS first, max(year) AS last FROM spans GROUP BY id
), quoted AS (
    SELECT id, id AS plan_id, NULL AS sector_id, title AS name FROM plans WHERE _city = :city
    UNION ALL SELECT id, plan_id, sector_id, title FROM goals WHERE _city = :city
    UNION ALL SELECT id, plan_id, sector_id, name FROM measures WHERE _city = :city
    UNION ALL SELECT id, plan_id, sector_id, name FROM evaluations WHERE _city = :city
)
SELECT kind, table_name, row_id, plan_id, sector_id, code, is_repeat, position, title, names, body, marks, wholes, years FROM (
    SELECT
        1 AS source, m.rowid AS place, 'measure' AS kind, 'measures' AS table_name, m.id AS row_id, m.plan_id, m.sector_id, m.code,
        m.repeat_of IS NOT NULL AS is_repeat, m.position, m.name AS title, coalesce(n.names, '') AS names,
        concat_ws(char(10), m.summary, m.schedule, m.target, c.labels) AS body,
        concat_ws(char(10), iif(m.is_new, '新規', NULL), k.marks) AS marks, NULL AS wholes, c.years
    FROM measures AS m
    LEFT JOIN named AS n ON n.id = m.id LEFT JOIN counted AS c ON c.row_id = m.id LEFT JOIN marked AS k ON k.id = m.id
    WHERE m._city = :city
    UNION ALL
    SELECT
        2, g.rowid, 'goal', 'goals', g.id, g.plan_id, g.sector_id, g.code, 0, g.position, g.title, coalesce(g.level, ''),
        concat_ws(char(10), g.summary, c.labels), NULL, NULL, c.years
    FROM goals AS g LEFT JOIN counted AS c ON c.row_id = g.id WHERE g._city = :city
    UNION ALL
    SELECT
        3, i.rowid, 'goal', 'indicators', i.id, i.plan_id, p.sector_id, i.code, 0, i.position, i.label, coalesce(n.names, ''),
        concat_ws(char(10), i.member, i.printed), NULL, NULL, d.years
    FROM indicators AS i JOIN placed AS p ON p.indicator_id = i.id
    LEFT JOIN named AS n ON n.id = i.id LEFT JOIN due AS d ON d.indicator_id = i.id
    WHERE i._city = :city
    UNION ALL -- They belong to all plans of their municipality, and stand under the first of them.
    SELECT
        4, o.rowid, 'organization', 'organizations', o.id, (SELECT min(id) FROM plans WHERE _city = :city), NULL, NULL, 0,
        row_number() OVER (ORDER BY o.rowid), o.name, coalesce(n.names, ''), coalesce(o.note, ''), NULL, n.wholes, NULL
    FROM organizations AS o LEFT JOIN known AS n ON n.id = o.id WHERE o._city = :city
    UNION ALL
    SELECT
        5, rowid, 'evaluation', 'evaluations', id, plan_id, sector_id, NULL, 0, position, name,
        concat_ws('、', decision, grade, :outcomes ->> outcome), concat_ws(char(10), summary, evidence), NULL, NULL, NULL
    FROM evaluations WHERE _city = :city
    UNION ALL
    SELECT
        6, e.rowid, 'event', 'events', e.id, e.plan_id, e.sector_id, NULL, 0, e.position, e.title,
        concat_ws('〜', format_fiscal_year(h.first), iif(h.first < h.last, format_fiscal_year(h.last), NULL)),
        coalesce(nullif(e.printed, e.title), ''), NULL, NULL, h.years
    FROM events AS e JOIN happening AS h ON h.id = e.id WHERE e._city = :city
    UNION ALL
    SELECT
        7, p.rowid, 'passage', 'report_passages', p.id, q.plan_id, q.sector_id, NULL, 0, row_number() OVER (ORDER BY p.rowid),
        p.heading, q.name, p.text, NULL, NULL, NULL
    FROM report_passages AS p JOIN quoted AS q ON q.id = p.row_id WHERE p._city = :city
) ORDER BY instr(:kinds, kind), is_repeat, length(title), source, place

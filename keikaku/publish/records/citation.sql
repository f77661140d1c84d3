-- name: sources
-- Before the statements below: the documents of plans as a citation names them; a plan without one is named itself.
WITH sources AS (
    SELECT p.id AS plan_id, p.start_fiscal_year, p.title, d.id AS document_id, d.position,
        '「' || coalesce(d.title, p.title) || '」（' || coalesce(d.author, p.municipality) || coalesce(
            '、' || substr(d.date, 1, 4) || '年'
            || CASE WHEN length(d.date) > 4 THEN (0 + substr(d.date, 6, 2)) || '月' ELSE '' END, ''
        ) || '）' AS source
    FROM plan_facts AS p LEFT JOIN documents AS d ON d.plan_id = p.id
)

-- name: main
-- The main document of each plan.
SELECT source FROM sources WHERE coalesce(position, 1) = 1 ORDER BY start_fiscal_year DESC, title

-- name: record
SELECT r.full_title AS title, coalesce(r.place, '') AS place, r.plan_id
FROM records AS r WHERE r.id = :id AND r.table_name = :table

-- name: cited
-- What a record is printed in, and what the figures that belong to it are of; of a plan all.
SELECT source FROM sources
WHERE document_id = :document OR (:table = 'plans' AND plan_id = :id) OR document_id IN (
    SELECT f.document_id FROM figures AS f WHERE f.indicator_id = :id OR f.indicator_id IN (
        SELECT l.indicator_id FROM indicator_links AS l WHERE l.table_name = :table AND l.row_id = :id
    )
)
ORDER BY start_fiscal_year DESC, title, position

-- name: drawn
-- What the records that a picture shows are printed in; :id is of a plan, or of the indicator whose results are drawn.
SELECT source FROM sources WHERE document_id IN (
    SELECT document_id FROM evaluations WHERE :kind = 'outcomes' AND plan_id = :id
    UNION ALL SELECT document_id FROM events WHERE :kind = 'timeline' AND plan_id = :id
    UNION ALL SELECT document_id FROM measures WHERE :kind = 'bodies' AND plan_id = :id
    UNION ALL SELECT coalesce(f.document_id, i.document_id) FROM indicators AS i JOIN figures AS f ON f.indicator_id = i.id
    WHERE :kind IN ('progress', 'deadlines') AND i.plan_id = :id OR :kind = 'results' AND i.id = :id
)
ORDER BY start_fiscal_year DESC, title, position

-- name: plans_asked
-- The plans whose records alone a page lists, by the arguments of its address.
SELECT p.id FROM plans AS p JOIN municipalities AS c ON c.id = p.municipality_id
WHERE p.id IN (:plan, :plan_id) OR c.id = :municipality_id OR p.id = (SELECT plan_id FROM sectors WHERE id IN (:sector, :sector_id))
    OR (:plan = '' AND :plan_id = '' AND :municipality || :theme <> '' AND :municipality IN ('', c.id, c.label) AND :theme IN ('', p.theme))

-- name: called
SELECT word FROM plan_words WHERE plan_id = :plan AND term = iif(:term = 'indicator', 'target', :term)

-- name: reports
-- Of these plans all documents; where none is named, the main one of every plan, or all of the only plan. One more than :most,
-- which are chosen before they are put into words.
, asked AS (
    SELECT p.id, p.start_fiscal_year, p.title, d.position, d.id AS document_id
    FROM plans AS p LEFT JOIN documents AS d ON d.plan_id = p.id
    WHERE p.id IN (SELECT value FROM json_each(:plans) UNION ALL SELECT id FROM plans WHERE :plans = '[]')
        AND (d.position = 1 OR d.id IS NULL OR :plans <> '[]' OR (SELECT count(*) FROM plans) = 1)
),
first AS (
    SELECT * FROM asked ORDER BY start_fiscal_year DESC, title, position LIMIT iif(:plans = '[]', :most + 1, -1)
)
SELECT s.source, (SELECT count(*) FROM asked) AS number
FROM first AS f JOIN sources AS s ON s.plan_id = f.id AND s.document_id IS f.document_id
ORDER BY f.start_fiscal_year DESC, f.title, f.position

-- The statements of a search, of the browser's too.

-- name: hits
-- With the weights of title, names and body. CROSS JOIN: asked the other way round, the index would be searched once for each
-- document.
SELECT d.is_repeat, k.position, round(bm25(search_index, 10.0, 4.0, 1.0), 6), d.position, d.id
FROM search_index CROSS JOIN search_documents AS d ON d.id = search_index.rowid JOIN search_kinds AS k ON k.kind = d.kind
WHERE search_index MATCH ? AND search_index.rowid BETWEEN ? AND ?

-- name: first
-- As hits, but in the order of their numbers.
SELECT 0, 0, 0, 0, rowid FROM search_index
WHERE search_index MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid LIMIT ?

-- name: documents
-- The heading of a passage says little without what it is a passage of.
SELECT d.id, d.kind, d.row_id, iif(d.kind = 'passage', d.names || '（' || d.title || '）', d.title), d.table_name, s.name,
    d.code, d.plan_id, d.body, iif(d.kind = 'passage', '', d.names), CASE d.kind WHEN 'measure' THEN '担当：'
        WHEN 'organization' THEN '別名：' WHEN 'evaluation' THEN '評価：' WHEN 'event' THEN '年度：' ELSE '' END
FROM search_documents AS d LEFT JOIN sectors AS s ON s.id = d.sector_id
WHERE d.id IN (SELECT value FROM json_each(?))

-- name: kinds
SELECT kind, first_id, last_id,
    (SELECT count(*) FROM search_index WHERE search_index MATCH ? AND rowid BETWEEN first_id AND last_id)
FROM search_kinds ORDER BY position

-- name: named
-- A municipality that is named, and what is known of a code that no measure has.
SELECT label || 'のページ', '/plans/municipalities/' || municipalities.id
FROM json_each(?1) AS asked JOIN municipalities ON municipalities.id = asked.value
UNION ALL
SELECT reason, '/plans/corrections/' || corrections.id
FROM json_each(?2) AS asked CROSS JOIN corrections ON corrections.kind = 'omission' AND instr(reason, asked.value)
WHERE ?1 = '[]' OR plan_id IN (SELECT id FROM plans WHERE municipality_id IN (SELECT value FROM json_each(?1)))

-- name: exists
SELECT 1 FROM search_index WHERE search_index MATCH ? LIMIT 1

-- name: found
-- The ids of the rows found: a passage of a report stands for the row that it is quoted for, too, and a measure or goal for
-- its indicators.
WITH found (row_id) AS (
SELECT d.row_id FROM search_index AS i JOIN search_documents AS d ON d.id = i.rowid
WHERE i.search_index MATCH search_match(:kk_search)
UNION
SELECT p.row_id FROM search_index AS i JOIN search_documents AS d ON d.id = i.rowid
JOIN report_passages AS p ON d.table_name = 'report_passages' AND p.id = d.row_id
WHERE i.search_index MATCH search_match(:kk_search)
)
SELECT row_id FROM found
UNION
SELECT l.indicator_id FROM found JOIN indicator_links AS l ON l.row_id = found.row_id

-- name: known
EXISTS (SELECT 1 FROM search_documents WHERE row_id = {0}) OR EXISTS (SELECT 1 FROM indicator_links WHERE indicator_id = {0})

-- name: organizations
SELECT o.id, o.name, c.label || 'の計画', json_group_array(n.name)
FROM organizations AS o
JOIN municipalities AS c ON c.id = o.municipality_id
JOIN organization_names AS n ON n.organization_id = o.id
WHERE o.id IN (SELECT value FROM json_each(?)) AND (? = '' OR o.municipality_id IN (
    SELECT municipality_id FROM plan_facts WHERE ? IN (id, title, municipality, municipality_code)
))
GROUP BY o.id

-- name: like
SELECT d.row_id FROM search_index CROSS JOIN search_documents AS d ON d.id = search_index.rowid
WHERE search_index MATCH ? ORDER BY bm25(search_index, 10, 4, 0) LIMIT ?

-- name: named
SELECT organization_id FROM organization_names WHERE name = ? LIMIT ?

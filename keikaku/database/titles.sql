-- name: emptied
SELECT name FROM sqlite_master
WHERE type = 'table' AND name NOT LIKE 'search_index%' AND name NOT LIKE 'sqlite_%' AND name NOT IN (
    'municipalities', 'plans', 'plan_words', 'sectors', 'fiscal_years',
    'search_documents', 'search_kinds', 'search_words', 'search_synonyms'
)

-- name: documents
DROP TABLE search_index;
DELETE FROM search_kinds;
DELETE FROM search_documents WHERE kind <> 'measure';
UPDATE search_documents SET names = '', body = '';
UPDATE plans SET concept = NULL;
UPDATE sectors SET vision = NULL;
INSERT INTO search_documents (kind, table_name, row_id, plan_id, is_repeat, position, title, names, body)
    SELECT 'plan', 'plans', p.id, p.id, 0, 0, p.title, m.name, ''
    FROM plans AS p JOIN municipalities AS m ON m.id = p.municipality_id ORDER BY m.code, p.id;
INSERT INTO search_documents (kind, table_name, row_id, plan_id, is_repeat, position, title, names, body)
    SELECT 'municipality', 'municipalities', m.id, min(p.id), 0, 0, m.name, m.prefecture, ''
    FROM municipalities AS m JOIN plans AS p ON p.municipality_id = m.id GROUP BY m.id ORDER BY m.code;
INSERT INTO search_kinds (kind, position, label, first_id, last_id)
    SELECT d.kind, l.key + 1, l.value ->> 1, min(d.id), max(d.id)
    FROM json_each('[["municipality", "自治体"], ["plan", "計画"], ["measure", "施策"]]') AS l
    JOIN search_documents AS d ON d.kind = l.value ->> 0 GROUP BY d.kind;
CREATE TABLE parts (plan_id TEXT PRIMARY KEY REFERENCES plans (id), part TEXT NOT NULL);

-- name: plans
SELECT p.*, m.name AS municipality FROM plans AS p JOIN municipalities AS m ON m.id = p.municipality_id

-- name: entry
INSERT INTO search_index (rowid, title, names, body) VALUES (:id, :title_tokens, :names_tokens, :body_tokens)

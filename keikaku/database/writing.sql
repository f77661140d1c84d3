-- The working database stands as `working`, the index that is made beside it as `made`.

-- name: numbers
-- Each municipality's documents are in this order already (see documents.sql). Sorted without their texts, which are many
-- times as long.
CREATE TABLE numbers AS
SELECT rowid AS place FROM working.search_documents
ORDER BY instr(:kinds, kind), is_repeat, length(title), _city, rowid

-- name: numbered
CREATE TEMP VIEW numbered AS
SELECT n.rowid AS id, d.* FROM numbers AS n JOIN working.search_documents AS d ON d.rowid = n.place

-- name: years
SELECT min(first) AS first, max(last) AS last FROM (
    SELECT start_fiscal_year AS first, end_fiscal_year AS last FROM working.plans
    UNION ALL
    SELECT coalesce(first_year, last_year), last_year FROM working.figures WHERE last_year IS NOT NULL
)

-- name: told_apart
UPDATE municipalities SET label = prefecture || name
WHERE name IN (SELECT name FROM municipalities GROUP BY name HAVING count(*) > 1)

-- name: words
-- Of two common forms of a word, the one that more documents have.
INSERT INTO search_words (surface, reading, lemma, documents)
SELECT surface, reading, lemma, documents FROM (
    SELECT surface, reading, lemma, sum(sum(documents)) OVER (PARTITION BY surface, reading) AS documents,
        row_number() OVER (PARTITION BY surface, reading ORDER BY sum(documents) DESC, coalesce(lemma, '')) AS place
    FROM (SELECT surface, reading, lemma, documents FROM working.words UNION ALL SELECT * FROM temp.names)
    GROUP BY surface, reading, lemma
) WHERE place = 1 ORDER BY surface, reading

-- name: names
-- The words of the synonyms but the names of organizations, which documents have.
SELECT DISTINCT word FROM search_synonyms WHERE word NOT IN (SELECT name FROM organization_names) ORDER BY word

-- name: comparable_indicators
-- By rule the same name, in plans of the same theme; whoever same_as names goes with the first of its group. Those of one unit
-- and basis stand side by side, if they are of two municipalities. Rows are in the order in which they are compared.
INSERT INTO comparable_indicators (indicator_id, subject_id, why, evidence, common_unit, basis, obstacle, rejection)
WITH named AS (
    SELECT
        i.id, p.municipality_id, c.code, i.rowid AS position, u.common_unit, i.per, i.accumulation,
        subject_key(i.label) || '/' || subject_key(i.member) || '/' || coalesce(p.theme, i.id) AS name
    FROM indicators AS i
    JOIN plans AS p ON p.id = i.plan_id
    JOIN municipalities AS c ON c.id = p.municipality_id
    JOIN indicator_places AS w ON w.indicator_id = i.id AND w.repeat_of IS NULL
    LEFT JOIN units AS u ON u.unit = i.unit
    WHERE i.kind IN ('quantity', 'cost', 'record')
), grouped AS (
    SELECT n.*, s.evidence, coalesce((SELECT name FROM named WHERE id = s.row_id), n.name) AS subject
    FROM named AS n
    LEFT JOIN same_as AS s ON s.table_name = 'indicators' AND s.is_same AND s.other_id = n.id
), marked AS (
    SELECT
        *,
        first_value(id) OVER alike AS subject_id,
        min(municipality_id) OVER alike <> max(municipality_id) OVER alike AS is_shared
    FROM grouped
    WINDOW alike AS (PARTITION BY subject ORDER BY code, position ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
), counted AS MATERIALIZED (
    SELECT
        m.*,
        CASE
            WHEN per IN ('year', 'month') THEN 'year'
            WHEN per = 'event' THEN 'event'
            WHEN accumulation = 'total' THEN iif(EXISTS (
                SELECT 1 FROM figures WHERE indicator_id = m.id AND role = 'target' AND first_year IS NULL
            ), 'total', 'year')
            WHEN accumulation = 'mean' THEN 'mean'
            ELSE 'point'
        END AS basis,
        (SELECT group_concat(s.evidence, '、') FROM same_as AS s CROSS JOIN marked AS o ON o.id = iif(s.row_id = m.id, s.other_id, s.row_id)
            WHERE s.table_name = 'indicators' AND NOT s.is_same AND m.id IN (s.row_id, s.other_id) AND o.subject = m.subject) AS rejection
    FROM marked AS m WHERE is_shared
), alone AS MATERIALIZED (
    SELECT *, CASE
        WHEN rejection IS NOT NULL THEN 'rejected'
        WHEN NOT EXISTS (SELECT 1 FROM figures WHERE indicator_id = counted.id AND value IS NOT NULL) THEN 'number'
        WHEN common_unit IS NULL THEN 'unit'
    END AS own
    FROM counted
)
SELECT
    id, subject_id, iif(evidence IS NULL, 'name', 'same_as'), evidence, common_unit, basis,
    CASE
        WHEN own IS NOT NULL THEN own
        WHEN min(municipality_id) OVER alike <> max(municipality_id) OVER alike THEN NULL
        WHEN min(common_unit) OVER together <> max(common_unit) OVER together THEN 'other_unit'
        WHEN min(basis) OVER together <> max(basis) OVER together THEN 'other_basis'
        ELSE 'nothing'
    END AS obstacle,
    rejection
FROM alone
WINDOW alike AS (PARTITION BY subject, common_unit, basis, own IS NULL), together AS (PARTITION BY subject, own IS NULL)
ORDER BY (SELECT label FROM indicators WHERE id = subject_id), subject_id, obstacle IS NOT NULL, common_unit, basis, code, id

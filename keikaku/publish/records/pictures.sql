-- What each picture says: path, a line above, a code, the title, and two facts, each a label and a value, NULL where nothing is known of it;
-- :title: the site's.
WITH counted AS (
    SELECT p.*, (SELECT count(*) FROM measures WHERE plan_id = p.id AND repeat_of IS NULL) AS measures FROM plan_facts AS p
), plan_cards AS (
    SELECT
        p.id, p.municipality, p.title, first.label || '〜' || last.label AS years, p.measures, (
            SELECT group_concat(word || ' ' || n || '件', '　') FROM (
                SELECT p.measure_word AS word, p.measures AS n
                UNION ALL
                SELECT p.target_word, original_targets FROM plan_overview WHERE id = p.id
                UNION ALL
                SELECT p.organization_word, organizations FROM plan_overview WHERE id = p.id
            ) WHERE n
        ) AS counts
    FROM counted AS p
    JOIN fiscal_years AS first ON first.fiscal_year = p.start_fiscal_year
    JOIN fiscal_years AS last ON last.fiscal_year = p.end_fiscal_year
)
-- The home page has the plan's where there is one plan.
SELECT 'home.png', municipality, '', title, '期間', years, '中身', counts
FROM plan_cards WHERE (SELECT count(*) FROM plans) = 1
UNION ALL
SELECT 'home.png', '計画のデータベース', '', :title, '計画', plans || '件', '施策', measures || '件'
FROM (SELECT count(*) AS plans, coalesce(sum(measures), 0) AS measures FROM plan_cards) WHERE plans <> 1
UNION ALL
SELECT * FROM (
    SELECT 'plans/' || id || '.png', municipality, '', title, '期間', years, '中身', counts FROM plan_cards ORDER BY id
)
UNION ALL
SELECT * FROM (
    SELECT
        'measures/' || o.id || '.png', p.municipality || '　' || p.title, coalesce(o.code, ''), o.name,
        p.target_word, coalesce(nullif(o.target, ''), (
            SELECT first || iif(n > 1, '　ほか' || (n - 1) || '件', '') FROM (
                SELECT label || '　' || printed AS first, count(*) OVER () AS n FROM targets WHERE measure_id = o.id ORDER BY position LIMIT 1
            )
        )),
        iif(o.due IS NULL, p.organization_word, '期限'), coalesce(o.due, nullif(o.organizations, ''))
    FROM measure_overview AS o
    JOIN plan_facts AS p ON p.id = o.plan_id
    ORDER BY o.id
)
UNION ALL
SELECT * FROM (
    SELECT
        'organizations/' || o.id || '.png', c.label || 'の計画', o.kind_label, o.name,
        '名前のある施策', nullif(o.measures, 0) || '件', '分野', nullif(o.sectors, '')
    FROM organization_overview AS o JOIN municipalities AS c ON c.id = o.municipality_id
    ORDER BY o.id
)

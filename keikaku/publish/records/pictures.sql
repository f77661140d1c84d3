-- What each picture says: path, a line above, a code, the title, and two facts, each a label and a value; :title: the site's.
WITH plan_cards AS (
    SELECT
        p.id, p.municipality, p.title, first.label || '〜' || last.label AS years, count(m.id) AS measures,
        p.measure_word || ' ' || count(m.id) || '件　目標 '
        || (SELECT count(*) FROM targets WHERE plan_id = p.id AND repeat_of IS NULL) || '件　団体 '
        || (SELECT count(*) FROM organizations WHERE municipality_id = p.municipality_id) AS counts
    FROM plan_facts AS p
    JOIN fiscal_years AS first ON first.fiscal_year = p.start_fiscal_year
    JOIN fiscal_years AS last ON last.fiscal_year = p.end_fiscal_year
    LEFT JOIN measures AS m ON m.plan_id = p.id AND m.repeat_of IS NULL
    GROUP BY p.id
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
        p.target_word, coalesce(nullif(o.target, ''), 'なし'),
        iif(f.label IS NULL, p.organization_word, '期限'), coalesce(f.label, nullif(o.organizations, ''), 'なし')
    FROM measure_overview AS o
    JOIN plan_facts AS p ON p.id = o.plan_id
    LEFT JOIN fiscal_years AS f ON f.fiscal_year = o.due_fiscal_year
    ORDER BY o.id
)
UNION ALL
SELECT * FROM (
    SELECT
        'organizations/' || o.id || '.png', c.name || 'の計画', o.kind_label, o.name,
        '名前のある施策', o.measures || '件', '分野', coalesce(nullif(o.sectors, ''), 'なし')
    FROM organization_overview AS o JOIN municipalities AS c ON c.id = o.municipality_id
    ORDER BY o.id
)

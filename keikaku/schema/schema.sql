-- The database `plans`: every table and view, in the order in which rows are written.
--
-- One statement per table; each column stands on its own line and its comment says what it holds. The data
-- dictionary is made from these comments together with the Japanese column help of metadata.yml, so a column
-- without a comment fails a test. Kept readable by SQLite 3.31 and later: no STRICT, no generated columns.

-- One city plan.
CREATE TABLE plans (
    id TEXT PRIMARY KEY,                -- ASCII name of the plan's folder under data/
    title TEXT NOT NULL,                -- title as printed
    municipality TEXT NOT NULL,         -- name of the municipality
    municipality_code TEXT NOT NULL,    -- six-digit code of the local government (text: may begin with 0)
    corporate_number TEXT NOT NULL,     -- 13-digit corporate number of the municipality (text)
    concept TEXT NOT NULL,              -- the plan's motto as printed
    start_fiscal_year INTEGER NOT NULL REFERENCES fiscal_years (fiscal_year), -- first fiscal year
    end_fiscal_year INTEGER NOT NULL REFERENCES fiscal_years (fiscal_year),   -- last fiscal year
    second_half_start INTEGER NOT NULL REFERENCES fiscal_years (fiscal_year), -- first fiscal year of the revised second half
    report_title TEXT NOT NULL,         -- title of the report that this data was read from
    report_subtitle TEXT NOT NULL,      -- its subtitle, empty if it has none
    report_author TEXT NOT NULL,        -- the body named on its cover
    report_date TEXT NOT NULL,          -- its year and month, YYYY-MM
    place TEXT NOT NULL                 -- where in the report this stands
);

-- Japanese fiscal years (April to March) of all plans.
CREATE TABLE fiscal_years (
    fiscal_year INTEGER PRIMARY KEY,    -- calendar year in which it begins
    label TEXT NOT NULL,                -- Japanese era name, 令和6年度
    short_label TEXT NOT NULL,          -- short form, R6
    starts_on TEXT NOT NULL,            -- first day, ISO 8601
    ends_on TEXT NOT NULL               -- last day, ISO 8601
);

-- The fields that a plan is divided into.
CREATE TABLE sectors (
    id TEXT PRIMARY KEY,                -- plan id and romaji name
    plan_id TEXT NOT NULL REFERENCES plans (id), -- plan it belongs to
    position INTEGER NOT NULL,          -- printed order, from 1
    name TEXT NOT NULL,                 -- short name
    prefix TEXT NOT NULL,               -- letter that begins the codes of its measures
    title TEXT NOT NULL,                -- title as printed
    vision TEXT,                        -- slogan as printed; NULL where none is printed
    place TEXT NOT NULL                 -- where in the report this stands
);

-- Basic goals of a sector.
CREATE TABLE goals (
    id TEXT PRIMARY KEY,                -- sector id and number
    sector_id TEXT NOT NULL REFERENCES sectors (id), -- sector it belongs to
    position INTEGER NOT NULL,          -- printed order in the plan, from 1
    number INTEGER NOT NULL,            -- printed number
    title TEXT NOT NULL,                -- title as printed
    summary TEXT NOT NULL,              -- what it wants and why, in our words
    place TEXT NOT NULL                 -- where in the report this stands
);

-- Measures of the second half, repeats included, as printed.
CREATE TABLE measures (
    id TEXT PRIMARY KEY,                -- sector id and number
    plan_id TEXT NOT NULL REFERENCES plans (id), -- plan it belongs to
    sector_id TEXT NOT NULL REFERENCES sectors (id), -- sector under which it is printed
    position INTEGER NOT NULL,          -- printed order in the plan, from 1
    number INTEGER NOT NULL,            -- printed number within the sector
    code TEXT NOT NULL,                 -- printed code with an ASCII hyphen
    name TEXT NOT NULL,                 -- name as printed
    is_new INTEGER NOT NULL CHECK (is_new IN (0, 1)), -- 1: printed as new in the second half
    repeat_of TEXT REFERENCES measures (id), -- the original, where this entry is printed as its repeat
    summary TEXT NOT NULL,              -- what is done, in our words
    schedule TEXT,                      -- period and schedule, in our words; NULL for a repeat that prints none
    target TEXT NOT NULL,               -- target cell as printed
    place TEXT NOT NULL                 -- where in the report this stands
);

-- Basic goals that a measure serves.
CREATE TABLE measure_goals (
    measure_id TEXT NOT NULL REFERENCES measures (id), -- measure
    goal_id TEXT NOT NULL REFERENCES goals (id), -- goal of the same sector
    PRIMARY KEY (measure_id, goal_id)
);

-- Links between measures, in both directions.
CREATE TABLE measure_links (
    measure_id TEXT NOT NULL REFERENCES measures (id), -- measure
    linked_id TEXT NOT NULL REFERENCES measures (id), -- the other measure
    kind TEXT NOT NULL CHECK (kind IN ('joint', 'repeat')), -- joint: carried out together; repeat: the same measure printed again
    PRIMARY KEY (measure_id, linked_id, kind)
);

-- Bodies that promote measures or took part in the report.
CREATE TABLE organizations (
    id TEXT PRIMARY KEY,                -- plan id and romaji name
    plan_id TEXT NOT NULL REFERENCES plans (id), -- plan it belongs to
    name TEXT NOT NULL,                 -- fullest name that the report prints
    kind TEXT NOT NULL,                 -- kind of body, see codes
    parent_id TEXT REFERENCES organizations (id), -- the body that it is a department or unit of
    note TEXT,                          -- what is our judgement about it
    place TEXT NOT NULL                 -- where in the report it is first named as a promoter or member
);

-- Every name under which an organization is printed or known.
CREATE TABLE organization_names (
    name TEXT NOT NULL,                 -- a name
    organization_id TEXT NOT NULL REFERENCES organizations (id), -- whose name it is
    kind TEXT NOT NULL CHECK (kind IN ('printed', 'everyday')), -- printed in the report, or everyday
    PRIMARY KEY (organization_id, name)
);

-- Part that an organization had in making the report.
CREATE TABLE plan_organizations (
    plan_id TEXT NOT NULL REFERENCES plans (id), -- plan
    organization_id TEXT NOT NULL REFERENCES organizations (id), -- organization
    role TEXT NOT NULL CHECK (role IN ('member', 'consulted')), -- member of the project, or asked for its opinion
    position INTEGER NOT NULL,          -- printed order, from 1
    printed TEXT NOT NULL,              -- name as printed
    PRIMARY KEY (plan_id, organization_id, role)
);

-- Organizations that promote a measure.
CREATE TABLE measure_organizations (
    measure_id TEXT NOT NULL REFERENCES measures (id), -- measure
    organization_id TEXT NOT NULL REFERENCES organizations (id), -- organization
    position INTEGER NOT NULL,          -- printed order, from 1
    printed TEXT NOT NULL,              -- name as printed there
    PRIMARY KEY (measure_id, organization_id)
);

-- Targets taken apart: one row for each thing that can be checked.
CREATE TABLE indicators (
    id TEXT PRIMARY KEY,                -- measure id and position
    measure_id TEXT NOT NULL REFERENCES measures (id), -- measure it belongs to
    position INTEGER NOT NULL,          -- order within the measure, from 1
    kind TEXT NOT NULL CHECK (kind IN ('continue', 'quantity', 'milestone', 'activity')), -- kind of target, see codes
    label TEXT NOT NULL,                -- what is counted or done
    comparator TEXT CHECK (comparator IN ('>=', '<=', '>', '<')), -- printed comparison; NULL where only a number is printed
    value NUMERIC,                      -- number to be reached, without unit
    unit TEXT,                          -- unit of value as printed
    per TEXT CHECK (per IN ('year', 'event', 'month')), -- value is per fiscal year, per event or per month; NULL: in all
    due_fiscal_year INTEGER REFERENCES fiscal_years (fiscal_year), -- fiscal year by whose end it is due
    due_kind TEXT CHECK (due_kind IN ('by', 'in')), -- by: at any time up to that year; in: within that year
    printed TEXT NOT NULL,              -- the part of the target that this was read from
    source TEXT NOT NULL CHECK (source IN ('target', 'schedule')), -- printed cell that it comes from
    note TEXT                           -- what a reader should know about the reading
);

-- The report's evaluation of the first half.
CREATE TABLE evaluations (
    id TEXT PRIMARY KEY,                -- plan id and printed order
    plan_id TEXT NOT NULL REFERENCES plans (id), -- plan it belongs to
    sector_id TEXT NOT NULL REFERENCES sectors (id), -- sector (by its place in the table, which prints none)
    position INTEGER NOT NULL,          -- printed order, from 1
    name TEXT NOT NULL,                 -- name of the first-half measure as printed
    decision TEXT NOT NULL CHECK (decision IN ('継続', '変更し実施', '終了')), -- decision for the second half as printed
    outcome TEXT NOT NULL CHECK (outcome IN ('met', 'partly_met', 'not_met', 'not_implemented', 'not_stated')), -- our reading, see codes
    rule TEXT NOT NULL,                 -- the rule that led to the outcome, see codes
    evidence TEXT NOT NULL,             -- the report's own phrase, at most 15 characters
    summary TEXT NOT NULL,              -- what the report says, in our words
    successor_id TEXT REFERENCES measures (id), -- second-half measure that continues it; NULL where it ended
    place TEXT NOT NULL                 -- where in the report this stands
);

-- Entries of the report's ten-year table.
CREATE TABLE events (
    id TEXT PRIMARY KEY,                -- plan id and printed order
    plan_id TEXT NOT NULL REFERENCES plans (id), -- plan it belongs to
    sector_id TEXT REFERENCES sectors (id), -- sector; NULL: the whole plan
    position INTEGER NOT NULL,          -- printed order, from 1
    fiscal_year INTEGER NOT NULL REFERENCES fiscal_years (fiscal_year), -- fiscal year in whose column it stands
    end_fiscal_year INTEGER REFERENCES fiscal_years (fiscal_year), -- last fiscal year where the text names a longer span
    title TEXT NOT NULL,                -- correct reading
    printed TEXT NOT NULL,              -- as printed
    place TEXT NOT NULL                 -- where in the report this stands
);

-- Measures that an event belongs to.
CREATE TABLE event_measures (
    event_id TEXT NOT NULL REFERENCES events (id), -- event
    measure_id TEXT NOT NULL REFERENCES measures (id), -- measure
    PRIMARY KEY (event_id, measure_id)
);

-- Yearly figures published by the city.
CREATE TABLE results (
    indicator_id TEXT NOT NULL REFERENCES indicators (id), -- indicator that the figure is for
    fiscal_year INTEGER NOT NULL REFERENCES fiscal_years (fiscal_year), -- fiscal year of the figure
    value NUMERIC,                      -- figure in the indicator's unit; NULL where none was published
    status TEXT CHECK (status IN ('met', 'partly_met', 'not_met', 'not_implemented')), -- what the publisher says of it
    note TEXT,                          -- remark
    source_url TEXT,                    -- where it was published
    PRIMARY KEY (indicator_id, fiscal_year)
);

-- Slips of print and inconsistencies of the report, and how the data treats them.
CREATE TABLE corrections (
    id TEXT PRIMARY KEY,                -- plan id and number
    plan_id TEXT NOT NULL REFERENCES plans (id), -- plan whose report it is
    table_name TEXT NOT NULL,           -- table of the row that it touches
    row_id TEXT NOT NULL,               -- id of that row
    column_name TEXT NOT NULL,          -- column that it touches
    kind TEXT NOT NULL,                 -- kind of slip, see codes
    printed TEXT NOT NULL,              -- what is printed
    corrected TEXT,                     -- what is right; NULL where the print is kept and only explained
    reason TEXT NOT NULL,               -- why
    place TEXT NOT NULL                 -- where in the report this stands
);

-- Published changes of the data, the newest first.
CREATE TABLE changes (
    id TEXT PRIMARY KEY,                -- plan id and number
    plan_id TEXT NOT NULL REFERENCES plans (id), -- plan whose data changed
    position INTEGER NOT NULL,          -- order within the plan, from 1 for the oldest
    date TEXT NOT NULL,                 -- day of the change, ISO 8601
    version TEXT NOT NULL,              -- first released version that has it
    kind TEXT NOT NULL,                 -- kind of change, see codes
    title TEXT NOT NULL,                -- what changed, in a line
    text TEXT                           -- what and why at more length; NULL where the title says all
);

-- Records that a change touches.
CREATE TABLE change_records (
    change_id TEXT NOT NULL REFERENCES changes (id), -- change
    table_name TEXT NOT NULL,           -- table of the record
    row_id TEXT NOT NULL,               -- id of the record, which may be withdrawn since
    PRIMARY KEY (change_id, table_name, row_id)
);

-- Ids that were published once and have no record any more; none is ever given again.
CREATE TABLE withdrawn_ids (
    id TEXT PRIMARY KEY,                -- the id
    plan_id TEXT NOT NULL REFERENCES plans (id), -- plan that it belonged to
    table_name TEXT NOT NULL,           -- table that had its record
    name TEXT NOT NULL,                 -- what the record was called
    date TEXT NOT NULL,                 -- day of withdrawal, ISO 8601
    reason TEXT NOT NULL,               -- why
    replaced_by TEXT                    -- id of the record of the same table that stands in its place, if any
);

-- The city's own wording; rows only when built with the report at hand.
CREATE TABLE report_passages (
    id TEXT PRIMARY KEY,                -- row it belongs to and number
    table_name TEXT NOT NULL,           -- table of that row
    row_id TEXT NOT NULL,               -- id of that row
    heading TEXT NOT NULL,              -- heading in the report
    text TEXT NOT NULL                  -- the report's words
);

-- Readings of words that are hard to read, shown above them on request.
CREATE TABLE ruby (
    plan_id TEXT NOT NULL REFERENCES plans (id), -- plan whose words they are
    word TEXT NOT NULL,                 -- word as written
    reading TEXT NOT NULL,              -- its reading in kana
    PRIMARY KEY (plan_id, word)
);

-- Meaning of every coded value.
CREATE TABLE codes (
    table_name TEXT NOT NULL,           -- table
    column_name TEXT NOT NULL,          -- column
    code TEXT NOT NULL,                 -- stored value
    label TEXT NOT NULL,                -- Japanese word for it
    description TEXT NOT NULL,          -- what it means
    PRIMARY KEY (table_name, column_name, code)
);

-- What can be found: one row for each searchable row of another table.
CREATE TABLE search_documents (
    id INTEGER PRIMARY KEY,             -- rowid of its entry in search_index
    kind TEXT NOT NULL,                 -- measure, goal, organization, evaluation, event or passage
    table_name TEXT NOT NULL,           -- table of the row
    row_id TEXT NOT NULL,               -- id of the row
    plan_id TEXT NOT NULL REFERENCES plans (id), -- plan it belongs to
    sector_id TEXT REFERENCES sectors (id), -- sector, where it has one
    code TEXT,                          -- code of a measure
    is_repeat INTEGER NOT NULL,         -- 1: a repeat, ranked after its original
    position INTEGER NOT NULL,          -- printed order among its kind
    title TEXT NOT NULL,                -- name or title
    names TEXT NOT NULL,                -- names: of its promoters, or what else it is called
    body TEXT NOT NULL,                 -- the rest of its text
    UNIQUE (table_name, row_id)
);

-- The kinds of search_documents, which are numbered kind by kind.
CREATE TABLE search_kinds (
    kind TEXT PRIMARY KEY,              -- a kind
    position INTEGER NOT NULL,          -- order in which kinds are shown, from 1
    label TEXT NOT NULL,                -- Japanese word for it
    first_id INTEGER NOT NULL,          -- first document of the kind
    last_id INTEGER NOT NULL            -- last document of the kind
);

-- Words of the documents and of the synonyms with their readings, from the dictionary that the build uses.
CREATE TABLE search_words (
    surface TEXT NOT NULL,              -- a word as it is written
    reading TEXT NOT NULL,              -- its reading in hiragana; empty for words in Latin letters
    lemma TEXT,                         -- the dictionary's common form of all its spellings; NULL: as it is written
    documents INTEGER NOT NULL,         -- number of documents that have it; 0 for a word of the synonyms alone
    PRIMARY KEY (surface, reading)
) WITHOUT ROWID;

-- Words that mean the same to someone who searches: data/synonyms.yml, the plans' own, names of organizations.
CREATE TABLE search_synonyms (
    group_id INTEGER NOT NULL,          -- words with the same number belong together
    word TEXT NOT NULL,                 -- a word
    role TEXT NOT NULL CHECK (role IN ('word', 'also')), -- word: finds all others; also: is found, finds nothing
    PRIMARY KEY (group_id, word)
) WITHOUT ROWID;

-- views

-- The fiscal year of today in Japan, by the clock of the machine that asks, and the last one of any plan up to it.
CREATE VIEW current_fiscal_year AS
SELECT
    c.fiscal_year,
    (SELECT max(y.fiscal_year) FROM fiscal_years AS y WHERE y.fiscal_year <= c.fiscal_year) AS in_plans
FROM (SELECT CAST(strftime('%Y', 'now', '+9 hours', '-3 months') AS INTEGER) AS fiscal_year) AS c;

-- Whatever has a page of its own under a permanent address, /plans/<table_name>/<id>: the one list of records.
CREATE VIEW records AS
SELECT 'plans' AS table_name, id, id AS plan_id, title, title AS full_title, place FROM plans
UNION ALL
SELECT 'sectors', id, plan_id, name, title, place FROM sectors
UNION ALL
SELECT 'goals', g.id, s.plan_id, g.title, g.title, g.place FROM goals AS g JOIN sectors AS s ON s.id = g.sector_id
UNION ALL
SELECT 'measures', id, plan_id, name, code || ' ' || name, place FROM measures
UNION ALL
SELECT 'indicators', i.id, m.plan_id, i.label, m.code || ' ' || m.name || '：' || i.label, m.place
FROM indicators AS i JOIN measures AS m ON m.id = i.measure_id
UNION ALL
SELECT 'organizations', id, plan_id, name, name, place FROM organizations
UNION ALL
SELECT 'evaluations', id, plan_id, name, '前期の評価：' || name, place FROM evaluations
UNION ALL
SELECT
    'events', e.id, e.plan_id, e.title,
    e.title || '（' || f.label || coalesce('から' || l.label || 'まで', '') || '）', e.place
FROM events AS e
JOIN fiscal_years AS f ON f.fiscal_year = e.fiscal_year
LEFT JOIN fiscal_years AS l ON l.fiscal_year = e.end_fiscal_year
UNION ALL
SELECT 'corrections', id, plan_id, printed, '訂正と注意：「' || printed || '」', place FROM corrections
UNION ALL
SELECT 'changes', id, plan_id, title, 'データの変更：' || title, NULL FROM changes;

-- Every target of the second half with its measure, due year and state.
CREATE VIEW targets AS
SELECT
    i.id,
    m.plan_id,
    m.sector_id,
    s.name AS sector,
    m.id AS measure_id,
    m.code,
    m.name,
    m.repeat_of,
    i.position,
    i.kind,
    i.label,
    i.comparator,
    i.value,
    i.unit,
    i.per,
    i.due_fiscal_year,
    f.label AS due,
    i.due_kind,
    i.printed,
    i.source,
    i.note,
    (SELECT group_concat(printed, '、') FROM (
        SELECT printed FROM measure_organizations WHERE measure_id = m.id ORDER BY position
    )) AS organizations,
    r.fiscal_year AS result_fiscal_year,
    r.value AS result_value,
    r.status AS result_status,
    r.source_url,
    CASE
        WHEN r.status = 'met' THEN 'met'
        WHEN r.status IN ('partly_met', 'not_met', 'not_implemented') THEN 'below'
        WHEN coalesce(i.comparator, '>=') = '>=' AND r.value >= i.value THEN 'met'
        WHEN i.comparator = '>' AND r.value > i.value THEN 'met'
        WHEN i.comparator = '<=' AND r.value <= i.value THEN 'met'
        WHEN i.comparator = '<' AND r.value < i.value THEN 'met'
        -- A figure from before the due year is no result yet.
        WHEN r.value IS NOT NULL AND r.fiscal_year >= coalesce(i.due_fiscal_year, r.fiscal_year) THEN
            CASE WHEN i.value IS NULL THEN 'published' ELSE 'below' END
        WHEN i.due_fiscal_year < (SELECT fiscal_year FROM current_fiscal_year) THEN 'overdue'
        WHEN i.due_fiscal_year = (SELECT fiscal_year FROM current_fiscal_year) THEN 'due'
        WHEN i.due_fiscal_year IS NOT NULL THEN 'ahead'
        WHEN i.per IS NOT NULL THEN 'every_year'
        ELSE 'ongoing'
    END AS state
FROM indicators AS i
JOIN measures AS m ON m.id = i.measure_id
JOIN sectors AS s ON s.id = m.sector_id
LEFT JOIN fiscal_years AS f ON f.fiscal_year = i.due_fiscal_year
LEFT JOIN results AS r ON r.indicator_id = i.id AND r.fiscal_year = (
    SELECT max(fiscal_year) FROM results WHERE indicator_id = i.id
);

-- First-half evaluations that fell short, second-half results below target, and due years that ended without a
-- published result. Repeats are left out: their original stands for them.
CREATE VIEW unmet_targets AS
SELECT
    'first_half' AS reason_kind,
    '前期：' || c.label AS reason,
    e.plan_id,
    e.sector_id,
    s.name AS sector,
    e.name,
    e.outcome,
    e.evidence,
    e.decision,
    e.successor_id AS measure_id,
    m.code,
    m.name AS measure_name,
    m.target,
    (SELECT group_concat(printed, '、') FROM (
        SELECT printed FROM measure_organizations WHERE measure_id = m.id ORDER BY position
    )) AS organizations,
    NULL AS due_fiscal_year,
    NULL AS result_fiscal_year,
    NULL AS result_value,
    NULL AS source_url,
    e.id AS evaluation_id,
    NULL AS indicator_id,
    s.position * 1000 + e.position AS position
FROM evaluations AS e
JOIN sectors AS s ON s.id = e.sector_id
JOIN codes AS c ON c.table_name = 'evaluations' AND c.column_name = 'outcome' AND c.code = e.outcome
LEFT JOIN measures AS m ON m.id = e.successor_id
WHERE e.outcome IN ('not_met', 'not_implemented', 'partly_met')
UNION ALL
SELECT
    CASE t.state WHEN 'below' THEN 'result_below' ELSE 'overdue' END,
    CASE t.state WHEN 'below' THEN '後期：実績が目標に届いていない' ELSE '期限経過・実績の記録なし' END,
    t.plan_id,
    t.sector_id,
    t.sector,
    t.name,
    NULL,
    NULL,
    NULL,
    t.measure_id,
    t.code,
    t.name,
    t.printed,
    t.organizations,
    t.due_fiscal_year,
    t.result_fiscal_year,
    t.result_value,
    t.source_url,
    NULL,
    t.id,
    s.position * 1000 + 500 + m.number
FROM targets AS t
JOIN sectors AS s ON s.id = t.sector_id
JOIN measures AS m ON m.id = t.measure_id
WHERE t.state IN ('below', 'overdue') AND t.repeat_of IS NULL;

-- One row for each printed measure, with the names behind its links.
CREATE VIEW measure_overview AS
SELECT
    m.id,
    m.plan_id,
    m.sector_id,
    s.name AS sector,
    m.code,
    m.name,
    m.is_new,
    m.repeat_of,
    (SELECT group_concat(number || ' ' || title, '／') FROM (
        SELECT g.number, g.title FROM measure_goals AS mg JOIN goals AS g ON g.id = mg.goal_id
        WHERE mg.measure_id = m.id ORDER BY g.number
    )) AS goals,
    (SELECT group_concat(printed, '、') FROM (
        SELECT printed FROM measure_organizations WHERE measure_id = m.id ORDER BY position
    )) AS organizations,
    m.target,
    (SELECT max(due_fiscal_year) FROM indicators WHERE measure_id = m.id AND source = 'target') AS due_fiscal_year,
    e.id AS evaluation_id,
    e.decision AS first_half_decision,
    e.outcome AS first_half_outcome,
    (SELECT group_concat(code, '、') FROM (
        SELECT DISTINCT o.code, os.position, o.number
        FROM measure_links AS l JOIN measures AS o ON o.id = l.linked_id JOIN sectors AS os ON os.id = o.sector_id
        WHERE l.measure_id = m.id ORDER BY os.position, o.number
    )) AS linked,
    (SELECT count(*) FROM event_measures WHERE measure_id = m.id) AS events,
    m.summary,
    m.schedule,
    r.code AS repeat_code,
    m.position
FROM measures AS m
JOIN sectors AS s ON s.id = m.sector_id
LEFT JOIN measures AS r ON r.id = m.repeat_of
LEFT JOIN evaluations AS e ON e.id = (
    SELECT id FROM evaluations WHERE successor_id = coalesce(m.repeat_of, m.id) ORDER BY position LIMIT 1
);

-- One row for each plan, with the number of its records; original: without repeats.
CREATE VIEW plan_overview AS
SELECT
    p.id,
    p.title,
    p.municipality,
    p.start_fiscal_year,
    p.end_fiscal_year,
    (SELECT count(*) FROM sectors WHERE plan_id = p.id) AS sectors,
    (SELECT count(*) FROM goals AS g JOIN sectors AS s ON s.id = g.sector_id WHERE s.plan_id = p.id) AS goals,
    (SELECT count(*) FROM measures WHERE plan_id = p.id) AS measures,
    (SELECT count(*) FROM measures WHERE plan_id = p.id AND repeat_of IS NULL) AS original_measures,
    (SELECT count(*) FROM measures WHERE plan_id = p.id AND is_new) AS new_measures,
    (SELECT count(*) FROM indicators AS i JOIN measures AS m ON m.id = i.measure_id WHERE m.plan_id = p.id) AS targets,
    (SELECT count(*) FROM indicators AS i JOIN measures AS m ON m.id = i.measure_id
        WHERE m.plan_id = p.id AND m.repeat_of IS NULL) AS original_targets,
    (SELECT count(*) FROM indicators AS i JOIN measures AS m ON m.id = i.measure_id
        WHERE m.plan_id = p.id AND i.due_fiscal_year IS NOT NULL) AS dated_targets,
    (SELECT count(*) FROM organizations WHERE plan_id = p.id) AS organizations,
    (SELECT count(*) FROM evaluations WHERE plan_id = p.id) AS evaluations,
    (SELECT count(*) FROM evaluations WHERE plan_id = p.id AND decision = '終了') AS ended_measures,
    (SELECT count(*) FROM evaluations
        WHERE plan_id = p.id AND outcome IN ('partly_met', 'not_met', 'not_implemented')) AS unmet_evaluations,
    (SELECT count(*) FROM events WHERE plan_id = p.id) AS events,
    (SELECT count(*) FROM corrections WHERE plan_id = p.id) AS corrections
FROM plans AS p;

-- One row for each sector, with the number of its measures and goals; original: without repeats.
CREATE VIEW sector_overview AS
SELECT
    s.id,
    s.plan_id,
    s.position,
    s.name,
    s.title,
    s.vision,
    (SELECT count(*) FROM goals WHERE sector_id = s.id) AS goals,
    (SELECT count(*) FROM measures WHERE sector_id = s.id) AS measures,
    (SELECT count(*) FROM measures WHERE sector_id = s.id AND repeat_of IS NULL) AS original_measures,
    (SELECT count(*) FROM measures WHERE sector_id = s.id AND is_new) AS new_measures
FROM sectors AS s;

-- Pairs of organizations that promote the same measure, in both directions, one row for each measure; repeats are left out.
CREATE VIEW organization_partners AS
SELECT
    a.organization_id,
    b.organization_id AS partner_id,
    o.name AS partner,
    m.id AS measure_id,
    m.code,
    m.position
FROM measures AS m
JOIN measure_organizations AS a ON a.measure_id = m.id
JOIN measure_organizations AS b ON b.measure_id = m.id AND b.organization_id <> a.organization_id
JOIN organizations AS o ON o.id = b.organization_id
WHERE m.repeat_of IS NULL;

-- One row for each organization, with what it promotes.
CREATE VIEW organization_overview AS
SELECT
    o.id,
    o.plan_id,
    o.name,
    o.kind,
    c.label AS kind_label,
    p.name AS parent,
    (SELECT group_concat(name, '、') FROM (
        SELECT name FROM organization_names WHERE organization_id = o.id AND name <> o.name ORDER BY kind DESC, name
    )) AS other_names,
    (SELECT count(*) FROM measure_organizations AS mo JOIN measures AS m ON m.id = mo.measure_id
        WHERE mo.organization_id = o.id AND m.repeat_of IS NULL) AS measures,
    (SELECT count(*) FROM measure_organizations WHERE organization_id = o.id) AS printed_measures,
    (SELECT group_concat(name, '、') FROM (
        SELECT DISTINCT s.name, s.position
        FROM measure_organizations AS mo JOIN measures AS m ON m.id = mo.measure_id JOIN sectors AS s ON s.id = m.sector_id
        WHERE mo.organization_id = o.id ORDER BY s.position
    )) AS sectors,
    (SELECT group_concat(code, '、') FROM (
        SELECT m.code, s.position, m.number
        FROM measure_organizations AS mo JOIN measures AS m ON m.id = mo.measure_id JOIN sectors AS s ON s.id = m.sector_id
        WHERE mo.organization_id = o.id ORDER BY s.position, m.number
    )) AS codes,
    o.note
FROM organizations AS o
JOIN codes AS c ON c.table_name = 'organizations' AND c.column_name = 'kind' AND c.code = o.kind
LEFT JOIN organizations AS p ON p.id = o.parent_id;

-- Events with the names of their years, sector and measures.
CREATE VIEW timeline AS
SELECT
    e.id,
    e.plan_id,
    e.sector_id,
    coalesce(s.name, '全体') AS sector,
    coalesce(s.position, 0) AS sector_position,
    e.position,
    e.fiscal_year,
    f.label AS year,
    coalesce(e.end_fiscal_year, e.fiscal_year) AS end_fiscal_year,
    g.label AS end_year,
    CASE WHEN e.fiscal_year < p.second_half_start THEN '前期' ELSE '後期' END AS half,
    e.title,
    e.printed,
    (SELECT group_concat(code, '、') FROM (
        SELECT m.code, ms.position, m.number
        FROM event_measures AS em JOIN measures AS m ON m.id = em.measure_id JOIN sectors AS ms ON ms.id = m.sector_id
        WHERE em.event_id = e.id ORDER BY ms.position, m.number
    )) AS measures
FROM events AS e
JOIN plans AS p ON p.id = e.plan_id
JOIN fiscal_years AS f ON f.fiscal_year = e.fiscal_year
JOIN fiscal_years AS g ON g.fiscal_year = coalesce(e.end_fiscal_year, e.fiscal_year)
LEFT JOIN sectors AS s ON s.id = e.sector_id;

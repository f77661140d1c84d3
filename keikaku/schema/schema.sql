-- The database `plans`: every table and view, in the order in which rows are written.
--
-- One statement per table; each column stands on its own line and its comment says what it holds. The data
-- dictionary is made from these comments together with the Japanese column help of metadata.yml, so a column
-- without a comment fails a test. Kept readable by SQLite 3.31 and later: no STRICT, no generated columns.

-- Municipalities whose plans are here.
CREATE TABLE municipalities (
    id TEXT PRIMARY KEY,                -- ASCII name of the municipality's folder under data/
    code TEXT NOT NULL,                 -- six-digit code of the local government (text: may begin with 0)
    name TEXT NOT NULL,                 -- name
    label TEXT NOT NULL,                -- name, with the prefecture where another municipality has the same name
    prefecture TEXT NOT NULL,           -- name of the prefecture, by the first two digits of the code
    corporate_number TEXT,              -- 13-digit corporate number (text)
    url TEXT                            -- its own site
);

-- Plans of municipalities.
CREATE TABLE plans (
    id TEXT PRIMARY KEY,                -- permanent ASCII name
    municipality_id TEXT NOT NULL REFERENCES municipalities (id), -- whose plan it is
    title TEXT NOT NULL,                -- title as printed
    title_en TEXT,                      -- English title, of the city or ours, for citations
    theme TEXT,                         -- subject in a word of ours, such as 産業
    concept TEXT,                       -- the plan's motto as printed
    start_fiscal_year INTEGER NOT NULL REFERENCES fiscal_years (fiscal_year), -- first fiscal year
    end_fiscal_year INTEGER NOT NULL REFERENCES fiscal_years (fiscal_year),   -- last fiscal year
    follows_id TEXT REFERENCES plans (id), -- the plan that it succeeds
    results_checked_on TEXT,            -- day up to which somebody looked for published results; NULL: nobody did
    search_examples TEXT,               -- words that its visitors may search for, separated by 、
    place TEXT                          -- where in its first document this stands
);

-- What a plan calls its parts, where it has a word of its own.
CREATE TABLE plan_words (
    plan_id TEXT NOT NULL REFERENCES plans (id), -- plan
    term TEXT NOT NULL,                 -- the part, see codes
    word TEXT NOT NULL,                 -- the plan's word for it
    PRIMARY KEY (plan_id, term)
);

-- Spans that a plan divides its years into, where it prints any.
CREATE TABLE periods (
    id TEXT PRIMARY KEY,                -- plan id and printed order
    plan_id TEXT NOT NULL REFERENCES plans (id), -- plan
    position INTEGER NOT NULL,          -- order, from 1
    name TEXT NOT NULL,                 -- name as printed
    start_fiscal_year INTEGER REFERENCES fiscal_years (fiscal_year), -- first fiscal year; NULL where no year is printed
    end_fiscal_year INTEGER REFERENCES fiscal_years (fiscal_year),   -- last fiscal year
    judged_by TEXT,                     -- who evaluated it, as printed
    note TEXT,                          -- what is our reading of it
    evaluation_note TEXT                -- what a reader of its evaluations should know, such as that their targets are not printed
);

-- Documents that the data of a plan was read from.
CREATE TABLE documents (
    id TEXT PRIMARY KEY,                -- plan id and order
    plan_id TEXT NOT NULL REFERENCES plans (id), -- plan
    position INTEGER NOT NULL,          -- order, from 1: the first is the main one
    title TEXT NOT NULL,                -- title as printed
    subtitle TEXT,                      -- subtitle as printed
    author TEXT,                        -- the body named as its author
    date TEXT,                          -- when it was published: YYYY, YYYY-MM or YYYY-MM-DD
    url TEXT,                           -- where it is published
    retrieved TEXT,                     -- day on which it was read there, ISO 8601
    sha256 TEXT                         -- digest of the file that was read
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
    prefix TEXT,                        -- letter that begins the codes of its measures
    title TEXT NOT NULL,                -- title as printed
    vision TEXT,                        -- slogan as printed
    document_id TEXT REFERENCES documents (id), -- document that it was read from
    place TEXT                          -- where in the document this stands
);

-- Goals of a plan, of any depth.
CREATE TABLE goals (
    id TEXT PRIMARY KEY,                -- sector or plan id and number
    plan_id TEXT NOT NULL REFERENCES plans (id), -- plan it belongs to
    sector_id TEXT REFERENCES sectors (id), -- sector it belongs to
    parent_id TEXT REFERENCES goals (id), -- the goal above it
    position INTEGER NOT NULL,          -- printed order in the plan, from 1
    number INTEGER,                     -- printed number
    code TEXT,                          -- printed mark that is no plain number, such as Ⅰ or 1-(2)
    level TEXT,                         -- what the plan calls this level, where that is not its word for goals
    title TEXT NOT NULL,                -- title as printed
    summary TEXT,                       -- what it wants and why, in our words
    document_id TEXT REFERENCES documents (id), -- document that it was read from
    place TEXT                          -- where in the document this stands
);

-- Measures, repeats included, as printed.
CREATE TABLE measures (
    id TEXT PRIMARY KEY,                -- sector id and number, or plan id and code
    plan_id TEXT NOT NULL REFERENCES plans (id), -- plan they belong to
    sector_id TEXT REFERENCES sectors (id), -- sector under which it is printed
    parent_id TEXT REFERENCES measures (id), -- the measure that it is part of
    position INTEGER NOT NULL,          -- printed order in the plan, from 1
    number INTEGER,                     -- printed number within the sector
    code TEXT,                          -- code as printed; NULL where none is
    name TEXT NOT NULL,                 -- name as printed
    period_id TEXT REFERENCES periods (id), -- period that it is printed for
    is_new INTEGER NOT NULL CHECK (is_new IN (0, 1)), -- 1: printed as new
    repeat_of TEXT REFERENCES measures (id), -- the original, where this entry is printed as its repeat
    summary TEXT,                       -- what is done, in our words
    summary_easy TEXT,                  -- the same in one sentence of plain Japanese, in our words
    schedule TEXT,                      -- period and schedule, in our words
    target TEXT,                        -- target cell as printed
    document_id TEXT REFERENCES documents (id), -- document that it was read from
    place TEXT                          -- where in the document this stands
);

-- Marks that are printed at a measure, such as 拡充 or ◎.
CREATE TABLE measure_marks (
    measure_id TEXT NOT NULL REFERENCES measures (id), -- measure
    position INTEGER NOT NULL,          -- printed order, from 1
    mark TEXT NOT NULL,                 -- mark as printed
    period_id TEXT REFERENCES periods (id), -- period in whose column it is printed
    PRIMARY KEY (measure_id, position)
);

-- Goals that a measure serves.
CREATE TABLE measure_goals (
    measure_id TEXT NOT NULL REFERENCES measures (id), -- measure
    goal_id TEXT NOT NULL REFERENCES goals (id), -- goal
    PRIMARY KEY (measure_id, goal_id)
);

-- Links between measures, in both directions.
CREATE TABLE measure_links (
    measure_id TEXT NOT NULL REFERENCES measures (id), -- measure
    linked_id TEXT NOT NULL REFERENCES measures (id), -- the other measure
    kind TEXT NOT NULL CHECK (kind IN ('joint', 'repeat')), -- joint: carried out together; repeat: the same measure printed again
    PRIMARY KEY (measure_id, linked_id, kind)
);

-- Bodies that are named in the plans of a municipality.
CREATE TABLE organizations (
    id TEXT PRIMARY KEY,                -- municipality id and romaji name
    municipality_id TEXT NOT NULL REFERENCES municipalities (id), -- municipality in whose plans it is named
    name TEXT NOT NULL,                 -- fullest name that is printed
    kind TEXT NOT NULL,                 -- kind of body, see codes
    parent_id TEXT REFERENCES organizations (id), -- the body that it is a department or unit of
    corporate_number TEXT,              -- 13-digit corporate number (text)
    url TEXT,                           -- its own site
    note TEXT,                          -- what is our judgement about it
    document_id TEXT REFERENCES documents (id), -- document that it was read from
    place TEXT                          -- where a measure first names it, else where the plan does
);

-- Every name under which an organization is printed or known.
CREATE TABLE organization_names (
    name TEXT NOT NULL,                 -- a name
    organization_id TEXT NOT NULL REFERENCES organizations (id), -- whose name it is
    kind TEXT NOT NULL CHECK (kind IN ('printed', 'everyday')), -- printed in a plan, or everyday
    PRIMARY KEY (organization_id, name)
);

-- Part that an organization had in making the plan or its report.
CREATE TABLE plan_organizations (
    plan_id TEXT NOT NULL REFERENCES plans (id), -- plan
    organization_id TEXT NOT NULL REFERENCES organizations (id), -- organization
    role TEXT NOT NULL CHECK (role IN ('member', 'consulted')), -- member of the project, or asked for its opinion
    position INTEGER NOT NULL,          -- printed order, from 1
    printed TEXT NOT NULL,              -- name as printed
    PRIMARY KEY (plan_id, organization_id, role)
);

-- Organizations that are named at a measure.
CREATE TABLE measure_organizations (
    measure_id TEXT NOT NULL REFERENCES measures (id), -- measure
    organization_id TEXT NOT NULL REFERENCES organizations (id), -- organization
    position INTEGER NOT NULL,          -- printed order, from 1
    role TEXT,                          -- lead or support, where that is printed
    printed TEXT NOT NULL,              -- name as printed there
    task TEXT,                          -- what is printed as its part
    PRIMARY KEY (measure_id, organization_id)
);

-- What is counted or done: one row for each thing that can be checked.
CREATE TABLE indicators (
    id TEXT PRIMARY KEY,                -- id of what it belongs to and position
    plan_id TEXT NOT NULL REFERENCES plans (id), -- plan it belongs to
    position INTEGER NOT NULL,          -- order where it is first printed, from 1
    code TEXT,                          -- code as printed, such as No. 91
    kind TEXT NOT NULL,                 -- kind of indicator, see codes
    label TEXT NOT NULL,                -- what is counted or done
    member TEXT,                        -- the part of a whole that it is of, such as 男性
    unit TEXT,                          -- unit of its figures, one (人) where thousands are printed (千人)
    per TEXT CHECK (per IN ('year', 'event', 'month')), -- figures are per fiscal year, per event or per month; NULL: in all
    accumulation TEXT CHECK (accumulation IN ('point', 'total', 'mean')), -- of one year, or the total or mean of several
    direction TEXT CHECK (direction IN ('up', 'down', 'keep')), -- where better lies; NULL: not known
    direction_from TEXT CHECK (direction_from IN ('printed', 'baseline', 'ours')), -- how that is known
    printed TEXT,                       -- what this was read from
    source TEXT NOT NULL,               -- printed cell that it comes from, see codes
    note TEXT,                          -- what a reader should know about the reading
    results_checked_on TEXT,            -- day up to which somebody looked for its published results; NULL: see plans
    document_id TEXT REFERENCES documents (id), -- document that it was read from
    place TEXT                          -- where in the document this stands
);

-- Where an indicator is printed: at measures, goals, sectors or the whole plan.
CREATE TABLE indicator_links (
    indicator_id TEXT NOT NULL REFERENCES indicators (id), -- indicator
    table_name TEXT NOT NULL CHECK (table_name IN ('plans', 'sectors', 'goals', 'measures')), -- table of what it stands at
    row_id TEXT NOT NULL,               -- id of what it stands at
    position INTEGER NOT NULL,          -- order of these places, from 1
    PRIMARY KEY (indicator_id, table_name, row_id)
);

-- Organizations that are named at an indicator itself.
CREATE TABLE indicator_organizations (
    indicator_id TEXT NOT NULL REFERENCES indicators (id), -- indicator
    organization_id TEXT NOT NULL REFERENCES organizations (id), -- organization
    position INTEGER NOT NULL,          -- printed order, from 1
    printed TEXT NOT NULL,              -- name as printed there
    PRIMARY KEY (indicator_id, organization_id)
);

-- Figures of an indicator: where it began, what is to be reached, what was reached.
CREATE TABLE figures (
    id TEXT PRIMARY KEY,                -- indicator id, role and position
    indicator_id TEXT NOT NULL REFERENCES indicators (id), -- indicator
    position INTEGER NOT NULL,          -- order within its role, from 1
    role TEXT NOT NULL CHECK (role IN ('baseline', 'target', 'result', 'estimate')), -- what the figure is
    first_year INTEGER,                 -- first year, where it covers several
    last_year INTEGER,                  -- its year, of a target the year by whose end it is due
    calendar TEXT CHECK (calendar IN ('fiscal', 'calendar', 'date')), -- its year is a fiscal year, a calendar year, or that of a day
    value NUMERIC,                      -- number, without unit
    value_to NUMERIC,                   -- last number, where it is a range
    amount TEXT,                        -- the number or range as printed, without its unit: 67.0, 2,539千, 5〜10
    text TEXT,                          -- words, where it is no number
    comparator TEXT CHECK (comparator IN ('>=', '<=', '>', '<')), -- printed comparison; NULL where only a number is printed
    is_approximate INTEGER NOT NULL CHECK (is_approximate IN (0, 1)), -- 1: printed as 約, 程度 and the like
    due_kind TEXT CHECK (due_kind IN ('by', 'in')), -- of a target, by: at any time up to that year; in: within that year
    edition INTEGER NOT NULL,           -- 1, of a figure revised later 2 and so on
    part TEXT,                          -- which part it counts, where it is not the whole
    status TEXT,                        -- of a result, what its publisher says of it, see codes
    printed TEXT,                       -- as printed
    note TEXT,                          -- what a reader should know about it
    document_id TEXT REFERENCES documents (id), -- document that it was read from
    source_url TEXT,                    -- page on which it is published
    publisher TEXT,                     -- who published it, where that is not the document's author
    publisher_kind TEXT,                -- who that is to the plan, see codes
    published_on TEXT,                  -- day of publication, or its year or month, ISO 8601
    recorded_on TEXT                    -- day on which it was entered here, ISO 8601
);

-- What can be said of a target from a fiscal year on, until the next row (the first row also before): made by the rules of keikaku/plan/verdicts.py.
CREATE TABLE verdicts (
    figure_id TEXT NOT NULL REFERENCES figures (id), -- the target
    fiscal_year INTEGER NOT NULL,       -- running fiscal year from which this holds
    state TEXT NOT NULL,                -- state, see codes
    missing TEXT,                       -- the field that would be needed to judge
    judged_by TEXT CHECK (judged_by IN ('number', 'publisher')), -- by the number, or by what the publisher says
    trend TEXT NOT NULL CHECK (trend IN ('better', 'worse', 'same', 'unknown')), -- change since the baseline, else since the result before
    result_id TEXT REFERENCES figures (id), -- the newest result
    PRIMARY KEY (figure_id, fiscal_year)
);

-- What the grades, decisions and marks that a plan prints mean.
CREATE TABLE grades (
    plan_id TEXT NOT NULL REFERENCES plans (id), -- plan
    field TEXT NOT NULL CHECK (field IN ('outcome', 'decision', 'mark')), -- what is graded
    grade TEXT NOT NULL,                -- grade as printed
    position INTEGER NOT NULL,          -- printed order, from 1
    label TEXT,                         -- the plan's own words for it
    meaning TEXT,                       -- common meaning, see codes; NULL where the plan does not say
    PRIMARY KEY (plan_id, field, grade)
);

-- Evaluations: of a measure of this plan, of one before it, by year, by body, by the city or by us.
CREATE TABLE evaluations (
    id TEXT PRIMARY KEY,                -- plan id and printed order
    plan_id TEXT NOT NULL REFERENCES plans (id), -- plan it belongs to
    sector_id TEXT REFERENCES sectors (id), -- sector
    position INTEGER NOT NULL,          -- printed order, from 1
    table_name TEXT,                    -- table of what is judged (measures, goals or indicators), where it has a record
    row_id TEXT,                        -- id of what is judged
    name TEXT NOT NULL,                 -- name of what is judged as printed
    period_id TEXT REFERENCES periods (id), -- period that is judged
    fiscal_year INTEGER REFERENCES fiscal_years (fiscal_year), -- fiscal year that is judged
    organization_id TEXT REFERENCES organizations (id), -- body that judged, where each judges for itself
    judged_by TEXT CHECK (judged_by IN ('city', 'ours')), -- whose the outcome is
    grade TEXT,                         -- grade as printed
    outcome TEXT,                       -- whether it was met, see codes
    decision TEXT,                      -- decision on what follows as printed
    rule TEXT,                          -- the rule that led to our outcome, see codes
    evidence TEXT,                      -- the document's own phrase, at most 15 characters
    summary TEXT,                       -- what the document says, in our words
    successor_id TEXT REFERENCES measures (id), -- measure that continues it
    target_change TEXT,                 -- how we judge that its target differs in that measure, see codes
    target_evidence TEXT,               -- the document's own phrase for what the target was, at most 15 characters
    document_id TEXT REFERENCES documents (id), -- document that it was read from
    place TEXT                          -- where in the document this stands
);

-- What a plan's table of years says is done in a year.
CREATE TABLE events (
    id TEXT PRIMARY KEY,                -- plan id and printed order
    plan_id TEXT NOT NULL REFERENCES plans (id), -- plan it belongs to
    sector_id TEXT REFERENCES sectors (id), -- sector; NULL: the whole plan
    position INTEGER NOT NULL,          -- printed order, from 1
    fiscal_year INTEGER NOT NULL REFERENCES fiscal_years (fiscal_year), -- fiscal year in whose column it stands
    end_fiscal_year INTEGER REFERENCES fiscal_years (fiscal_year), -- last fiscal year where the text names a longer span
    title TEXT NOT NULL,                -- correct reading
    printed TEXT NOT NULL,              -- as printed
    document_id TEXT REFERENCES documents (id), -- document that it was read from
    place TEXT                          -- where in the document this stands
);

-- Measures that an event belongs to.
CREATE TABLE event_measures (
    event_id TEXT NOT NULL REFERENCES events (id), -- event
    measure_id TEXT NOT NULL REFERENCES measures (id), -- measure
    PRIMARY KEY (event_id, measure_id)
);

-- Slips of print and inconsistencies of the documents, and how the data treats them.
CREATE TABLE corrections (
    id TEXT PRIMARY KEY,                -- plan id and number
    plan_id TEXT NOT NULL REFERENCES plans (id), -- plan whose document it is
    table_name TEXT NOT NULL,           -- table of the row that it touches
    row_id TEXT NOT NULL,               -- id of that row
    column_name TEXT NOT NULL,          -- column that it touches
    kind TEXT NOT NULL,                 -- kind of slip, see codes
    printed TEXT NOT NULL,              -- what is printed
    corrected TEXT,                     -- what is right; NULL where the print is kept and only explained
    reason TEXT NOT NULL,               -- why
    document_id TEXT REFERENCES documents (id), -- document that it was read from
    place TEXT                          -- where in the document this stands
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

-- What is the same in plans of several municipalities, or only looks so, as people have judged it (data/same_as.yml).
CREATE TABLE same_as (
    table_name TEXT NOT NULL CHECK (table_name IN ('indicators', 'organizations')), -- table of both records
    row_id TEXT NOT NULL,               -- id of one record
    other_id TEXT NOT NULL,             -- id of the other
    is_same INTEGER NOT NULL CHECK (is_same IN (0, 1)), -- 1: the same; 0: not the same, though it looks so
    evidence TEXT NOT NULL,             -- how that is known
    PRIMARY KEY (table_name, row_id, other_id)
);

-- Units of all indicators in the units in which they are compared.
CREATE TABLE units (
    unit TEXT PRIMARY KEY,              -- unit as printed
    common_unit TEXT NOT NULL,          -- unit that figures are compared in
    factor NUMERIC NOT NULL             -- how many of it one of the printed unit is
);

-- Indicators of several municipalities that are the same by their name and their plans' theme, or by same_as.
CREATE TABLE comparable_indicators (
    indicator_id TEXT PRIMARY KEY REFERENCES indicators (id), -- indicator
    subject_id TEXT NOT NULL REFERENCES indicators (id), -- the first of those that are the same
    why TEXT NOT NULL CHECK (why IN ('name', 'same_as')), -- how it is known that they are the same
    evidence TEXT,                      -- evidence, where it is by same_as
    common_unit TEXT,                   -- unit that its figures are compared in
    basis TEXT NOT NULL,                -- what they count, see codes
    obstacle TEXT,                      -- why they cannot stand beside those of another municipality, see codes; NULL: they can
    rejection TEXT                      -- evidence that it is not the same as another, by same_as
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
    municipality_id TEXT NOT NULL REFERENCES municipalities (id), -- municipality whose words they are
    word TEXT NOT NULL,                 -- word as written
    reading TEXT NOT NULL,              -- its reading in kana
    PRIMARY KEY (municipality_id, word)
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
    body TEXT NOT NULL                  -- the rest of its text
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

-- Where each indicator is printed first, with the names of that place.
CREATE VIEW indicator_places AS
SELECT
    l.indicator_id,
    l.table_name,
    l.row_id,
    m.id AS measure_id,
    m.code,
    m.repeat_of,
    coalesce(m.name, g.title, s.name, p.title) AS name,
    coalesce(m.code || ' ', '') || coalesce(m.name, g.title, s.name, p.title) AS full_name,
    coalesce(m.sector_id, g.sector_id, s.id) AS sector_id,
    coalesce(m.position, g.position, s.position, 0) AS position
FROM indicator_links AS l
LEFT JOIN measures AS m ON l.table_name = 'measures' AND m.id = l.row_id
LEFT JOIN goals AS g ON l.table_name = 'goals' AND g.id = l.row_id
LEFT JOIN sectors AS s ON l.table_name = 'sectors' AND s.id = l.row_id
LEFT JOIN plans AS p ON l.table_name = 'plans' AND p.id = l.row_id
WHERE l.position = 1;

-- Whatever has a page of its own under a permanent address, /plans/<table_name>/<id>: the one list of records. An
-- organization belongs to all plans of its municipality; plan_id names the first of them.
CREATE VIEW records AS
SELECT 'plans' AS table_name, id, id AS plan_id, title, title AS full_title, place FROM plans
UNION ALL
SELECT 'sectors', id, plan_id, name, title, place FROM sectors
UNION ALL
SELECT 'goals', id, plan_id, title, title, place FROM goals
UNION ALL
SELECT 'measures', id, plan_id, name, coalesce(code || ' ', '') || name, place FROM measures
UNION ALL
SELECT
    'indicators', i.id, i.plan_id, i.label,
    coalesce((SELECT full_name || '：' FROM indicator_places WHERE indicator_id = i.id), '') || i.label, i.place
FROM indicators AS i  -- not joined: SQLite would make all rows of that view to find one
UNION ALL
SELECT 'organizations', o.id, p.id, o.name, o.name, o.place
FROM organizations AS o
JOIN plans AS p ON p.id = (SELECT min(id) FROM plans WHERE municipality_id = o.municipality_id)
UNION ALL
SELECT 'evaluations', e.id, e.plan_id, e.name, coalesce(p.name || 'の', '') || '評価：' || e.name, e.place
FROM evaluations AS e LEFT JOIN periods AS p ON p.id = e.period_id
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

-- Published results, one row for each figure, with what it belongs to and who says so.
CREATE VIEW results AS
SELECT
    f.id,
    i.plan_id,
    w.sector_id,
    w.measure_id,
    w.code,
    w.name,
    i.id AS indicator_id,
    i.label,
    i.member,
    f.first_year,
    f.last_year AS fiscal_year,
    CASE f.calendar WHEN 'calendar' THEN f.last_year || '年' ELSE y.label END AS year,
    f.calendar,
    f.part,
    f.value,
    f.value_to,
    i.unit,
    f.text,
    f.status,
    f.printed,
    f.note,
    f.publisher,
    f.publisher_kind,
    f.source_url,
    f.published_on,
    f.recorded_on,
    f.edition,
    c.label AS municipality,
    p.theme
FROM figures AS f
JOIN indicators AS i ON i.id = f.indicator_id
JOIN plans AS p ON p.id = i.plan_id
JOIN municipalities AS c ON c.id = p.municipality_id
JOIN indicator_places AS w ON w.indicator_id = i.id
LEFT JOIN fiscal_years AS y ON y.fiscal_year = f.last_year
WHERE f.role = 'result' AND w.repeat_of IS NULL;

-- Every target, one row for each due year, with what it belongs to and its state in the fiscal year of today.
CREATE VIEW targets AS
SELECT
    i.id,
    i.plan_id,
    w.sector_id,
    s.name AS sector,
    w.table_name,
    w.row_id,
    w.measure_id,
    w.code,
    w.name,
    w.repeat_of,
    i.position,
    i.kind,
    i.label,
    i.member,
    t.comparator,
    t.value,
    t.value_to,
    t.amount,
    i.unit,
    i.per,
    i.accumulation,
    i.direction,
    t.is_approximate,
    t.first_year,
    t.last_year AS due_fiscal_year,
    CASE t.calendar WHEN 'calendar' THEN t.last_year || '年' ELSE f.label END AS due,
    t.due_kind,
    t.calendar,
    coalesce(t.printed, t.text, i.label) AS printed,
    i.source,
    i.note,
    coalesce(
        (SELECT group_concat(printed, '、') FROM (
            SELECT printed FROM measure_organizations WHERE measure_id = w.measure_id ORDER BY position
        )),
        (SELECT group_concat(printed, '、') FROM (
            SELECT printed FROM indicator_organizations WHERE indicator_id = i.id ORDER BY position
        ))
    ) AS organizations,
    b.last_year AS baseline_year,
    b.value AS baseline_value,
    b.printed AS baseline,
    r.last_year AS result_fiscal_year,
    CASE r.calendar WHEN 'calendar' THEN r.last_year || '年' ELSE y.label END AS result_year,
    r.value AS result_value,
    r.amount AS result_amount,
    r.part AS result_part,
    r.status AS result_status,
    r.source_url,
    v.state,
    v.missing,
    v.judged_by,
    v.trend,
    t.id AS figure_id,
    c.label AS municipality,
    p.theme
FROM indicators AS i  -- before its figures: whoever joins plans to this view can have their order kept
JOIN figures AS t ON t.indicator_id = i.id
JOIN plans AS p ON p.id = i.plan_id
JOIN municipalities AS c ON c.id = p.municipality_id
JOIN verdicts AS v ON v.figure_id = t.id AND v.fiscal_year = (
    SELECT coalesce(max(e.fiscal_year) FILTER (WHERE e.fiscal_year <= y.fiscal_year), min(e.fiscal_year))
    FROM verdicts AS e JOIN current_fiscal_year AS y ON true WHERE e.figure_id = t.id
)
JOIN indicator_places AS w ON w.indicator_id = i.id
LEFT JOIN sectors AS s ON s.id = w.sector_id
LEFT JOIN fiscal_years AS f ON f.fiscal_year = t.last_year
LEFT JOIN figures AS b ON b.indicator_id = i.id AND b.role = 'baseline' AND b.position = 1
LEFT JOIN figures AS r ON r.id = v.result_id
LEFT JOIN fiscal_years AS y ON y.fiscal_year = r.last_year;

-- What is there of each target by which anyone could tell whether it was met: 1 or 0 each, and their sum. A direction that only
-- we read counts as none. Repeats are left out.
CREATE VIEW checkability AS
SELECT
    c.*,
    c.has_number + c.has_unit + c.has_baseline + c.has_year + c.has_direction + c.has_body AS score
FROM (
    SELECT
        t.plan_id,
        t.sector,
        t.code,
        t.name,
        t.label,
        t.member,
        t.printed,
        iif(t.value IS NULL, 0, 1) AS has_number,
        iif(t.value IS NULL OR t.unit IS NULL, 0, 1) AS has_unit,
        iif(t.baseline IS NULL AND t.baseline_value IS NULL, 0, 1) AS has_baseline,
        iif(t.due_fiscal_year IS NULL AND coalesce(t.per, '') NOT IN ('year', 'month'), 0, 1) AS has_year,
        iif(t.comparator IS NULL AND coalesce(i.direction_from, 'ours') = 'ours', 0, 1) AS has_direction,
        iif(t.organizations IS NULL, 0, 1) AS has_body,
        t.measure_id,
        t.id AS indicator_id,
        t.figure_id,
        t.municipality,
        t.theme
    FROM targets AS t JOIN indicators AS i ON i.id = t.id
    WHERE t.repeat_of IS NULL
) AS c;

-- Indicators that several municipalities have, one row for each target (or the indicator alone, where it has none), in common
-- units and per year where that can be said, and why one cannot stand beside the others. Nothing is ranked.
CREATE VIEW comparisons AS
WITH targeted AS (
    SELECT
        k.*, i.label, i.member, i.unit, i.plan_id, t.id AS figure_id, t.value, t.comparator, t.first_year, t.last_year, t.calendar,
        coalesce(t.printed, t.text) AS target, coalesce(u.factor, 1) * iif(i.per = 'month', 12, 1) AS factor,
        i.accumulation = 'total' AND k.basis = 'year' AS is_divided, v.state, coalesce(v.result_id, (
            SELECT id FROM figures WHERE indicator_id = i.id AND role = 'result' ORDER BY value IS NULL, last_year DESC, edition DESC, position LIMIT 1
        )) AS result_id
    FROM comparable_indicators AS k
    JOIN indicators AS i ON i.id = k.indicator_id
    LEFT JOIN units AS u ON u.unit = i.unit
    LEFT JOIN figures AS t ON t.indicator_id = i.id AND t.role = 'target'
        AND NOT EXISTS (SELECT 1 FROM figures AS f WHERE f.indicator_id = i.id AND f.role = 'target' AND f.edition > t.edition AND f.last_year IS NOT DISTINCT FROM t.last_year)
    LEFT JOIN verdicts AS v ON v.figure_id = t.id AND v.fiscal_year = (
        SELECT coalesce(max(e.fiscal_year) FILTER (WHERE e.fiscal_year <= y.fiscal_year), min(e.fiscal_year))
        FROM verdicts AS e JOIN current_fiscal_year AS y ON true WHERE e.figure_id = t.id
    )
)
SELECT
    c.subject_id,
    (SELECT label FROM indicators WHERE id = c.subject_id) AS subject,
    m.label AS municipality,
    p.municipality_id,
    p.title AS plan,
    c.plan_id,
    p.theme,
    c.label,
    c.member,
    c.common_unit,
    c.basis,
    iif(c.is_divided AND b.first_year IS NOT NULL, c.factor * b.value / CAST(b.last_year - b.first_year + 1 AS REAL), c.factor * b.value) AS common_baseline,
    iif(b.calendar = 'calendar', b.last_year || '年', y.label) AS baseline_year,
    iif(c.is_divided, c.factor * c.value / CAST(c.last_year - c.first_year + 1 AS REAL), c.factor * c.value) AS common_target,
    c.comparator,
    iif(c.calendar = 'calendar', c.last_year || '年', z.label) AS due,
    iif(c.is_divided AND r.first_year IS NOT NULL, c.factor * r.value / CAST(r.last_year - r.first_year + 1 AS REAL), c.factor * r.value) AS common_result,
    iif(r.calendar = 'calendar', r.last_year || '年', x.label) AS result_year,
    c.state,
    c.obstacle,
    c.rejection,
    c.unit,
    b.printed AS baseline,
    c.target,
    coalesce(r.printed, r.amount || coalesce(c.unit, ''), k.label) AS result,
    (SELECT g.grade FROM evaluations AS g WHERE g.grade IS NOT NULL AND g.plan_id = c.plan_id AND g.row_id IN (c.indicator_id, w.measure_id)
        ORDER BY g.fiscal_year DESC, g.position DESC LIMIT 1) AS grade,
    c.why,
    c.evidence,
    m.code AS municipality_code,
    c.indicator_id,
    w.measure_id,
    c.figure_id
FROM targeted AS c
JOIN plans AS p ON p.id = c.plan_id
JOIN municipalities AS m ON m.id = p.municipality_id
JOIN indicator_places AS w ON w.indicator_id = c.indicator_id
LEFT JOIN figures AS b ON b.indicator_id = c.indicator_id AND b.role = 'baseline' AND b.position = 1
LEFT JOIN figures AS r ON r.id = c.result_id
LEFT JOIN codes AS k ON k.table_name = 'figures' AND k.column_name = 'status' AND k.code = r.status
LEFT JOIN fiscal_years AS x ON x.fiscal_year = r.last_year
LEFT JOIN fiscal_years AS y ON y.fiscal_year = b.last_year
LEFT JOIN fiscal_years AS z ON z.fiscal_year = c.last_year;

-- Bodies that are one and the same in plans of several municipalities, in both directions, and how that is known.
CREATE VIEW same_organizations AS
SELECT o.id AS organization_id, s.id AS same_id, s.name, c.label AS municipality, 'corporate_number' AS why, o.corporate_number AS evidence
FROM organizations AS o
JOIN organizations AS s ON s.corporate_number = o.corporate_number AND s.id <> o.id
JOIN municipalities AS c ON c.id = s.municipality_id
UNION
SELECT a.row_id, s.id, s.name, c.label, 'same_as', a.evidence
FROM (
    SELECT row_id, other_id, evidence FROM same_as WHERE table_name = 'organizations' AND is_same = 1
    UNION ALL
    SELECT other_id, row_id, evidence FROM same_as WHERE table_name = 'organizations' AND is_same = 1
) AS a
JOIN organizations AS s ON s.id = a.other_id
JOIN municipalities AS c ON c.id = s.municipality_id;

-- Evaluations that fell short, results below target, and due years that ended without a result recorded here. Repeats
-- are left out: their original stands for them.
CREATE VIEW unmet_targets AS
SELECT
    'evaluation' AS reason_kind,
    coalesce(p.name || '：', '') || c.label AS reason,
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
    NULL AS due,
    NULL AS result_fiscal_year,
    NULL AS result_year,
    NULL AS result_value,
    NULL AS source_url,
    e.id AS evaluation_id,
    NULL AS indicator_id,
    coalesce(s.position, 0) * 1000000 + e.position AS position,
    iif(e.outcome = 'partly_met', 2, 1) AS part
FROM evaluations AS e
LEFT JOIN sectors AS s ON s.id = e.sector_id
LEFT JOIN periods AS p ON p.id = e.period_id
JOIN codes AS c ON c.table_name = 'evaluations' AND c.column_name = 'outcome' AND c.code = e.outcome
LEFT JOIN measures AS m ON m.id = e.successor_id
WHERE e.outcome IN ('not_met', 'not_implemented', 'partly_met')
UNION ALL
SELECT
    CASE t.state WHEN 'below' THEN 'result_below' ELSE 'overdue_unreported' END,
    iif(t.state = 'below', '実績が', '') || v.label,
    t.plan_id,
    t.sector_id,
    t.sector,
    iif(t.measure_id IS NULL, t.label || coalesce('（' || t.member || '）', ''), t.name),
    NULL,
    NULL,
    NULL,
    t.measure_id,
    t.code,
    t.name,
    t.printed,
    t.organizations,
    t.due_fiscal_year,
    t.due,
    t.result_fiscal_year,
    t.result_year,
    t.result_value,
    t.source_url,
    NULL,
    t.id,
    coalesce(s.position, 0) * 1000000 + 500000 + w.position,
    iif(t.state = 'below', 3, 4)
FROM targets AS t
JOIN codes AS v ON v.table_name = 'verdicts' AND v.column_name = 'state' AND v.code = t.state
JOIN indicator_places AS w ON w.indicator_id = t.id
LEFT JOIN sectors AS s ON s.id = t.sector_id
WHERE t.state IN ('below', 'overdue_unreported') AND t.repeat_of IS NULL;

-- Targets of which no result is recorded here: their due year is over, or they hold for every year (or each time) and
-- nothing is recorded for the newest year that is over. Silence here, not silence of a city. Repeats are left out.
CREATE VIEW unreported AS
WITH asked AS (
    SELECT
        t.*,
        iif(c.fiscal_year > p.end_fiscal_year, p.end_fiscal_year, c.fiscal_year - 1) AS newest_year,
        coalesce(h.start_fiscal_year, p.start_fiscal_year) AS since
    FROM targets AS t
    JOIN current_fiscal_year AS c ON true
    JOIN plans AS p ON p.id = t.plan_id
    LEFT JOIN measures AS m ON m.id = t.measure_id
    LEFT JOIN periods AS h ON h.id = m.period_id
    WHERE t.repeat_of IS NULL
), silent AS (
    SELECT iif(a.state = 'overdue_unreported', 'overdue', 'yearly') AS reason_kind,
        iif(a.state = 'overdue_unreported', a.due_fiscal_year, a.newest_year) AS fiscal_year,
        iif(a.state = 'overdue_unreported', a.due, y.label) AS year, a.*
    FROM asked AS a LEFT JOIN fiscal_years AS y ON y.fiscal_year = a.newest_year
    WHERE a.state = 'overdue_unreported' OR (
        a.per IS NOT NULL AND a.due_fiscal_year IS NULL AND a.newest_year >= a.since AND y.label IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM figures AS f WHERE f.indicator_id = a.id AND f.role = 'result'
                AND (f.last_year IS NULL OR a.newest_year BETWEEN coalesce(f.first_year, f.last_year) AND f.last_year)
        )
    )
)
SELECT
    u.reason_kind,
    u.plan_id,
    u.sector_id,
    u.sector,
    u.table_name,
    u.row_id,
    u.measure_id,
    u.code,
    u.name,
    u.id AS indicator_id,
    u.label,
    u.member,
    u.printed,
    u.fiscal_year,
    u.year,
    '「' || w.full_name || '」の目標「' || u.label || coalesce('（' || u.member || '）', '') || '」'
        || iif(u.printed = u.label, '', '（' || u.printed || '）') || 'の、' || u.year || 'の実績' AS question,
    u.organizations,
    r.last_year AS result_fiscal_year,
    CASE r.calendar WHEN 'calendar' THEN r.last_year || '年' ELSE y.label END AS result_year,
    coalesce(s.position, 0) * 1000000 + w.position AS position,
    u.figure_id
FROM silent AS u
JOIN indicator_places AS w ON w.indicator_id = u.id
LEFT JOIN sectors AS s ON s.id = u.sector_id
LEFT JOIN figures AS r ON r.id = (SELECT id FROM figures WHERE indicator_id = u.id AND role = 'result' ORDER BY last_year DESC LIMIT 1)
LEFT JOIN fiscal_years AS y ON y.fiscal_year = r.last_year;

-- One row for each evaluation, with the names behind its links and what the plan's own words mean.
CREATE VIEW evaluation_overview AS
SELECT
    e.id,
    e.plan_id,
    e.sector_id,
    s.name AS sector,
    e.position,
    e.name,
    e.table_name,
    e.row_id,
    p.name AS period,
    e.fiscal_year,
    f.label AS year,
    o.name AS organization,
    e.judged_by,
    e.grade,
    g.label AS grade_label,
    g.meaning,
    e.outcome,
    e.decision,
    d.label AS decision_label,
    CAST(coalesce(d.meaning IN ('end', 'done'), 0) AS INTEGER) AS is_ended,
    e.rule,
    e.evidence,
    e.summary,
    e.successor_id,
    m.code,
    m.name AS measure_name,
    e.place,
    c.label AS municipality,
    q.theme
FROM evaluations AS e
JOIN plans AS q ON q.id = e.plan_id
JOIN municipalities AS c ON c.id = q.municipality_id
LEFT JOIN sectors AS s ON s.id = e.sector_id
LEFT JOIN periods AS p ON p.id = e.period_id
LEFT JOIN fiscal_years AS f ON f.fiscal_year = e.fiscal_year
LEFT JOIN organizations AS o ON o.id = e.organization_id
LEFT JOIN grades AS g ON g.plan_id = e.plan_id AND g.field = 'outcome' AND g.grade = e.grade
LEFT JOIN grades AS d ON d.plan_id = e.plan_id AND d.field = 'decision' AND d.grade = e.decision
LEFT JOIN measures AS m ON m.id = e.successor_id;

-- How a target differs in the measure that continues what was evaluated, or in a later edition of it: judged by us from the
-- document's words, or compared by the numbers, years, units and names that the data has of both.
CREATE VIEW moved_goalposts AS
WITH pairs AS (
    SELECT e.plan_id, e.id AS evaluation_id, e.name AS before_name, e.successor_id AS measure_id, b.figure_id AS before_id, a.figure_id AS after_id
    FROM evaluations AS e
    JOIN targets AS b ON e.table_name = 'measures' AND b.plan_id = e.plan_id AND b.measure_id = e.row_id
    JOIN targets AS a ON a.plan_id = e.plan_id AND a.measure_id = e.successor_id AND a.label = b.label AND a.member IS NOT DISTINCT FROM b.member
    WHERE e.successor_id <> e.row_id
    UNION ALL
    SELECT i.plan_id, NULL, w.name, w.measure_id, b.id, a.id
    FROM figures AS b
    JOIN figures AS a ON a.indicator_id = b.indicator_id AND a.role = b.role AND a.edition = b.edition + 1 AND a.last_year IS NOT DISTINCT FROM b.last_year
    JOIN indicators AS i ON i.id = b.indicator_id
    JOIN indicator_places AS w ON w.indicator_id = i.id
    WHERE b.role = 'target' AND w.repeat_of IS NULL
), compared AS (
    SELECT p.*, b.indicator_id, b.printed AS before_target, a.printed AS target, b.value AS before_value, a.value AS after_value,
        b.last_year AS before_year, a.last_year AS after_year, bi.unit IS DISTINCT FROM ai.unit AS is_other_unit
    FROM pairs AS p
    JOIN figures AS b ON b.id = p.before_id
    JOIN figures AS a ON a.id = p.after_id
    JOIN indicators AS bi ON bi.id = b.indicator_id
    JOIN indicators AS ai ON ai.id = a.indicator_id
), found AS (
    SELECT e.plan_id, e.id AS evaluation_id, NULL AS indicator_id, e.name AS before_name, NULL AS before_target, e.successor_id AS measure_id,
        NULL AS target, e.target_change AS change, 'ours' AS judged_by, e.target_evidence AS evidence, e.position
    FROM evaluations AS e WHERE e.target_change IS NOT NULL
    UNION ALL
    SELECT plan_id, evaluation_id, indicator_id, before_name, before_target, measure_id, target, CASE
        WHEN k.what = 'year' THEN 'deadline_slipped'
        WHEN is_other_unit THEN 'counted_otherwise'
        WHEN after_value IS NULL THEN 'number_dropped'
        WHEN after_value < before_value THEN 'number_lowered'
        ELSE 'number_raised'
    END, 'data', NULL, 0
    FROM compared CROSS JOIN (SELECT 'value' AS what UNION ALL SELECT 'year') AS k  -- asked twice, it would be made for all plans
    WHERE iif(k.what = 'year', after_year > before_year, before_value IS NOT NULL AND (is_other_unit OR after_value IS DISTINCT FROM before_value))
    UNION ALL
    SELECT e.plan_id, e.id, NULL, e.name, NULL, e.successor_id, NULL, 'body_replaced', 'data', NULL, e.position
    FROM evaluations AS e
    WHERE e.table_name = 'measures' AND e.successor_id <> e.row_id AND EXISTS (
        SELECT organization_id FROM measure_organizations WHERE measure_id = e.row_id
        EXCEPT SELECT organization_id FROM measure_organizations WHERE measure_id = e.successor_id
    ) AND EXISTS (
        SELECT organization_id FROM measure_organizations WHERE measure_id = e.successor_id
        EXCEPT SELECT organization_id FROM measure_organizations WHERE measure_id = e.row_id
    )
    UNION ALL
    SELECT e.plan_id, e.id, NULL, e.name, NULL, e.successor_id, NULL, 'name_changed', 'data', NULL, e.position
    FROM evaluations AS e JOIN measures AS m ON m.id = e.successor_id WHERE m.name <> e.name
)
SELECT
    f.plan_id, f.evaluation_id, f.indicator_id, f.before_name, f.before_target, f.measure_id,
    m.code, coalesce(m.name, f.before_name) AS name, coalesce(f.target, m.target) AS target, f.change, f.judged_by, f.evidence, f.position
FROM found AS f LEFT JOIN measures AS m ON m.id = f.measure_id;

-- What a plan that follows another one does with each of its measures, and with each indicator that stands at none: told by the
-- printed name, or by an evaluation that names both. Nothing is said of why a name is missing. Repeats are left out.
CREATE VIEW plan_successions AS
WITH concerned AS (
    SELECT id FROM plans WHERE follows_id IS NOT NULL UNION SELECT follows_id FROM plans WHERE follows_id IS NOT NULL
), things AS (
    SELECT plan_id, 'measures' AS table_name, id, code, name, target, position FROM measures
    WHERE repeat_of IS NULL AND plan_id IN (SELECT id FROM concerned)
    UNION ALL
    SELECT
        i.plan_id, 'indicators', i.id, i.code, i.label || coalesce('（' || i.member || '）', ''),
        (SELECT group_concat(printed, '、') FROM figures AS f WHERE f.indicator_id = i.id AND f.role = 'target'), 1000000 + w.position * 100 + i.position
    FROM indicators AS i JOIN indicator_places AS w ON w.indicator_id = i.id
    WHERE w.measure_id IS NULL AND i.plan_id IN (SELECT id FROM concerned)
), pairs AS (
    SELECT p.id AS plan_id, b.id AS before_id, a.id AS id
    FROM plans AS p
    JOIN things AS b ON b.plan_id = p.follows_id
    JOIN things AS a ON a.plan_id = p.id AND a.table_name = b.table_name AND a.name = b.name
    UNION
    SELECT p.id, b.id, e.successor_id
    FROM plans AS p
    JOIN evaluations AS e ON e.plan_id = p.id
    JOIN measures AS b ON b.plan_id = p.follows_id AND b.name = e.name AND b.repeat_of IS NULL
    WHERE e.successor_id IS NOT NULL
)
SELECT
    p.id AS plan_id, p.follows_id AS before_plan_id, b.table_name, iif(a.name = b.name, 'kept', 'renamed') AS change,
    b.id AS before_id, b.name AS before_name, b.target AS before_target, a.id, a.name, a.target, a.position
FROM pairs AS o
JOIN plans AS p ON p.id = o.plan_id
JOIN things AS b ON b.id = o.before_id
JOIN things AS a ON a.id = o.id
UNION ALL
SELECT p.id, p.follows_id, b.table_name, 'dropped', b.id, b.name, b.target, NULL, NULL, NULL, 2000000 + b.position
FROM plans AS p JOIN things AS b ON b.plan_id = p.follows_id
WHERE b.id NOT IN (SELECT before_id FROM pairs WHERE plan_id = p.id)
UNION ALL
SELECT p.id, p.follows_id, a.table_name, 'added', NULL, NULL, NULL, a.id, a.name, a.target, a.position
FROM plans AS p JOIN things AS a ON a.plan_id = p.id
WHERE p.follows_id IS NOT NULL AND a.id NOT IN (SELECT id FROM pairs WHERE plan_id = p.id);

-- How many evaluations have each outcome, for each plan and the period or year that they judge.
CREATE VIEW evaluation_outcomes AS
SELECT
    e.plan_id,
    e.period,
    e.fiscal_year,
    e.year,
    iif(e.grade IS NULL, e.outcome, NULL) AS outcome,
    e.grade,
    e.grade_label,
    count(*) AS evaluations,
    max(p.evaluation_note) AS evaluation_note
FROM evaluation_overview AS e
LEFT JOIN periods AS p ON p.plan_id = e.plan_id AND p.name = e.period
WHERE coalesce(e.grade, e.outcome) IS NOT NULL
GROUP BY e.plan_id, e.period, e.fiscal_year, e.year, iif(e.grade IS NULL, e.outcome, NULL), e.grade, e.grade_label;

-- One row for each printed measure, with the names behind its links.
CREATE VIEW measure_overview AS
SELECT
    m.id,
    m.plan_id,
    m.sector_id,
    (SELECT name FROM sectors WHERE id = m.sector_id) AS sector,
    m.code,
    m.name,
    (SELECT name FROM periods WHERE id = m.period_id) AS period,
    m.is_new,
    m.repeat_of,
    (SELECT group_concat(title, '／') FROM (
        SELECT coalesce(coalesce(g.code, CAST(g.number AS TEXT)) || ' ', '') || g.title AS title
        FROM measure_goals AS mg JOIN goals AS g ON g.id = mg.goal_id
        WHERE mg.measure_id = m.id ORDER BY g.position
    )) AS goals,
    (SELECT group_concat(printed, '、') FROM (
        SELECT printed FROM measure_organizations WHERE measure_id = m.id ORDER BY position
    )) AS organizations,
    m.target,
    (SELECT max(t.last_year)
        FROM indicator_links AS l JOIN indicators AS i ON i.id = l.indicator_id AND i.source = 'target'
        JOIN figures AS t ON t.indicator_id = i.id AND t.role = 'target'
        WHERE l.table_name = 'measures' AND l.row_id = m.id) AS due_fiscal_year,
    (SELECT CASE t.calendar WHEN 'calendar' THEN t.last_year || '年' ELSE y.label END
        FROM indicator_links AS l JOIN indicators AS i ON i.id = l.indicator_id AND i.source = 'target'
        JOIN figures AS t ON t.indicator_id = i.id AND t.role = 'target'
        JOIN fiscal_years AS y ON y.fiscal_year = t.last_year
        WHERE l.table_name = 'measures' AND l.row_id = m.id ORDER BY t.last_year DESC LIMIT 1) AS due,
    m.evaluation_id,
    (SELECT name FROM periods WHERE id = (SELECT period_id FROM evaluations WHERE id = m.evaluation_id)) AS evaluated_period,
    (SELECT decision FROM evaluations WHERE id = m.evaluation_id) AS decision,
    (SELECT grade FROM evaluations WHERE id = m.evaluation_id) AS grade,
    (SELECT outcome FROM evaluations WHERE id = m.evaluation_id) AS outcome,
    (SELECT group_concat(code, '、') FROM (
        SELECT DISTINCT coalesce(o.code, o.name) AS code, o.position
        FROM measure_links AS l JOIN measures AS o ON o.id = l.linked_id WHERE l.measure_id = m.id ORDER BY o.position
    )) AS linked,
    (SELECT count(*) FROM event_measures WHERE measure_id = m.id) AS events,
    m.summary,
    m.schedule,
    (SELECT code FROM measures WHERE id = m.repeat_of) AS repeat_code,
    m.position,
    c.label AS municipality,
    p.theme
FROM (
    SELECT *, (
        SELECT id FROM evaluations AS e
        WHERE e.plan_id = m.plan_id AND (e.successor_id = coalesce(m.repeat_of, m.id) OR e.row_id = coalesce(m.repeat_of, m.id))
        ORDER BY e.position LIMIT 1
    ) AS evaluation_id
    FROM measures AS m
) AS m  -- other tables by subqueries, not joined: a count needs none of them
JOIN plans AS p ON p.id = m.plan_id
JOIN municipalities AS c ON c.id = p.municipality_id;

-- One row for each plan, with its municipality, its main document, the period of today and its words: its own, or ours
-- where it has none.
CREATE VIEW plan_facts AS
SELECT
    p.*,
    c.label AS municipality,
    c.code AS municipality_code,
    c.prefecture,
    c.corporate_number,
    c.url AS municipality_url,
    d.title AS document_title,
    d.subtitle AS document_subtitle,
    d.author AS document_author,
    d.date AS document_date,
    d.url AS document_url,
    (SELECT name FROM periods AS r WHERE r.plan_id = p.id
        AND (SELECT fiscal_year FROM current_fiscal_year) BETWEEN r.start_fiscal_year AND r.end_fiscal_year
    ) AS current_period,
    coalesce(
        (SELECT word FROM plan_words WHERE plan_id = p.id AND term = 'sector'),
        (SELECT label FROM codes WHERE table_name = 'plan_words' AND column_name = 'term' AND code = 'sector')
    ) AS sector_word,
    coalesce(
        (SELECT word FROM plan_words WHERE plan_id = p.id AND term = 'goal'),
        (SELECT label FROM codes WHERE table_name = 'plan_words' AND column_name = 'term' AND code = 'goal')
    ) AS goal_word,
    coalesce(
        (SELECT word FROM plan_words WHERE plan_id = p.id AND term = 'measure'),
        (SELECT label FROM codes WHERE table_name = 'plan_words' AND column_name = 'term' AND code = 'measure')
    ) AS measure_word,
    coalesce(
        (SELECT word FROM plan_words WHERE plan_id = p.id AND term = 'organization'),
        (SELECT label FROM codes WHERE table_name = 'plan_words' AND column_name = 'term' AND code = 'organization')
    ) AS organization_word,
    coalesce(
        (SELECT word FROM plan_words WHERE plan_id = p.id AND term = 'target'),
        (SELECT label FROM codes WHERE table_name = 'plan_words' AND column_name = 'term' AND code = 'target')
    ) AS target_word,
    coalesce(
        (SELECT word FROM plan_words WHERE plan_id = p.id AND term = 'event'),
        (SELECT label FROM codes WHERE table_name = 'plan_words' AND column_name = 'term' AND code = 'event')
    ) AS event_word,
    coalesce(
        (SELECT word FROM plan_words WHERE plan_id = p.id AND term = 'task'),
        (SELECT label FROM codes WHERE table_name = 'plan_words' AND column_name = 'term' AND code = 'task')
    ) AS task_word
FROM plans AS p
JOIN municipalities AS c ON c.id = p.municipality_id
LEFT JOIN documents AS d ON d.plan_id = p.id AND d.position = 1;

-- One row for each plan, with the number of its records; original: without repeats.
CREATE VIEW plan_overview AS
SELECT
    p.id,
    p.title,
    p.municipality_id,
    c.label AS municipality,
    p.start_fiscal_year,
    p.end_fiscal_year,
    (SELECT count(*) FROM sectors WHERE plan_id = p.id) AS sectors,
    (SELECT count(*) FROM goals WHERE plan_id = p.id) AS goals,
    (SELECT count(*) FROM measures WHERE plan_id = p.id) AS measures,
    (SELECT count(*) FROM measures WHERE plan_id = p.id AND repeat_of IS NULL) AS original_measures,
    (SELECT count(*) FROM measures WHERE plan_id = p.id AND is_new) AS new_measures,
    (SELECT count(*) FROM targets WHERE plan_id = p.id) AS targets,
    (SELECT count(*) FROM targets WHERE plan_id = p.id AND repeat_of IS NULL) AS original_targets,
    (SELECT count(*) FROM targets WHERE plan_id = p.id AND due_fiscal_year IS NOT NULL) AS dated_targets,
    (SELECT count(*) FROM (
        SELECT o.organization_id FROM measures AS m JOIN measure_organizations AS o ON o.measure_id = m.id
        WHERE m.plan_id = p.id AND m.repeat_of IS NULL
        UNION
        SELECT o.organization_id FROM indicators AS i JOIN indicator_organizations AS o ON o.indicator_id = i.id WHERE i.plan_id = p.id
    )) AS organizations,
    (SELECT count(*) FROM evaluations WHERE plan_id = p.id) AS evaluations,
    (SELECT count(*) FROM evaluation_overview WHERE plan_id = p.id AND is_ended) AS ended_measures,
    (SELECT count(*) FROM evaluations
        WHERE plan_id = p.id AND outcome IN ('partly_met', 'not_met', 'not_implemented')) AS unmet_evaluations,
    (SELECT count(*) FROM events WHERE plan_id = p.id) AS events,
    (SELECT count(*) FROM corrections WHERE plan_id = p.id) AS corrections
FROM plans AS p JOIN municipalities AS c ON c.id = p.municipality_id;

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
    o.municipality_id,
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
        SELECT m.code FROM measure_organizations AS mo JOIN measures AS m ON m.id = mo.measure_id
        WHERE mo.organization_id = o.id ORDER BY m.plan_id, m.position
    )) AS codes,
    o.note,
    q.label AS municipality
FROM organizations AS o
JOIN municipalities AS q ON q.id = o.municipality_id
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
    p.name AS period,
    e.title,
    e.printed,
    (SELECT group_concat(code, '、') FROM (
        SELECT coalesce(m.code, m.name) AS code FROM event_measures AS em JOIN measures AS m ON m.id = em.measure_id
        WHERE em.event_id = e.id ORDER BY m.position
    )) AS measures,
    c.label AS municipality,
    q.theme
FROM events AS e
JOIN plans AS q ON q.id = e.plan_id
JOIN municipalities AS c ON c.id = q.municipality_id
LEFT JOIN periods AS p ON p.plan_id = e.plan_id AND e.fiscal_year BETWEEN p.start_fiscal_year AND p.end_fiscal_year
JOIN fiscal_years AS f ON f.fiscal_year = e.fiscal_year
JOIN fiscal_years AS g ON g.fiscal_year = coalesce(e.end_fiscal_year, e.fiscal_year)
LEFT JOIN sectors AS s ON s.id = e.sector_id;

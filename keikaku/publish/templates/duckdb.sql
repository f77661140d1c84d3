-- {{ data_set.title }}（データの版 {{ data_set.version }}）を DuckDB で調べるための表・ビュー・問い合わせです。
-- このファイルと parquet/ があるフォルダーで：  duckdb -init duckdb.sql   または、DuckDB の中で  .read duckdb.sql
-- 問い合わせは、サイトと同じ名前の表関数です：  FROM targets_due(_fiscal_year := '令和6年度');
-- 文字の幅、大文字と小文字、旧字体の違いは同じと見ます。漢数字は読みません。文章の検索と達成率の計算は、SQLite かサイトで行います。

CREATE MACRO iif(test, yes, no) AS if(test, yes, no);
CREATE MACRO search_key(words) AS
    trim(nfc_normalize(lower(translate(coalesce(words, ''), '{{ signs|join }}', '{{ signs.values()|join|replace("'", "''") }}'))));
CREATE MACRO fiscal_year(words) AS (
    SELECT coalesce(
        try_cast(regexp_extract(asked.said, '^(?:西暦|fy)?((?:19|20)[0-9]{2}|21[01][0-9])(?:年度?)?[末中内]?$', 1) AS INTEGER),
        (SELECT first_year - 1 + count FROM (
            SELECT first_year, years, try_cast(regexp_extract(asked.said, '^(?:' || names || ')([0-9]{1,2})(?:年度?)?[末中内]?$', 1) AS INTEGER) AS count
            FROM (VALUES {% for era in eras %}('{{ era.name }}|{{ era.name[0] }}|{{ era.letter|lower }}', {{ era.first_year }}, {{ era.years }}){{ "" if loop.last else ", " }}{% endfor %}) AS eras (names, first_year, years)
        ) WHERE count BETWEEN 1 AND years)
    ) FROM (SELECT replace(replace(search_key(words), ' ', ''), '元', '1') AS said) AS asked
);
CREATE MACRO target_rate(rule, figure_id, year) AS
    CASE rule WHEN '' THEN '{}' ELSE '{"refusal": "DuckDB では計算しません"}' END;

{% for table in data_set.tables %}
CREATE TABLE {{ table.name }} AS FROM 'parquet/{{ table.name }}.parquet';
{% endfor %}

CREATE VIEW current_fiscal_year AS
SELECT fiscal_year, (SELECT max(y.fiscal_year) FROM fiscal_years AS y WHERE y.fiscal_year <= c.fiscal_year) AS in_plans
FROM (SELECT year(make_timestamp(epoch_us(now())) + INTERVAL 9 HOURS - INTERVAL 3 MONTHS) AS fiscal_year) AS c;

{% for view in views %}
{{ view }}

{% endfor %}
{% for name, parameters, statement in queries %}
CREATE MACRO {{ name }}({{ parameters }}) AS TABLE
{{ statement }};

{% endfor %}

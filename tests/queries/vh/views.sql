-- The days on which each record counts in Benchmark (the oracle's reading of the rules), and the code lists.
CREATE VIEW days AS SELECT * FROM read_csv('tables/days.csv', header = true, types = {'citizen': 'VARCHAR', 'service': 'VARCHAR'});
CREATE VIEW target_groups AS SELECT * FROM read_csv('tables/target_groups.csv', header = true, types = {'target_group': 'VARCHAR'});
CREATE VIEW municipalities AS SELECT * FROM read_csv('../../../cube-schema/src/domains/vh/kodelister/kommuner.csv', header = true, delim = ';', all_varchar = true);
CREATE VIEW services AS SELECT * FROM read_csv('../../../cube-schema/src/domains/vh/kodelister/ydelser.csv', header = true, delim = ';', all_varchar = true);
CREATE VIEW groups AS SELECT * FROM read_csv('../../../cube-schema/src/domains/vh/kodelister/maalgrupper.csv', header = true, delim = ';', all_varchar = true);

-- A piece of a record with its municipality and service.
CREATE VIEW pieces AS
SELECT d.*, m.Kommune AS kommune, m.Kommunekode::INT AS number, m.Region AS region, m.Regionskode AS region_code, s.Kategori AS category, s.Ydelsesnavn AS service_name
FROM days d JOIN municipalities m ON m.Kommunekode::INT = d.municipality JOIN services s ON s.Ydelseskode = d.service;

-- The target groups of a record with their main groups.
CREATE VIEW grouped AS SELECT t.record, g.Maalgruppekode AS code, g.Navn AS target, g.Hovedgruppe AS main FROM target_groups t JOIN groups g ON g.Maalgruppekode = t.target_group;

-- Periods of the timeline: their name, first and last day.
CREATE VIEW months AS SELECT strftime(a, '%Y-%m') AS period, a, last_day(a) AS b FROM (SELECT unnest(generate_series(DATE '2013-01-01', DATE '2024-12-01', INTERVAL 1 MONTH))::DATE AS a);
CREATE VIEW quarters AS SELECT year(a) || 'K' || quarter(a) AS period, min(a) AS a, max(b) AS b FROM months GROUP BY 1;
CREATE VIEW years AS SELECT year(a)::VARCHAR AS period, min(a) AS a, max(b) AS b FROM months GROUP BY 1;

-- Pieces with a day in a period, and the days that they share with it.
CREATE VIEW active AS
SELECT p.*, t.period, t.a, t.b, greatest(first_day, a) AS from_day, least(last_day, b) AS to_day
FROM pieces p JOIN (FROM years UNION ALL FROM quarters UNION ALL FROM months UNION ALL SELECT 'I alt', DATE '2013-01-01', DATE '2024-12-31') t ON first_day <= b AND last_day >= a;

-- Accounts of services in kroner: the domain's own entries, without distributions.
CREATE VIEW accounts AS
SELECT Kommunekode, Aar, Maaned, Funktion, Gruppering, replace(Beloeb, ',', '.')::DECIMAL(18, 2) AS amount
FROM read_csv('../data/reference/udgifter.csv', header = true, delim = ';', types = {'Kommunekode': 'VARCHAR', 'Beloeb': 'VARCHAR'})
WHERE Dranst = 1 AND Hovedart <> 0;

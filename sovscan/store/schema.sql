-- The store of sovscan, schema 1. Facts are never changed; conclusions name the basis they were drawn on.
-- JSON columns hold arrays or objects as the exports write them. Times are UTC, ISO 8601.
-- A digest is the first 16 octets of a SHA-256: it tells a row from every other row, and seals nothing.

CREATE TABLE scans (
    id INTEGER PRIMARY KEY,
    started_at TEXT NOT NULL,
    finished_at TEXT,                    -- null while it runs, or where it was stopped and can be resumed
    tool TEXT NOT NULL,                  -- version of the tool that asked
    resolvers TEXT NOT NULL,             -- JSON: address, and who runs it as far as can be told
    targets INTEGER NOT NULL,            -- how many bodies it set out to look at
    health TEXT                          -- JSON: questions, tries beyond the first, failures by kind and fault; null while it runs
) STRICT;

CREATE TABLE targets (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,         -- over all other columns: a body whose row changes is a new row
    body TEXT NOT NULL,                  -- stable id of the body
    name TEXT NOT NULL,
    domain TEXT NOT NULL,                -- what was asked about
    zone TEXT NOT NULL,                  -- the registrable domain above it, or itself
    asked TEXT NOT NULL,                 -- what the user wrote
    country TEXT,
    level TEXT,
    region TEXT,
    population INTEGER,
    mail_domain TEXT                     -- another domain at which its list says that it receives mail
) STRICT;

CREATE TABLE observations (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,         -- over question, outcome, detail, fault, answers and aliases
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    outcome TEXT NOT NULL,               -- SEEN, ABSENT, FAILED, SKIPPED
    detail TEXT NOT NULL,                -- NXDOMAIN, NODATA, SERVFAIL, TIMEOUT ...
    fault TEXT NOT NULL,                 -- whose fault a failure was
    answers TEXT NOT NULL,               -- JSON: record data in presentation form, sorted
    aliases TEXT NOT NULL,               -- JSON: CNAME targets followed, in order
    scan INTEGER NOT NULL REFERENCES scans (id),  -- the scan that saw this answer first
    observed_at TEXT NOT NULL,           -- and when
    resolver TEXT NOT NULL,
    transport TEXT NOT NULL,
    ttl INTEGER,                         -- seconds, as first seen
    attempts INTEGER NOT NULL,
    validated INTEGER NOT NULL           -- 1 where the resolver says that it validated the answer (AD)
) STRICT;

-- When a source that is asked seldom (a registry, over HTTPS) was last asked about something, and what it said then.
CREATE TABLE look_ups (
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    observation INTEGER NOT NULL REFERENCES observations (id),
    PRIMARY KEY (name, type)
) STRICT, WITHOUT ROWID;

-- A set of observations: all that was seen of one body at one time. An unchanged body points at the same set again.
CREATE TABLE fact_sets (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE
) STRICT;

CREATE TABLE fact_set_members (
    fact_set INTEGER NOT NULL REFERENCES fact_sets (id),
    observation INTEGER NOT NULL REFERENCES observations (id),
    PRIMARY KEY (fact_set, observation)
) STRICT, WITHOUT ROWID;

CREATE TABLE sightings (
    scan INTEGER NOT NULL REFERENCES scans (id),
    target INTEGER NOT NULL REFERENCES targets (id),
    fact_set INTEGER NOT NULL REFERENCES fact_sets (id),
    observed_at TEXT NOT NULL,
    PRIMARY KEY (scan, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX sightings_of_target ON sightings (target);
CREATE INDEX targets_by_domain ON targets (domain);

-- With what something was concluded.
CREATE TABLE bases (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    tool TEXT NOT NULL,
    methodology TEXT NOT NULL,
    policy TEXT NOT NULL,
    datasets TEXT NOT NULL,              -- SHA-256 of the registry
    networks TEXT NOT NULL,              -- SHA-256 of the table of networks, or 'none'
    ownership_on TEXT NOT NULL           -- the day whose ownership chains were read
) STRICT;

-- What was concluded of one body: attributions, parties, reaches and scores hang on it. Equal verdicts are one.
CREATE TABLE verdicts (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE
) STRICT;

CREATE TABLE attributions (
    verdict INTEGER NOT NULL REFERENCES verdicts (id),
    service TEXT NOT NULL,
    position INTEGER NOT NULL,
    finding TEXT NOT NULL,
    reasons TEXT NOT NULL,
    conflicts TEXT NOT NULL,
    evidence TEXT NOT NULL,
    PRIMARY KEY (verdict, service)
) STRICT, WITHOUT ROWID;

CREATE TABLE parties (
    verdict INTEGER NOT NULL REFERENCES verdicts (id),
    service TEXT NOT NULL,
    position INTEGER NOT NULL,           -- front to back
    role TEXT NOT NULL,
    finding TEXT NOT NULL,
    vendor TEXT,
    operator TEXT,
    platform TEXT,
    share REAL NOT NULL,                 -- part of the role, 0 to 1
    confidence TEXT,
    preference INTEGER,                  -- of the MX record
    reasons TEXT NOT NULL,
    evidence TEXT NOT NULL,              -- JSON: rule, signal, value, strength, fact ("name TYPE" in observations)
    PRIMARY KEY (verdict, service, position)
) STRICT, WITHOUT ROWID;

-- Who can reach a vendor, seen from a body's country on a day. Many verdicts share one.
CREATE TABLE reaches (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    vendor TEXT NOT NULL,
    name TEXT NOT NULL,
    controller TEXT NOT NULL,
    country TEXT NOT NULL,
    tier TEXT NOT NULL,
    european INTEGER NOT NULL,
    big_tech INTEGER NOT NULL,
    chain TEXT NOT NULL,                 -- JSON: operator first, controller last, each link with its sources
    laws TEXT NOT NULL,
    notes TEXT NOT NULL
) STRICT;

CREATE TABLE verdict_reaches (
    verdict INTEGER NOT NULL REFERENCES verdicts (id),
    vendor TEXT NOT NULL,
    reach INTEGER NOT NULL REFERENCES reaches (id),
    PRIMARY KEY (verdict, vendor)
) STRICT, WITHOUT ROWID;

CREATE TABLE scores (
    verdict INTEGER NOT NULL REFERENCES verdicts (id),
    lens TEXT NOT NULL,
    position INTEGER NOT NULL,
    value REAL,                          -- 0 to 100; null where too little was seen
    low REAL NOT NULL,
    high REAL NOT NULL,
    coverage REAL NOT NULL,              -- 0 to 1
    exposure REAL,                       -- 0 to 100
    grade TEXT,
    services TEXT NOT NULL,
    reasons TEXT NOT NULL,
    PRIMARY KEY (verdict, lens)
) STRICT, WITHOUT ROWID;

CREATE TABLE assessments (
    id INTEGER PRIMARY KEY,
    scan INTEGER NOT NULL,
    target INTEGER NOT NULL,
    basis INTEGER NOT NULL REFERENCES bases (id),
    verdict INTEGER NOT NULL REFERENCES verdicts (id),
    assessed_at TEXT NOT NULL,
    UNIQUE (scan, target, basis),
    FOREIGN KEY (scan, target) REFERENCES sightings (scan, target)
) STRICT;

-- The parties of each service, and one row without a party where there are none but senders.
CREATE VIEW rows_of_services AS
SELECT * FROM parties
UNION ALL
SELECT
    s.verdict, s.service, 0 AS position, NULL AS role, NULL AS finding, NULL AS vendor, NULL AS operator, NULL AS platform,
    NULL AS share, NULL AS confidence, NULL AS preference, NULL AS reasons, NULL AS evidence
FROM attributions s
WHERE NOT EXISTS (SELECT 1 FROM parties p WHERE p.verdict = s.verdict AND p.service = s.service AND p.role <> 'sender');

CREATE VIEW findings AS
SELECT
    a.id AS assessment, a.scan, g.observed_at, t.body, t.name, t.domain, t.country, t.level,
    s.service, p.role, coalesce(p.finding, s.finding) AS finding, s.finding AS service_finding,
    p.vendor, r.name AS vendor_name, p.operator, p.platform,
    CASE WHEN p.finding = 'OWN' THEN NULL ELSE r.controller END AS controller,
    CASE WHEN p.finding = 'OWN' THEN t.country ELSE r.country END AS control_country,
    CASE WHEN p.finding = 'OWN' THEN 'T0' ELSE coalesce(r.tier, 'TU') END AS tier,
    CASE WHEN p.finding = 'OWN' THEN NULL ELSE r.european END AS european,
    CASE WHEN p.finding = 'OWN' THEN 0 ELSE r.big_tech END AS big_tech,
    f.controller AS platform_controller, f.country AS platform_country, f.big_tech AS platform_big_tech,
    round(p.share, 6) AS share, p.confidence, p.preference,
    p.reasons, s.reasons AS service_reasons, s.conflicts, coalesce(p.evidence, s.evidence) AS evidence,
    b.policy, b.methodology, a.basis, s.position AS service_position, p.position
FROM assessments a
JOIN sightings g ON g.scan = a.scan AND g.target = a.target
JOIN targets t ON t.id = a.target
JOIN bases b ON b.id = a.basis
JOIN attributions s ON s.verdict = a.verdict
JOIN rows_of_services p ON p.verdict = a.verdict AND p.service = s.service
LEFT JOIN verdict_reaches v ON v.verdict = a.verdict AND v.vendor = p.vendor
LEFT JOIN reaches r ON r.id = v.reach
LEFT JOIN verdict_reaches w ON w.verdict = a.verdict AND w.vendor = p.platform
LEFT JOIN reaches f ON f.id = w.reach;

-- One row a body: the headline lens (reliance on non-European big tech), with the jurisdiction lens beside it.
CREATE VIEW body_scores AS
SELECT
    a.id AS assessment, a.scan, g.observed_at, t.body, t.name, t.domain, t.country, t.level, t.population,
    c.value, c.low, c.high, c.coverage, c.exposure, c.grade, c.services, c.reasons,
    j.value AS jurisdiction_value, j.low AS jurisdiction_low, j.high AS jurisdiction_high, j.grade AS jurisdiction_grade,
    b.policy, b.methodology, a.basis
FROM assessments a
JOIN sightings g ON g.scan = a.scan AND g.target = a.target
JOIN targets t ON t.id = a.target
JOIN bases b ON b.id = a.basis
JOIN scores c ON c.verdict = a.verdict AND c.lens = 'big-tech'
JOIN scores j ON j.verdict = a.verdict AND j.lens = 'jurisdiction';

-- Of each body its newest sighting, and of that the newest judgement.
CREATE VIEW newest AS
WITH last_seen AS (
    SELECT t.domain, max(g.scan) AS scan FROM sightings g JOIN targets t ON t.id = g.target GROUP BY t.domain
)
SELECT max(a.id) AS assessment
FROM assessments a
JOIN targets t ON t.id = a.target
JOIN last_seen n ON n.domain = t.domain AND n.scan = a.scan
GROUP BY t.domain;

CREATE VIEW findings_latest AS SELECT * FROM findings WHERE assessment IN (SELECT assessment FROM newest);

CREATE VIEW scores_latest AS SELECT * FROM body_scores WHERE assessment IN (SELECT assessment FROM newest);

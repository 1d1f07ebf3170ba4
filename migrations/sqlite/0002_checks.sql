-- +goose Up
-- A case is a dossier or a check; a check may be of an owner's whole activity and then has no system.
CREATE TABLE cases_2 (id TEXT PRIMARY KEY, kind TEXT NOT NULL, system TEXT NOT NULL, owner TEXT NOT NULL, state TEXT NOT NULL, stage TEXT NOT NULL, due TEXT NOT NULL, revision INTEGER NOT NULL, body TEXT NOT NULL);
INSERT INTO cases_2 (id, kind, system, owner, state, stage, due, revision, body) SELECT id, '', system, '', state, stage, due, revision, body FROM cases;
DROP TABLE cases;
ALTER TABLE cases_2 RENAME TO cases;
CREATE INDEX cases_system ON cases (system, id);
CREATE INDEX cases_owner ON cases (owner, id);
CREATE INDEX cases_due ON cases (due) WHERE due <> '';
-- Papers and events of a system or an office that belong to no case.
ALTER TABLE papers ADD COLUMN system TEXT NOT NULL DEFAULT '';
ALTER TABLE papers ADD COLUMN office TEXT NOT NULL DEFAULT '';
CREATE INDEX papers_system ON papers (system, seq);
CREATE INDEX papers_office ON papers (office, seq);
ALTER TABLE events ADD COLUMN office TEXT NOT NULL DEFAULT '';
CREATE INDEX events_office ON events (office, seq);

-- +goose Up
CREATE TABLE offices (id TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE people (id TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE systems (id TEXT PRIMARY KEY, revision INTEGER NOT NULL, owner TEXT NOT NULL, operator TEXT NOT NULL, folded TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX systems_owner ON systems (owner, id);
CREATE TABLE cases (id TEXT PRIMARY KEY, system TEXT NOT NULL REFERENCES systems (id), state TEXT NOT NULL, stage TEXT NOT NULL, due TEXT NOT NULL, revision INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX cases_system ON cases (system, id);
CREATE INDEX cases_due ON cases (due) WHERE due <> '';
CREATE TABLE events (seq INTEGER PRIMARY KEY AUTOINCREMENT, case_id TEXT NOT NULL, system TEXT NOT NULL, act TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX events_case ON events (case_id, seq);
CREATE INDEX events_system ON events (system, seq);
CREATE TABLE papers (id TEXT PRIMARY KEY, seq INTEGER NOT NULL, case_id TEXT NOT NULL, body TEXT NOT NULL, facts TEXT NOT NULL, text TEXT NOT NULL, pdf BLOB NOT NULL);
CREATE INDEX papers_case ON papers (case_id, seq);
CREATE TABLE numbers (id TEXT PRIMARY KEY, issuer TEXT NOT NULL, series TEXT NOT NULL, year INTEGER NOT NULL, n INTEGER NOT NULL, text TEXT NOT NULL, typed INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, case_id TEXT NOT NULL, step INTEGER NOT NULL, form TEXT NOT NULL, dated TEXT NOT NULL, person TEXT NOT NULL);
CREATE UNIQUE INDEX numbers_text ON numbers (issuer, year, text);
CREATE INDEX numbers_book ON numbers (issuer, series, year, n);
CREATE TABLE register_entries (id TEXT PRIMARY KEY, owner TEXT NOT NULL, system TEXT NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL, place INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX register_owner ON register_entries (owner, since);
CREATE INDEX register_system ON register_entries (system, until);
CREATE TABLE requests (key TEXT PRIMARY KEY, outcome BLOB NOT NULL);
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE accounts (login TEXT PRIMARY KEY, person TEXT NOT NULL, hash TEXT NOT NULL, disabled INTEGER NOT NULL, must_change INTEGER NOT NULL);
CREATE TABLE sessions (token TEXT PRIMARY KEY, person TEXT NOT NULL, expiry INTEGER NOT NULL);
-- +goose StatementBegin
CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
-- +goose StatementEnd

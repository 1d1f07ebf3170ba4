-- +goose Up
CREATE TABLE sheets (id TEXT PRIMARY KEY, case_id TEXT NOT NULL, system TEXT NOT NULL REFERENCES systems (id), copy BIGINT NOT NULL, shared BIGINT NOT NULL, revision BIGINT NOT NULL, body TEXT NOT NULL);
CREATE INDEX sheets_case ON sheets (case_id, copy);
CREATE INDEX sheets_system ON sheets (system, shared);
CREATE TABLE supplements (catalogue TEXT PRIMARY KEY, revision BIGINT NOT NULL, body TEXT NOT NULL);

-- +goose Up
-- Long work somebody asked for: how far it is, what went in and what came out.
CREATE TABLE jobs (id TEXT PRIMARY KEY, person TEXT NOT NULL, began INTEGER NOT NULL, state TEXT NOT NULL, stops INTEGER NOT NULL, body TEXT NOT NULL, input BLOB NOT NULL, output BLOB NOT NULL);
CREATE INDEX jobs_person ON jobs (person, began);
CREATE INDEX jobs_began ON jobs (began);

-- +goose Up
CREATE TABLE reports (id TEXT PRIMARY KEY, office TEXT NOT NULL, year INTEGER NOT NULL, place INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX reports_office ON reports (office, year, place);
CREATE TABLE statements (id TEXT PRIMARY KEY, office TEXT NOT NULL, system TEXT NOT NULL, dated TEXT NOT NULL, place INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX statements_dated ON statements (dated, place);
CREATE TABLE duty_marks (id TEXT PRIMARY KEY, office TEXT NOT NULL, dated TEXT NOT NULL, place INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX duty_marks_office ON duty_marks (office, dated, place);
CREATE TABLE layers (id TEXT PRIMARY KEY, owner TEXT NOT NULL, dated TEXT NOT NULL, place INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX layers_owner ON layers (owner, dated, place);
CREATE TABLE plan_lists (owner TEXT NOT NULL, kind TEXT NOT NULL, year INTEGER NOT NULL, edition INTEGER NOT NULL, dated TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (owner, kind, year, edition));

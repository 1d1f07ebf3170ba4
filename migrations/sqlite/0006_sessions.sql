-- +goose Up
-- Sessions know their account and their last use; those open before end.
DROP TABLE sessions;
CREATE TABLE sessions (token TEXT PRIMARY KEY, login TEXT NOT NULL, person TEXT NOT NULL, seen INTEGER NOT NULL, expiry INTEGER NOT NULL);
CREATE INDEX sessions_person ON sessions (person);
CREATE INDEX sessions_expiry ON sessions (expiry);
-- Numbers that a step has reserved and not used are looked for at every start.
CREATE INDEX numbers_reserved ON numbers (state, case_id);

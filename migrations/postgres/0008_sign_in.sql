-- +goose Up
-- When a password was set, and when and from where the account was last used to
-- sign in (seconds; 0 is never or unknown).
ALTER TABLE accounts ADD COLUMN since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN last_in BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN last_from TEXT NOT NULL DEFAULT '';
-- Sessions know when and from where they were opened, and whether a code is still
-- waited for; those open before end.
DROP TABLE sessions;
CREATE TABLE sessions (token TEXT PRIMARY KEY, login TEXT NOT NULL, person TEXT NOT NULL, opened BIGINT NOT NULL, seen BIGINT NOT NULL, expiry BIGINT NOT NULL, address TEXT NOT NULL, pending BIGINT NOT NULL);
CREATE INDEX sessions_person ON sessions (person);
CREATE INDEX sessions_login ON sessions (login);
CREATE INDEX sessions_expiry ON sessions (expiry);
-- The second step of a sign-in: a sealed secret, the last time step used, and the
-- hashes of recovery codes not yet spent.
CREATE TABLE second_steps (login TEXT PRIMARY KEY, sealed TEXT NOT NULL, confirmed BIGINT NOT NULL, step BIGINT NOT NULL);
CREATE TABLE recovery_codes (login TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (login, hash));
-- Wrong tries, and places a login has signed in from; names are hashes.
CREATE TABLE sign_in_tries (name TEXT PRIMARY KEY, n BIGINT NOT NULL, last BIGINT NOT NULL);
CREATE INDEX sign_in_tries_last ON sign_in_tries (last);
CREATE TABLE sign_in_homes (name TEXT PRIMARY KEY, last BIGINT NOT NULL);
CREATE INDEX sign_in_homes_last ON sign_in_homes (last);

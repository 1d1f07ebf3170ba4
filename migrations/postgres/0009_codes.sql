-- +goose Up
-- By what anybody may check a paper he holds. A code is kept as its hash alone, so that this table gives nobody a code.
CREATE TABLE codes (hash TEXT PRIMARY KEY, paper TEXT NOT NULL REFERENCES papers (id), form TEXT NOT NULL, case_id TEXT NOT NULL, system TEXT NOT NULL, issuer TEXT NOT NULL, number TEXT NOT NULL, dated TEXT NOT NULL, level BIGINT NOT NULL, sha256 TEXT NOT NULL);
CREATE INDEX codes_sha256 ON codes (sha256);
CREATE INDEX codes_editions ON codes (issuer, dated) WHERE case_id = '' AND system = '';

-- +goose Up
-- What a person typed and has not sent: an appraisal, a long answer.
CREATE TABLE drafts (person TEXT NOT NULL, subject TEXT NOT NULL, saved INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (person, subject));
CREATE INDEX drafts_subject ON drafts (subject, saved);

-- Version 1. A record is one row: its key, the columns that a query needs, and the whole value as JSON in `body`.
-- seq keeps the order in which records were first saved; an update leaves it alone.

CREATE TABLE receipts (
    seq        INTEGER PRIMARY KEY,
    receipt_id TEXT NOT NULL UNIQUE,
    state      TEXT NOT NULL,
    opened_at  TEXT NOT NULL,     -- UTC, fixed width, so that text order is time order
    unfinished INTEGER NOT NULL,  -- 1: open, prepared or not settled
    body       TEXT NOT NULL
);
CREATE INDEX receipts_by_time ON receipts (opened_at);
CREATE INDEX receipts_unfinished ON receipts (seq) WHERE unfinished = 1;

-- A move without its receipt would never be settled, so it cannot be written. Deferred: within one save the order is free.
CREATE TABLE moves (
    seq        INTEGER PRIMARY KEY,
    move_id    TEXT NOT NULL UNIQUE,
    receipt_id TEXT NOT NULL REFERENCES receipts (receipt_id) DEFERRABLE INITIALLY DEFERRED,
    base_ref   TEXT,              -- of a REFUND: the provider's reference of the sale
    body       TEXT NOT NULL
);
CREATE INDEX moves_by_receipt ON moves (receipt_id);
CREATE INDEX moves_by_base ON moves (base_ref) WHERE base_ref IS NOT NULL;

CREATE TABLE tasks (
    seq     INTEGER PRIMARY KEY,
    task_id TEXT NOT NULL UNIQUE,
    state   TEXT NOT NULL,
    body    TEXT NOT NULL
);
CREATE INDEX tasks_open ON tasks (seq) WHERE state = 'open';

CREATE TABLE jobs (
    seq        INTEGER PRIMARY KEY,
    job_id     TEXT NOT NULL UNIQUE,
    request_id TEXT NOT NULL,     -- '' where the caller gave none
    state      TEXT NOT NULL,
    body       TEXT NOT NULL
);
CREATE INDEX jobs_by_request ON jobs (request_id) WHERE request_id <> '';
CREATE INDEX jobs_unsent ON jobs (seq) WHERE state IN ('queued', 'sending');

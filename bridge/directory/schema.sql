-- Version 1: what the till remembers of cards. Points in hundredths: SQLite has no decimals.

CREATE TABLE cards (
    id               INTEGER PRIMARY KEY,
    provider         TEXT NOT NULL,
    number           TEXT NOT NULL,
    phone            TEXT,             -- E.164
    holder           TEXT NOT NULL,
    kind             TEXT NOT NULL,
    template         TEXT NOT NULL,
    tier             TEXT NOT NULL,
    state            TEXT NOT NULL,
    balance          INTEGER,
    discount_percent TEXT,
    as_of            TEXT NOT NULL,    -- UTC, fixed width: text order is time order
    UNIQUE (number, provider)
);
CREATE INDEX cards_by_phone ON cards (phone) WHERE phone IS NOT NULL;
CREATE INDEX cards_by_age ON cards (as_of);

-- Each word of a holder's name, folded, so that a prefix is a range of this table.
CREATE TABLE names (
    word TEXT NOT NULL,
    card INTEGER NOT NULL REFERENCES cards (id) ON DELETE CASCADE,
    PRIMARY KEY (word, card)
) WITHOUT ROWID;
CREATE INDEX names_by_card ON names (card, word);

-- Who asked to be forgotten must not come back with the next exchange. A keyed digest tells the number to nobody.
CREATE TABLE forgotten (
    digest BLOB PRIMARY KEY
) WITHOUT ROWID;

-- How far each exchange has come, and the key of the digests.
CREATE TABLE marks (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

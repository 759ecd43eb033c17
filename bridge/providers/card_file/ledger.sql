-- Points in hundredths, money in kopecks: SQLite has no decimals.
-- One row per move; a card's balance is its opening balance (the members' file) plus what its rows moved.
CREATE TABLE IF NOT EXISTS moves (
    move_id  TEXT PRIMARY KEY,
    kind     TEXT NOT NULL,
    card     TEXT NOT NULL,
    base     TEXT NOT NULL DEFAULT '',  -- of a refund or revert: the purchase's move_id
    at       TEXT NOT NULL,
    amount   INTEGER NOT NULL,          -- of a purchase its total, of a refund what it gave back
    redeemed INTEGER NOT NULL DEFAULT 0,
    accrued  INTEGER NOT NULL DEFAULT 0,
    restored INTEGER NOT NULL DEFAULT 0,
    reversed INTEGER NOT NULL DEFAULT 0,
    balance  INTEGER NOT NULL           -- after this move
);
CREATE INDEX IF NOT EXISTS moves_by_card ON moves (card);
CREATE INDEX IF NOT EXISTS moves_by_base ON moves (base);

-- Version 3: beside each word stand the other words of its name, so that a search for several words reads one range of one
-- table. By provider: the cards of a small one are not looked for among those of a large one.

ALTER TABLE names RENAME TO old_names;

CREATE TABLE names (
    provider TEXT NOT NULL,
    word     TEXT NOT NULL,
    card     INTEGER NOT NULL REFERENCES cards (id) ON DELETE CASCADE,
    others   TEXT NOT NULL,          -- each with a space before it
    PRIMARY KEY (provider, word, card)
) WITHOUT ROWID;

INSERT INTO names
SELECT cards.provider, old_names.word, old_names.card, coalesce(
    (SELECT group_concat(' ' || other.word, '') FROM old_names AS other
        WHERE other.card = old_names.card AND other.word <> old_names.word), '')
FROM old_names JOIN cards ON cards.id = old_names.card
ORDER BY cards.provider, old_names.word, old_names.card;

DROP TABLE old_names;

CREATE INDEX names_by_card ON names (card);

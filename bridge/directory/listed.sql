-- Version 2: cards that the cash program's list has named and no provider has confirmed yet, so they are still to be exported.

ALTER TABLE cards ADD COLUMN listed INTEGER NOT NULL DEFAULT 0;

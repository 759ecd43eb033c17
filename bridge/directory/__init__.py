"""What the till remembers of cards: an SQLite file beside the journal, off until an exchange of cards turns it on.

directory.py  the async face: implements bridge.ports.CardDirectory
queries.py    what is asked of the tables, for one transaction in the file's thread
rows.py       domain values <-> rows
schema.py     versions of schema.sql
"""

from bridge.directory.directory import SqliteDirectory

__all__ = ["SqliteDirectory"]

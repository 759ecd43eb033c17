"""The durable memory of the bridge: an SQLite file that one thread writes, many saves to one sync of the disk.

journal.py   the async face: implements bridge.ports.Journal
writer.py    the thread that owns the file and gathers waiting saves into one commit
store.py     the file itself, synchronous: lock, open, commit, read
rescue.py    what can be read of a damaged file, in a new one
reserve.py   room kept free for a full disk
retention.py what leaves it with age
records.py   domain values <-> rows
schema.py    versions of schema.sql
errors.py    what can go wrong, with what to do
"""

from bridge.journal.errors import JournalDamaged, JournalForeign, JournalInUse, JournalTooNew
from bridge.journal.journal import SqliteJournal

__all__ = ["JournalDamaged", "JournalForeign", "JournalInUse", "JournalTooNew", "SqliteJournal"]

"""What is asked of the directory's tables: functions on one connection, for one transaction."""

import hashlib
import secrets
import sqlite3
from collections.abc import Iterable, Sequence

from bridge.directory.rows import to_card, to_row
from bridge.domain.known_card import KnownCard, Standing
from bridge.domain.names import name_words
from bridge.domain.person import Person
from bridge.domain.personal import CardNumber, PersonName, Phone

_SALT = "salt"
# Above every letter: all texts that begin with a word lie between the word and the word with this behind it.
_ABOVE = "\U0010ffff"
# So many words of a name are looked for, the longest first: a person has no more.
_MAX_WORDS = 4

_ADD = """
    INSERT INTO cards
        (provider, number, phone, holder, kind, template, tier, state, balance, discount_percent, as_of,
        listed)
    VALUES
        (:provider, :number, :phone, :holder, :kind, :template, :tier, :state, :balance, :discount_percent, :as_of,
        :listed)
    ON CONFLICT (number, provider) DO NOTHING RETURNING id"""
_RENEW = """
    UPDATE cards SET phone = :phone, holder = :holder, kind = :kind, template = :template, tier = :tier,
        state = :state, balance = :balance, discount_percent = :discount_percent, as_of = :as_of, listed = :listed
    WHERE number = :number AND provider = :provider RETURNING id"""
_CONFIRM = "UPDATE cards SET listed = 0 WHERE number = ? AND provider = ? AND listed = 1"
_BY_NUMBER = "SELECT * FROM cards WHERE number = :who AND (:provider IS NULL OR provider = :provider)"
_BY_ID = "SELECT * FROM cards WHERE id = ?"
_BY_PHONE = "SELECT * FROM cards WHERE phone = :who AND (:provider IS NULL OR provider = :provider)"
# So far the cards of a word are counted to find the rarest one: counting further costs more than it saves.
_COUNTED = 8000
_COUNT = """
    SELECT count(*) AS cards FROM
        (SELECT 1 FROM names WHERE provider = :provider AND word BETWEEN :first AND :last LIMIT :most)"""
# One range of one table is read through: beside each word of a name stand its others.
_BY_NAME = """
    SELECT card FROM names WHERE provider = :provider AND word BETWEEN :first AND :last
        AND (:others0 IS NULL OR others GLOB :others0)
        AND (:others1 IS NULL OR others GLOB :others1)
        AND (:others2 IS NULL OR others GLOB :others2)"""


def renew(connection: sqlite3.Connection, card: KnownCard) -> None:
    known = connection.execute(_RENEW, to_row(card)).fetchone()
    if known is None:
        _insert(connection, card)
    else:
        connection.execute("DELETE FROM names WHERE card = ?", (known["id"],))
        _index(connection, known["id"], card)


def add(connection: sqlite3.Connection, cards: Iterable[KnownCard]) -> int:
    """How many were new. One that is there is left as it is, but confirmed; one that was forgotten stays so."""
    new = 0
    for card in cards:
        if _is_forgotten(connection, card.member.number):
            continue
        is_new = _insert(connection, card)
        if not (is_new or card.is_listed):
            connection.execute(_CONFIRM, (card.member.number.value, card.provider))
        new += is_new
    return new


def standing(connection: sqlite3.Connection, provider: str, number: CardNumber) -> Standing:
    if _is_forgotten(connection, number):
        return Standing.FORGOTTEN
    query = "SELECT listed FROM cards WHERE number = ? AND provider = ?"
    found = connection.execute(query, (number.value, provider)).fetchone()
    if found is None:
        return Standing.NEW
    return Standing.LISTED if found["listed"] else Standing.KNOWN


def find(connection: sqlite3.Connection, who: CardNumber | Phone, provider: str | None) -> list[KnownCard]:
    query = _BY_NUMBER if isinstance(who, CardNumber) else _BY_PHONE
    return [to_card(row) for row in connection.execute(query, {"who": who.value, "provider": provider})]


def search_name(connection: sqlite3.Connection, name: PersonName, provider: str, limit: int) -> list[KnownCard]:
    """Holders of whose names each word of `name` begins another word, in the order of the rarest one."""
    words = sorted(name_words(name.value), key=len, reverse=True)[:_MAX_WORDS]
    if not words:
        return []
    rarest = _rarest(connection, words, provider)
    words.remove(rarest)
    found: dict[int, KnownCard] = {}  # by id: a word may begin two words of a name
    for row in connection.execute(_BY_NAME, {**_range(rarest, provider), **_patterns(words)}):
        if row["card"] not in found:
            found[row["card"]] = to_card(connection.execute(_BY_ID, (row["card"],)).fetchone())
        if len(found) == limit:
            break
    return list(found.values())


def drop(connection: sqlite3.Connection, provider: str, number: CardNumber) -> None:
    connection.execute("DELETE FROM cards WHERE number = ? AND provider = ?", (number.value, provider))


def expire(connection: sqlite3.Connection, before: str, at_once: int) -> int:
    """How many of the cards that nobody confirmed since `before` are gone now, `at_once` at most."""
    return connection.execute(
        "DELETE FROM cards WHERE id IN (SELECT id FROM cards WHERE as_of < ? LIMIT ?)", (before, at_once)
    ).rowcount


def forget(connection: sqlite3.Connection, person: Person) -> int:
    """How many cards of this person were here; none of them comes back by an exchange."""
    gone = sum(
        connection.execute("DELETE FROM cards WHERE number = ?", (number.value,)).rowcount for number in person.cards
    )
    gone += sum(
        connection.execute("DELETE FROM cards WHERE phone = ?", (phone.value,)).rowcount for phone in person.phones
    )
    digests = [(_digest(connection, number),) for number in person.cards]
    connection.executemany("INSERT OR IGNORE INTO forgotten VALUES (?)", digests)
    return gone


def size(connection: sqlite3.Connection) -> int:
    count: int = connection.execute("SELECT count(*) FROM cards").fetchone()[0]
    return count


def mark(connection: sqlite3.Connection, name: str) -> str:
    found = connection.execute("SELECT value FROM marks WHERE name = ?", (name,)).fetchone()
    return found["value"] if found else ""


def set_mark(connection: sqlite3.Connection, name: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO marks VALUES (?, ?)", (name, value))


def _insert(connection: sqlite3.Connection, card: KnownCard) -> bool:
    """False: it is there already."""
    added = connection.execute(_ADD, to_row(card)).fetchone()
    if added:
        _index(connection, added["id"], card)
    return added is not None


def _index(connection: sqlite3.Connection, card_id: int, card: KnownCard) -> None:
    words = name_words(card.member.holder.value)
    rows = [
        (card.provider, word, card_id, "".join(f" {other}" for other in words[:place] + words[place + 1 :]))
        for place, word in enumerate(words)
    ]
    connection.executemany("INSERT OR IGNORE INTO names VALUES (?, ?, ?, ?)", rows)


def _rarest(connection: sqlite3.Connection, words: Sequence[str], provider: str) -> str:
    """The word that begins a word of the fewest names; of very common ones the first."""
    rarest, fewest = words[0], _COUNTED
    for word in words if len(words) > 1 else ():
        counted = connection.execute(_COUNT, {**_range(word, provider), "most": fewest}).fetchone()
        if counted["cards"] < fewest:
            rarest, fewest = word, counted["cards"]
    return rarest


def _range(word: str, provider: str) -> dict[str, str]:
    """All words that begin so."""
    return {"provider": provider, "first": word, "last": word + _ABOVE}


def _patterns(words: Sequence[str]) -> dict[str, str | None]:
    """What `others` must look like for each of `words` to begin another word of it.

    "иван" and "иванов": two words begin with "иван", one of them with "иванов". Words have no character of GLOB's.
    """
    patterns: dict[str, str | None] = {f"others{place}": None for place in range(_MAX_WORDS - 1)}
    for place, word in enumerate(words):
        as_many = sum(each.startswith(word) for each in words)
        patterns[f"others{place}"] = f"* {word}" * as_many + "*"
    return patterns


def _is_forgotten(connection: sqlite3.Connection, number: CardNumber) -> bool:
    found = connection.execute("SELECT 1 FROM forgotten WHERE digest = ?", (_digest(connection, number),))
    return found.fetchone() is not None


def _digest(connection: sqlite3.Connection, number: CardNumber) -> bytes:
    salt = mark(connection, _SALT)
    if not salt:
        salt = secrets.token_hex(16)
        set_mark(connection, _SALT, salt)
    return hashlib.blake2b(number.value.encode(), key=bytes.fromhex(salt), digest_size=16).digest()

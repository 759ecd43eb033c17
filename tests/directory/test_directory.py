"""The directory: what it remembers, what it leaves alone, what it lets go for good."""

import contextlib
import sqlite3
import stat
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.directory import SqliteDirectory, queries, schema
from bridge.directory import directory as module
from bridge.domain.known_card import KnownCard, Standing
from bridge.domain.member import CardKind, CardState, Member
from bridge.domain.money import points
from bridge.domain.names import name_begins_with
from bridge.domain.person import Person
from bridge.domain.personal import CardNumber, PersonName, Phone
from bridge.ports import DirectoryFailed
from tests.directory.conftest import NOON, MakeCard

CARD = CardNumber("2900000000018")
PHONE = Phone("+79161234567")


def _named(number: str, name: str) -> KnownCard:
    return KnownCard("club", Member(CardNumber(number), CardKind.BONUS, PersonName(name)), NOON)


def _bytes_beside(path: Path) -> bytes:
    """Of the file and whatever SQLite has put beside it."""
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


async def test_off_it_keeps_nothing_and_makes_no_file(path: Path, a_card: MakeCard) -> None:
    directory = SqliteDirectory(path)
    await directory.renew(a_card())
    assert await directory.add([a_card()]) == 0
    assert await directory.find(CARD, None) == []
    assert await directory.search(PersonName("Иван"), "club", 5) == []
    assert await directory.standing("club", [CARD]) == [Standing.NEW]
    assert await directory.forget(Person(frozenset({CARD}))) == 0
    assert (await directory.size(), await directory.expire(NOON)) == (0, 0)
    await directory.aclose()
    assert not _bytes_beside(path)


async def test_on_it_is_a_file_for_the_daemon_alone_and_on_after_a_restart(path: Path, a_card: MakeCard) -> None:
    directory = SqliteDirectory(path)
    directory.turn_on()
    await directory.renew(a_card())
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    await directory.aclose()

    again = SqliteDirectory(path)
    assert again.is_on
    assert await again.find(CARD, "club") == [a_card()]
    await again.aclose()


async def test_everything_of_a_card_comes_back(directory: SqliteDirectory, a_card: MakeCard) -> None:
    card = a_card(
        kind=CardKind.BOTH,
        template="Клуб",
        tier="Золото",
        state=CardState.BLOCKED,
        balance=None,
        discount_percent=Decimal("7.5"),
        phone=None,
    )
    await directory.renew(card)
    assert await directory.find(CARD, None) == [card]


async def test_the_newest_answer_counts(directory: SqliteDirectory, a_card: MakeCard) -> None:
    await directory.renew(a_card())
    later = a_card(holder="Петрова Мария", phone="+79160000000", balance=points(10), as_of=NOON + timedelta(days=1))
    await directory.renew(later)
    assert await directory.find(CARD, "club") == [later]
    assert await directory.find(PHONE, None) == []
    assert await directory.search(PersonName("Иванова"), "club", 5) == []
    assert await directory.search(PersonName("петрова"), "club", 5) == [later]


async def test_an_exchange_adds_what_is_new_and_overwrites_nothing(
    directory: SqliteDirectory, a_card: MakeCard
) -> None:
    await directory.renew(a_card())
    other = a_card("2900000000025", "Смирнов Пётр", None)
    same_number = a_card(provider="city")
    changed = a_card(balance=points(9999), as_of=NOON + timedelta(days=1))
    assert await directory.add([changed, other, same_number, other]) == 2
    assert await directory.find(CARD, "club") == [a_card()]
    assert await directory.size() == 3
    assert await directory.standing("club", [CARD, CardNumber("1")]) == [Standing.KNOWN, Standing.NEW]


async def test_what_only_a_list_has_named_is_confirmed_and_not_overwritten(
    directory: SqliteDirectory, a_card: MakeCard
) -> None:
    listed = replace(a_card(), is_listed=True)
    await directory.add([listed])
    assert await directory.standing("club", [CARD]) == [Standing.LISTED]
    assert await directory.add([listed, a_card(balance=points(9999))]) == 0
    assert await directory.standing("club", [CARD]) == [Standing.KNOWN]
    assert await directory.find(CARD, "club") == [a_card()]


async def test_several_cards_of_one_phone(directory: SqliteDirectory, a_card: MakeCard) -> None:
    cards = [a_card(str(number)) for number in range(3)]
    await directory.add(cards)
    assert await directory.find(PHONE, "club") == cards
    assert await directory.search(PHONE, "club", 2) == cards[:2]
    assert await directory.find(PHONE, "city") == []


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("иван", ["1", "2"]),
        ("ИВАНОВА мар", ["1"]),
        ("мар иванова", ["1"]),
        ("петров", ["1", "3"]),
        ("федор", ["3"]),
        ("Фёдор Петров", ["3"]),
        ("корсаков", ["4"]),
        ("ванов", []),
        ("иванова фёдор", []),
        ("иванов иван", ["2"]),
        ("иван иван иван", []),
        ("50% _", []),
        ("* ? [", []),
        ("!!!", []),
    ],
)
async def test_search_by_the_beginnings_of_words(
    directory: SqliteDirectory, a_card: MakeCard, wanted: str, found: list[str]
) -> None:
    names = ("Иванова Мария Петровна", "Иванов Иван", "ПЕТРОВ ФЕДОР", "Римский-Корсаков Николай")
    await directory.add([a_card(str(place), name) for place, name in enumerate(names, 1)])
    cards = await directory.search(PersonName(wanted), "club", 20)
    assert sorted(card.member.number.value for card in cards) == found
    assert await directory.search(PersonName(wanted), "city", 20) == []


@given(
    names=st.lists(st.text("абв -", min_size=1, max_size=12), max_size=12),
    wanted=st.lists(st.text("абв", min_size=1, max_size=3), min_size=1, max_size=4).map(" ".join),
)
def test_a_search_finds_whoever_the_rule_of_names_says(names: list[str], wanted: str) -> None:
    everybody = {str(place): name for place, name in enumerate(names)}
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        schema.prepare(connection)
        queries.add(connection, (_named(number, name) for number, name in everybody.items()))
        found = queries.search_name(connection, PersonName(wanted), "club", len(names) + 1)
    right = {number for number, name in everybody.items() if name_begins_with(name, wanted)}
    assert sorted(card.member.number.value for card in found) == sorted(right)


def test_a_name_takes_each_of_its_words_once() -> None:
    assert name_begins_with("Иванов Иван Иванович", "иван иванов иван")
    assert not name_begins_with("Мария Ивановна", "Иванов Иван")


async def test_common_words_do_not_hide_whom_rare_ones_name(
    directory: SqliteDirectory, a_card: MakeCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "_COUNTED", 3)
    await directory.add([a_card(str(number), f"Иванова{number} Мария Ивановна") for number in range(20)])
    await directory.add([a_card("77", "Иванова Мария Ильинична"), a_card("78", "Иванова Мария", provider="city")])
    (found,) = await directory.search(PersonName("иванова мария ил"), "club", 20)
    assert found.member.number.value == "77"
    assert len(await directory.search(PersonName("мария иванова"), "club", 20)) == 20
    assert len(await directory.search(PersonName("мария иванова"), "city", 20)) == 1


async def test_a_search_ends_at_its_limit(directory: SqliteDirectory, a_card: MakeCard) -> None:
    await directory.add([a_card(str(number)) for number in range(30)])
    assert len(await directory.search(PersonName("Иванова"), "club", 20)) == 20


async def test_what_its_provider_does_not_know_any_more_is_dropped(
    directory: SqliteDirectory, a_card: MakeCard
) -> None:
    await directory.add([a_card(), a_card(provider="city")])
    await directory.drop("club", CARD)
    assert [card.provider for card in await directory.find(CARD, None)] == ["city"]


async def test_old_cards_are_let_go(
    directory: SqliteDirectory, a_card: MakeCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EXPIRED_AT_ONCE", 2)
    old = [a_card(str(number), as_of=NOON - timedelta(days=1, seconds=number)) for number in range(5)]
    await directory.add([*old, a_card()])
    assert await directory.expire(NOON - timedelta(days=1)) == 4
    assert await directory.size() == 2


async def test_marks_outlive_a_restart(path: Path, directory: SqliteDirectory) -> None:
    assert await directory.mark("import:club") == ""
    await directory.set_mark("import:club", "1")
    await directory.set_mark("import:club", "2")
    await directory.aclose()
    again = SqliteDirectory(path)
    assert await again.mark("import:club") == "2"
    await again.aclose()


async def test_of_a_forgotten_person_no_byte_is_left(path: Path, directory: SqliteDirectory, a_card: MakeCard) -> None:
    others = [a_card(str(5_000_000 + number), f"Смирнов Пётр {number}", f"+7900{number:07}") for number in range(400)]
    person = Person(frozenset({CARD}), frozenset({PHONE}))
    await directory.add(others[:200])
    await directory.add([a_card(), a_card(provider="city"), a_card("0777", holder="Иванова М.")])
    await directory.renew(a_card(holder="Иванова-Первая Мария"))
    await directory.add(others[200:])

    assert await directory.forget(person) == 3

    left = _bytes_beside(path)
    for text in (CARD.value, PHONE.value, "Иванова", "иванова", "первая"):
        assert text.encode() not in left
    assert await directory.size() == 400


async def test_no_exchange_brings_a_forgotten_card_back_but_its_holder_may(
    directory: SqliteDirectory, a_card: MakeCard
) -> None:
    await directory.forget(Person(frozenset({CARD})))
    assert await directory.standing("club", [CARD]) == [Standing.FORGOTTEN]
    assert await directory.add([a_card()]) == 0
    await directory.renew(a_card())
    assert await directory.find(CARD, None) == [a_card()]


async def test_a_directory_of_an_earlier_version_is_searched_as_before(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as old:
        for version in schema.MIGRATIONS[:2]:
            old.executescript(files("bridge.directory").joinpath(version).read_text("utf-8"))
        old.executescript(f"PRAGMA application_id = {schema.APPLICATION_ID}; PRAGMA user_version = 2")
        at = "2026-05-04T12:00:00.000000+00:00"
        row = (1, "club", "77", None, "Иванова Мария", "bonus", "", "", "active", 100, None, at, 0)
        old.execute("INSERT INTO cards VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        old.executemany("INSERT INTO names VALUES (?, 1)", [("иванова",), ("мария",)])
        old.commit()

    directory = SqliteDirectory(path)
    for wanted in ("мар", "Иванова Мария", "мария иван"):
        (found,) = await directory.search(PersonName(wanted), "club", 5)
        assert found.member.number.value == "77"
    assert await directory.forget(Person(frozenset({CardNumber("77")}))) == 1
    await directory.aclose()
    assert "иванова".encode() not in _bytes_beside(path)


@pytest.mark.parametrize("script", ["CREATE TABLE theirs (a)", "PRAGMA user_version = 99"])
async def test_anothers_file_is_left_alone(path: Path, a_card: MakeCard, script: str) -> None:
    if "user_version" in script:
        ours = SqliteDirectory(path)
        ours.turn_on()
        await ours.renew(a_card())
        await ours.aclose()
    with sqlite3.connect(path) as connection:
        connection.execute(script)
    connection.close()

    directory = SqliteDirectory(path)
    with pytest.raises(DirectoryFailed, match=r"journal-cards\.db: (it is some other|a later)"):
        await directory.size()
    await directory.aclose()


@pytest.fixture
def damaged(path: Path) -> Path:
    path.write_bytes(b"no database at all" * 100)
    return path


async def test_a_damaged_file_says_so(damaged: Path) -> None:
    directory = SqliteDirectory(damaged)
    with pytest.raises(DirectoryFailed, match="delete the file"):
        await directory.size()
    await directory.aclose()


async def test_a_place_that_is_not_there(tmp_path: Path, a_card: MakeCard) -> None:
    directory = SqliteDirectory(tmp_path / "nowhere" / "cards.db")
    directory.turn_on()
    with pytest.raises(DirectoryFailed, match="unable to open"):
        await directory.renew(a_card())
    await directory.aclose()
    with pytest.raises(DirectoryFailed, match="closed"):
        await directory.size()

"""The local directory of cards: how long it takes to find somebody among two hundred thousand.

Asked as the daemon asks: from an event loop, of the file's own thread.
"""

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from pathlib import Path

from bridge.directory import SqliteDirectory
from bridge.domain.known_card import KnownCard
from bridge.domain.member import CardKind, Member
from bridge.domain.money import points
from bridge.domain.personal import CardNumber, PersonName, Phone
from tests.bench.rounds import ITSELF, Goal, Measure, Row

CARDS = 200_000
ASKED = 200
BATCH = 500

# Every other surname in Russia ends in ов or ев: they share their first letters with each other and with patronymics.
SURNAMES = """
    Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков Фёдоров Морозов Волков Алексеев Лебедев
    Семёнов Егоров Павлов Козлов Степанов Николаев Орлов Андреев Макаров Никитин Захаров Зайцев Соловьёв Борисов
    Яковлев Григорьев Романов Воробьёв Сергеев Кузьмин Фролов Александров Дмитриев Королёв Гусев Киселёв Ильин
"""
NAMES = "Мария Анна Елена Ольга Татьяна Наталья Ирина Алёна Екатерина Пётр Иван Сергей Алексей Дмитрий Фёдор"
PATRONYMICS = "Ивановна Петровна Сергеевна Алексеевна Дмитриевна Фёдоровна Николаевна Андреевна"

# Common words that few or none have together: nothing ends the search early.
WORST = ("иванов и", "иванов иван иванов", "ив ив ив", "ивановна петровна", "анна елена ольга", "иван пётр ивановна")


def cards(count: int) -> Iterator[KnownCard]:
    """Invented people; surnames as unevenly spread as real ones, each with a tail of its own."""
    chance = random.Random(1)  # noqa: S311 - the same people in every run
    surnames, names, patronymics = SURNAMES.split(), NAMES.split(), PATRONYMICS.split()
    for number in range(count):
        stem = surnames[min(int(chance.expovariate(0.1)), len(surnames) - 1)]
        surname = stem + chance.choice(("", "а", "ский", "ых"))
        holder = f"{surname} {chance.choice(names)} {chance.choice(patronymics)}"
        member = Member(
            CardNumber(f"2900{number:09}"),
            CardKind.BONUS,
            PersonName(holder),
            balance=points(chance.randrange(10_000)),
            phone=Phone(f"+79{chance.randrange(10**9):09}"),
        )
        yield KnownCard("club", member, datetime(2026, 5, 4, tzinfo=UTC))


async def fill(path: Path, count: int) -> None:
    directory = SqliteDirectory(path)
    directory.turn_on()
    everybody = cards(count)
    while batch := list(islice(everybody, BATCH)):
        await directory.add(batch)
    await directory.aclose()


@cache
def filled() -> "tempfile.TemporaryDirectory[str]":
    """A folder with the directory's file, made once; it goes with the process."""
    folder = tempfile.TemporaryDirectory(prefix="pos-bench-")
    asyncio.run(fill(Path(folder.name) / "cards.db", CARDS))
    return folder


@cache
def asked_for() -> list[KnownCard]:
    return list(islice(cards(CARDS), 0, None, CARDS // ASKED))


Question = Callable[[SqliteDirectory, KnownCard], Awaitable[object]]
Figure = Callable[[list[float]], float]


def asking(question: Question, figure: Figure) -> Callable[[], AbstractContextManager[Measure]]:
    @contextmanager
    def enter() -> Iterator[Measure]:
        path = Path(filled().name) / "cards.db"
        yield lambda: figure(asyncio.run(times_ms(path, question, asked_for())))

    return enter


async def times_ms(path: Path, question: Question, asked: list[KnownCard]) -> list[float]:
    directory = SqliteDirectory(path)
    await question(directory, asked[0])  # opens the file
    took = []
    for card in asked:
        begun = time.perf_counter()
        await question(directory, card)
        took.append((time.perf_counter() - begun) * 1e3)
    await directory.aclose()
    return took


def p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


def first_letters(card: KnownCard, *lengths: int) -> PersonName:
    words = card.member.holder.value.split()
    return PersonName(" ".join(word[:length] for word, length in zip(words, lengths, strict=False)))


def searching(name: str) -> Question:
    return lambda directory, _card: directory.search(PersonName(name), "club", 20)


QUESTIONS: dict[str, Question] = {
    "number": lambda directory, card: directory.find(card.member.number, "club"),
    "number, unknown": lambda directory, card: directory.find(CardNumber(card.member.number.value[::-1]), "club"),
    "phone": lambda directory, card: directory.search(card.member.phone or Phone(""), "club", 20),
    "name, 4 letters": lambda directory, card: directory.search(first_letters(card, 4), "club", 20),
    "name, 4 + 2 letters": lambda directory, card: directory.search(first_letters(card, 4, 2), "club", 20),
    "name, 4 + 2 + 2 letters": lambda directory, card: directory.search(first_letters(card, 4, 2, 2), "club", 20),
    "surname, name, patronymic": lambda directory, card: directory.search(card.member.holder, "club", 20),
    **{f"«{name}»": searching(name) for name in WORST},
}

ROWS = tuple(
    Row(
        f"directory of {CARDS:,} cards by {name}, p50",
        "ms",
        {"ours": asking(question, statistics.median), "its 99 %": asking(question, p99)},
        (Goal(ITSELF, at_most=10.0),),
        rounds=3,
    )
    for name, question in QUESTIONS.items()
)

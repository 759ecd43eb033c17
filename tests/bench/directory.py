"""How long the directory takes to find somebody among many cards: `python -m tests.bench.directory [CARDS]`.

Prints the median and the 99th percentile of each kind of question, asked as the daemon asks it: from an event loop, of
the file's own thread. No test, so that no slow machine fails it.
"""

import asyncio
import random
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from bridge.directory import SqliteDirectory
from bridge.domain.known_card import KnownCard
from bridge.domain.member import CardKind, Member
from bridge.domain.money import points
from bridge.domain.personal import CardNumber, PersonName, Phone

CARDS = 200_000
ASKED = 2000
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


async def timed(ask: Callable[[KnownCard], Awaitable[object]], asked: list[KnownCard]) -> str:
    took_ms = []
    for card in asked:
        started = time.perf_counter()
        await ask(card)
        took_ms.append((time.perf_counter() - started) * 1000)
    took_ms.sort()
    return f"{took_ms[len(took_ms) // 2]:8.3f} {took_ms[len(took_ms) * 99 // 100]:8.3f}"


def first_letters(card: KnownCard, *lengths: int) -> PersonName:
    words = card.member.holder.value.split()
    return PersonName(" ".join(word[:length] for word, length in zip(words, lengths, strict=False)))


def searching(directory: SqliteDirectory, name: str) -> Callable[[KnownCard], Awaitable[object]]:
    return lambda _card: directory.search(PersonName(name), "club", 20)


async def measure(path: Path, count: int) -> None:
    started = time.perf_counter()
    await fill(path, count)
    told(f"{count} cards in {time.perf_counter() - started:.1f} s, {path.stat().st_size / 2**20:.0f} MiB")  # noqa: ASYNC240
    asked = list(islice(cards(count), 0, count, count // ASKED))
    directory = SqliteDirectory(path)
    questions: dict[str, Callable[[KnownCard], Awaitable[object]]] = {
        "number": lambda card: directory.find(card.member.number, "club"),
        "number, unknown": lambda card: directory.find(CardNumber(card.member.number.value[::-1]), "club"),
        "phone": lambda card: directory.search(card.member.phone or Phone(""), "club", 20),
        "name, 4 letters": lambda card: directory.search(first_letters(card, 4), "club", 20),
        "name, 4 + 2 letters": lambda card: directory.search(first_letters(card, 4, 2), "club", 20),
        "name, 4 + 2 + 2 letters": lambda card: directory.search(first_letters(card, 4, 2, 2), "club", 20),
        "surname, name, patronymic": lambda card: directory.search(card.member.holder, "club", 20),
        **{f"«{name}»": searching(directory, name) for name in WORST},
    }
    before_kib = resident_kib()
    told(f"{'':28} median ms     99 %")
    for name, ask in questions.items():
        told(f"{name:28} {await timed(ask, asked)}")
    told(f"memory grew by {(resident_kib() - before_kib) / 1024:.1f} MiB")
    await directory.aclose()


def resident_kib() -> int:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize() // 1024


def told(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder) / "cards.db", int(sys.argv[1]) if len(sys.argv) > 1 else CARDS))

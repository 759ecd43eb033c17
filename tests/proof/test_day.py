"""A spell of a day, in short, and that its judges find what they are there for; `make prove` plays an hour."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path

import pytest

from bridge.emulation.maxma.rules import Row, Rules, calculate
from tests.proof.books import CARDS, KINDS, Books, MaxmaBooks, RestBooks, Sold, Standing, nothing_twice
from tests.proof.day.books import Told, reckon
from tests.proof.day.clients import Customer
from tests.proof.day.day import Day, play
from tests.proof.day.growth import Sample, check_flat
from tests.proof.day.papers import Papers
from tests.proof.day.plan import steps
from tests.proof.day.tape import Reader
from tests.shop.steps import LAST_PAPER

SEED = 5
STEPS = 16
AT_REST = Sample(receipts=10, rss_kib=60_000, descriptors=36, threads=3, tasks=23, objects=77_000)


@pytest.mark.timeout(180)  # its own deadlines stand still while a busy machine does
@pytest.mark.parametrize("kind", KINDS)
async def test_a_spell_of_troubles(kind: str, socket_dir: Path) -> None:
    """Nothing is sold, printed or shown twice or not at all, and everything works again when they are over."""

    async def tell_nobody(_day: Day) -> None: ...

    day = await play(socket_dir, kind, SEED, lambda _day: False, tell_nobody, STEPS)
    assert day.troubles.total() >= 3
    assert day.cashier.books.receipts >= 5


def test_a_seed_is_the_same_day_again() -> None:
    first, again, other = (list(islice(steps(seed), 400)) for seed in (SEED, SEED, SEED + 1))
    assert first == again != other


@asynccontextmanager
async def customer_of(folder: Path, replies: Mapping[str, Mapping[str, object]]) -> AsyncIterator[Customer]:
    """Of a till that gives these replies, by method."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            asked = json.loads(line)
            writer.write(json.dumps({"id": asked["id"], **replies[asked["method"]]}).encode() + b"\n")
        writer.close()

    async with (
        await asyncio.start_unix_server(serve, folder / "till.sock"),
        await Customer.connect(folder / "till.sock") as customer,
    ):
        yield customer


REFUSED = {"error": {"code": -32602, "message": "Invalid params"}}


async def test_params_of_ours_that_are_refused_are_found(socket_dir: Path) -> None:
    async with customer_of(socket_dir, {"receipt.limits": REFUSED}) as customer:
        with pytest.raises(AssertionError, match="Invalid params"):
            await customer.call("receipt.limits", totl="1.00")


@pytest.mark.parametrize("is_listed", [False, True])
async def test_staff_is_refused_only_what_is_settled(is_listed: bool, socket_dir: Path) -> None:
    listed = {"result": {"tasks": [{"task_id": "sale:R-1"}] if is_listed else []}}
    async with customer_of(socket_dir, {"queue.retry": REFUSED, "queue.list": listed}) as customer:
        with pytest.raises(AssertionError, match="Invalid params") if is_listed else nullcontext():
            assert await customer.ask_of_task("queue.retry", "sale:R-1") == {"id": 1, **REFUSED}


def test_what_does_not_grow_is_flat() -> None:
    check_flat([replace(AT_REST, tasks=23 + number % 2, rss_kib=60_000 + number) for number in range(40)])


@pytest.mark.parametrize(
    "grown",
    [
        {"rss_kib": 60_000 + 4_000},
        {"descriptors": 36 + 4},
        {"threads": 3 + 4},
        {"tasks": 23 + 4},
        {"objects": 77_000 + 4_000},
    ],
)
def test_what_grows_is_found(grown: dict[str, int]) -> None:
    (name, end), count = grown.popitem(), 40
    begin = getattr(AT_REST, name)
    samples = [replace(AT_REST, **{name: begin + (end - begin) * number // count}) for number in range(2 * count)]
    with pytest.raises(AssertionError, match=f"{name} grows"):
        check_flat(samples)


JOB = b"\x1b@\x1c.\x1bt\x11\x1ba\x00%bJ-000001 begin\nJ-000001 end\n\x1dVB\x00"
MARK = b"\x1d!\x11" + "ПОВТОР".encode("cp866") + b"\n\x1d!\x00"


def reckoned(paper: bytes, state: str) -> None:
    papers, reader = Papers(), Reader()
    tag, _ = papers.new()
    papers.jobs[tag] = "job"
    reader.feed(paper)
    papers.read(reader)
    papers.reckon({tag: state})
    assert not papers.jobs


@pytest.mark.parametrize(
    ("paper", "state"),
    [
        (JOB % b"", "printed"),
        (b"", "failed"),
        (JOB % b"" + JOB % MARK, "unknown"),
        ((JOB % b"")[:28] + JOB % MARK, "printed"),
    ],
    ids=["printed", "never begun", "repeated under a mark", "cut off and repeated"],
)
def test_papers_that_are_as_they_should(paper: bytes, state: str) -> None:
    reckoned(paper, state)


@pytest.mark.parametrize(
    ("paper", "state"),
    [
        (b"", "printed"),
        ((JOB % b"")[:28], "printed"),
        (JOB % b"", "failed"),
        (JOB % b"", "queued"),
        (JOB % b"" + JOB % b"", "printed"),
        (JOB % b"" + JOB % MARK + JOB % MARK, "printed"),
    ],
    ids=["not there", "cut off", "there all the same", "still under way", "twice", "three times"],
)
def test_papers_that_are_not_are_found(paper: bytes, state: str) -> None:
    with pytest.raises(AssertionError):
        reckoned(paper, state)


CODE = b"\x1d(k\x08\x001P0T-001" + b"\x1d(k\x03\x001Q0" + b"\x1dVB\x00"


def test_a_receipt_s_paper_that_comes_twice_is_found() -> None:
    papers, reader = Papers(), Reader()
    reader.feed(b"\x1bt\x11" + CODE + MARK + CODE)
    papers.read(reader)
    reader.feed(CODE)
    with pytest.raises(AssertionError, match="T-001"):
        papers.read(reader)


def test_a_line_that_was_not_fed_is_lost_with_the_power() -> None:
    reader = Reader()
    reader.feed(b"J-000001 be\x1b@" + LAST_PAPER.encode() + b"\n")
    assert reader.lines == [LAST_PAPER]


SOLD = {"state": "done", "redeemed": "200.00", "accrued": "40.00", "restored": None, "reversed": None}
CLOSED = {"state": "closed", "outcome": SOLD}
TOLD = Told("R-1", closing={"total": "1000.00", "redeemed": "200"}, outcome=SOLD)
STANDS = Standing(sold=[Sold(Decimal(1000), Decimal(200), Decimal(40))])


def test_books_that_agree() -> None:
    reckon(TOLD, CLOSED, (), STANDS)


@pytest.mark.parametrize(
    ("told", "receipt"),
    [
        (TOLD, {"state": "closed", "outcome": {**SOLD, "state": "queued"}}),
        (TOLD, {"state": "closed", "outcome": {**SOLD, "state": "manual"}}),
        (TOLD, {"state": "closed", "outcome": {**SOLD, "accrued": "41.00"}}),
        (replace(TOLD, closing={"total": "900.00", "redeemed": "200"}), CLOSED),
        (replace(TOLD, closing={"total": "1000.00", "redeemed": "100"}), CLOSED),
        (replace(TOLD, is_cancelled=True), {"state": "cancelled", "outcome": SOLD}),
    ],
)
def test_books_that_do_not_agree_are_found(told: Told, receipt: dict[str, object]) -> None:
    with pytest.raises(AssertionError):
        reckon(told, receipt, (), STANDS)


@pytest.mark.parametrize("standing", [Standing(), replace(STANDS, held=[Decimal(200)])], ids=["lost", "held besides"])
def test_what_does_not_stand_at_the_provider_is_found(standing: Standing) -> None:
    with pytest.raises((AssertionError, ValueError)):
        reckon(TOLD, CLOSED, (), standing)


def _sell_by_maxma(books: MaxmaBooks, number: int) -> None:
    """1000.00, 200 spent, 40 earned."""
    ledger, txid = books.emulator.ledger, f"store-01/till-1/R-1/purchase/{number}"
    client = ledger.clients[0]
    calculation = calculate([Row(Decimal(1000))], Rules(), client.bonuses, 200)
    ledger.confirm(txid, ledger.set(txid, client, calculation, datetime(2026, 11, 27, tzinfo=UTC)).ticket)


def _sell_by_rest(books: RestBooks, number: int) -> None:
    books.emulator.ledger.buy(f"store-01/till-1/R-1/purchase/{number}", CARDS[0], 1000_00, 200_00, "")


@pytest.mark.parametrize(
    ("books", "sell"),
    [(MaxmaBooks(), _sell_by_maxma), (RestBooks("locards"), _sell_by_rest)],
    ids=["maxma", "locards"],
)
def test_a_sale_that_stands_twice_is_found(books: Books, sell: Callable[[Books, int], None]) -> None:
    sell(books, 1)
    nothing_twice(books)
    sell(books, 2)
    with pytest.raises(AssertionError, match="R-1"):
        nothing_twice(books)

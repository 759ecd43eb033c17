"""From the last byte of a scan to what a client hears of it, and to what the customer reads."""

import socket
import statistics
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from tests.bench import gpsd
from tests.bench.rounds import Goal, Measure, Row
from tests.bench.scanning import SEARCHING, WARM, Control, Numbers, Scan, control_till, in_asyncio, in_c, provider, scan
from tests.bench.tills import line, running_till, subscribed

SCANS = 100
STARTS = 3


@contextmanager
def event() -> Iterator[Measure]:
    """Goods: told to a client at once."""
    with running_till() as till, subscribed(till.socket, "scan") as client:
        yield median_of(till.scanner, client.fileno(), Numbers().goods)


def control_event(control: Control) -> Callable[[], AbstractContextManager[Measure]]:
    @contextmanager
    def enter() -> Iterator[Measure]:
        ours, theirs = socket.socketpair()
        with ours, theirs, control_till(control, "event", theirs.fileno()) as scanner:
            yield median_of(scanner, ours.fileno(), Numbers().goods)

    return enter


@contextmanager
def gpsd_ais() -> Iterator[Measure]:
    with gpsd.running() as (receiver, client):
        yield median_of(receiver, client.fileno(), gpsd.ais)


@contextmanager
def gpsd_tpv() -> Iterator[Measure]:
    with gpsd.running() as (receiver, client):
        yield median_of(receiver, client.fileno(), gpsd.Cycles().fixes)


# An answer that is as fast as the display would have "searching" skipped: the newest screen is shown.
UNHURRIED_US = 5_000


def on_the_display(heard: bytes | None) -> Callable[[], AbstractContextManager[Measure]]:
    """heard: what the display must show; None: the card's points."""

    @contextmanager
    def enter() -> Iterator[Measure]:
        with provider(UNHURRIED_US if heard else 0) as port, running_till(f"http://127.0.0.1:{port}") as till:
            numbers = Numbers()
            yield median_of(till.scanner, till.display, lambda count: numbers.cards(count, heard))

    return enter


def control_on_the_display(
    control: Control, mode: str, heard: bytes | None
) -> Callable[[], AbstractContextManager[Measure]]:
    @contextmanager
    def enter() -> Iterator[Measure]:
        with provider() as port, line() as pole, control_till(control, mode, pole.program, str(port)) as scanner:
            numbers = Numbers()
            yield median_of(scanner, pole.device, lambda count: numbers.cards(count, heard))

    return enter


@contextmanager
def first() -> Iterator[Measure]:
    """The very first scan of a daemon that has just said that it is ready."""
    with provider() as port:

        def once() -> float:
            with running_till(f"http://127.0.0.1:{port}") as till:
                return scan(till.scanner, till.display, Numbers().cards(1), pause_us=0).p50_us

        yield lambda: statistics.median(once() for _ in range(STARTS))


def median_of(scanner: int, ear: int, scans: Callable[[int], list[Scan]]) -> Measure:
    """Measured after some that are not."""
    scan(scanner, ear, scans(WARM))
    return lambda: scan(scanner, ear, scans(SCANS)).p50_us


ROWS = (
    Row(
        "serial scan to event at a client, p50",
        "µs",
        {
            "ours": event,
            "C relay": control_event(in_c),
            "plain asyncio": control_event(in_asyncio),
            "gpsd, AIS": gpsd_ais,
            "gpsd, TPV": gpsd_tpv,
        },
        (Goal("gpsd, AIS", at_most=1.25), Goal("gpsd, TPV", at_most=1.0)),
    ),
    Row(
        'scan to "searching" on the display, p50',
        "µs",
        {
            "ours": on_the_display(SEARCHING),
            "C relay": control_on_the_display(in_c, "searching", SEARCHING),
            "plain asyncio": control_on_the_display(in_asyncio, "searching", SEARCHING),
        },
        (Goal("C relay", at_most=2.0),),
    ),
    Row(
        "scan to the card's message on the display, p50",
        "µs",
        {
            "ours": on_the_display(None),
            "C till": control_on_the_display(in_c, "card", None),
            "plain asyncio": control_on_the_display(in_asyncio, "card", None),
        },
        (Goal("C till", at_most=4.0),),
    ),
    Row(
        "first scan after READY to the card's message",
        "µs",
        {"ours": first, "steady": on_the_display(None)},
        (Goal("steady", at_most=3.0),),
    ),
)

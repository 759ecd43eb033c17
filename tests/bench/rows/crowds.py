"""Scans while many clients are connected: idle ones, and ones that ask as fast as they are answered."""

import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from bridge.pos.client import Client
from tests.bench.rounds import ITSELF, Goal, Measure, Row
from tests.bench.rows.query import LINE, sell
from tests.bench.scanning import WARM, Numbers, Scans, provider, scan
from tests.bench.serving import loading
from tests.bench.tills import Till, running_till

IDLE, HAMMERING = 1000, 100
SCANS = 150

# A till lets 128 clients in. What a thousand cost is measured with that limit lifted, and with nothing else changed.
LAUNCHER = """
import bridge.pos.server
from bridge.cli.main import main
bridge.pos.server.MAX_CLIENTS = 2000
main()
"""

Crowd = Callable[[Till], AbstractContextManager[None]]


@contextmanager
def nobody(_till: Till) -> Iterator[None]:
    yield


@contextmanager
def idle_ones(till: Till) -> Iterator[None]:
    """They connect, say hello and fall silent."""
    with ExitStack() as stack:
        for _ in range(IDLE):
            client = stack.enter_context(Client(till.socket))
            client.call("bridge.hello")
        yield


@contextmanager
def hammering_ones(till: Till) -> Iterator[None]:
    """Each asks for the limits of a receipt whose card is known, again and again."""
    with loading(till.socket, HAMMERING, LINE):
        yield


def scanning(
    crowd: Crowd, told: Callable[[Scans], float], launcher: tuple[str, ...] = ()
) -> Callable[[], AbstractContextManager[Measure]]:
    """Cards to the customer's display, in a till with this crowd at its socket."""

    @contextmanager
    def enter() -> Iterator[Measure]:
        allow_many_files()  # the daemon inherits it
        with provider() as port, running_till(f"http://127.0.0.1:{port}", launcher=launcher) as till:
            sell(till.socket)
            attach_nothing(till)
            numbers = Numbers()
            scan(till.scanner, till.display, numbers.cards(WARM))

            def measure() -> float:
                with crowd(till):
                    return told(scan(till.scanner, till.display, numbers.cards(SCANS)))

            yield measure

    return enter


def allow_many_files() -> None:
    """As many as root lets us have: a shell's usual limit is 1024."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def attach_nothing(till: Till) -> None:
    """The receipt last opened takes the cards that are scanned: it is over."""
    with Client(till.socket) as bridge:
        bridge.call("receipt.open", receipt_id="R-2", operation="sale")
        bridge.call("receipt.cancel", receipt_id="R-2")


def p50(scans: Scans) -> float:
    return scans.p50_us


def p99(scans: Scans) -> float:
    return scans.p99_us


def lost(scans: Scans) -> float:
    return scans.lost


LIMIT_LIFTED = (sys.executable, "-c", LAUNCHER)

ROWS = (
    Row(
        f"scan to the card's message beside {IDLE:,} idle clients, p50",
        "µs",
        {"ours": scanning(idle_ones, p50, LIMIT_LIFTED), "alone": scanning(nobody, p50, LIMIT_LIFTED)},
        (Goal("alone", at_most=1.15),),
    ),
    *(
        Row(
            f"scan to the card's message beside {HAMMERING} hammering clients, {name}",
            "µs",
            {"ours": scanning(hammering_ones, told), "alone": scanning(nobody, told)},
            (Goal("alone", at_most=3.0),),
        )
        for name, told in (("p50", p50), ("p99", p99))
    ),
    Row(
        f"scans lost beside {HAMMERING} hammering clients, of {SCANS}",
        "",
        {"ours": scanning(hammering_ones, lost)},
        (Goal(ITSELF, at_most=0),),
        rounds=3,
        bears_noise=True,
    ),
)

"""A question that is answered from memory: `receipt.limits`, asked again with the same basket."""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from bridge.pos.client import CallError, Client, Unreachable
from tests.bench.building import HERE, c_program, peers_python
from tests.bench.rounds import Failed, Goal, Measure, Row
from tests.bench.scanning import provider
from tests.bench.serving import daemon_on, load
from tests.bench.tills import running_till

CARD, RECEIPT, TOTAL = "2900000000018", "R-1", "392.50"
CLIENTS = 100
ASKED = {"jsonrpc": "2.0", "id": 1, "method": "receipt.limits", "params": {"receipt_id": RECEIPT, "total": TOTAL}}
LINE = json.dumps(ASKED).encode() + b"\n"
HELLO = b'{"jsonrpc": "2.0", "id": 1, "method": "bridge.hello"}\n'
BODY = json.dumps(ASKED).encode()
POST = b"POST /rpc HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
    len(BODY),
    BODY,
)


def sell(path: str) -> None:
    """One receipt, its card and its limits known. Failed: the till does not do that."""
    try:
        with Client(path) as bridge:
            bridge.call("receipt.open", receipt_id=RECEIPT, operation="sale")
            bridge.call("card.resolve", code=CARD, receipt_id=RECEIPT, wait_ms=5000)
            limits = bridge.call("receipt.limits", receipt_id=RECEIPT, total=TOTAL, wait_ms=5000)
    except (CallError, Unreachable) as error:
        raise Failed(f"no sale: {error}") from None
    if limits["source"] != "online":
        raise Failed(f"not what is to be measured: {limits}")


Place = Callable[[], AbstractContextManager[tuple[str, bytes, str]]]
"""A server's socket, the request for it, and how its replies end."""


@contextmanager
def ours() -> Iterator[tuple[str, bytes, str]]:
    with provider() as port, running_till(f"http://127.0.0.1:{port}") as till:
        sell(till.socket)
        yield till.socket, LINE, "line"


@contextmanager
def ours_greeting() -> Iterator[tuple[str, bytes, str]]:
    with running_till() as till:
        yield till.socket, HELLO, "line"


@contextmanager
def c_echo() -> Iterator[tuple[str, bytes, str]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "echo.sock"
        with daemon_on(path, [str(c_program("echo")), str(path)]):
            yield str(path), LINE, "line"


@contextmanager
def plain_asyncio() -> Iterator[tuple[str, bytes, str]]:
    c_program("load")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plain.sock"
        with daemon_on(path, [sys.executable, str(HERE / "peers" / "plain_asyncio.py"), str(path)]):
            yield str(path), LINE, "line"


@contextmanager
def fastapi() -> Iterator[tuple[str, bytes, str]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fastapi.sock"
        options = ["--app-dir", str(HERE / "peers"), "--uds", str(path), "--log-level", "error", "--loop", "asyncio"]
        with daemon_on(path, [str(peers_python()), "-m", "uvicorn", "fastapi_app:app", *options]):
            yield str(path), POST, "http"


PLACES: dict[str, Place] = {"ours": ours, "C echo": c_echo, "plain asyncio": plain_asyncio, "FastAPI": fastapi}


def waiting(place: Place) -> Callable[[], AbstractContextManager[Measure]]:
    @contextmanager
    def enter() -> Iterator[Measure]:
        with place() as (path, request, kind):
            yield lambda: load(path, 1, request, kind).p50_us

    return enter


def crowded(place: Place) -> Callable[[], AbstractContextManager[Measure]]:
    @contextmanager
    def enter() -> Iterator[Measure]:
        with place() as (path, request, kind):
            yield lambda: load(path, CLIENTS, request, kind).per_second

    return enter


ROWS = (
    Row(
        "socket query from memory, 1 client, p50",
        "µs",
        {name: waiting(place) for name, place in PLACES.items()},
        (Goal("C echo", at_most=2.0), Goal("FastAPI", at_most=1 / 7)),
    ),
    Row(
        "protocol alone, 1 client, p50",
        "µs",
        {"ours": waiting(ours_greeting), "C echo": waiting(c_echo)},
        (Goal("C echo", at_most=2.0),),
    ),
    Row(
        f"socket query from memory, {CLIENTS} clients",
        "req/s",
        {name: crowded(place) for name, place in PLACES.items()},
        (Goal("C echo", at_least=0.25), Goal("FastAPI", at_least=15)),
    ),
)

"""A client for cash programs: one file, standard library only. Copy it, or read it and write your own.

    with Client("/run/pos-bridge/pos.sock") as bridge:
        bridge.call("receipt.open", receipt_id="118", operation="sale")
        limits = bridge.call("receipt.limits", receipt_id="118", total="392.50", wait_ms=500)

One thread per Client. After Unreachable it is closed: make a new one, and repeat `receipt.close` with the same params
until it is answered. Amounts are best sent as strings ("392.50") or Decimals, never as floats.
"""

import json
import socket
from collections import deque
from collections.abc import Iterator, Sequence
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

DEFAULT_PATH = "/run/pos-bridge/pos.sock"
# Above the longest wait_ms (10 s), so that the bridge answers before we give up.
DEFAULT_TIMEOUT_S = 15.0
NO_BRIDGE = "what answers there is no bridge"


class Unreachable(Exception):
    """No bridge at the path, or no answer: whether the call was carried out is not known."""


class CallError(Exception):
    """The bridge answered with an error. data: {"kind", "retryable", "text"} where the bridge tells them."""

    def __init__(self, code: int, message: str, data: dict[str, Any] | None = None) -> None:
        super().__init__(f"{message} ({code})")
        self.code = code
        self.message = message
        self.data = data or {}


class Client:
    """A connection to the bridge; raises Unreachable when there is none to be had."""

    def __init__(self, path: str = DEFAULT_PATH, timeout: float = DEFAULT_TIMEOUT_S) -> None:
        self._timeout = timeout
        self.subscribed: dict[str, Any] = {}
        self._last_id = 0
        self._events: deque[dict[str, Any]] = deque()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout)
        try:
            self._socket.connect(path)
        except OSError as error:
            self._socket.close()
            raise Unreachable(f"{path}: {error.strerror or error}") from error
        self._lines = self._socket.makefile("rb")

    def call(self, method: str, /, **params: Any) -> Any:  # noqa: ANN401 - params and results are JSON
        """The method's result. Raises CallError, Unreachable."""
        self._last_id += 1
        request = {"jsonrpc": "2.0", "id": self._last_id, "method": method, "params": params}
        self._send(json.dumps(request, ensure_ascii=False, default=decimal_text).encode() + b"\n")
        while True:
            message = self._receive()
            if message.get("method") == "event":
                self._events.append(message["params"])
            elif message.get("id") in {self._last_id, None}:
                return result_of(message)

    def events(
        self, topics: Sequence[str], after: int | None = None, stream: str | None = None
    ) -> Iterator[dict[str, Any]]:
        """Subscribe now; then events {"seq", "topic", "at", "data"}, for ever. Raises CallError, Unreachable.

        To go on after a break, give the last event's `seq` as `after` and the old `subscribed["stream"]` as `stream`;
        `subscribed["gap"]` then tells whether events were lost.
        """
        self.subscribed = self.call("events.subscribe", topics=list(topics), after=after, stream=stream)
        return self._next_events()

    def close(self) -> None:
        self._lines.close()
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _next_events(self) -> Iterator[dict[str, Any]]:
        while True:
            if not self._events:
                self._wait_for_event()
            yield self._events.popleft()

    def _wait_for_event(self) -> None:
        self._socket.settimeout(None)  # the next customer may come in an hour
        message = self._receive()
        self._socket.settimeout(self._timeout)
        if message.get("method") == "event":
            self._events.append(message["params"])
        elif "error" in message:
            result_of(message)

    def _send(self, line: bytes) -> None:
        try:
            self._socket.sendall(line)
        except OSError as error:
            raise self._gone(error.strerror or error) from error

    def _receive(self) -> dict[str, Any]:
        try:
            line = self._lines.readline()
        except OSError as error:  # TimeoutError is one
            raise self._gone(error.strerror or error) from error
        if not line.endswith(b"\n"):
            raise self._gone("the bridge closed the connection")
        message = message_of(line)
        if message is None:
            raise self._gone(NO_BRIDGE)
        return message

    def _gone(self, why: object) -> Unreachable:
        """Half an answer may lie in the socket: nothing can be read from it any more."""
        self.close()
        return Unreachable(str(why))


def message_of(line: bytes) -> dict[str, Any] | None:
    """None: no bridge writes such a line."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None


def result_of(message: dict[str, Any]) -> Any:  # noqa: ANN401 - results are JSON
    """The result of a reply; CallError for an error."""
    if "error" in message:
        error = message["error"]
        raise CallError(error["code"], error["message"], error.get("data"))
    return message["result"]


def decimal_text(value: object) -> str:
    """What json.dumps makes of a Decimal."""
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")

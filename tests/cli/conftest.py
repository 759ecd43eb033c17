"""A tiny real daemon for the commands: JSON lines on a Unix socket, with the answers that a test sets."""

import json
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest


class Daemon(socketserver.ThreadingUnixStreamServer):
    """answers: what a reply to each method has. in_turn: those that come first, one after another.
    events: sent after a subscribe; then it hangs up unless is_held."""

    daemon_threads = False  # server_close waits for them, so that no socket outlives its test

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), Connection)
        self.path = path
        self.answers: dict[str, dict[str, Any]] = {}
        self.in_turn: dict[str, list[dict[str, Any]]] = {}
        self.events: list[dict[str, Any]] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.is_held = False
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - socketserver's signature
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - the same
        self._open.discard(request)
        super().shutdown_request(request)

    def answer(self, method: str) -> dict[str, Any]:
        turns = self.in_turn.get(method)
        return turns.pop(0) if turns else self.answers[method]

    def hang_up(self) -> None:
        """A client that a failed test left behind must not hold the server's threads for ever."""
        for connection in list(self._open):
            connection.shutdown(socket.SHUT_RDWR)


class Connection(socketserver.StreamRequestHandler):
    server: Daemon

    def handle(self) -> None:
        for line in self.rfile:
            request = json.loads(line)
            self.server.calls.append((request["method"], request["params"]))
            self._send({"jsonrpc": "2.0", "id": request["id"], **self.server.answer(request["method"])})
            if request["method"] == "events.subscribe":
                for event in self.server.events:
                    self._send({"jsonrpc": "2.0", "method": "event", "params": event})
                if not self.server.is_held:
                    return

    def _send(self, message: dict[str, Any]) -> None:
        with suppress(BrokenPipeError):  # a test has hung up meanwhile
            self.wfile.write(json.dumps(message).encode() + b"\n")


@pytest.fixture
def daemon(socket_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Daemon]:
    path = socket_dir / "pos.sock"
    monkeypatch.setenv("POS_BRIDGE_SOCKET", str(path))
    with Daemon(path) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
        server.hang_up()

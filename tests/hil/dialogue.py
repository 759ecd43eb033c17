"""JSON objects over a Unix socket, as QEMU and its agent in the guest speak it.

QMP: docs/interop/qmp-spec of QEMU. Guest agent: docs/interop/qemu-ga-ref.
"""

import json
import socket
import threading
from pathlib import Path
from typing import Any

_SYNC_MARK = b"\xff"  # guest-sync-delimited: the answer begins with it, whatever came before


class Refused(Exception):
    """An error reply; also where the other end hung up."""


class Dialogue:
    """One question at a time, from any thread."""

    def __init__(self, path: Path, patience_s: float) -> None:
        """patience_s: for each answer."""
        self._lock = threading.Lock()
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(patience_s)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("rb")

    def close(self) -> None:
        self._lines.close()
        self._socket.close()

    def ask(self, command: str, **arguments: object) -> Any:  # noqa: ANN401 - JSON
        with self._lock:
            self._send(command, arguments)
            return self._answer(command)

    def synchronize(self, number: int) -> None:
        """The agent's first answer, once it runs; it takes what was sent before it did."""
        with self._lock:
            self._send("guest-sync-delimited", {"id": number})
            while self._answer("guest-sync-delimited") != number:
                pass

    def greeting(self) -> None:
        """QEMU's own, and its agreement to begin."""
        self._lines.readline()
        self.ask("qmp_capabilities")

    def _send(self, command: str, arguments: dict[str, object]) -> None:
        self._socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")

    def _answer(self, command: str) -> Any:  # noqa: ANN401 - JSON
        while line := self._lines.readline():
            message = json.loads(line.rpartition(_SYNC_MARK)[2])
            if "error" in message:
                raise Refused(f"{command}: {message['error']['desc']}")
            if "return" in message:
                return message["return"]
        raise Refused(f"{command}: hung up")

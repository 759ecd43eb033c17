"""Ask emupos, a simulator of receipt printers that shares nothing with us, what it makes of our bytes.

    python -m tests.devices.codecs.emupos.record EMUPOS

EMUPOS is its command: `pip install emupos`, in Python 3.13. What it says is written to recorded.json.
"""

import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from devices.codecs.escpos import encode
from devices.codecs.escpos.status import PAPER_QUERY, REAL_TIME_QUERIES, STATUS_BACK_ON
from tests.devices.codecs.emupos.documents import DOCUMENTS, PROFILE

RECORDED = Path(__file__).with_name("recorded.json")
FAULTS = ("paper-near-end", "paper-out", "cover-open", "offline")
WITHIN_S = 20.0
CONFIG = """
schema: 1
api: {{ host: 127.0.0.1, port: {api} }}
devices:
  - id: front
    type: printer
    profile: epson-tm-t20iii
    connections: [{{ tcp: {{ port: {port} }} }}]
    receipts_dir: {folder}/receipts
"""


class Emupos:
    """One that runs, with one printer."""

    def __init__(self, api: int, port: int) -> None:
        self._api = f"http://127.0.0.1:{api}/api/v1"
        self._port = port

    def text_of(self, job: bytes) -> list[str]:
        """The lines of the receipt that it makes of `job`."""
        before = self._receipts()
        with self._connected() as printer:
            printer.sendall(job + PAPER_QUERY)
            printer.recv(1)  # it is through
            _until(lambda: len(self._receipts()) > len(before))
        return self._asked("GET", "/devices/front/receipts/latest/text").decode().splitlines()

    def status(self, *faults: str) -> dict[str, str]:
        """Its answers to DLE EOT 1 to 4 and its automatic status back while it has these faults, as hex."""
        with self._connected() as printer:
            block = _answer(printer, STATUS_BACK_ON, 4)
            for fault in faults:
                self._asked("PUT", f"/devices/front/faults/{fault}")
                block = _answer(printer, b"", 4)
            replies = b"".join(_answer(printer, query, 1) for query in REAL_TIME_QUERIES)
        for fault in faults:
            self._asked("DELETE", f"/devices/front/faults/{fault}")
        return {"replies": replies.hex(" "), "block": block.hex(" ")}

    def is_up(self) -> bool:
        try:
            self._receipts()
        except OSError:
            return False
        return True

    def _receipts(self) -> list[Any]:
        receipts: list[Any] = json.loads(self._asked("GET", "/devices/front/receipts"))
        return receipts

    def _connected(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._port), WITHIN_S)

    def _asked(self, method: str, path: str) -> bytes:
        with urlopen(Request(self._api + path, method=method), timeout=WITHIN_S) as reply:  # noqa: S310 - loopback
            body: bytes = reply.read()
            return body


@contextmanager
def running(command: str) -> Iterator[Emupos]:
    with tempfile.TemporaryDirectory() as folder:
        api, port = _free_port(), _free_port()
        (Path(folder) / "emupos.yaml").write_text(CONFIG.format(api=api, port=port, folder=folder))
        with subprocess.Popen([command, "run"], cwd=folder, stdout=subprocess.DEVNULL) as process:  # noqa: S603
            emupos = Emupos(api, port)
            try:
                _until(emupos.is_up)
                yield emupos
            finally:
                process.terminate()


def recording(emupos: Emupos) -> dict[str, Any]:
    """All that it says."""
    jobs = {name: encode(document.printout, PROFILE) for name, document in DOCUMENTS.items()}
    return {
        "documents": {name: {"job": job.hex(), "text": emupos.text_of(job)} for name, job in jobs.items()},
        "status": {
            " and ".join(faults): emupos.status(*faults)
            for faults in ((), *((fault,) for fault in FAULTS), ("paper-near-end", "cover-open"))
        },
    }


def _answer(printer: socket.socket, query: bytes, length: int) -> bytes:
    printer.sendall(query)
    answer = b""
    while len(answer) < length:
        answer += printer.recv(length - len(answer))
    return answer


def _until(is_so: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + WITHIN_S
    while not is_so():
        if time.monotonic() > ends_at:
            raise TimeoutError("emupos did not answer")
        time.sleep(0.05)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main() -> None:
    command = sys.argv[1]
    version = subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]  # noqa: S603
    with running(command) as emupos:
        recorded = {"emupos": version, "at": f"{datetime.now(UTC):%Y-%m-%d}", **recording(emupos)}
    RECORDED.write_text(json.dumps(recorded, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()

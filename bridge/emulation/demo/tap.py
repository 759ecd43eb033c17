"""A tap between the cash program and the daemon: every line of the socket passes unchanged, and is seen."""

import asyncio
import contextlib
import json
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bridge.emulation.demo.failed import DemoFailed

LONGEST_LINE_BYTES = 1 << 20  # as the protocol allows


@dataclass(frozen=True, slots=True)
class Passed:
    """One line. sender: "cash program" or "bridge"."""

    sender: str
    text: str

    @property
    def message(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self.text)
        return message


class Tap:
    """Listens at `path`, passes on to `target`, for one client."""

    def __init__(self, path: Path, target: Path) -> None:
        self.path = path
        self._target = target
        self._passed: asyncio.Queue[Passed | None] = asyncio.Queue()
        self._server: asyncio.Server
        self._passing: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_unix_server(self._accept, self.path, limit=LONGEST_LINE_BYTES)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._passing:
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def next(self) -> Passed:
        """The next line, in the order in which they passed. DemoFailed: one side has hung up."""
        passed = await self._passed.get()
        if passed is None:
            raise DemoFailed("the conversation on the socket ended before the sale did")
        return passed

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._passing.add(task)
        task.add_done_callback(self._passing.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(self._target, limit=LONGEST_LINE_BYTES)
        there = asyncio.create_task(self._pass("cash program", reader, far_writer))
        back = asyncio.create_task(self._pass("bridge", far_reader, writer))
        try:
            await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._passed.put_nowait(None)
            for task in (there, back):
                task.cancel()
            await asyncio.gather(there, back, return_exceptions=True)
            for end in (writer, far_writer):
                end.close()
                with contextlib.suppress(OSError):
                    await end.wait_closed()

    async def _pass(self, sender: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            self._passed.put_nowait(Passed(sender, line.decode().rstrip("\n")))
            writer.write(line)
            await writer.drain()

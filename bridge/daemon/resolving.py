"""The daemon's event loop: asyncio's own, but that names are looked up in threads that nobody has to wait for.

A name server that says nothing keeps such a thread for ten seconds and more, long after whoever asked has given up.
asyncio has the lookup done by one of the few threads in which devices are opened and closed, and ends only with the
last of them: a till without internet could not be restarted before.
"""

import asyncio
import contextlib
import socket
import threading
from typing import Any

# What socket.getaddrinfo takes: host and port, then what kinds of addresses are wanted.
_Question = tuple[bytes | str | None, bytes | str | int | None, int, int, int, int]


class TillLoop(asyncio.SelectorEventLoop):
    """One lookup of a name at a time: whoever asks the same meanwhile waits for that one."""

    def __init__(self) -> None:
        super().__init__()
        self._lookups: dict[_Question, asyncio.Future[list[Any]]] = {}

    async def getaddrinfo(
        self,
        host: bytes | str | None,
        port: bytes | str | int | None,
        *,
        family: int = 0,
        type: int = 0,  # noqa: A002 - asyncio's name for it
        proto: int = 0,
        flags: int = 0,
    ) -> list[Any]:
        question = (host, port, family, type, proto, flags)
        answer = self._lookups.get(question)
        if answer is None:
            answer = self._lookups[question] = self.create_future()
            threading.Thread(target=self._look_up, args=(question,), name="resolver", daemon=True).start()
        return await asyncio.shield(answer)  # others may wait for it

    def _look_up(self, question: _Question) -> None:
        """In a thread of its own, which does not keep the process alive."""
        found: list[Any] | OSError | ValueError
        try:
            found = socket.getaddrinfo(*question)
        except (OSError, ValueError) as error:  # ValueError: what is no host name at all
            found = error
        with contextlib.suppress(RuntimeError):  # the loop is closed by now
            self.call_soon_threadsafe(self._answered, question, found)

    def _answered(self, question: _Question, found: list[Any] | OSError | ValueError) -> None:
        answer = self._lookups.pop(question)
        if isinstance(found, list):
            answer.set_result(found)
        else:
            answer.set_exception(found)

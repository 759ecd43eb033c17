"""The driver of receipt printers on the network (`tcp://`), which serve one client at a time.

The connection is made for a job and closed after it, so that a second till, or the office, can print in between.
"""

import asyncio
from collections.abc import Awaitable, Callable

from devices.codecs.escpos import Profile
from devices.documents import Printout
from devices.printers.escpos import build_job, send_job
from devices.transports.base import ByteStream


class NetworkPrinter:
    """Opens and closes its own streams, so it knows of the printer only what its last job met."""

    def __init__(self, endpoint: str, open_stream: Callable[[], Awaitable[ByteStream]], profile: Profile) -> None:
        """`endpoint` is its name for errors and logs."""
        self._endpoint = endpoint
        self._open_stream = open_stream
        self._profile = profile
        self._one_at_a_time = asyncio.Lock()

    async def print(self, printout: Printout) -> None:
        job = build_job(self._endpoint, printout, self._profile)
        async with self._one_at_a_time:
            stream = await self._open_stream()
            try:
                await send_job(stream, job)
            finally:
                await stream.aclose()

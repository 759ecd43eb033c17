"""The driver of receipt printers on a transport that stays open: `serial://`, `lp://`."""

import asyncio

from devices.codecs.escpos import Profile, UnprintableElement, encode
from devices.documents import Printout
from devices.errors import DeviceError, JobInterrupted, Unsupported
from devices.transports.base import ByteStream


class EscPosPrinter:
    """Owns neither the stream's opening nor its closing: it lives as long as the stream does."""

    def __init__(self, stream: ByteStream, profile: Profile) -> None:
        self._stream = stream
        self._profile = profile
        self._one_at_a_time = asyncio.Lock()

    async def run(self) -> None:
        """What a printer says unasked tells us nothing yet; but only who reads hears a hang-up at once."""
        while True:
            await self._stream.read()

    async def print(self, printout: Printout) -> None:
        job = build_job(self._stream.name, printout, self._profile)
        async with self._one_at_a_time:
            await send_job(self._stream, job)


def build_job(endpoint: str, printout: Printout, profile: Profile) -> bytes:
    """The bytes of the whole job. Unsupported: one of its elements cannot be printed, so none is."""
    try:
        return encode(printout, profile)
    except UnprintableElement as error:
        raise Unsupported(endpoint, str(error)) from error


async def send_job(stream: ByteStream, job: bytes) -> None:
    """JobInterrupted once a byte has gone out; the stream's own error when none has."""
    before = stream.bytes_written
    try:
        await stream.write(job)
    except DeviceError as error:
        sent = stream.bytes_written - before
        if not sent:
            raise
        raise JobInterrupted(stream.name, f"{error.what}; {sent} of {len(job)} bytes had gone out") from error

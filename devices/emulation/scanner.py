"""An emulated serial scanner: it speaks the bytes that a real one sends."""

import asyncio
from collections.abc import Iterable

from devices.emulation.pty import PtyLink


class EmulatedScanner:
    """Scans on the far end of a PTY. `link` may be unplugged and plugged in again at any time.

    chunk_pause_s: between the chunks of `send`, as a slow or stalling scanner takes it.
    """

    def __init__(self, link: PtyLink) -> None:
        self.link = link
        self.chunk_pause_s = 0.0

    async def scan(self, text: str, terminator: bytes = b"\r") -> None:
        """Send one scan. DeviceLost when the link is unplugged."""
        await self.link.write(text.encode() + terminator)

    async def send(self, chunks: Iterable[bytes]) -> None:
        """Send raw bytes, each chunk in a write of its own."""
        for chunk in chunks:
            await self.link.write(chunk)
            if self.chunk_pause_s:
                await asyncio.sleep(self.chunk_pause_s)

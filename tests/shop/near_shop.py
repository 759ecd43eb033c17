"""The whole till in this process: the same daemon on the same socket, PTYs and HTTP, without the start of a Python."""

import asyncio
import socket
from dataclasses import dataclass, field
from pathlib import Path

from bridge.config.loading import load
from bridge.daemon.till import serve
from tests.deadlines import within
from tests.shop.shop import READY_WITHIN_S, Shop


@dataclass
class NearShop(Shop):
    """A shop whose daemon is a task of the test's loop; it can be stopped, not killed."""

    _serving: asyncio.Task[None] | None = None
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        self._stopping.clear()
        config = load(self.write_config(), self.told_club.environment())
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as notified:
            notified.bind(str(self.notify_path))
            self._serving = asyncio.create_task(serve(config, self._stopping))
            async with within(READY_WITHIN_S):
                while b"READY=1" not in await asyncio.get_running_loop().sock_recv(notified, 4096):
                    pass  # lines that were opened are handed to the descriptor store meanwhile
        self.notify_path.unlink()

    async def kill(self) -> None:
        self._stopping.set()
        if self._serving is not None:
            serving, self._serving = self._serving, None
            await serving

    @property
    def notify_path(self) -> Path:
        return self.folder / "notify"

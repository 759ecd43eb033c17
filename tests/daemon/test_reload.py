"""Reloads that fail as nobody foresaw: the next one works, and systemd is not left waiting."""

import asyncio
import socket
from pathlib import Path

from bridge.config.loading import load_text
from bridge.config.model import Config
from bridge.daemon.reload import Reloader, Reloads
from bridge.sd_notify import SystemdNotifier

CONFIG = load_text(Path("pos-bridge.toml"), '[till]\nstore = "s"\nname = "t"\n')


class BrokenOnce:
    """bridge.daemon.reload.Applies."""

    def __init__(self) -> None:
        self.defects = [RuntimeError("nobody foresaw this")]

    async def apply(self, config: Config) -> None:
        if self.defects:
            raise self.defects.pop()


async def test_a_reload_works_after_one_that_failed(socket_dir: Path) -> None:
    path = str(socket_dir / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as systemd:
        systemd.bind(path)

        async def reloaded() -> str:
            reloads.asked.set()
            told = b""
            async with asyncio.timeout(5):
                while b"READY=1" not in told:
                    told = await asyncio.get_running_loop().sock_recv(systemd, 4096)
            return told.decode()

        reloads, notifier = Reloads(lambda: CONFIG), SystemdNotifier({"NOTIFY_SOCKET": path})
        reloading = asyncio.create_task(Reloader(CONFIG, BrokenOnce(), notifier).run(reloads))
        assert "a reload failed; the log has the defect" in await reloaded()
        assert "failed" not in await reloaded()
        reloading.cancel()
        await asyncio.wait({reloading})

"""SIGHUP (`systemctl reload`): the configuration is read again, and a running till goes on with it.

Clients stay connected, receipts open, devices that did not change stay as they are. One that is wrong changes nothing.
"""

import asyncio
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from bridge.config.errors import ConfigError
from bridge.config.model import Config
from bridge.config.reloading import taken_on
from bridge.daemon.supervisor import guarded
from bridge.sd_notify import SystemdNotifier
from bridge.wording import WordingError

log = structlog.get_logger()

Reread = Callable[[], Config]
"""Reads the configuration anew. ConfigError: it is wrong."""


@dataclass(frozen=True, slots=True)
class Reloads:
    """asked: set when the configuration is to be read anew."""

    reread: Reread
    asked: asyncio.Event = field(default_factory=asyncio.Event)


class Applies(Protocol):
    """What can go on with another configuration."""

    async def apply(self, config: Config) -> None:
        """WordingError, ValueError: it cannot, and nothing has changed."""


def status_of(config: Config) -> str:
    """One line for `systemctl status`."""
    return f"{len(config.scanners)} scanners, {len(config.providers)} providers"


class Reloader:
    """Reloads, one at a time."""

    def __init__(self, running: Config, till: Applies, notifier: SystemdNotifier) -> None:
        self._running = running
        self._till = till
        self._notifier = notifier
        self._outcome = ""  # of the last reload, where there is something to say of it

    async def run(self, reloads: Reloads) -> None:
        """For ever: reload when asked. What comes of it is told to the log and to `systemctl status`."""
        while True:
            await reloads.asked.wait()
            reloads.asked.clear()
            self._notifier.reloading()
            self._outcome = "a reload failed; the log has the defect"
            await guarded(self._reload(reloads.reread), "reload")
            self._notifier.ready("; ".join(filter(None, (status_of(self._running), self._outcome))))

    async def _reload(self, reread: Reread) -> None:
        try:
            now, waits = taken_on(self._running, await asyncio.to_thread(reread))
            await self._till.apply(now)
        except (ConfigError, WordingError, ValueError) as error:
            log.error("reload_refused", reason=str(error))  # noqa: TRY400 - no defect
            self._outcome = f"a reload was refused: {error}"
            return
        self._running = now
        if waits:
            log.warning("reloaded", needs_restart=waits)
            self._outcome = f"needs a restart: {', '.join(waits)}"
        else:
            log.info("reloaded", needs_restart=())
            self._outcome = ""


def reloads_by_signal(reread: Reread) -> Reloads:
    """Asked for by SIGHUP, from now on and while this loop runs."""
    reloads = Reloads(reread)
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, reloads.asked.set)
    return reloads

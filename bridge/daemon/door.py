"""The socket, listening before the rest of the daemon is imported.

Whoever connects meanwhile waits a moment for its first answer; without a door it would be refused, and would have to
try again. Imports nothing that takes long.
"""

from dataclasses import dataclass

from bridge.config.model import Config
from bridge.daemon.failures import StartFailed
from bridge.pos.listening import Listener, SocketUnavailable, listen
from bridge.sd_listen import PassedFds


@dataclass(frozen=True, slots=True)
class Door:
    """passed: what else systemd handed over."""

    listener: Listener
    passed: PassedFds

    def close(self) -> None:
        """Nobody else comes in, unless the server has closed it already."""
        if self.listener.sock.fileno() >= 0:
            self.listener.unlink()
            self.listener.sock.close()


def open_door(config: Config) -> Door:
    """StartFailed: the socket cannot be had."""
    passed = PassedFds()
    try:
        return Door(listen(str(config.socket.path), config.socket.group, passed=passed), passed)
    except SocketUnavailable as error:
        raise StartFailed(str(error)) from error

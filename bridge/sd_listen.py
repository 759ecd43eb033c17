"""Descriptors that systemd hands over at the start: sd_listen_fds_with_names(3), standard library only."""

import os
from collections.abc import Callable, Collection, MutableMapping

_FIRST_PASSED_FD = 3


class PassedFds:
    """Sockets of the unit's .socket, and what an earlier run put into the descriptor store. Each is taken once."""

    def __init__(self, environ: MutableMapping[str, str] = os.environ) -> None:
        """Takes them out of the environment: no child process is to think that they are its own."""
        pid, count, names = (environ.pop(name, "") for name in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"))
        is_ours = pid == str(os.getpid()) and count.isdecimal()
        fds = range(_FIRST_PASSED_FD, _FIRST_PASSED_FD + int(count)) if is_ours else range(0)
        named = names.split(":") + [""] * len(fds)
        self._fds = dict(zip(fds, named, strict=False))
        for fd in fds:
            os.set_inheritable(fd, False)

    def take(self, is_wanted: Callable[[int], bool]) -> int | None:
        """The first descriptor that is; the caller owns it now."""
        found = next((fd for fd in self._fds if is_wanted(fd)), None)
        if found is not None:
            del self._fds[found]
        return found

    def take_named(self, name: str) -> int | None:
        """The first of this name; the caller owns it now."""
        return self.take(lambda fd: self._fds[fd] == name)

    @property
    def names(self) -> Collection[str]:
        """Of those that nobody has taken yet."""
        return self._fds.values()

    def close_others(self, beginnings: tuple[str, ...], names: Collection[str]) -> list[str]:
        """Close those whose name begins so and is none of `names`; the names of what was closed."""
        others = [fd for fd, name in self._fds.items() if name.startswith(beginnings) and name not in names]
        for fd in others:
            os.close(fd)
        return [self._fds.pop(fd) for fd in others]

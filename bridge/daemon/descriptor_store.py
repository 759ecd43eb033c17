"""Where PTYs of `forward = "pty:..."` and lines of scanners stay open over our restart: systemd's descriptor store."""

from collections.abc import Collection

from bridge.sd_listen import PassedFds
from bridge.sd_notify import SystemdNotifier


class SystemdStore:
    """A devices.descriptor_store.DescriptorStore; keeps nothing where systemd did not start us."""

    def __init__(self, notifier: SystemdNotifier, passed: PassedFds) -> None:
        self._notifier = notifier
        self._passed = passed
        self._kept = set(passed.names)

    def take(self, name: str) -> int | None:
        return self._passed.take_named(name)

    def keep(self, name: str, fd: int) -> None:
        self.drop(name)  # systemd would keep both
        self._kept.add(name)
        self._notifier.store(name, fd)

    def drop(self, name: str) -> None:
        if name in self._kept:
            self._kept.remove(name)
            self._notifier.unstore(name)

    def drop_others(self, beginnings: tuple[str, ...], names: Collection[str]) -> None:
        """Let go of what an earlier run kept under names that begin so and that nobody will take any more."""
        for name in self._passed.close_others(beginnings, names):
            self.drop(name)

"""Counters that outlive what counts: a driver lives as long as its device is plugged in, and starts at nought."""

from collections import Counter
from collections.abc import Callable, Mapping

Counters = Callable[[], Mapping[str, int]]


class Tally:
    """Adds up the counters of drivers that come one after another."""

    def __init__(self) -> None:
        self._past: Counter[str] = Counter()
        self._current: Counters = dict

    def follow(self, counters: Counters) -> None:
        """From now on the driver that counts here."""
        self._past.update(self._current())
        self._current = counters

    def total(self) -> Mapping[str, int]:
        total = self._past.copy()
        total.update(self._current())
        return total

"""How often something may be done: so many at once, then one more each so often."""

from datetime import datetime, timedelta


class Allowance:
    """Full at first; time is an argument, and a clock that was set back refills nothing."""

    def __init__(self, at_once: int, one_more_each: timedelta) -> None:
        self._most = float(at_once)
        self._each_s = one_more_each.total_seconds()
        self._left = self._most
        self._at: datetime | None = None

    def take(self, now: datetime) -> bool:
        """True, and one less is left; False: none is."""
        passed_s = (now - self._at).total_seconds() if self._at else 0.0
        self._left = min(self._most, self._left + max(0.0, passed_s) / self._each_s)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

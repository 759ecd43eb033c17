"""What the customer displays show while nobody is served: a text, perhaps with a clock in it; at night nothing.

Times are the till's local ones, as whoever stands before the display reads them. No clock here: time is an argument.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

TIME_WORD = "{time}"
DATE_WORD = "{date}"

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Night:
    """From a time of the day up to another, over midnight where that comes first."""

    begins: time
    ends: time

    @classmethod
    def of(cls, text: str) -> "Night":
        """As the configuration writes it: "23:00-07:00"."""
        begins, _, ends = text.partition("-")
        return cls(time.fromisoformat(begins), time.fromisoformat(ends))

    def covers(self, at: datetime) -> bool:
        if self.begins <= self.ends:
            return self.begins <= at.time() < self.ends
        return at.time() >= self.begins or at.time() < self.ends


@dataclass(frozen=True, slots=True)
class Idle:
    """rows: () leaves the last screen where it is, but for the night. date_format: as strftime takes it."""

    rows: tuple[str, ...] = ()
    after: timedelta = timedelta(minutes=1)
    night: Night | None = None
    date_format: str = "%d.%m.%Y"

    @property
    def is_wanted(self) -> bool:
        return bool(self.rows or self.night)

    def is_dark(self, at: datetime) -> bool:
        return self.night is not None and self.night.covers(at)

    def rows_at(self, at: datetime) -> tuple[str, ...]:
        clock, date = f"{at:%H:%M}", at.strftime(self.date_format)
        return tuple(row.replace(TIME_WORD, clock).replace(DATE_WORD, date) for row in self.rows)

    def next_change(self, at: datetime) -> datetime | None:
        """When something else is to be shown, after `at`; None: never."""
        return min(self._changes(at), default=None)

    def _changes(self, at: datetime) -> Iterator[datetime]:
        if self.night is not None:
            yield _next(self.night.begins, at)
            yield _next(self.night.ends, at)
        if self.is_dark(at):
            return
        if any(TIME_WORD in row for row in self.rows):
            yield at.replace(second=0, microsecond=0) + _MINUTE
        if any(DATE_WORD in row for row in self.rows):
            yield _next(time(), at)


def _next(moment: time, at: datetime) -> datetime:
    """When it is `moment` of the day for the next time after `at`."""
    today = at.replace(hour=moment.hour, minute=moment.minute, second=0, microsecond=0)
    return today if today > at else today + _DAY

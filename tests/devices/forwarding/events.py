"""Scans to forward, and a keyboard to forward them to."""

from datetime import UTC, datetime

from devices.errors import DeviceError
from devices.events import DataEvent

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
# A DataMatrix of «Честный ЗНАК»: FNC1 as its AIM identifier, mixed case, punctuation, two group separators.
CHESTNY_ZNAK = b"""\x5dd2010460043993125621JgXJ5.T!"&'-\x1d91EE06\x1d92Sva/+=:;<?_%&*()Ab9k=="""
GOODS = b"4600051000057"


def scan(data: bytes = GOODS, terminator: bytes = b"\r", prefix: bytes = b"", keys: bytes = b"") -> DataEvent:
    return DataEvent("front", data, data.decode(), None, NOW, prefix, terminator, keys)


class FakeKeyboard:
    """Keeps what is written. `failure` is raised by the next write."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.failure: DeviceError | None = None
        self.is_closed = False

    @property
    def records(self) -> bytes:
        return b"".join(self.writes)

    def write(self, records: bytes) -> None:
        if self.failure:
            raise self.failure
        self.writes.append(records)

    def close(self) -> None:
        self.is_closed = True

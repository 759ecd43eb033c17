"""Scans to forward."""

from datetime import UTC, datetime

from devices.events import DataEvent

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
# A DataMatrix of «Честный ЗНАК»: FNC1 as its AIM identifier, mixed case, punctuation, two group separators.
CHESTNY_ZNAK = b"""\x5dd2010460043993125621JgXJ5.T!"&'-\x1d91EE06\x1d92Sva/+=:;<?_%&*()Ab9k=="""
GOODS = b"4600051000057"


def scan(data: bytes = GOODS, terminator: bytes = b"\r", prefix: bytes = b"", keys: bytes = b"") -> DataEvent:
    return DataEvent("front", data, data.decode(), None, NOW, prefix, terminator, keys)

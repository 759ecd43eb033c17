"""A PTY that outlives our restart."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.errors import DeviceBusy
from devices.forwarding.pty_node import stored_pty
from tests.devices.forwarding.events import GOODS, scan
from tests.devices.forwarding.pty_bench import Bench
from tests.devices.waiting import until

ON_THE_WIRE = GOODS + b"\r"


class Store:
    """Copies, as systemd keeps them."""

    def __init__(self) -> None:
        self.kept: dict[str, list[int]] = {}

    def take(self, name: str) -> int | None:
        return os.dup(self.kept[name][0]) if name in self.kept else None

    def keep(self, name: str, fd: int) -> None:
        self.kept.setdefault(name, []).append(os.dup(fd))

    def drop(self, name: str) -> None:
        for fd in self.kept.pop(name, []):
            os.close(fd)


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store()
    yield store
    for name in list(store.kept):
        store.drop(name)


async def test_a_cash_program_keeps_its_port_over_our_restart(tmp_path: Path, store: Store) -> None:
    first = Bench(tmp_path / "front", store=store)
    reader = first.reader()
    first.readers.clear()
    first.forwarder.forward(scan(b"before"))
    await reader.until(b"before\r")
    await first.aclose()
    assert not first.path.is_symlink()
    second = Bench(tmp_path / "front", store=store)
    second.forwarder.forward(scan(b"after"))
    await reader.until(b"before\rafter\r")
    reader.close()
    again = second.reader()
    second.forwarder.forward(scan(b"reopened"))
    await again.until(b"reopened\r")
    assert [len(fds) for fds in store.kept.values()] == [1]
    await second.aclose()


async def test_what_was_left_unread_while_we_were_away_is_not_the_next_ones(tmp_path: Path, store: Store) -> None:
    first = Bench(tmp_path / "front", store=store)
    reader = first.reader()
    first.forwarder.forward(scan(b"stale"))
    await until(lambda: first.forwarder.counters["forwarded"] == 1)
    await first.aclose()
    reader.close()
    second = Bench(tmp_path / "front", store=store)
    again = second.reader()
    second.forwarder.forward(scan())
    await again.until(ON_THE_WIRE)
    await second.aclose()


async def test_a_port_that_failed_is_not_taken_up_again(tmp_path: Path, store: Store) -> None:
    bench = Bench(tmp_path / "front", store=store)
    bench.path.unlink()
    bench.path.write_text("mine")
    bench.forwarder.forward(scan())
    with pytest.raises(DeviceBusy):
        await bench.running
    assert not store.kept
    await bench.aclose()


async def test_what_is_kept_and_is_no_pty_is_passed_over(tmp_path: Path, store: Store) -> None:
    read, write = os.pipe()
    store.keep(stored_pty(tmp_path / "front"), read)
    bench = Bench(tmp_path / "front", store=store)
    bench.forwarder.forward(scan())
    await bench.reader().until(ON_THE_WIRE)
    await bench.aclose()
    os.close(read)
    os.close(write)


def test_names_of_the_store_are_such_that_systemd_takes_them() -> None:
    name = stored_pty(Path("/run/касса:1/" + "x" * 300))
    assert name.isascii()
    assert ":" not in name
    assert len(name) < 255
    assert name != stored_pty(Path("/run/касса:2"))

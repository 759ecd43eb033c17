import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from evdev import InputDevice, ecodes, list_devices
from structlog.testing import capture_logs

from devices.codecs.keys import RECORD, Typist, encode_packet
from devices.errors import DeviceError, DeviceLost, DeviceNotFound, PermissionMissing
from devices.events import Remainder
from devices.forwarding import uinput
from devices.forwarding.keystrokes import typed, typed_terminator
from devices.forwarding.uinput import open_wedge
from devices.forwarding.wedge import BURST_EVENTS, CAP_BURSTS, Wedge
from tests.devices.forwarding.events import CHESTNY_ZNAK, GOODS, NOW, FakeKeyboard, scan
from tests.devices.waiting import until

ENTER = typed_terminator(b"\r")


class Bench:
    """A running wedge whose pauses take no time."""

    def __init__(self) -> None:
        self.keyboard = FakeKeyboard()
        loop = asyncio.get_running_loop()
        self.wedge = Wedge("front", self.keyboard, lambda _seconds, then: loop.call_later(0, then))
        self.running = asyncio.create_task(self.wedge.run())


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    bench.running.cancel()
    await asyncio.gather(bench.running, return_exceptions=True)
    await bench.wedge.aclose()
    assert bench.keyboard.is_closed


def raw(*events: tuple[int, int, int]) -> bytes:
    """Records as a real keyboard sends them, with the time of the event."""
    return b"".join(RECORD.pack(1_700_000_000, place, *event) for place, event in enumerate(events))


PRESSED_AND_RELEASED = raw(
    (ecodes.EV_KEY, ecodes.KEY_A, 1),
    (ecodes.EV_SYN, ecodes.SYN_REPORT, 0),
    (ecodes.EV_KEY, ecodes.KEY_A, 0),
    (ecodes.EV_SYN, ecodes.SYN_REPORT, 0),
)


async def test_a_keyboard_scanners_events_are_replayed_as_they_came(bench: Bench) -> None:
    bench.wedge.forward(scan(b"anything else", keys=PRESSED_AND_RELEASED * 50))
    await until(lambda: len(bench.keyboard.records) >= len(PRESSED_AND_RELEASED) * 50)
    assert bench.keyboard.records == PRESSED_AND_RELEASED * 50


async def test_it_is_busy_until_programs_have_had_time_to_read(bench: Bench) -> None:
    """What they have not read goes with the keyboard."""
    bench.wedge.forward(scan(GOODS))
    assert bench.keyboard.records == typed(GOODS)[0] + ENTER
    assert bench.wedge.is_busy
    await until(lambda: not bench.wedge.is_busy)


async def test_a_goods_code_of_a_keyboard_scanner_is_one_burst(bench: Bench) -> None:
    """A USB keyboard sends 84 events for it, MSC_SCAN with each key: they would not fit a reader's 64."""
    strokes = Typist().strokes_of(GOODS.decode() + "\r")
    keys = b"".join(encode_packet(packet) for stroke in strokes for packet in stroke.packets())
    bench.wedge.forward(scan(keys=keys))
    await until(lambda: bool(bench.keyboard.writes))
    assert bench.keyboard.writes == [typed(GOODS)[0] + ENTER]


async def test_a_key_whose_release_was_lost_does_not_repeat_for_ever(bench: Bench) -> None:
    press = raw((ecodes.EV_KEY, ecodes.KEY_ENTER, 1), (ecodes.EV_SYN, ecodes.SYN_REPORT, 0))
    bench.wedge.forward(scan(keys=press))
    let_go = ENTER[len(ENTER) // 2 :]
    await until(lambda: bench.keyboard.records == press + let_go)


async def test_marked_goods_of_a_serial_scanner_are_typed(bench: Bench) -> None:
    bench.wedge.forward(scan(CHESTNY_ZNAK))
    await until(lambda: bench.keyboard.records == typed(CHESTNY_ZNAK)[0] + ENTER)
    assert max(map(len, bench.keyboard.writes)) <= BURST_EVENTS * RECORD.size


async def test_a_goods_code_is_one_burst(bench: Bench) -> None:
    bench.wedge.forward(scan(GOODS))
    await until(lambda: bool(bench.keyboard.writes))
    assert bench.keyboard.writes == [typed(GOODS)[0] + ENTER]


async def test_what_no_key_types_is_left_out_and_told(bench: Bench) -> None:
    with capture_logs() as logs:
        bench.wedge.forward(scan("12\x1b\x03Ж34".encode()))
        await until(lambda: bench.keyboard.records == typed(b"1234")[0] + ENTER)
    assert [(line["event"], line["characters"]) for line in logs] == [("characters_left_out", 4)]
    assert bench.wedge.counters == {"forwarded": 1, "forward_dropped": 0, "forward_left_out": 4}


async def test_cr_lf_is_one_enter_whenever_the_lf_comes(bench: Bench) -> None:
    bench.wedge.forward_remainder(Remainder(b"\n", NOW))  # of a scan from before our time
    bench.wedge.forward(scan(b"1", terminator=b"\r"))
    bench.wedge.forward_remainder(Remainder(b"\n", NOW))
    bench.wedge.forward(scan(b"2", terminator=b"\x03"))
    bench.wedge.forward_remainder(Remainder(b"\r\n", NOW))
    await until(lambda: bench.keyboard.records == typed(b"1")[0] + ENTER + typed(b"2")[0] + ENTER)


async def test_enter_alone_is_typed(bench: Bench) -> None:
    bench.wedge.forward(scan(b"1", terminator=b"\r"))
    bench.wedge.forward_remainder(Remainder(b"\r", NOW))
    await until(lambda: bench.keyboard.records == typed(b"1")[0] + ENTER + ENTER)


async def test_of_a_code_that_was_cut_off_its_beginning_is_typed(bench: Bench) -> None:
    """The next daemon types the rest."""
    bench.wedge.forward(scan(b"1", terminator=b"\r"))
    bench.wedge.forward_remainder(Remainder(b"\x0246\x1b00", NOW))
    await until(lambda: bench.keyboard.records == typed(b"1")[0] + ENTER + typed(b"4600")[0])


async def test_keys_that_make_no_scan_are_replayed(bench: Bench) -> None:
    bench.wedge.forward(scan(keys=PRESSED_AND_RELEASED))
    bench.wedge.forward_remainder(Remainder(b"\n", NOW, ENTER))
    bench.wedge.forward_remainder(Remainder(b"", NOW, PRESSED_AND_RELEASED))
    await until(lambda: bench.keyboard.records == PRESSED_AND_RELEASED + ENTER + PRESSED_AND_RELEASED)
    assert bench.wedge.counters["forwarded"] == 1


class Pauses:
    """In the place of the event loop's call_later: a pause lasts until somebody ends it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.begun: list[tuple[float, Callable[[], None]]] = []

    def call_later(self, seconds: float, then: Callable[[], None]) -> asyncio.TimerHandle:
        self.begun.append((seconds, then))
        return self._loop.call_later(0, lambda: None)

    def end(self) -> float:
        seconds, then = self.begun.pop()
        then()
        return seconds


async def test_between_bursts_the_desktop_gets_time_to_read() -> None:
    keyboard, pauses = FakeKeyboard(), Pauses()
    wedge = Wedge("front", keyboard, pauses.call_later)
    wedge.forward(scan(b"1" * 100))
    wanted, bursts = typed(b"1" * 100)[0] + ENTER, 1
    while keyboard.records != wanted:
        assert len(keyboard.writes) == bursts
        assert pauses.end() > 0
        bursts += 1
    wedge.forward(scan(b"2"))  # comes while the last pause lasts
    assert keyboard.records == wanted
    pauses.end()
    assert keyboard.records == wanted + typed(b"2")[0] + ENTER


async def test_after_a_pause_goods_are_typed_at_once() -> None:
    keyboard, pauses = FakeKeyboard(), Pauses()
    wedge = Wedge("front", keyboard, pauses.call_later)
    for number in (b"1", b"2"):
        wedge.forward(scan(number))
        assert keyboard.records.endswith(typed(number)[0] + ENTER)
        pauses.end()


async def test_scans_that_pile_up_are_dropped_whole() -> None:
    wedge = Wedge("front", FakeKeyboard(), Pauses().call_later)
    with capture_logs() as logs:
        for _ in range(1 + CAP_BURSTS + 1):
            wedge.forward(scan(b"1"))
    assert [line["event"] for line in logs] == ["scans_not_forwarded"]
    assert wedge.counters["forward_dropped"] == 1


async def test_a_lost_keyboard_ends_the_wedge() -> None:
    keyboard = FakeKeyboard()
    keyboard.failure = DeviceLost("/dev/uinput", "gone")
    wedge = Wedge("front", keyboard)
    wedge.forward(scan())
    with pytest.raises(DeviceLost):
        await wedge.run()


async def test_without_uinput_the_installer_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(uinput, "UINPUT", tmp_path / "uinput")
    with pytest.raises(DeviceNotFound, match="modprobe uinput"):
        await open_wedge("front")


async def test_without_the_right_to_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uinput, "UINPUT", Path("/dev/null"))
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    with pytest.raises(PermissionMissing, match='GROUP="input"'):
        await open_wedge("front")


async def test_what_is_no_uinput_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    plain = tmp_path / "uinput"
    plain.touch()
    monkeypatch.setattr(uinput, "UINPUT", plain)
    with pytest.raises(DeviceError):
        await open_wedge("front")


@pytest.mark.skipif(
    not os.access("/dev/uinput", os.R_OK | os.W_OK), reason="needs /dev/uinput (modprobe uinput, and the right to it)"
)
async def test_a_real_virtual_keyboard_types(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uinput, "SETTLE_S", 0.0)
    wedge = await open_wedge("front")
    running = asyncio.create_task(wedge.run())
    devices = [InputDevice(path) for path in list_devices()]
    (keyboard,) = [device for device in devices if device.name == "pos-bridge front"]
    wedge.forward(scan(CHESTNY_ZNAK))
    expected = [entry[2:] for entry in RECORD.iter_unpack(typed(CHESTNY_ZNAK)[0] + ENTER)]
    seen: list[tuple[int, int, int]] = []
    async for event in keyboard.async_read_loop():
        seen.append((event.type, event.code, event.value))
        if len(seen) == len(expected):
            break
    assert seen == expected
    for device in devices:
        device.close()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await wedge.aclose()

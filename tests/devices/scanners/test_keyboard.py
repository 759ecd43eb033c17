import asyncio
from collections.abc import Collection, Mapping

import pytest
from structlog.testing import capture_logs

from devices.codecs.keys import LAYOUTS, RECORD, KeyDecoder, Stroke, encode_packet
from devices.codecs.keys.codes import ENTER, LEFT_SHIFT
from devices.codecs.keys.records import EV_KEY, EV_SYN, RELEASED, SYN_REPORT, record
from devices.emulation.input_node import EmulatedKeyboardScanner
from devices.events import Remainder
from devices.scanners.keyboard import KeyboardScanner
from tests.devices.scanners.contract import (
    CARD,
    DATAMATRIX,
    DEADLINE_S,
    GOODS,
    CharacterScannerContract,
    Opened,
    ScannerBench,
    clock,
)
from tests.devices.waiting import until

CARD_TEXT, GOODS_TEXT = CARD.decode(), GOODS.decode()
REPEATED = 2
TRACK_1 = b"%B4111111111111111^IVANOV/IVAN^29121010000000000000?"
TRACK_2 = b";4111111111111111=29121010000000000000?"


class KeyboardRig:
    def __init__(self, layout: str = "us") -> None:
        self.layout = LAYOUTS[layout]
        self.scanner = EmulatedKeyboardScanner(self.layout)
        self.remainders: asyncio.Queue[Remainder] = asyncio.Queue()

    async def plug(self) -> None:
        await self.scanner.plug()

    async def unplug(self) -> None:
        await self.scanner.unplug()

    async def open(self, terminators: Collection[str], idle_gap_ms: int) -> Opened:
        device = self.scanner.device
        decoder = KeyDecoder(self.layout, terminators)
        driver = KeyboardScanner("front", device, clock, decoder, idle_gap_ms, self.remainders.put_nowait)
        return Opened(driver, device.aclose)

    async def scan(self, data: bytes) -> None:
        await self.scanner.scan(data.decode())

    async def begin_scan(self, behind: bytes = b"") -> None:
        if behind:
            await self.scan(behind)
        await self.scanner.scan("460", terminator="")

    async def scan_slowly(self, data: bytes) -> None:
        self.scanner.key_pause_s = 0.001
        await self.scan(data)

    async def garbage(self) -> None:
        """Records of every type that a kernel may send to a keyboard's reader, and keys that no layout has."""
        await self.scanner.send(b"".join(record(kind, code, 1) for kind in range(6) for code in (300, 240, 0x2FF)))
        await self.scanner.send(b"".join(record(EV_KEY, code, 0) for code in (300, 240, 0x2FF)))
        await self.scanner.send(record(EV_SYN, SYN_REPORT, 0))

    async def next_remainder(self) -> Remainder:
        async with asyncio.timeout(DEADLINE_S):
            return await self.remainders.get()

    async def send(self, *chunks: bytes) -> None:
        for chunk in chunks:
            await self.scanner.scan(chunk.decode(), terminator="")


Bench = ScannerBench[KeyboardRig]


class TestKeyboardScanner(CharacterScannerContract[KeyboardRig]):
    def rig(self) -> KeyboardRig:
        return KeyboardRig()

    async def test_a_scan_carries_its_keys_as_read(self, bench: Bench) -> None:
        await bench.start()
        typed = await bench.rig.scanner.scan(DATAMATRIX.decode())
        event = await bench.next()
        assert event.scan_data == DATAMATRIX
        assert event.keys == typed

    async def test_keys_of_one_scan_are_not_those_of_the_next(self, bench: Bench) -> None:
        await bench.start()
        typed = [await bench.rig.scanner.scan(text) for text in (CARD_TEXT, GOODS_TEXT)]
        assert [(await bench.next()).keys for _ in range(2)] == typed

    async def test_lost_release_of_the_terminator_ends_the_scan_all_the_same(self, bench: Bench) -> None:
        bench.rig.scanner.loses_releases = {ENTER}
        await bench.start()
        await bench.rig.scan(CARD)
        event = await bench.next()
        assert event.scan_data == CARD
        assert (EV_KEY, ENTER, RELEASED) not in kinds(event.keys)

    async def test_doubled_digits_without_releases_are_two(self, bench: Bench) -> None:
        bench.rig.scanner.loses_releases = range(2, 12)
        await bench.start()
        await bench.rig.scan(b"1122000")
        assert await bench.next_data() == b"1122000"

    async def test_lost_release_of_shift_is_asked_for(self, bench: Bench) -> None:
        bench.rig.scanner.loses_releases = {42}
        await bench.start(idle_gap_ms=20)
        await bench.rig.scan(b"A")
        assert await bench.next_data() == b"A"
        await bench.rig.scan(b"b")
        assert await bench.next_data() == b"b"

    async def test_slow_keys(self, bench: Bench) -> None:
        bench.rig.scanner.key_pause_s = 0.001
        await bench.start(idle_gap_ms=1000)
        await bench.rig.scan(CARD)
        assert await bench.next_data() == CARD

    async def test_scan_that_the_kernel_lost_keys_of_is_dropped_and_told(self, bench: Bench) -> None:
        await bench.start()
        with capture_logs() as logs:
            await bench.rig.send(b"2900")
            await bench.rig.scanner.drop_records()
            await bench.rig.scan(b"0018")
            await bench.rig.scan(GOODS)
            assert await bench.next_data() == GOODS
        assert [entry["event"] for entry in logs] == ["scan_dropped"]
        assert counters(bench)["partial_scans"] == 1

    async def test_modifiers_are_asked_for_after_lost_keys(self, bench: Bench) -> None:
        """The press of Shift was among what was lost."""
        await bench.start()
        down, up = Stroke((), (42,)).packets()
        await bench.rig.scanner.drop_records()
        await bench.rig.scan(b"lost")
        await bench.rig.scanner.send(encode_packet(down))
        await bench.rig.send(b"a")
        await bench.rig.scanner.send(encode_packet(up))
        await bench.rig.scan(b"b")
        assert await bench.next_data() == b"Ab"

    async def test_line_feed_after_the_carriage_return_is_told_with_its_keys(self, bench: Bench) -> None:
        await bench.start()
        await bench.rig.send(CARD + b"\r\n")
        assert (await bench.next()).terminator == b"\r"
        await bench.rig.send(GOODS + b"\r")
        assert await bench.next_data() == GOODS
        assert typed_by(await bench.rig.next_remainder()) == (b"\n", "\n")

    async def test_enter_after_a_pause_is_told_with_its_keys(self, bench: Bench) -> None:
        await bench.start(idle_gap_ms=20)
        await bench.rig.send(GOODS)
        assert await bench.next_data() == GOODS
        enter = await bench.rig.scanner.scan("")
        assert await bench.rig.next_remainder() == Remainder(b"\r", clock(), enter)
        assert counters(bench)["scans"] == 1

    @pytest.mark.parametrize("idle_gap_ms", [0, 20])
    async def test_keys_that_type_nothing_are_told(self, bench: Bench, idle_gap_ms: int) -> None:
        await bench.start(idle_gap_ms=idle_gap_ms)
        tapped = await bench.rig.scanner.type([Stroke((60,)), Stroke((LEFT_SHIFT,))])
        assert await bench.rig.next_remainder() == Remainder(b"", clock(), tapped)
        assert counters(bench)["partial_scans"] == 0

    async def test_release_after_a_pause_is_told(self, bench: Bench) -> None:
        await bench.start(idle_gap_ms=20)
        press, release = Stroke((3,)).packets()
        await bench.rig.scanner.send(encode_packet(press))
        assert await bench.next_data() == b"2"
        await bench.rig.scanner.send(encode_packet(release))
        assert await bench.rig.next_remainder() == Remainder(b"", clock(), encode_packet(release))

    async def test_it_is_mid_scan_until_the_last_key_is_released(self, bench: Bench) -> None:
        """Whoever stops the driver before that loses the scan."""
        await bench.start()
        typed = await bench.rig.scanner.scan("46", terminator="")
        await bench.rig.scanner.press(ENTER)
        await until(lambda: counters(bench)["bytes"] > len(typed))
        assert bench.driver.is_mid_scan
        assert await bench.next_data() == b"46"
        await until(lambda: not bench.driver.is_mid_scan)

    async def test_keys_that_are_cut_off_go_on_as_no_scan(self, bench: Bench) -> None:
        await bench.start()
        typed = await bench.rig.scanner.scan("46", terminator="")
        await until(lambda: counters(bench)["bytes"] == len(typed))
        bench.driver.cut_off()
        assert (await bench.rig.next_remainder()).keys == typed
        assert not bench.driver.is_mid_scan
        assert counters(bench)["partial_scans"] == 1

    async def test_a_track_that_came_whole_is_not_lost_with_the_one_that_is_cut_off(self, bench: Bench) -> None:
        await bench.start()
        track = await bench.rig.scanner.scan(TRACK_1.decode())
        begun = await bench.rig.scanner.scan(";12", terminator="")
        await until(lambda: counters(bench)["bytes"] == len(track + begun))
        bench.driver.cut_off()
        assert not bench.driver.is_mid_scan
        assert await bench.next_data() == TRACK_1
        assert (await bench.rig.next_remainder()).keys == begun

    async def test_a_scan_that_lost_keys_is_counted_once_though_it_is_cut_off(self, bench: Bench) -> None:
        await bench.start()
        await bench.rig.scanner.scan("46", terminator="")
        await bench.rig.scanner.drop_records()
        await until(lambda: counters(bench)["partial_scans"] == 1)
        bench.driver.cut_off()
        assert counters(bench)["partial_scans"] == 1

    async def test_it_is_mid_scan_while_a_track_may_follow(self, bench: Bench) -> None:
        await bench.start()
        await bench.rig.send(TRACK_1 + b"\r")
        await until(lambda: counters(bench)["bytes"] > 0)
        assert bench.driver.is_mid_scan
        assert await bench.next_data() == TRACK_1
        await until(lambda: not bench.driver.is_mid_scan)

    async def test_tracks_of_one_swipe_are_one_scan(self, bench: Bench) -> None:
        await bench.start()
        await bench.rig.send(TRACK_1 + b"\r" + TRACK_2 + b"\r")
        event = await bench.next()
        assert event.scan_data_label.encode() == TRACK_1 + TRACK_2
        assert event.wire == TRACK_1 + b"\r" + TRACK_2 + b"\r"

    async def test_scan_after_a_swipe_ends_the_swipe(self, bench: Bench) -> None:
        await bench.start()
        await bench.rig.send(TRACK_2 + b"\r" + GOODS + b"\r")
        assert [await bench.next_data(), await bench.next_data()] == [TRACK_2, GOODS]

    async def test_alt_codes(self, bench: Bench) -> None:
        await bench.start()
        await bench.rig.scanner.scan_by_alt_codes(DATAMATRIX.decode())
        assert await bench.next_data() == DATAMATRIX

    async def test_unknown_keys_are_counted_and_kept_for_replay(self, bench: Bench) -> None:
        await bench.start()
        f2 = await bench.rig.scanner.type([Stroke((60,))])
        typed = await bench.rig.scanner.scan(CARD_TEXT)
        event = await bench.next()
        assert (event.scan_data, event.keys) == (CARD, f2 + typed)
        assert counters(bench) == {
            "bytes": len(f2 + typed),
            "scans": 1,
            "overruns": 0,
            "partial_scans": 0,
            "ended_by_silence": 0,
            "unknown_keys": 1,
        }

    async def test_stuck_key_is_no_text_and_a_scan_goes_through_beside_it(self, bench: Bench) -> None:
        """The kernel repeats a key that is held down for as long as it is."""
        await bench.start()
        await bench.rig.scanner.press(88)
        await bench.rig.scanner.send((record(EV_KEY, 88, REPEATED) + record(EV_SYN, SYN_REPORT, 0)) * 100)
        await bench.rig.scan(CARD)
        assert await bench.next_data() == CARD


@pytest.mark.parametrize(
    ("layout", "text"),
    [
        ("ru", "Привет, Ёжик №1"),
        ("de", "Größe: {10}^2 @ 5€"),
        ("fr", "Forêt à 20% #1"),
        ("uk", '"£50" @ ¬'),
    ],
)
async def test_each_scanner_has_the_layout_that_it_was_programmed_for(layout: str, text: str) -> None:
    bench = ScannerBench(KeyboardRig(layout))
    await bench.rig.plug()
    await bench.start()
    await bench.rig.scan(text.encode())
    assert (await bench.next()).scan_data_label == text
    await bench.aclose()


async def test_two_at_once_keep_their_modifiers_apart() -> None:
    upper, lower = ScannerBench(KeyboardRig()), ScannerBench(KeyboardRig())
    for bench in (upper, lower):
        await bench.rig.plug()
        await bench.start()
    for chunk in (b"A", b"B", b"C\r"):
        await upper.rig.send(chunk)
        await lower.rig.send(chunk.lower())
    assert [await upper.next_data(), await lower.next_data()] == [b"ABC", b"abc"]
    for bench in (upper, lower):
        await bench.aclose()


def counters(bench: Bench) -> Mapping[str, int]:
    assert isinstance(bench.driver, KeyboardScanner)
    return bench.driver.counters


def typed_by(remainder: Remainder) -> tuple[bytes, str]:
    """Its framing, and what its keys type by themselves."""
    decoder = KeyDecoder(terminators=())
    scans = decoder.feed(remainder.keys) + decoder.flush()
    return remainder.framing, "".join(scan.data.decode() for scan in scans)


def kinds(keys: bytes) -> list[tuple[int, int, int]]:
    return [(kind, code, value) for _, _, kind, code, value in RECORD.iter_unpack(keys)]

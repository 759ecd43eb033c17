import asyncio
from collections.abc import Collection

from devices.codecs.lines import SCAN_CAP_BYTES
from devices.emulation.pty import PtyLink
from devices.emulation.scanner import EmulatedScanner
from devices.scanners.serial import SerialScanner
from devices.transports.serial_port import open_serial
from tests.devices.scanners.contract import CARD, CharacterScannerContract, Opened, ScannerBench, clock


class SerialRig:
    def __init__(self) -> None:
        self._link = PtyLink()
        self._scanner = EmulatedScanner(self._link)

    async def plug(self) -> None:
        await self._link.plug()

    async def unplug(self) -> None:
        await self._link.unplug()

    async def open(self, terminators: Collection[str], idle_gap_ms: int) -> Opened:
        stream = await open_serial(self._link.endpoint)
        return Opened(SerialScanner("front", stream, clock, terminators, idle_gap_ms), stream.aclose)

    async def scan(self, data: bytes) -> None:
        await self.send(data + b"\r")

    async def begin_scan(self, behind: bytes = b"") -> None:
        await self.send(behind + b"\r" + b"460")

    async def scan_slowly(self, data: bytes) -> None:
        self._scanner.chunk_pause_s = 0.001
        await self.send(*(bytes((byte,)) for byte in data + b"\r"))

    async def garbage(self) -> None:
        """A wrong baud rate, or a modem's escape sequences."""
        await self.send(bytes(range(256)), b"\x00\xff" * 500, b"+++AT\r")

    async def send(self, *chunks: bytes) -> None:
        await self._scanner.send(chunks)


Bench = ScannerBench[SerialRig]


class TestSerialScanner(CharacterScannerContract[SerialRig]):
    too_long = SCAN_CAP_BYTES * 20

    def rig(self) -> SerialRig:
        return SerialRig()

    async def test_counters(self, bench: Bench) -> None:
        await bench.start()
        too_long = b"7" * (SCAN_CAP_BYTES + 1)
        await bench.rig.send(CARD + b"\r", too_long + b"\r", CARD + b"\r")
        assert [await bench.next_data(), await bench.next_data()] == [CARD, CARD]
        assert isinstance(bench.driver, SerialScanner)
        assert bench.driver.counters == {
            "bytes": 2 * len(CARD) + len(too_long) + 3,
            "scans": 2,
            "overruns": 1,
            "partial_scans": 0,
            "ended_by_silence": 0,
        }

    async def test_the_rest_of_a_terminator_is_told_apart(self) -> None:
        rig = self.rig()
        await rig.plug()
        stream = await open_serial(rig._link.endpoint)
        told: asyncio.Queue[bytes] = asyncio.Queue()
        driver = SerialScanner("front", stream, clock, on_remainder=lambda rest: told.put_nowait(rest.framing))
        running = asyncio.create_task(driver.run(lambda event: told.put_nowait(event.wire)))
        for part, handed_on in ((CARD + b"\r", CARD + b"\r"), (b"\n", b"\n"), (CARD + b"\r\n", CARD + b"\r\n")):
            await rig.send(part)
            assert await told.get() == handed_on
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await stream.aclose()
        await rig.unplug()

    async def test_garbage_is_a_scan_like_any_other(self, bench: Bench) -> None:
        await bench.start()
        noise = bytes(byte for byte in range(256) if byte not in b"\r\n\t\x02\x03")
        await bench.rig.send(noise + b"\r" + CARD + b"\r")
        assert [(await bench.next()).scan_data for _ in range(2)] == [noise, CARD]

    async def test_cyrillic_of_both_encodings(self, bench: Bench) -> None:
        await bench.start()
        await bench.rig.send("привет".encode() + b"\r" + "привет".encode("cp1251") + b"\r")
        assert [(await bench.next()).scan_data_label for _ in range(2)] == ["привет", "привет"]

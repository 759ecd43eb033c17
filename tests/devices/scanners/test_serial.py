from collections.abc import Collection

from devices.categories import Scanner
from devices.codecs.lines import SCAN_CAP_BYTES
from devices.scanners.serial import SerialScanner
from devices.transports import ByteStream
from tests.devices.contracts import CARD, ScannerBench, ScannerContract, clock


class TestSerialScanner(ScannerContract):
    def make(self, stream: ByteStream, terminators: Collection[str], idle_gap_ms: int) -> Scanner:
        return SerialScanner("front", stream, clock, terminators, idle_gap_ms)

    async def test_counters(self, bench: ScannerBench) -> None:
        await bench.start()
        too_long = b"7" * (SCAN_CAP_BYTES + 1)
        await bench.send(CARD + b"\r", too_long + b"\r", CARD + b"\r")
        assert [await bench.next_data(), await bench.next_data()] == [CARD, CARD]
        assert isinstance(bench.driver, SerialScanner)
        assert bench.driver.counters == {"bytes": 2 * len(CARD) + len(too_long) + 3, "scans": 2, "overruns": 1}

    async def test_without_idle_gap_half_a_scan_waits_for_its_rest(self, bench: ScannerBench) -> None:
        await bench.start(idle_gap_ms=0)
        await bench.send(b"first\rhal")
        assert await bench.next_data() == b"first"
        await bench.send(b"f\r")
        assert await bench.next_data() == b"half"

    async def test_cyrillic_of_both_encodings(self, bench: ScannerBench) -> None:
        await bench.start()
        await bench.send("привет".encode() + b"\r" + "привет".encode("cp1251") + b"\r")
        assert [(await bench.next()).scan_data_label for _ in range(2)] == ["привет", "привет"]

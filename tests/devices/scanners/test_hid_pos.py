from collections.abc import Collection, Mapping

import pytest
from structlog.testing import capture_logs

from devices.codecs.hid_pos import HONEYWELL_ENABLE
from devices.emulation.hidraw import HONEYWELL_VENDOR, ZEBRA_VENDOR, EmulatedHidPosScanner, reports_of
from devices.scanners.hid_pos import HidPosScanner
from tests.devices.scanners.contract import CARD, DATAMATRIX, GOODS, Opened, ScannerBench, ScannerContract, clock
from tests.devices.waiting import until


class HidPosRig:
    def __init__(
        self, vendor: int = ZEBRA_VENDOR, identifier_at: int = 2, *, takes_feature_reports: bool = True
    ) -> None:
        self.scanner = EmulatedHidPosScanner(vendor, identifier_at, takes_feature_reports=takes_feature_reports)

    async def plug(self) -> None:
        """A Honeywell as its last driver left it, so that a test may scan at once."""
        self.scanner.plug()
        if not self.scanner.is_enabled:
            self.scanner.device.send_feature(HONEYWELL_ENABLE)

    async def unplug(self) -> None:
        self.scanner.unplug()

    async def open(self, terminators: Collection[str], idle_gap_ms: int) -> Opened:
        device = self.scanner.device
        return Opened(HidPosScanner("front", device, clock), device.aclose)

    async def scan(self, data: bytes) -> None:
        await self.scanner.scan(data[3:], data[:3])

    async def begin_scan(self, behind: bytes = b"") -> None:
        if behind:
            await self.scan(behind)
        first, _ = reports_of(bytes(100))
        await self.scanner.send(first)

    async def scan_slowly(self, data: bytes) -> None:
        self.scanner.report_pause_s = 0.001
        await self.scan(data)

    async def garbage(self) -> None:
        for report in (b"\x05\x01", bytes(64), b"\x02" + b"\xff" * 63, b"\x02\x38" + bytes(62), b"\x01" * 63):
            await self.scanner.send(report)


Bench = ScannerBench[HidPosRig]


class HidPosContract(ScannerContract[HidPosRig]):
    identifier_among_data = b""  # a report has a place of its own for it


class TestHidPosScanner(HidPosContract):
    def rig(self) -> HidPosRig:
        return HidPosRig()

    async def test_goods_go_on_as_from_a_serial_scanner(self, bench: Bench) -> None:
        """Data and the suffix that was programmed: a cash program has asked for no AIM identifier."""
        await bench.start()
        await bench.rig.scanner.scan(DATAMATRIX + b"\r", b"]d2")
        event = await bench.next()
        assert (event.wire, event.scan_data_type) == (DATAMATRIX + b"\r", "GS1 DataMatrix")

    async def test_no_feature_report_for_others_than_honeywell(self, bench: Bench) -> None:
        await bench.start()
        await bench.rig.scan(b"]E0" + CARD)
        await bench.next()
        assert bench.rig.scanner.feature_reports == []

    async def test_reports_of_another_kind_are_counted_and_told(self, bench: Bench) -> None:
        await bench.start()
        with capture_logs() as logs:
            await bench.rig.scanner.send(b"\x05\x01")
            await bench.rig.scan(b"]E0" + GOODS)
            assert await bench.next_data() == GOODS
        assert logs == [{"event": "bad_report", "log_level": "warning", "device": "front", "length_bytes": 2}]
        assert counters(bench) == {
            "bytes": 66,
            "reports": 2,
            "scans": 1,
            "partial_scans": 0,
            "overruns": 0,
            "bad_reports": 1,
        }

    async def test_scan_whose_rest_never_came_does_not_glue_to_the_next(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("devices.scanners.hid_pos.REPORT_GAP_S", 0.01)
        await bench.start()
        await bench.rig.begin_scan()
        await until(lambda: counters(bench)["partial_scans"] == 1)
        await bench.rig.scan(b"]E0" + GOODS)
        assert await bench.next_data() == GOODS

    @pytest.mark.parametrize(
        ("report", "partial_scans"), [(next(reports_of(bytes(100))), 1), (b"\x02" + b"\xff" * 63, 0)]
    )
    async def test_a_scan_that_is_cut_off_is_counted_once(
        self, bench: Bench, report: bytes, partial_scans: int
    ) -> None:
        """The second is counted as a bad report."""
        await bench.start()
        await bench.rig.scanner.send(report)
        await until(lambda: bench.driver.is_mid_scan)
        bench.driver.cut_off()
        assert counters(bench)["partial_scans"] == partial_scans


class TestOtherLayout(HidPosContract):
    """The AIM identifier at 3."""

    def rig(self) -> HidPosRig:
        return HidPosRig(identifier_at=3)


class TestHoneywell(HidPosContract):
    """Sends nothing until it was enabled; what is scanned before is nowhere."""

    def rig(self) -> HidPosRig:
        return HidPosRig(HONEYWELL_VENDOR)

    async def test_it_is_enabled_at_each_opening(self, bench: Bench) -> None:
        bench.rig.scanner.feature_reports.clear()
        await bench.start()
        await until(lambda: bench.rig.scanner.is_enabled)
        await bench.rig.scan(b"]E0" + CARD)
        await bench.next()
        assert bench.rig.scanner.feature_reports == [b"\xfe\x01"]

    async def test_makers_symbology(self, bench: Bench) -> None:
        await bench.start()
        await bench.rig.scanner.scan(b"0036000291452", b"]E0", ord("c"))
        assert (await bench.next()).scan_data_type == "UPC-A"


async def test_a_refused_feature_report_is_told_and_no_reason_to_stop() -> None:
    rig = HidPosRig(HONEYWELL_VENDOR, takes_feature_reports=False)
    bench = ScannerBench(rig)
    await rig.plug()
    with capture_logs() as logs:
        await bench.start()
        await rig.scan(b"]E0" + CARD)
        assert await bench.next_data() == CARD
    assert [entry["event"] for entry in logs] == ["enabling_report_refused"]
    await bench.aclose()


def counters(bench: Bench) -> Mapping[str, int]:
    assert isinstance(bench.driver, HidPosScanner)
    return bench.driver.counters

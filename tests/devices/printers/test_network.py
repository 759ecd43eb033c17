import asyncio
import contextlib
from collections.abc import AsyncIterator
from functools import partial

import pytest

from devices.documents import Printout
from devices.emulation.printer import EmulatedPrinter
from devices.emulation.tcp import TcpLink
from devices.errors import DeviceLost, DeviceNotFound
from devices.printers.network import NetworkPrinter
from devices.printers.profiles import PROFILES
from devices.transports import open_transport
from tests.devices.printers.contract import PARAGRAPH, PATIENT_S, RECEIPT, PosPrinterContract, Rig, pages_cut


def make(link: TcpLink, write_timeout_s: float = PATIENT_S) -> NetworkPrinter:
    open_stream = partial(open_transport, link.endpoint, write_timeout_s)
    return NetworkPrinter(str(link.endpoint), open_stream, PROFILES["epson-80"])


class TestOnNetwork(PosPrinterContract):
    roll = Printout((PARAGRAPH,) * 4000)  # 6 MB: Linux lets a connection's send buffer grow to 4 (tcp(7), tcp_wmem)

    @pytest.fixture
    async def link(self) -> TcpLink:
        return TcpLink()

    @pytest.fixture
    async def rig(self, link: TcpLink) -> AsyncIterator[Rig]:
        @contextlib.asynccontextmanager
        async def opened(write_timeout_s: float) -> AsyncIterator[NetworkPrinter]:
            yield make(link, write_timeout_s)

        async with EmulatedPrinter(link) as printer:
            yield Rig(printer, opened)

    async def test_two_tills_share_it(self, rig: Rig, link: TcpLink) -> None:
        """Each connects for its job only, so none keeps the other out."""
        tills = [make(link), make(link)]
        await asyncio.gather(*(till.print(RECEIPT) for till in tills for _ in range(3)))
        await rig.printer.until(pages_cut(6))

    async def test_run_ends_at_once_when_nobody_listens(self, rig: Rig, link: TcpLink) -> None:
        await rig.printer.unplug()
        with pytest.raises(DeviceNotFound):
            await make(link).run()

    async def test_a_job_that_finds_it_gone_ends_run(self, rig: Rig, link: TcpLink) -> None:
        driver = make(link)
        running = asyncio.create_task(driver.run())
        await driver.print(RECEIPT)
        await rig.printer.unplug()
        for _ in range(2):
            with pytest.raises(DeviceNotFound):
                await driver.print(RECEIPT)
        with pytest.raises(DeviceLost):
            await asyncio.wait_for(running, PATIENT_S)

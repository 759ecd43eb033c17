import asyncio
import contextlib
from collections.abc import AsyncIterator
from functools import partial

import pytest

from devices.documents import CutOff, Printout
from devices.emulation.printer import EmulatedPrinter
from devices.emulation.tcp import TcpLink
from devices.errors import DeviceNotFound
from devices.printers.network import NetworkPrinter
from devices.printers.profiles import PROFILES
from devices.transports import open_transport
from tests.devices.printers.contract import HASTY, PATIENT_S, RECEIPT, PosPrinterContract, Rig, pages_cut, roll_of
from tests.devices.printers.status_contract import StatusContract


def make(link: TcpLink, write_timeout_s: float = PATIENT_S, cut_off: Printout | None = None) -> NetworkPrinter:
    open_stream = partial(open_transport, link.endpoint, write_timeout_s)
    return NetworkPrinter(str(link.endpoint), open_stream, PROFILES["epson-80"], pace=HASTY, cut_off=CutOff(cut_off))


class TestOnNetwork(StatusContract, PosPrinterContract):
    roll = roll_of(3000)  # 6 MB: Linux lets a connection's send buffer grow to 4 (tcp(7), tcp_wmem)

    @pytest.fixture
    async def link(self) -> TcpLink:
        return TcpLink()

    @pytest.fixture
    async def rig(self, link: TcpLink) -> AsyncIterator[Rig]:
        @contextlib.asynccontextmanager
        async def opened(write_timeout_s: float, cut_off: Printout | None) -> AsyncIterator[NetworkPrinter]:
            yield make(link, write_timeout_s, cut_off)

        async with EmulatedPrinter(link) as printer:
            yield Rig(printer, opened)

    async def test_two_tills_share_it(self, rig: Rig, link: TcpLink) -> None:
        """Each connects for its job only, so none keeps the other out."""
        tills = [make(link), make(link)]
        await asyncio.gather(*(till.print(RECEIPT) for till in tills for _ in range(3)))
        await rig.printer.until(pages_cut(6))

    async def test_it_needs_no_new_driver_when_the_printer_returns(self, rig: Rig, link: TcpLink) -> None:
        driver = make(link)
        await rig.printer.unplug()
        with pytest.raises(DeviceNotFound):
            await driver.print(RECEIPT)
        await rig.printer.plug()
        await driver.print(RECEIPT)
        await rig.printer.until(pages_cut(1))

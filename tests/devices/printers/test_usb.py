"""The driver on `usb://`: a pyusb backend with an emulated printer behind it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from devices.documents import CutOff, DrawerPulse, Printout
from devices.emulation.printer import EmulatedPrinter
from devices.emulation.usb import UsbDescription, UsbLink
from devices.endpoints import UsbEndpoint, UsbId, UsbPort
from devices.errors import (
    DeviceBusy,
    DeviceError,
    DeviceLost,
    DeviceNotFound,
    DeviceTimeout,
    PermissionMissing,
    Unsupported,
)
from devices.printers.escpos import EscPosPrinter
from devices.printers.profiles import PROFILES, override
from devices.transports.base import ByteStream
from devices.transports.usb_bulk import open_usb
from tests.devices.printers.contract import HASTY, PATIENT_S, PosPrinterContract, Rig
from tests.devices.printers.status_contract import StatusContract

SLICE_S = 0.05


@contextlib.asynccontextmanager
async def opened(
    link: UsbLink, endpoint: UsbEndpoint | None = None, write_timeout_s: float = PATIENT_S
) -> AsyncIterator[ByteStream]:
    stream = await open_usb(endpoint or link.endpoint, write_timeout_s, backend=link, slice_s=SLICE_S)
    try:
        yield stream
    finally:
        await stream.aclose()


class TestOnUsb(StatusContract, PosPrinterContract):
    @pytest.fixture
    async def rig(self) -> AsyncIterator[Rig]:
        link = UsbLink()

        @contextlib.asynccontextmanager
        async def running(write_timeout_s: float, cut_off: Printout | None) -> AsyncIterator[EscPosPrinter]:
            async with opened(link, write_timeout_s=write_timeout_s) as stream:
                driver = EscPosPrinter(stream, PROFILES["epson-80"], pace=HASTY, cut_off=CutOff(cut_off))
                life = asyncio.create_task(driver.run())
                try:
                    yield driver
                finally:
                    life.cancel()
                    await asyncio.wait({life})

        async with EmulatedPrinter(link) as printer:
            yield Rig(printer, running)


@pytest.fixture
async def link() -> AsyncIterator[UsbLink]:
    link = UsbLink()
    await link.plug()
    yield link
    await link.unplug()
    assert not link.open_handles


async def refused(link: UsbLink, endpoint: UsbEndpoint | None = None) -> DeviceError:
    with pytest.raises(DeviceError) as caught:
        async with opened(link, endpoint):
            pass
    return caught.value


async def test_the_kernel_driver_gives_way_and_comes_back(link: UsbLink) -> None:
    async with opened(link):
        assert (link.kernel_driver, link.is_claimed) == (False, True)
    assert (link.kernel_driver, link.is_claimed) == (True, False)


async def test_a_driver_that_was_not_there_is_not_put_there(link: UsbLink) -> None:
    link.kernel_driver = False
    async with opened(link):
        pass
    assert not link.kernel_driver


@pytest.mark.parametrize(
    "identity",
    [UsbId(0x04B8, 0x0E15), UsbId(0x04B8, 0x0E15, "J4TK012345"), UsbPort("1-4.3")],
    ids=str,
)
async def test_it_is_found_by_what_it_is_and_by_where_it_is(link: UsbLink, identity: UsbId | UsbPort) -> None:
    async with opened(link, UsbEndpoint(identity)) as stream:
        await stream.write(b"found")
    assert await link.read() == b"found"


@pytest.mark.parametrize(
    "identity", [UsbId(0x04B8, 0x0E16), UsbId(0x04B8, 0x0E15, "OTHER"), UsbPort("1-4"), UsbPort("2-4.3")], ids=str
)
async def test_another_one_is_not_taken_for_it(link: UsbLink, identity: UsbId | UsbPort) -> None:
    assert isinstance(await refused(link, UsbEndpoint(identity)), DeviceNotFound)


async def test_two_that_fit_are_told_apart_by_their_ports(link: UsbLink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "enumerate_devices", lambda: iter([link, link]))
    error = await refused(link)
    assert isinstance(error, DeviceNotFound)
    assert "by-port (1-4.3, 1-4.3)" in error.what


async def test_without_a_serial_number(link: UsbLink) -> None:
    link.description = UsbDescription(serial="")
    async with opened(link, UsbEndpoint(UsbId(0x04B8, 0x0E15))):
        pass
    assert isinstance(await refused(link, UsbEndpoint(UsbId(0x04B8, 0x0E15, "J4TK012345"))), DeviceNotFound)


async def test_the_vendor_class_card_of_epson_is_a_printer(link: UsbLink) -> None:
    link.description = UsbDescription(product=0x0202, interface_class=0xFF, protocol=0xFF, endpoints=(0x01, 0x82))
    async with opened(link) as stream:
        await stream.write(b"x")


@pytest.mark.parametrize(
    "description",
    [
        UsbDescription(interface_class=0xFF),
        UsbDescription(interface_class=0x08),
        UsbDescription(protocol=0x03),
        UsbDescription(endpoints=(0x82,)),
    ],
    ids=["vendor class", "storage", "IEEE 1284.4", "no way out"],
)
async def test_what_is_no_printer_keeps_its_driver(link: UsbLink, description: UsbDescription) -> None:
    link.description = description
    assert isinstance(await refused(link), Unsupported)
    assert link.kernel_driver


async def test_claimed_by_another_program(link: UsbLink) -> None:
    link.claimed_by_another = True
    assert isinstance(await refused(link), DeviceBusy)
    assert link.kernel_driver


async def test_no_right_to_open_it(link: UsbLink) -> None:
    link.may_open = False
    assert isinstance(await refused(link), PermissionMissing)


async def test_bytes_go_both_ways(link: UsbLink) -> None:
    async with opened(link) as stream:
        await link.write(b"\x12" * 700)
        heard = b""
        while len(heard) < 700:
            heard += await asyncio.wait_for(stream.read(), PATIENT_S)
        assert heard == b"\x12" * 700
        await stream.write(b"to the printer")
        assert (await link.read(), stream.bytes_written) == (b"to the printer", 14)


async def test_one_that_only_takes_bytes_says_none_and_ends_no_reader(link: UsbLink) -> None:
    link.description = UsbDescription(protocol=0x01, endpoints=(0x01,))
    async with opened(link) as stream:
        reading = asyncio.create_task(stream.read())
        await stream.write(b"x")
        assert not reading.done()
        await stream.aclose()
        with pytest.raises(DeviceLost):
            await reading


async def test_a_printer_that_takes_no_more(link: UsbLink) -> None:
    async with opened(link, write_timeout_s=2 * SLICE_S) as stream:
        with pytest.raises(DeviceTimeout):
            await stream.write(bytes(10_000))
        assert stream.bytes_written == 4096
        assert len(await link.read()) == 4096


async def test_a_drawer_pulse_that_it_does_not_take_is_thrown_away(link: UsbLink) -> None:
    """Else the drawer would open when the printer comes to itself again."""
    async with opened(link, write_timeout_s=2 * SLICE_S) as stream:
        driver = EscPosPrinter(stream, override(PROFILES["epson-80"], status=False), pace=HASTY)
        with pytest.raises(DeviceTimeout):
            await stream.write(bytes(10_000))
        with pytest.raises(DeviceTimeout):
            await driver.open_drawer(DrawerPulse())
        assert await link.read() == bytes(4096)
        with pytest.raises(DeviceLost):
            await stream.write(b"more")


async def test_unplugged_in_mid_transfer(link: UsbLink) -> None:
    async with opened(link) as stream:
        reading = asyncio.create_task(stream.read())
        writing = asyncio.create_task(stream.write(bytes(10_000)))
        await asyncio.wait({reading}, timeout=SLICE_S)
        await link.unplug()
        for transfer in (reading, writing):
            with pytest.raises(DeviceLost):
                await asyncio.wait_for(transfer, PATIENT_S)
        with pytest.raises(DeviceLost):
            await stream.write(b"more")

import pytest

from devices.emulation.printer import EmulatedPrinter
from devices.emulation.pty import PtyLink
from devices.emulation.tcp import TcpLink
from devices.errors import DeviceLost
from devices.transports import open_transport
from tests.devices.printers.contract import has_printed


@pytest.fixture(params=[PtyLink, TcpLink])
def link(request: pytest.FixtureRequest) -> PtyLink | TcpLink:
    made = request.param()
    assert isinstance(made, PtyLink | TcpLink)
    return made


async def send(link: PtyLink | TcpLink, data: bytes) -> None:
    stream = await open_transport(link.endpoint)
    await stream.write(data)
    await stream.aclose()


async def test_a_jam_holds_the_job_until_it_is_cleared(link: PtyLink | TcpLink) -> None:
    async with EmulatedPrinter(link) as printer:
        printer.jam()
        await send(link, b"first\n")
        with pytest.raises(TimeoutError, match="the paper only shows"):
            await printer.until(has_printed("first"), deadline_s=0.05)
        printer.clear_jam()
        await printer.until(has_printed("first"))


async def test_the_paper_stays_while_it_is_unplugged(link: PtyLink | TcpLink) -> None:
    async with EmulatedPrinter(link) as printer:
        await printer.plug()  # is plugged in already
        await send(link, b"first\n")
        await printer.until(has_printed("first"))
        await printer.unplug()
        await printer.unplug()
        await printer.plug()
        await send(link, b"second\n")
        paper = await printer.until(has_printed("second"))
    assert [line.text for line in paper.pages[0].lines] == ["first", "second"]


async def test_a_network_printer_returns_at_the_same_address() -> None:
    link = TcpLink()
    await link.plug()
    await link.plug()
    first = link.endpoint
    await link.unplug()
    await link.plug()
    assert link.endpoint == first
    await link.unplug()
    await link.unplug()


async def test_an_unplugged_cable_reads_as_lost(link: PtyLink | TcpLink) -> None:
    with pytest.raises(DeviceLost):
        await link.read()
    await link.plug()
    await link.unplug()
    for _ in range(2):
        with pytest.raises(DeviceLost):
            await link.read()

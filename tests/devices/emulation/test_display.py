import pytest

from devices.emulation.display import EmulatedDisplay
from devices.emulation.pty import PtyLink
from devices.transports import open_transport


async def test_what_it_is_sent_is_seen_and_gone_when_unplugged() -> None:
    async with EmulatedDisplay(PtyLink()) as display:
        stream = await open_transport(display.link.endpoint)
        await stream.write(b"\x1f$\x01\x02" + "итого".encode("cp866") + b"\x07")
        assert await display.until(lambda rows: rows[1].startswith("итого")) == (" " * 20, "итого".ljust(20))
        await stream.write(b"\x0b!")
        await display.until(lambda rows: rows[0].startswith("!"))
        assert display.unknown == (b"\x07",)
        await display.unplug()
        assert display.rows == (" " * 20, " " * 20)
        await stream.aclose()


async def test_deadline_tells_what_is_shown() -> None:
    async with EmulatedDisplay(PtyLink()) as display:
        with pytest.raises(TimeoutError, match="still shows"):
            await display.until(lambda rows: rows[0].startswith("never"), deadline_s=0.01)

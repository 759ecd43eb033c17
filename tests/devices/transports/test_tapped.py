"""What a listener hears of a device: all bytes, in the order in which they passed, and every error."""

import asyncio
from collections.abc import Callable

import pytest

from devices.descriptor_store import NoStore
from devices.emulation.hidraw import EmulatedHidPosScanner
from devices.emulation.input_node import EmulatedKeyboardScanner
from devices.emulation.pty import PtyLink
from devices.emulation.transports import EmulatedTransports
from devices.endpoints import Endpoint, HidrawEndpoint, InputEndpoint, SerialEndpoint
from devices.errors import DeviceLost, DeviceNotFound
from devices.transports.kernel import KernelTransports
from devices.transports.tapped import TappedTransports
from tests.devices.ears import Ears, first_heard
from tests.devices.waiting import until


class Heard:
    """A tap that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, bytes]] = []
        self.heard: Callable[[str, bytes], None] | None = lambda what, data: self.told.append((what, data))
        self.past: tuple[tuple[str, bytes], ...] = ()

    def opened(self, data: bytes = b"") -> None:
        self.past = (("opened", data),)
        self.tell("opened", data)

    def closed(self) -> None:
        self.past = ()
        self.tell("closed", b"")

    def tell(self, what: str, data: bytes) -> None:
        if self.heard is not None:
            self.heard(what, data)


def tapped(heard: Heard, transports: EmulatedTransports | KernelTransports | None = None) -> TappedTransports:
    def tap_of(_endpoint: Endpoint) -> Heard:
        return heard

    return TappedTransports(transports or KernelTransports(), tap_of)


async def test_a_line_is_heard_from_its_opening_to_its_loss() -> None:
    heard, link = Heard(), PtyLink()
    await link.plug()
    stream = await tapped(heard).open_stream(link.endpoint)
    await stream.write(b"\x10\x04\x01")
    assert await link.read() == b"\x10\x04\x01"
    await link.write(b"\x12")
    assert await stream.read() == b"\x12"
    await link.unplug()
    with pytest.raises(DeviceLost):
        await stream.read()
    await stream.aclose()
    assert [what for what, _ in heard.told] == ["opened", "wrote", "read", "lost", "closed"]
    assert heard.told[1:3] == [("wrote", b"\x10\x04\x01"), ("read", b"\x12")]


async def test_a_scanners_line_is_heard_from_its_opening_to_its_loss() -> None:
    heard, link, ears = Heard(), PtyLink(), Ears()
    await link.plug()
    line = await tapped(heard).open_line(link.endpoint, NoStore())
    await link.write(b"46")
    assert await first_heard(line) == b"46"
    await link.unplug()
    with pytest.raises(DeviceLost):
        await line.listen(ears)
    await line.aclose()
    assert [what for what, _ in heard.told] == ["opened", "read", "lost", "closed"]
    assert heard.told[1] == ("read", b"46")


async def test_listening_that_ends_because_we_close_is_no_loss() -> None:
    heard, link = Heard(), PtyLink()
    await link.plug()
    line = await tapped(heard).open_line(link.endpoint, NoStore())
    await line.aclose()
    with pytest.raises(DeviceLost):
        await line.listen(Ears())
    await link.unplug()
    assert [what for what, _ in heard.told] == ["opened", "closed"]


async def test_silence_passes_through_a_tap() -> None:
    heard, link, ears = Heard(), PtyLink(), Ears()
    ears.gap_s = 0.001
    await link.plug()
    line = await tapped(heard).open_line(link.endpoint, NoStore())
    await link.write(b"46")
    listening = asyncio.ensure_future(line.listen(ears))
    await until(lambda: ears.silences == 1)
    await line.aclose()
    await asyncio.wait({listening})
    await link.unplug()
    assert [what for what, _ in heard.told] == ["opened", "read", "closed"]


async def test_a_read_that_ends_because_we_close_is_no_loss() -> None:
    heard, link = Heard(), PtyLink()
    await link.plug()
    stream = await tapped(heard).open_stream(link.endpoint)
    await stream.aclose()
    with pytest.raises(DeviceLost):
        await stream.read()
    await link.unplug()
    assert [what for what, _ in heard.told] == ["opened", "closed"]


async def test_what_did_not_go_out_is_told() -> None:
    heard, link = Heard(), PtyLink()
    await link.plug()
    stream = await tapped(heard).open_stream(link.endpoint)
    await link.unplug()
    with pytest.raises(DeviceLost):
        await stream.write(b"lost")
    await stream.aclose()
    assert [told for told in heard.told if told[0] in {"wrote", "unsent"}] == [("wrote", b"lost"), ("unsent", b"4")]


async def test_what_goes_out_at_once_is_told_as_far_as_it_went() -> None:
    heard, link = Heard(), PtyLink()
    await link.plug()
    stream = await tapped(heard).open_stream(link.endpoint)
    assert not stream.is_behind()
    assert stream.write_now(b"hello") == 5
    assert stream.is_behind()
    assert await link.read() == b"hello"
    taken = stream.write_now(bytes(1000))
    assert 0 < taken < 1000
    assert await link.read() == bytes(taken)
    link.hold()
    assert stream.write_now(b"lost") == 0
    assert heard.told[1:] == [("wrote", b"hello"), ("wrote", bytes(taken))]
    await stream.aclose()
    await link.unplug()


async def test_why_it_could_not_be_opened_is_told() -> None:
    heard = Heard()
    with pytest.raises(DeviceNotFound):
        await tapped(heard).open_stream(SerialEndpoint("/nowhere/pole"))
    ((what, why),) = heard.told
    assert what == "refused"
    assert b"/nowhere/pole" in why


async def test_keys_and_reports_are_heard() -> None:
    transports = EmulatedTransports()
    keys, hid = Heard(), Heard()
    keyboard, scanner = EmulatedKeyboardScanner(), EmulatedHidPosScanner(vendor=0x0C2E)
    transports.keyboards[InputEndpoint("/keys")] = keyboard
    transports.hid[HidrawEndpoint("/hid")] = scanner
    await keyboard.plug()
    scanner.plug()
    device = await tapped(keys, transports).open_keyboard(InputEndpoint("/keys"), grab=True)
    records = await keyboard.scan("46")
    assert await first_heard(device) == records
    await device.aclose()
    node = await tapped(hid, transports).open_hid(HidrawEndpoint("/hid"), b"")
    node.send_feature(b"\xfe\x01")
    await scanner.scan(b"46")
    report = await first_heard(node)
    await node.aclose()
    await keyboard.unplug()
    scanner.unplug()
    assert keys.told == [("opened", b""), ("read", records), ("closed", b"")]
    assert hid.told == [("opened", b"0c2e"), ("told", b"\xfe\x01"), ("read", report), ("closed", b"")]


async def test_nothing_is_told_where_nobody_listens() -> None:
    heard, link = Heard(), PtyLink()
    heard.heard = None
    await link.plug()
    stream = await tapped(heard).open_stream(link.endpoint)
    await stream.write(b"x")
    assert await link.read() == b"x"
    await stream.aclose()
    await link.unplug()
    assert heard.told == []

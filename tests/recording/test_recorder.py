"""A bounded recording: what it hears, what it leaves out, when it ends."""

import asyncio
import gc
from pathlib import Path

import pytest

from bridge.config.loading import from_document
from bridge.domain.errors import Overloaded
from bridge.recording import recorder as module
from bridge.recording.recorder import Recorder
from bridge.recording.text import read
from bridge.recording.wire import Wire

CARD = "2900000000018"
DOCUMENT = {
    "till": {"store": "store-01", "name": "till-1"},
    "scanners": [{"name": "front", "endpoint": "serial:///dev/pos/front?baud=19200", "forward": "event"}],
    "card_formats": [{"provider": "club", "prefix": "2900", "length": 13, "check_digit": "ean13"}],
    "printers": [{"name": "receipt", "endpoint": "lp:///dev/pos/receipt", "encoding": "cp1251", "codepage": 46}],
    "providers": [
        {"name": "club", "kind": "maxma", "base_url": "https://api.example.org", "key": {"credential": "key"}},
        {"name": "staff", "kind": "card-file", "path": "members.csv", "accrue_percent": 5},
    ],
}


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    (tmp_path / "members.csv").write_text(f"card,holder\n{CARD},Мария Иванова\n2900000000025,Пётр Сидоров\n", "utf-8")
    config = from_document(tmp_path / "till.toml", DOCUMENT, {"POS_BRIDGE_CREDENTIAL_KEY": "the-secret"})
    return Recorder(WIRE, lambda: config)


WIRE = Wire()


async def test_it_hears_what_passes_and_what_was_open_before(recorder: Recorder) -> None:
    device, client, own = WIRE.tap("device/front"), WIRE.tap("client/1"), WIRE.tap("client/2")
    device.opened()
    client.opened()
    client.past = (*client.past, ("subscribed", b"card scan"))
    own.opened()
    device.tell("read", b"before")
    recorder.start(60, client=2)
    device.tell("read", b"4600\r")
    own.tell("sent", b"what the recorder itself asks")
    late = WIRE.tap("provider/club")
    late.tell("failed", b"1 refused")
    device.closed()
    finished = await recorder.stop()
    device.tell("read", b"after")
    assert [(entry.place, entry.what) for entry in read(finished.text.encode()).entries] == [
        ("device/front", "opened"),
        ("client/1", "opened"),
        ("client/1", "subscribed"),
        ("device/front", "read"),
        ("provider/club", "failed"),
        ("device/front", "closed"),
    ]
    assert not finished.is_full


async def test_the_till_goes_along_without_secrets_addresses_and_other_peoples_cards(recorder: Recorder) -> None:
    tap = WIRE.tap("device/front")
    recorder.start(60, client=0)
    tap.tell("read", f"{CARD}\r".encode())
    tap.tell("read", b"the-secret\r")
    text = (await recorder.stop()).text
    for gone in (CARD, "Мария", "Иванова", "Сидоров", "2900000000025", "the-secret", "api.example.org", "members.csv"):
        assert gone not in text
    till = read(text.encode()).till
    assert till["scanners"][0]["endpoint"] == "serial:///dev/pos/front?baud=19200"
    assert till["providers"][0]["key"] == {"credential": "replayed"}
    header, member = till["members"]["staff"].splitlines()
    assert (header.split(",")[0], member.split(",")[0]) == ("card", text.splitlines()[2].split(" ")[3][:13])


async def test_there_is_one_at_a_time(recorder: Recorder) -> None:
    recorder.start(60, client=0)
    with pytest.raises(Overloaded):
        recorder.start(60, client=0)
    await recorder.stop()
    recorder.start(60, client=0)
    await recorder.stop()


async def test_it_ends_by_itself_and_keeps_what_it_has(recorder: Recorder) -> None:
    tap = WIRE.tap("device/front")
    recorder.start(0.01, client=0)
    tap.tell("read", b"one\r")
    async with asyncio.timeout(5):
        while WIRE.is_heard:  # noqa: ASYNC110 - nobody tells when a recording ends
            await asyncio.sleep(0.005)
    assert tap.heard is None
    assert (await recorder.stop()).entries == 1


async def test_it_ends_when_it_is_full(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 500)
    tap = WIRE.tap("device/front")
    recorder.start(60, client=0)
    for _ in range(10):
        tap.tell("read", b"4600051000057\r")
    assert tap.heard is None
    finished = await recorder.stop()
    assert (finished.entries, finished.is_full) == (4, True)


def test_a_tap_that_nobody_has_is_forgotten() -> None:
    wire = Wire()
    tap = wire.tap("client/1")
    tap.opened()
    assert [place for place, _, _ in wire.past()] == ["client/1"]
    del tap
    gc.collect()
    assert list(wire.past()) == []


def test_a_page_hears_beside_a_recording_and_alone() -> None:
    wire = Wire()
    tap = wire.tap("device/front")
    recorded: list[bytes] = []
    shown: list[bytes] = []
    wire.show(lambda _place, _what, data: shown.append(data))
    tap.tell("read", b"1")
    assert not wire.is_heard
    wire.listen(lambda _place, _what, data: recorded.append(data))
    tap.tell("read", b"2")
    wire.show(None)
    tap.tell("read", b"3")
    wire.listen(None)
    assert (shown, recorded, tap.heard) == ([b"1", b"2"], [b"2", b"3"], None)

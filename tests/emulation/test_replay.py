"""What a replay does with a recording that wants more than it may, or that is not as it was."""

from pathlib import Path

import pytest

from bridge.config.model import Display, Printer, Scanner
from bridge.emulation.replay.replaying import replay
from bridge.emulation.replay.stage import StageBuilder
from bridge.recording.entries import Entry, Recording
from bridge.recording.text import RecordingError

GREEDY = {
    "till": {"store": "store-01", "name": "till-1"},
    "socket": {"path": "/run/pos-bridge/pos.sock", "group": "root"},
    "journal": {"path": "/var/lib/pos-bridge/journal.db"},
    "http": {"enabled": True, "listen": "0.0.0.0:80"},
    "messages": {"templates": "/etc"},
    "scanners": [
        {"name": "front", "endpoint": "serial:///dev/ttyS0", "forward": "wedge"},
        {"name": "hand", "endpoint": "input:///dev/input/event0", "forward": "pty:/dev/pos/goods"},
        {"name": "hid", "endpoint": "hidraw:///dev/hidraw0", "forward": "event"},
    ],
    "displays": [{"name": "pole", "endpoint": "serial:///dev/ttyS1"}],
    "printers": [
        {"name": "one", "endpoint": "tcp://192.0.2.7:9100"},
        {"name": "two", "endpoint": "usb://04b8:0e15"},
        {"name": "three", "endpoint": "lp:///dev/usb/lp0"},
    ],
    "providers": [
        {
            "name": "club",
            "kind": "maxma",
            "base_url": "https://api.maxma.com",
            "key": {"credential": "replayed"},
        },
        {"name": "staff", "kind": "card-file", "path": "/etc/passwd", "ledger": "/var/lib/pos-bridge/ledger.db"},
    ],
}


def recording_of(till: object, *entries: Entry) -> Recording:
    return Recording(till, entries, 0)  # type: ignore[arg-type] # as a file may have it


async def test_nothing_real_is_left_of_a_till_that_asks_for_it(tmp_path: Path) -> None:
    stage = await StageBuilder(recording_of(GREEDY), tmp_path, Path("greedy.rec")).build()
    try:
        config = stage.config
        rows: tuple[Scanner | Display | Printer, ...] = (*config.scanners, *config.displays, *config.printers)
        places = [row.endpoint.partition("://")[2].partition("?")[0] for row in rows]
        assert [place for place in places if not place.startswith((str(tmp_path), "127.0.0.1:"))] == []
        assert [row.forward for row in config.scanners] == ["event", f"pty:{tmp_path}/goods-hand", "event"]
        assert str(config.providers[0].base_url).startswith("http://127.0.0.1:")
        kept = (config.socket.path, config.journal.path, config.providers[1].path, config.providers[1].ledger)
        assert [path for path in (*kept, config.messages.templates) if tmp_path not in Path(str(path)).parents] == []
        assert (config.http.enabled, config.socket.group) == (False, None)
    finally:
        for provider in stage.providers.values():
            await provider.aclose()


@pytest.mark.parametrize(
    ("till", "says"),
    [
        ({}, "till: missing"),
        ({"till": 7}, "till"),
        ({**GREEDY, "scanners": 7}, "scanners are no list of tables"),
        ({**GREEDY, "displays": [7]}, "displays are no list of tables"),
        ({**GREEDY, "providers": [{"name": "club", "kind": "nothing"}]}, "kind"),
        ({**GREEDY, "providers": [{"name": "c", "kind": "maxma", "key": {"credential": "maxma-key"}}]}, "is missing"),
        ({**GREEDY, "printers": [{"name": "../../etc", "endpoint": "lp:///dev/usb/lp0"}]}, "name"),
    ],
)
async def test_a_till_that_is_none_is_refused(till: object, says: str, tmp_path: Path) -> None:
    with pytest.raises(RecordingError) as caught:
        await StageBuilder(recording_of(till), tmp_path, Path("wrong.rec")).build()
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_entries_of_what_the_till_does_not_have_are_passed_over() -> None:
    till = {"till": GREEDY["till"]}
    entries = [
        Entry(0, "device/nobody", "read", b"1\r"),
        Entry(0, "provider/nobody", "asked", b"1 POST / "),
        Entry(0, "provider/nobody", "answered", b"x"),
        Entry(0, "device/nobody", "unsent", b"much"),
    ]
    replayed = await replay(recording_of(till, *entries), Path("odd.rec"))
    assert replayed.differences == []

"""What was heard, as a recording's file: everything personal replaced by doubles."""

import csv
import io
from collections.abc import Sequence

import msgspec

from bridge.config.model import Config
from bridge.domain.card import CardFormat
from bridge.recording.doubles import Doubles
from bridge.recording.entries import Entry, Recording
from bridge.recording.finding import Finder
from bridge.recording.masking import Devices, learn, mask
from bridge.recording.text import written
from bridge.recording.till import members_of, profiles_of, secrets_of, till_of
from devices.codecs.keys.layouts import LAYOUTS
from devices.printers.profiles import PROFILES


def file_of(entries: Sequence[Entry], ended_ms: int, config: Config) -> str:
    """The text of it; takes its time, so in a thread."""
    formats = [CardFormat(**msgspec.structs.asdict(row)) for row in config.card_formats]
    devices, doubles = _devices_of(config), Doubles()
    finder = Finder(doubles, formats, secrets_of(config))
    learn(entries, devices, finder)
    members = members_of(config, finder.knows)
    for text in members.values():
        finder.learn_message(list(csv.DictReader(io.StringIO(text))))
    till = till_of(config)
    till["members"] = {name: finder.text(text) for name, text in members.items()}
    till["profiles"] = profiles_of(config)
    masked = mask(entries, devices, finder)
    return written(Recording(till, tuple(masked), ended_ms))


def _devices_of(config: Config) -> Devices:
    """How the bytes of this till's devices are to be read."""
    keyboards = {row.name: LAYOUTS[row.layout] for row in config.scanners if row.endpoint.scheme == "input"}
    hid = frozenset(row.name for row in config.scanners if row.endpoint.scheme == "hidraw")
    displays = {row.name: str(row.encoding) for row in config.displays}
    printers = {row.name: row.encoding or PROFILES[row.profile].encoding for row in config.printers}
    return Devices(keyboards, hid, {**displays, **printers})

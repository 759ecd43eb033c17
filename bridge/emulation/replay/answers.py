"""What came out of a till, for people and for files that a test compares with: pictures, paper, messages."""

import json
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from bridge.config.model import Config, Display, Printer
from bridge.daemon.printer_models import profile_of
from bridge.emulation.drawing import PaperFeed
from bridge.emulation.replay.outcome import Outcome, messages
from bridge.emulation.replay.provider import ProviderPlayer
from bridge.emulation.replay.sameness import Sameness, plain
from bridge.emulation.stand_ins import paper_for
from bridge.recording.entries import DEVICE, Entry
from devices.codecs.glass import Glass


def answers(
    config: Config, entries: Sequence[Entry], outcome: Outcome, providers: dict[str, ProviderPlayer]
) -> Iterator[str]:
    """Line by line; the same for each replay of a recording that has no differences."""
    for display in config.displays:
        yield f"device/{display.name} shows"
        yield from _pictures(display, _ends(entries, display.name), outcome.written[display.name])
    for printer in config.printers:
        yield f"device/{printer.name} prints"
        yield from _paper(printer, outcome.written[printer.name])
    for name, player in providers.items():
        yield f"provider/{name} is asked"
        for asked in player.asked:
            body = json.dumps(plain(asked.request.body), ensure_ascii=False)
            yield f"  {asked.request.method} {asked.request.path} {body}"
    for name, told in outcome.told.items():
        yield f"client/{name} is told"
        for key, items in messages(told, Sameness()).items():
            yield from (f"  {key} {json.dumps(item, ensure_ascii=False)}" for item in items)


def _ends(entries: Sequence[Entry], name: str) -> list[int]:
    """Where each write to this device had ended: what stood between two of them nobody has seen."""
    writes = (entry for entry in entries if (entry.kind, entry.name, entry.what) == (DEVICE, name, "wrote"))
    return list(accumulate(len(entry.data) for entry in writes))


def _pictures(display: Display, ends: Sequence[int], written: bytes) -> Iterator[str]:
    settings = display.settings()
    glass = Glass(display.rows, display.columns, settings.encoding, display.command_set)
    shown = glass.rows
    for start, end in pairwise([0, *ends, len(written)]):
        glass.feed(written[start:end])
        if glass.rows != shown:
            shown = glass.rows
            yield f"  │{'│'.join(shown)}│"
    yield from (f"  not understood: {frame.hex(' ')}" for frame in glass.unknown)


def _paper(printer: Printer, written: bytes) -> Iterator[str]:
    profile = profile_of(printer)
    paper = paper_for(profile)
    paper.feed(written)
    yield from (f"  │{line}" for line in PaperFeed().new_lines(paper, profile.columns))
    yield from (f"  not understood: {command.hex(' ')}" for command in paper.unknown)

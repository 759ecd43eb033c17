"""A recording played from its beginning to its end into the unmodified daemon."""

import asyncio
import math
import os
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bridge.daemon.hardware import Hardware
from bridge.daemon.surroundings import Surroundings
from bridge.daemon.till import serve
from bridge.emulation.replay.answers import answers
from bridge.emulation.replay.director import Director
from bridge.emulation.replay.outcome import different, recorded
from bridge.emulation.replay.sameness import parsed
from bridge.emulation.replay.stage import Stage, StageBuilder
from bridge.emulation.till import OF_THE_SERVICE
from bridge.pos.server import PosServer
from bridge.recording.entries import CLIENT, Entry, Recording
from bridge.recording.text import read

FOLDER_PREFIX = "pos-bridge-replayed-"


@dataclass(frozen=True, slots=True)
class Replayed:
    """differences: none where the outcome was the recorded one. answers: the outcome itself."""

    differences: list[str]
    answers: list[str]


def replay_file(file: Path, longest_pause_s: float = math.inf) -> Replayed:
    """OSError: the file cannot be read. RecordingError: it is no recording. StartFailed: the daemon cannot start."""
    recording = read(file.read_bytes())
    for name in OF_THE_SERVICE:
        os.environ.pop(name, None)
    return asyncio.run(replay(recording, file, longest_pause_s))


async def replay(recording: Recording, file: Path, longest_pause_s: float = math.inf) -> Replayed:
    """Play it in a folder that is gone afterwards. Errors as replay_file."""
    entries = playable(recording.entries)
    with tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX) as folder:
        stage = await StageBuilder(recording, Path(folder), file).build()
        director = Director(stage, entries, recording.ended_ms, longest_pause_s)
        try:
            await director.set_up()
            async with _running(stage):
                await director.play()
                outcome = director.outcome()
        finally:
            await director.close()
        printers = [row.name for row in stage.config.printers]
        lines = different(recorded(entries, recording.ended_ms, printers), outcome, stage.providers)
        return Replayed(lines, list(answers(stage.config, entries, outcome, stage.providers)))


def playable(entries: Sequence[Entry]) -> list[Entry]:
    """Without the calls that moved an emulated till, when it was one that was recorded, and their answers."""
    calls = {(entry.name, entry.data) for entry in entries if entry.kind == CLIENT and b'"emulation.' in entry.data}
    ids = {(name, _id_of(data)) for name, data in calls}
    return [
        entry
        for entry in entries
        if (entry.name, entry.data) not in calls
        and not (entry.kind == CLIENT and entry.what == "told" and (entry.name, _id_of(entry.data)) in ids)
    ]


def _id_of(message: bytes) -> object:
    decoded = parsed(message)
    return decoded.get("id") if isinstance(decoded, dict) and "id" in decoded else message


@asynccontextmanager
async def _running(stage: Stage) -> AsyncIterator[None]:
    """The daemon on this stage, its socket served."""
    stop, served = asyncio.Event(), asyncio.Event()

    async def attend(_server: PosServer) -> None:
        served.set()

    surroundings = Surroundings(Hardware(stage.transports, stage.hotplug), emulated=True, attend=attend)
    serving = asyncio.create_task(serve(stage.config, stop, surroundings), name="replayed till")
    waiting = asyncio.create_task(served.wait())
    try:
        await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            serving.result()
        yield
    finally:
        waiting.cancel()
        stop.set()
        await serving

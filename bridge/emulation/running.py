"""The unmodified daemon, run in this process on an emulated till."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

from bridge.config.model import Config
from bridge.daemon.hardware import Hardware
from bridge.daemon.printer_models import profile_of
from bridge.daemon.surroundings import Attend, Surroundings, nobody
from bridge.daemon.till import serve
from bridge.emulation.methods.handlers import EmulationHandlers
from bridge.emulation.methods.table import EMULATION_METHODS
from bridge.emulation.refusing import refuse_real
from bridge.emulation.stand_ins import NOBODY, Audience, Emulation, StandIns
from bridge.pos.server import PosServer
from devices.transports.base import Transports
from devices.transports.overheard import Hear, overheard

# What a refusal names: this configuration stands in no file.
IN_MEMORY = Path("emulated till")


def surroundings_of(made: StandIns, hear: Hear | None = None) -> Surroundings:
    """What the daemon is put into: the emulated devices, and the methods that move them."""
    columns = {row.name: profile_of(row).columns for row in made.config.printers}
    transports: Transports = overheard(made.transports, hear) if hear else made.transports
    return Surroundings(
        Hardware(transports, made.bench.hotplug),
        emulated=True,
        methods=EMULATION_METHODS,
        handlers=EmulationHandlers(made.bench, columns.__getitem__).table(),
    )


@asynccontextmanager
async def running(
    config: Config,
    folder: Path,
    audience: Audience = NOBODY,
    attend: Attend = nobody,
    hear: Hear | None = None,
) -> AsyncIterator[StandIns]:
    """This configuration's till with nothing real in it, its socket served, until the block ends.

    attend: given the socket's server once that serves. hear: told of every byte of the devices. StartFailed: the
    daemon cannot start.
    """
    stop, served = asyncio.Event(), asyncio.Event()

    async def attend_first(server: PosServer) -> None:
        await attend(server)
        served.set()

    async with AsyncExitStack() as stack:
        made = await Emulation(folder, stack, audience).of(config)
        refuse_real(made.config, IN_MEMORY, config)
        surroundings = replace(surroundings_of(made, hear), attend=attend_first)
        serving = asyncio.create_task(serve(made.config, stop, surroundings), name="emulated till")
        waiting = asyncio.create_task(served.wait())
        try:
            await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                serving.result()
            yield made
        finally:
            waiting.cancel()
            stop.set()
            await serving

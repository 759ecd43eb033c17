"""What a till is put into: its hardware, and what somebody adds who plays the world around it.

A real till has the kernel's devices and nothing added. Emulation and replay bring their own.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bridge.daemon.hardware import Hardware
from bridge.daemon.reload import Reloads
from bridge.pos.methods import Handler, Method
from bridge.pos.server import PosServer

Attend = Callable[[PosServer], Awaitable[None]]


async def nobody(_server: PosServer) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """methods, handlers: what the socket offers besides the protocol. attend: awaited once the socket is served.

    reloads: whoever asks for a configuration to be read anew; None: nobody does.
    """

    hardware: Hardware = field(default_factory=Hardware)
    emulated: bool = False
    methods: Mapping[str, Method] = field(default_factory=dict)
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    reloads: Reloads | None = None
    attend: Attend = nobody

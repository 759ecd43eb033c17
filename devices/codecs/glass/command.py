"""The grammar that all command sets share: a code, then parameters, or all up to an ending."""

from collections.abc import Callable
from dataclasses import dataclass

from devices.codecs.glass.canvas import Canvas

Effect = Callable[[Canvas, bytes], bool]
"""Takes the canvas and all that came after the code; False: that is no such command."""

# Code, the longest text that any model takes in one frame (60: EVO-RD4-VFD, AEDEX mode) and CR. A longer frame has
# lost its end, and an emulated till may stay up for weeks.
FRAME_CAP_BYTES = 64


@dataclass(frozen=True, slots=True)
class Command:
    """It takes `parameters` bytes after its code; or, where it has endings, all up to the first of those."""

    code: bytes
    effect: Effect
    parameters: int = 0
    endings: bytes = b""
    in_string_mode: bool = False
    """Still obeyed there."""

    def frame(self, data: bytes) -> bytes:
        """This command at the front of `data`, which starts with its code; empty when it is not all here."""
        length = self._length(data)
        return data[:length] if length <= len(data) else b""

    def obey(self, frame: bytes, canvas: Canvas) -> bool:
        if canvas.in_string_mode and not self.in_string_mode:
            return False
        if self.endings and frame[-1] not in self.endings:
            return False
        return self.effect(canvas, frame[len(self.code) :])

    def _length(self, data: bytes) -> int:
        if not self.endings:
            return len(self.code) + self.parameters
        places = range(len(self.code), min(len(data), FRAME_CAP_BYTES))
        return next((place + 1 for place in places if data[place] in self.endings), FRAME_CAP_BYTES)


@dataclass(frozen=True, slots=True)
class CommandTable:
    """A command set. Without has_text, what stands between the commands is for a printer behind the display."""

    commands: tuple[Command, ...]
    has_text: bool = True
    scrolls_at_first: bool = False

    def starting(self, data: bytes) -> Command | None:
        return next((command for command in self.commands if data.startswith(command.code)), None)

    def may_begin(self, data: bytes) -> bool:
        """Whether more bytes could make a command of these."""
        return any(command.code.startswith(data) for command in self.commands)

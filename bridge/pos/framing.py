"""Lines out of a byte stream: sans-I/O, each byte looked at once."""

# A receipt of a thousand lines is about 200 KiB; a client that sends more without a newline speaks something else.
MAX_FRAME_BYTES = 1 << 20


class FrameTooLong(Exception):
    """A line outgrew MAX_FRAME_BYTES; `frames` are the whole ones before it. The stream cannot be read on."""

    def __init__(self, frames: list[bytes]) -> None:
        super().__init__(f"a line is longer than {MAX_FRAME_BYTES} bytes")
        self.frames = frames


class FrameDecoder:
    """Collects bytes into lines. A CR before the newline and empty lines are nothing."""

    def __init__(self) -> None:
        self._pending = bytearray()

    @property
    def is_inside_line(self) -> bool:
        """True while the newline of a line that has begun is still to come."""
        return bool(self._pending)

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that `data` completes, without their newlines. Raises FrameTooLong."""
        may_be_too_long = len(self._pending) + len(data) > MAX_FRAME_BYTES
        lines = data.split(b"\n")
        rest = lines.pop()
        if self._pending and lines:
            lines[0] = bytes(self._pending + lines[0])
            self._pending.clear()
        if rest:
            self._pending += rest
        if may_be_too_long:
            self._check(lines)
        return _frames(lines)

    def _check(self, lines: list[bytes]) -> None:
        for index, line in enumerate((*lines, self._pending)):
            if len(line) > MAX_FRAME_BYTES:
                raise FrameTooLong(_frames(lines[:index]))


def _frames(lines: list[bytes]) -> list[bytes]:
    return [frame for line in lines if (frame := line.removesuffix(b"\r"))]

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
        *lines, rest = data.split(b"\n")
        frames: list[bytes] = []
        for line in lines:
            if frame := self._complete(line, frames).removesuffix(b"\r"):
                frames.append(frame)
        self._check(len(self._pending) + len(rest), frames)
        self._pending += rest
        return frames

    def _complete(self, line: bytes, frames: list[bytes]) -> bytes:
        self._check(len(self._pending) + len(line), frames)
        if not self._pending:
            return line
        whole = bytes(self._pending + line)
        self._pending.clear()
        return whole

    @staticmethod
    def _check(length: int, frames: list[bytes]) -> None:
        if length > MAX_FRAME_BYTES:
            raise FrameTooLong(frames)

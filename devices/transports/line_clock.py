"""When a serial line will have carried what it was given. Pure: time is an argument, in seconds of any clock."""


class LineClock:
    """A line of so many bytes a second. Where the kernel cannot tell what is still under way (a USB cable has buffers
    of its own, a PTY no line at all), the speed can."""

    def __init__(self, bytes_per_s: float) -> None:
        self.bytes_per_s = bytes_per_s
        self._idle_at = 0.0

    def gave(self, count: int, at: float) -> None:
        """So many bytes were handed to the line."""
        self._idle_at = max(self._idle_at, at) + count / self.bytes_per_s

    def wait_s(self, ahead_bytes: int, at: float) -> float:
        """How long until no more than `ahead_bytes` are under way; 0 or less: they are so now."""
        return self._idle_at - at - ahead_bytes / self.bytes_per_s

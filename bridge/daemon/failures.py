"""Why the daemon could not start: one line for the installer."""

from collections.abc import Iterator
from contextlib import contextmanager

from bridge.ports import JournalFailed
from bridge.pos.listening import SocketUnavailable


class StartFailed(Exception):
    """What is missing, where, and what to do; nothing runs."""


@contextmanager
def start_failures() -> Iterator[None]:
    """What journal and socket refuse becomes StartFailed."""
    try:
        yield
    except (JournalFailed, SocketUnavailable) as error:
        raise StartFailed(str(error)) from error

"""Why the daemon could not start: one line for the installer."""

from collections.abc import Iterator
from contextlib import contextmanager

from bridge.domain.errors import JournalFailed
from bridge.wording.errors import WordingError


class StartFailed(Exception):
    """What is missing, where, and what to do; nothing runs."""


class Misconfigured(StartFailed):
    """It will not start by being tried again: somebody must change what it was given."""


@contextmanager
def start_failures() -> Iterator[None]:
    """What templates and journal refuse becomes StartFailed."""
    try:
        yield
    except WordingError as error:
        raise Misconfigured(str(error)) from error
    except JournalFailed as error:
        raise StartFailed(str(error)) from error

"""Logging, set up once: colour on a terminal, JSON lines elsewhere, syslog levels for the journal.

Whoever reads a level: debug = developer, info = installer, warning = degraded but selling, error = someone must act.
Nothing personal gets through: masked types stay masked wherever they stand, long runs of digits are masked in any
text, and no text from outside can end a line or reach the terminal as a command.

A line costs more than all else that a scan does, so it is rendered a little later than it is told; its time is when it
was told.
"""

import asyncio
import atexit
import io
import logging
import math
import os
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bridge.domain.personal import mask_digit_runs
from bridge.one_line import one_line

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

# Their INFO lines hold URLs, and URLs may hold phone numbers.
QUIET_LIBRARIES = ("httpx", "httpcore")

# Longer than a scan takes to the glass, shorter than anybody takes to look into the log.
UNHURRIED_S = 0.005
MOST_UNHURRIED = 100
_MAY_WAIT = frozenset({"debug", "info"})

# sd-daemon(3): what journald reads before a line as its priority.
_PRIORITIES = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """Send structlog and the standard library's logging to `stream` (stderr), from `level` up."""
    out = stream or sys.stderr
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_WHEN_TOLD, *_COSTLY],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering(out)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(LEVELS[level])
    for name in QUIET_LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
    # A log that cannot be written (full disk, closed terminal) must not stop a sale.
    logging.raiseExceptions = False
    logging.captureWarnings(capture=True)
    costly = [*_COSTLY, structlog.stdlib.ProcessorFormatter.wrap_for_formatter]
    unhurried = _Unhurried(costly)
    atexit.register(unhurried.say)
    structlog.configure(
        processors=[*_WHEN_TOLD, unhurried, *costly],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


class _Unhurried:
    """The processor before the costly ones: what the loop tells waits UNHURRIED_S, those who wait go first.

    Warnings and worse go on at once, behind what came before them, and so does what is told where no loop runs. A
    crash costs a few milliseconds of informing lines. What a line holds must not change after it was told.
    """

    def __init__(self, processors: Sequence[Processor]) -> None:
        """processors: those behind this one."""
        self._processors = processors
        self._kept: deque[tuple[WrappedLogger, str, EventDict]] = deque()
        self._said_by: asyncio.AbstractEventLoop | None = None
        self._saying = threading.RLock()

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        if method in _MAY_WAIT and len(self._kept) < MOST_UNHURRIED and self._is_said_later():
            self._kept.append((logger, method, event))
            raise structlog.DropEvent
        self.say()
        return event

    def say(self) -> None:
        """All that waits."""
        self._said_by = None
        with self._saying:
            while self._kept:
                logger, method, event = self._kept.popleft()
                line: Any = event
                for processor in self._processors:
                    line = processor(logger, method, line)
                arguments, options = line
                getattr(logger, method)(*arguments, **options)

    def _is_said_later(self) -> bool:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return False
        if self._said_by is not loop:
            self._said_by = loop
            loop.call_later(UNHURRIED_S, self.say)
        return True


def render_safely(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Every value of the event as plain data that leaks nothing and cannot leave its line."""
    return {_safe_text(str(key)): _safe(value) for key, value in event.items()}


def _safe(value: Any) -> Any:  # noqa: ANN401 - a log field may be anything
    if value is None or isinstance(value, bool) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, Enum):
        return _safe(value.value)
    if isinstance(value, int):
        masked = mask_digit_runs(str(value))
        return value if masked == str(value) else masked
    if isinstance(value, Mapping):
        return {_safe_text(str(key)): _safe(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_safe(item) for item in value]
    return _safe_text(value if isinstance(value, str) else _text_of(value))


def _text_of(value: object) -> str:
    """str() of errors, paths and masked types; that of a dataclass is its repr, and what is masked stays so in it."""
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)


def _safe_text(text: str) -> str:
    return one_line(mask_digit_runs(text))


def _add_time(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"timestamp": now, **event}


def _render_exception(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """The traceback as one field, made safe line by line."""
    event = structlog.processors.format_exc_info(logger, method, event)
    traceback = event.pop("exception", None)
    event = render_safely(logger, method, event)
    if isinstance(traceback, str):
        # The bar keeps a line inside an error's text from passing as a log line of its own.
        event["exception"] = "\n".join("  | " + _safe_text(line) for line in traceback.splitlines())
    return event


_WHEN_TOLD: list[Processor] = [structlog.contextvars.merge_contextvars, _add_time]
_COSTLY: list[Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.StackInfoRenderer(),
]


def _rendering(out: TextIO) -> list[Processor]:
    if out.isatty():
        return [
            _render_exception,
            structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
        ]
    json = structlog.processors.JSONRenderer(ensure_ascii=False)
    return [_render_exception, _Prioritised(json) if _is_journal(out) else json]


def _is_journal(out: TextIO) -> bool:
    """True when journald itself reads `out`: systemd.exec(5), $JOURNAL_STREAM = device:inode."""
    try:
        status = os.fstat(out.fileno())
    except (OSError, io.UnsupportedOperation):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


class _Prioritised:
    """A renderer whose lines begin with "<6>", so that `journalctl -p warning` works."""

    def __init__(self, render: structlog.processors.JSONRenderer) -> None:
        self._render = render

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> str:
        line = self._render(logger, method, event)
        return f"<{_PRIORITIES.get(event.get('level', ''), 6)}>{line!s}"

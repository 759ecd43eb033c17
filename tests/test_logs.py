"""What reaches the log, as what: nothing personal, nothing that forges a line, everything on one line."""

import asyncio
import io
import json
import logging
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
import structlog

from bridge import logs
from bridge.config.credentials import Secret
from bridge.domain.personal import CardNumber, PersonName, Phone

CARD = "2900000000018"
HOSTILE = 'a\r\n{"level": "error"}\x1b[2J\u2028b'


@dataclass(frozen=True)
class Purchase:
    card: CardNumber
    holder: PersonName


class Colour(StrEnum):
    RED = "red"


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """Logging is one for the whole process: put it back."""
    root = logging.getLogger()
    handlers, level, is_loud = root.handlers[:], root.level, logging.raiseExceptions
    libraries = {name: logging.getLogger(name).level for name in logs.QUIET_LIBRARIES}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.raiseExceptions = is_loud
    logging.captureWarnings(capture=False)
    for name, before in libraries.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()


@pytest.fixture
def out() -> io.StringIO:
    stream = io.StringIO()
    logs.configure("info", stream)
    return stream


@pytest.fixture
def only(out: io.StringIO) -> Callable[[], dict[str, Any]]:
    """The one event that was logged."""

    def read() -> dict[str, Any]:
        (line,) = out.getvalue().splitlines()
        event: dict[str, Any] = json.loads(line)
        return event

    return read


def test_an_event_is_one_json_line_with_utc_milliseconds(only: Callable[[], dict[str, Any]]) -> None:
    structlog.get_logger("bridge.desk").warning("device_lost", device="front", count=3, ok=True, nothing=None)
    event = only()
    moment = event.pop("timestamp")
    assert moment.endswith("Z")
    assert datetime.fromisoformat(moment).isoformat(timespec="milliseconds").replace("+00:00", "Z") == moment
    assert event == {
        "event": "device_lost",
        "level": "warning",
        "logger": "bridge.desk",
        "device": "front",
        "count": 3,
        "ok": True,
        "nothing": None,
    }


@pytest.mark.parametrize(
    ("value", "rendered"),
    [
        (CardNumber(CARD), "*********0018"),
        (Phone("+79161234567"), "********4567"),
        (PersonName("Анна"), "А***"),
        (Secret("s3cr3t"), "***"),
        ([CardNumber(CARD)], ["*********0018"]),
        ((PersonName("Анна"), 1), ["А***", 1]),
        ({"who": {"card": CardNumber(CARD)}}, {"who": {"card": "*********0018"}}),
        (
            Purchase(CardNumber(CARD), PersonName("Анна")),
            "Purchase(card=CardNumber(*********0018), holder=PersonName(А***))",
        ),
        ([{"x": Purchase(CardNumber(CARD), PersonName("Анна"))}], None),
        (CARD, "*********0018"),
        (int(CARD), "*********0018"),
        (f"no card {CARD}!", "no card *********0018!"),
        (CARD.encode(), "*********0018"),
        ({CARD: 1}, {"*********0018": 1}),
        (ValueError(CARD), "*********0018"),
        (Path("/dev") / CARD, "/dev/*********0018"),
        (float("nan"), "nan"),
        (1.5, 1.5),
        (Colour.RED, "red"),
        ("чек 17", "чек 17"),
    ],
)
def test_values_are_plain_and_masked(value: object, rendered: object, only: Callable[[], dict[str, Any]]) -> None:
    structlog.get_logger().info("seen", value=value)
    event = only()
    if rendered is not None:
        assert event["value"] == rendered
    assert CARD not in json.dumps(event)
    assert "Анна" not in json.dumps(event, ensure_ascii=False)


def test_the_event_itself_is_masked(only: Callable[[], dict[str, Any]]) -> None:
    structlog.get_logger().info(f"card {CARD}")
    assert only()["event"] == "card *********0018"


def test_bound_and_context_values_are_masked(only: Callable[[], dict[str, Any]]) -> None:
    with structlog.contextvars.bound_contextvars(scan=CARD):
        structlog.get_logger().bind(card=CardNumber(CARD)).info("seen")
    event = only()
    assert (event["scan"], event["card"]) == ("*********0018", "*********0018")


def test_text_from_outside_stays_in_its_value(only: Callable[[], dict[str, Any]]) -> None:
    structlog.get_logger().info(HOSTILE, value=HOSTILE, **{"k\ney": 1})
    event = only()
    assert event["value"] == 'a\\r\\n{"level": "error"}\\x1b[2J\\u2028b'
    assert event["event"] == event["value"]
    assert event["k\\ney"] == 1


def test_an_error_is_one_field(only: Callable[[], dict[str, Any]]) -> None:
    structlog.get_logger().error("failed", exc_info=_raised(f"bad {CARD}\nforged line\x1b[2J"))
    lines = only()["exception"].splitlines()
    assert lines[0] == "  | Traceback (most recent call last):"
    assert lines[-2:] == ["  | RuntimeError: bad *********0018", "  | forged line\\x1b[2J"]


def test_the_standard_library_goes_the_same_way(only: Callable[[], dict[str, Any]]) -> None:
    logging.getLogger("asyncio").warning("slow %s by %s", "callback", CARD)
    event = only()
    assert (event["event"], event["level"], event["logger"]) == (
        "slow callback by *********0018",
        "warning",
        "asyncio",
    )


def test_a_warning_of_python_goes_the_same_way(only: Callable[[], dict[str, Any]]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("old api", stacklevel=1)
        logging.captureWarnings(capture=False)
    assert "old api" in only()["event"]


@pytest.mark.parametrize("library", logs.QUIET_LIBRARIES)
def test_urls_of_the_http_library_are_not_logged(library: str, out: io.StringIO) -> None:
    logging.getLogger(library).info("HTTP Request: POST https://x/?phone=79161234567")
    assert out.getvalue() == ""


def test_what_is_below_the_level_is_not_logged(out: io.StringIO) -> None:
    structlog.get_logger().debug("detail")
    logging.getLogger("x").debug("detail")
    assert out.getvalue() == ""


def test_a_log_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    stream = (tmp_path / "log").open("w")
    logs.configure("info", stream)
    stream.close()
    structlog.get_logger().info("still here")


async def test_whoever_waits_is_served_before_a_line_is_written(out: io.StringIO) -> None:
    log = structlog.get_logger()
    before = datetime.now(UTC)
    log.info("first")
    log.info("second")
    told = datetime.now(UTC)
    await asyncio.sleep(0)  # as long as a display's driver takes to wake up
    assert out.getvalue() == ""
    await _something_in(out)
    first, second = map(json.loads, out.getvalue().splitlines())
    assert (first["event"], second["event"]) == ("first", "second")
    assert before.replace(microsecond=0) <= datetime.fromisoformat(first["timestamp"]) <= told


async def test_a_warning_goes_out_at_once_behind_what_came_before(out: io.StringIO) -> None:
    structlog.get_logger().info("before")
    structlog.get_logger().warning("loud")
    assert [json.loads(line)["event"] for line in out.getvalue().splitlines()] == ["before", "loud"]


async def test_what_a_thread_tells_goes_out_at_once(out: io.StringIO) -> None:
    structlog.get_logger().info("before")
    await asyncio.to_thread(structlog.get_logger().info, "elsewhere")
    assert [json.loads(line)["event"] for line in out.getvalue().splitlines()] == ["before", "elsewhere"]


async def test_a_flood_of_lines_is_not_kept(out: io.StringIO) -> None:
    for number in range(logs.MOST_UNHURRIED + 1):
        structlog.get_logger().info("said", number=number)
    said = [json.loads(line)["number"] for line in out.getvalue().splitlines()]
    assert said == list(range(logs.MOST_UNHURRIED + 1))


STOPPING = """
import asyncio, structlog
from bridge import logs

async def tell():
    structlog.get_logger().info("stopping")

logs.configure()
asyncio.run(tell())
"""


def test_the_last_lines_of_a_process_are_written() -> None:
    ended = subprocess.run([sys.executable, "-c", STOPPING], capture_output=True, text=True, check=True)  # noqa: S603 - our own script
    assert json.loads(ended.stderr)["event"] == "stopping"


def test_another_loop_writes_what_one_has_left(out: io.StringIO) -> None:
    async def tell() -> None:
        structlog.get_logger().info("said")

    async def tell_and_wait() -> None:
        await tell()
        await _something_in(out)

    asyncio.run(tell())
    asyncio.run(tell_and_wait())
    assert len(out.getvalue().splitlines()) == 2


def test_the_journal_gets_priorities(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "stderr"
    with file.open("w") as stream:
        status = os.fstat(stream.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino}")
        logs.configure("debug", stream)
        log = structlog.get_logger()
        log.debug("a")
        log.info("b")
        log.warning("c")
        log.error("d")
        logging.getLogger("x").critical("e")
    lines = file.read_text().splitlines()
    assert [line[:3] for line in lines] == ["<7>", "<6>", "<4>", "<3>", "<2>"]
    assert [json.loads(line[3:])["event"] for line in lines] == list("abcde")


def test_another_stream_than_the_journals_gets_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOURNAL_STREAM", "1:1")
    with (tmp_path / "stderr").open("w+") as stream:
        logs.configure("info", stream)
        structlog.get_logger().info("a")
        stream.seek(0)
        assert stream.read(1) == "{"


def test_a_terminal_gets_lines_for_people_that_cannot_be_forged() -> None:
    ours, theirs = os.openpty()
    with open(theirs, "w") as terminal, open(ours, "rb", buffering=0) as glass:  # noqa: PTH123 - descriptors
        logs.configure("info", terminal)
        error = _raised("x\n2026 [error] forged")
        structlog.get_logger().error(HOSTILE, card=CardNumber(CARD), text=HOSTILE, exc_info=error)
        shown = b""
        while not shown.rstrip().endswith(b"forged"):
            shown += glass.read(65536)
    first, *rest = shown.decode().splitlines()
    assert "*********0018" in first
    assert "a\\r\\n{" in first
    assert "\x1b[2J" not in shown.decode()
    assert all(line.startswith("  | ") for line in rest if line)


async def _something_in(out: io.StringIO) -> None:
    async with asyncio.timeout(10):
        while not out.getvalue():  # noqa: ASYNC110 - a log raises no event
            await asyncio.sleep(0)


def _raised(text: str) -> RuntimeError:
    try:
        raise RuntimeError(text)  # noqa: TRY301 - it must have a traceback
    except RuntimeError as error:
        return error

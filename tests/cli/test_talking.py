"""call, status and watch against a real socket: what they send, print and exit with."""

import contextlib
import io
import json
import os
import pty
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from bridge.cli.main import run
from bridge.cli.status import duration
from tests.cli.conftest import Daemon

CARD = "2900000000018"
STATUS: dict[str, Any] = {
    "version": "0.1.0",
    "emulated": True,
    "devices": [
        {
            "name": "front",
            "role": "scanner",
            "endpoint": "serial:///dev/pos/front",
            "state": "absent",
            "since": "2026-01-01T10:00:00.000Z",
            "opened": False,
            "claimed": False,
            "enabled": False,
            "absent_since": "2026-01-01T10:00:00.000Z",
            "counters": {},
            "last_error": "gone\x1b[2J",
        }
    ],
    "providers": [{"name": "club", "kind": "maxma", "state": "available"}],
    "queue": {"queued": 1, "unknown": 0, "tasks": 2},
    "sync": {},
    "uptime_s": 93_784.5,
}
CARD_EVENT = {
    "seq": 7,
    "topic": "card",
    "at": "2026-01-01T10:00:00.000Z",
    "data": {
        "card": CARD,
        "holder": "Анна Каренина",
        "balance": "120.00",
        "provider": "club",
        "tier": "",
        "message": {"rows": ["Анна", "120"], "text": "Анна Каренина, 120"},
    },
}
SCAN_EVENT = {
    "seq": 8,
    "topic": "scan",
    "at": "2026-01-01T10:00:01.000Z",
    "data": {"scan_id": "290000000001801", "device": "front\nforged", "data": "0104600051000057215", "card": None},
}


# --- call ----------------------------------------------------------------------------------------


def test_call_prints_the_result_on_one_line(daemon: Daemon, capsys: pytest.CaptureFixture[str]) -> None:
    daemon.answers["receipt.get"] = {"result": {"state": "open", "name": "чек"}}
    assert run(["call", "receipt.get", '{"receipt_id": "1", "method": "x"}']) == 0
    assert capsys.readouterr() == ('{"state": "open", "name": "чек"}\n', "")
    assert daemon.calls == [("receipt.get", {"receipt_id": "1", "method": "x"})]


def test_json_steers_no_terminal_and_means_the_same(daemon: Daemon, capsys: pytest.CaptureFixture[str]) -> None:
    """A receipt's id, a name: json writes out what is below a space, and lets pass what steers from 0x80 on."""
    hostile = {"till": "\x1b[2J\x9b31m\u202e\u2028\U000e0001 касса 😀"}
    daemon.answers["bridge.hello"] = {"result": hostile}
    assert run(["call", "bridge.hello"]) == 0
    out = capsys.readouterr().out
    assert out.strip().isprintable()
    assert "касса 😀" in out
    assert json.loads(out) == hostile


def test_call_without_params_sends_none(daemon: Daemon) -> None:
    daemon.answers["bridge.hello"] = {"result": None}
    assert run(["call", "bridge.hello"]) == 0
    assert daemon.calls == [("bridge.hello", {})]


def test_call_takes_params_from_stdin(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon.answers["card.resolve"] = {"result": {}}
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps({"phone": "+79161234567"})))
    assert run(["call", "card.resolve", "-"]) == 0
    assert daemon.calls == [("card.resolve", {"phone": "+79161234567"})]


@pytest.mark.parametrize(
    "error",
    [
        {
            "code": 1001,
            "message": "no such card",
            "data": {"kind": "card_not_found", "retryable": False, "text": "нет"},
        },
        {"code": -32601, "message": "no such method"},
    ],
)
def test_call_prints_the_error_object_and_exits_1(
    error: dict[str, Any], daemon: Daemon, capsys: pytest.CaptureFixture[str]
) -> None:
    daemon.answers["card.resolve"] = {"error": error}
    assert run(["call", "card.resolve", "{}"]) == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out) == error
    assert printed.err == ""


@pytest.mark.parametrize(
    ("params", "what"),
    [
        ("[1]", 'PARAMS must be a JSON object, as {"receipt_id": "1"}'),
        ("17", 'PARAMS must be a JSON object, as {"receipt_id": "1"}'),
        ("{", "PARAMS are not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ('{"total": NaN}', "PARAMS are not JSON: NaN is no JSON number"),
    ],
)
def test_call_refuses_what_is_no_object(params: str, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["call", "bridge.hello", params]) == 2
    assert capsys.readouterr() == ("", f"pos-bridge call: {what} (see pos-bridge call --help)\n")


# --- status --------------------------------------------------------------------------------------


def test_status_is_a_table(daemon: Daemon, capsys: pytest.CaptureFixture[str]) -> None:
    daemon.answers["bridge.status"] = {"result": STATUS}
    assert run(["status"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "pos-bridge 0.1.0, up 1 d 2 h, EMULATED: nothing here is real",
        "",
        "DEVICE  ROLE     STATE   SINCE                     ENDPOINT                 LAST ERROR",
        "front   scanner  absent  2026-01-01T10:00:00.000Z  serial:///dev/pos/front  gone\\x1b[2J",
        "",
        "PROVIDER  KIND   STATE",
        "club      maxma  available",
        "",
        "queue: 1 queued, 0 unknown, 2 tasks",
    ]


def test_status_of_a_till_without_anything(daemon: Daemon, capsys: pytest.CaptureFixture[str]) -> None:
    daemon.answers["bridge.status"] = {"result": {**STATUS, "devices": [], "providers": [], "emulated": False}}
    assert run(["status"]) == 0
    printed = capsys.readouterr().out
    assert "DEVICE  none" in printed
    assert "PROVIDER  none" in printed
    assert "EMULATED" not in printed


def test_status_tells_of_cards_where_they_are_remembered(daemon: Daemon, capsys: pytest.CaptureFixture[str]) -> None:
    run_of_cards = {
        "direction": "import",
        "provider": "staff",
        "state": "stopped",
        "ended_at": "2026-01-01T10:00:00.000Z",
    }
    counts = {"new": 3, "known": 20, "refused": 0, "reason": "no connection"}
    told = {"on": True, "every": "2m", "keep": "400d", "cards": 23, "runs": [{**run_of_cards, **counts}]}
    daemon.answers["bridge.status"] = {"result": {**STATUS, "sync": told}}
    assert run(["status"]) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "cards: 23 remembered for 400d, exchanged each 2m",
        "    import of staff: stopped 2026-01-01T10:00:00.000Z, 3 new, 20 known, 0 refused: no connection",
    ]


def test_status_as_json_is_the_answer_itself(daemon: Daemon, capsys: pytest.CaptureFixture[str]) -> None:
    daemon.answers["bridge.status"] = {"result": STATUS}
    assert run(["status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == STATUS


def test_status_refused_is_one_line(daemon: Daemon, capsys: pytest.CaptureFixture[str]) -> None:
    daemon.answers["bridge.status"] = {"error": {"code": 1010, "message": "overloaded"}}
    assert run(["status"]) == 1
    assert capsys.readouterr() == ("", "the daemon refused bridge.status: overloaded\n")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.9, "0 s"), (61, "1 min 1 s"), (3600, "1 h 0 min"), (86_400 * 40 + 5, "40 d 0 h")],
)
def test_a_duration_has_its_two_largest_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text


# --- watch ---------------------------------------------------------------------------------------


def test_watch_shows_events_masked_one_a_line(daemon: Daemon, capsys: pytest.CaptureFixture[str]) -> None:
    daemon.answers["events.subscribe"] = {"result": {"stream": "s", "seq": 6, "gap": False}}
    daemon.events = [CARD_EVENT, SCAN_EVENT]
    assert run(["watch", "--topics", "card", "--topics", "scan"]) == 3
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        (
            "2026-01-01T10:00:00.000Z  card      card=*********0018  holder=А***  balance=120.00  provider=club  "
            "message=***"
        ),
        "2026-01-01T10:00:01.000Z  scan      scan_id=290000000001801  device=front\\nforged  data=***************7215",
    ]
    assert printed.err.startswith("the daemon cannot be reached: the bridge closed the connection")
    assert daemon.calls[0][1]["topics"] == ["card", "scan"]


def test_watch_as_json_is_masked_too(daemon: Daemon, capsys: pytest.CaptureFixture[str]) -> None:
    daemon.answers["events.subscribe"] = {"result": {"stream": "s", "seq": 6, "gap": False}}
    receipt = {
        "receipt_id": "118000000000118",
        "card": CARD,
        "outcome": {"printout": [{"text": "Анна"}], "job_id": None},
    }
    daemon.events = [CARD_EVENT, {**CARD_EVENT, "data": receipt}, {**CARD_EVENT, "data": {"text": f"карта {CARD}"}}]
    assert run(["watch", "--json"]) == 3
    printed = capsys.readouterr().out
    assert CARD not in printed
    assert "Анна" not in printed
    events = [json.loads(line)["data"] for line in printed.splitlines()]
    assert (events[0]["holder"], events[0]["message"]) == ("А***", "***")
    assert events[1] == {
        "receipt_id": "118000000000118",
        "card": "*********0018",
        "outcome": {"printout": "***", "job_id": None},
    }
    assert daemon.calls[0][1]["topics"] == ["scan", "card", "receipt", "device", "provider", "queue"]


def test_watch_shows_what_lies_deeper_by_its_path(daemon: Daemon, capsys: pytest.CaptureFixture[str]) -> None:
    daemon.answers["events.subscribe"] = {"result": {"stream": "s", "seq": 6, "gap": False}}
    data = {"receipt_id": "118", "outcome": {"state": "done", "job_id": None, "printout": [{"text": "Анна"}]}}
    daemon.events = [{"seq": 9, "topic": "receipt", "at": "t", "data": data}, {**CARD_EVENT, "data": "что-то"}]
    assert run(["watch"]) == 3
    assert capsys.readouterr().out.splitlines() == [
        "t  receipt   receipt_id=118  outcome.state=done  outcome.printout=***",
        "2026-01-01T10:00:00.000Z  card      ******",
    ]


def on_a_terminal(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    """What `watch` tells a terminal of 40 columns."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm-256color", "COLUMNS": "40", **environment}.items():
        monkeypatch.setenv(name, value)
    screen, ours = pty.openpty()
    try:
        with os.fdopen(ours, "w") as out, monkeypatch.context() as here:
            here.setattr(sys, "stdout", out)
            assert run(["watch"]) == 3
        return _all_of(screen).decode().replace("\r\n", "\n")
    finally:
        os.close(screen)


def _all_of(screen: int) -> bytes:
    """What the terminal got before it was let go of."""
    told = b""
    with contextlib.suppress(OSError):  # EIO: nobody writes any more
        while piece := os.read(screen, 1 << 16):
            told += piece
    return told


COLOURED = re.compile(r"\x1b\[[0-9;]*m")


def test_watch_is_in_colours_on_a_terminal(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon.answers["events.subscribe"] = {"result": {"stream": "s", "seq": 6, "gap": False}}
    hostile = {**CARD_EVENT, "data": {"state": "absent", "name": "[red]\x1b[2J", "code": CARD}}
    daemon.events = [CARD_EVENT, hostile]
    printed = on_a_terminal(monkeypatch)
    assert "\x1b[32m\x1b[1mcard" in printed
    assert "\x1b[31m\x1b[1mabsent" in printed
    assert COLOURED.sub("", printed).splitlines() == [
        (
            "2026-01-01T10:00:00.000Z  card      card=*********0018  holder=А***  balance=120.00  provider=club  "
            "message=***"
        ),
        "2026-01-01T10:00:00.000Z  card      state=absent  name=[red]\\x1b[2J  code=*********0018",
    ]


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_watch_is_plain_on_a_terminal_that_wants_it(
    environment: dict[str, str], daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon.answers["events.subscribe"] = {"result": {"stream": "s", "seq": 6, "gap": False}}
    daemon.events = [CARD_EVENT]
    printed = on_a_terminal(monkeypatch, **environment)
    assert "card=*********0018" in printed
    assert "\x1b" not in printed


def test_watch_refuses_a_topic_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["watch", "--topics", "weather"]) == 2
    assert capsys.readouterr().err.startswith("pos-bridge watch: Invalid value for '--topics': 'weather' is not one of")


# --- nobody there --------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["call", "bridge.hello"], ["status"], ["watch"]])
def test_no_daemon_is_exit_3_and_one_line(
    command: list[str], socket_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*command, "--socket", f"{socket_dir}/none.sock"]) == 3
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == (
        f"the daemon cannot be reached: {socket_dir}/none.sock: No such file or directory: is pos-bridge running, "
        "and may you use its socket? (systemctl status pos-bridge, or --socket PATH)\n"
    )


def test_the_option_wins_over_the_environment(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon.answers["bridge.hello"] = {"result": {}}
    monkeypatch.setenv("POS_BRIDGE_SOCKET", "/nowhere")
    assert run(["call", "bridge.hello", "--socket", str(daemon.path)]) == 0

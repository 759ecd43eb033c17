"""queue list, retry and resolve against a real socket: what they send, print and exit with."""

import json

import pytest

from bridge.cli.main import run
from tests.cli.conftest import Daemon

TASKS = {
    "tasks": [
        {
            "task_id": "refused:R-1",
            "kind": "refused",
            "receipt_id": "R-1",
            "state": "open",
            "age_s": 7265,
            "reason": "no",
            "text": "Чек R-1, карта 2900000000018: спишите 200.\x1b[2J",
        }
    ]
}


def test_list_says_what_is_to_be_done(daemon: Daemon, capsys: pytest.CaptureFixture[str]) -> None:
    daemon.answers["queue.list"] = {"result": TASKS}
    assert run(["queue", "list"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "refused:R-1  open  for 2 h 1 min",
        "    Чек R-1, карта 2900000000018: спишите 200.\\x1b[2J",
    ]
    assert run(["queue", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == TASKS
    assert daemon.calls == [("queue.list", {}), ("queue.list", {})]


def test_an_empty_queue_says_so(daemon: Daemon, capsys: pytest.CaptureFixture[str]) -> None:
    daemon.answers["queue.list"] = {"result": {"tasks": []}}
    assert run(["queue", "list"]) == 0
    assert capsys.readouterr().out == "the queue is empty: everything is settled\n"


def test_retry_and_resolve(daemon: Daemon, capsys: pytest.CaptureFixture[str]) -> None:
    daemon.answers["queue.retry"] = daemon.answers["queue.resolve"] = {"result": {}}
    assert run(["queue", "retry", "refused:R-1"]) == 0
    assert run(["queue", "resolve", "refused:R-1", "--note", "списано", "--socket", str(daemon.path)]) == 0
    assert daemon.calls == [
        ("queue.retry", {"task_id": "refused:R-1"}),
        ("queue.resolve", {"task_id": "refused:R-1", "note": "списано"}),
    ]
    assert capsys.readouterr().out.splitlines()[1] == "refused:R-1: resolved"


def test_a_refusal_is_one_line_and_exit_1(daemon: Daemon, capsys: pytest.CaptureFixture[str]) -> None:
    daemon.answers["queue.retry"] = {"error": {"code": 1009, "message": "queue.retry is for administrators"}}
    assert run(["queue", "retry", "x"]) == 1
    assert capsys.readouterr().err == "the daemon refused queue.retry: queue.retry is for administrators\n"


@pytest.mark.parametrize("arguments", [["resolve", "x"], ["resolve", "x", "--note", " "], ["retry"], ["sort"]])
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["queue", *arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_nobody_answers(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["queue", "list", "--socket", "/nowhere/pos.sock"]) == 3
    assert "cannot be reached" in capsys.readouterr().err

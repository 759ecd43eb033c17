"""forget against a real socket: what it sends, prints and exits with."""

from typing import Any

import pytest

from bridge.cli.main import run
from tests.cli.conftest import Daemon

PLACES: list[dict[str, Any]] = [
    {"place": "directory", "removed": 1, "note": "no exchange brings the card back"},
    {"place": "journal", "removed": 4, "note": "ids and amounts stay, without a name"},
    {"place": "log", "removed": 0, "note": "masked\x1b[2J"},
]


def test_what_was_removed_where(daemon: Daemon, capsys: pytest.CaptureFixture[str]) -> None:
    daemon.answers["card.forget"] = {"result": {"places": PLACES, "kept": []}}
    assert run(["forget", "--card", "2900000000018"]) == 0
    assert daemon.calls == [("card.forget", {"card": "2900000000018"})]
    assert capsys.readouterr().out.splitlines() == [
        "directory: 1 removed; no exchange brings the card back",
        "journal: 4 removed; ids and amounts stay, without a name",
        "log: masked\\x1b[2J",
    ]


def test_what_is_not_settled_is_a_no(daemon: Daemon, capsys: pytest.CaptureFixture[str]) -> None:
    kept = [{"receipt_id": "R-7", "why": "its provider has not settled it yet"}]
    daemon.answers["card.forget"] = {"result": {"places": PLACES, "kept": kept}}
    assert run(["forget", "--phone", "+79161234567"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == (
        "still there: receipt R-7: its provider has not settled it yet; then do this again"
    )


def test_a_refusal_is_one_line(daemon: Daemon, capsys: pytest.CaptureFixture[str]) -> None:
    daemon.answers["card.forget"] = {"error": {"code": 1009, "message": "card.forget is for administrators"}}
    assert run(["forget", "--card", "1"]) == 1
    assert capsys.readouterr().err == "the daemon refused card.forget: card.forget is for administrators\n"


@pytest.mark.parametrize("arguments", [[], ["--card", "1", "--phone", "2"], ["--card", ""]])
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["forget", *arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1

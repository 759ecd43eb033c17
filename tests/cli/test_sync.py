"""sync import and export against a real socket: what is read, sent, printed, and how it ends."""

import json
from pathlib import Path
from typing import Any

import pytest

from bridge.cli import sync as module
from bridge.cli.main import run
from tests.cli.conftest import Daemon

RUN: dict[str, Any] = {
    "run_id": "7",
    "direction": "export",
    "provider": None,
    "dry_run": False,
    "state": "done",
    "started_at": "2026-01-01T10:00:00.000Z",
    "ended_at": "2026-01-01T10:00:01.000Z",
    "seen": 3,
    "new": 1,
    "known": 1,
    "refused": 1,
    "reasons": [{"reason": "no phone", "cards": 1}],
    "reason": None,
}
RUNNING = {**RUN, "state": "running", "ended_at": None}
REFUSAL = {"seq": 1, "line": 3, "reason": "no phone"}


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    path = tmp_path / "cards.csv"
    text = "Карта;ФИО;Телефон;Клиент;Удалён\r\n0017;Ёлкина Анна;89161234567;7;\r\n0018;Петров Иван;;;да\r\n\r\n0019\r\n"
    path.write_bytes(text.encode("cp1251"))
    return path


def answers(daemon: Daemon, *, run_state: dict[str, Any] = RUN, accepted: bool = True) -> None:
    daemon.answers["sync.run"] = {"result": {"runs": [RUNNING], "accepted": accepted, "refusals": []}}
    daemon.answers["sync.status"] = {"result": {"run": run_state, "refusals": [REFUSAL]}}


def test_a_list_is_sent_row_by_row_and_each_refusal_is_told(
    daemon: Daemon, cards: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROWS_AT_ONCE", 2)
    answers(daemon)
    assert run(["sync", "export", "--from", str(cards), "--dry-run"]) == 0
    first, second, *followed = daemon.calls
    assert first == (
        "sync.run",
        {
            "direction": "export",
            "dry_run": True,
            "rows": [
                {"line": 2, "card": "0017", "holder": "Ёлкина Анна", "phone": "89161234567", "linked": True},
                {"line": 3, "card": "0018", "holder": "Петров Иван", "linked": False, "deleted": True},
            ],
            "more": True,
            "after": 0,
        },
    )
    assert second == (
        "sync.run",
        {"run_id": "7", "rows": [{"line": 5, "card": "0019", "linked": False}], "more": False, "after": 0},
    )
    assert followed[0] == ("sync.status", {"run_id": "7", "after": 0, "wait_ms": 1000})
    told = capsys.readouterr()
    assert told.out.splitlines()[0] == f"{cards}:3: no phone"
    assert told.out.splitlines()[-2:] == ["export: 3 cards, 1 new, 1 known already, 1 refused", "    1 × no phone"]
    assert told.err == f"{cards}: columns card, holder, phone, client, deleted\n"


def test_rows_that_were_not_taken_are_sent_again_while_the_run_goes_on(daemon: Daemon, cards: Path) -> None:
    turns = iter([(False, RUNNING), (False, RUNNING), (True, RUNNING)])

    class Answers(dict[str, Any]):
        def __getitem__(self, method: str) -> Any:  # noqa: ANN401 - JSON
            if method == "sync.run":
                accepted, told = next(turns)
                return {"result": {"runs": [told], "accepted": accepted, "refusals": []}}
            return {"result": {"run": RUN, "refusals": []}}

    daemon.answers = Answers()
    assert run(["sync", "import", "--from", str(cards)]) == 0
    sent = [params for method, params in daemon.calls if method == "sync.run"]
    assert [len(params["rows"]) for params in sent] == [3, 3, 3]
    assert [params.get("run_id") for params in sent] == [None, "7", "7"]


def test_a_run_that_stops_is_a_no(daemon: Daemon, cards: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stopped = {**RUN, "state": "stopped", "reason": "provider club: no connection\x1b[2J"}
    answers(daemon, run_state=stopped, accepted=False)
    daemon.answers["sync.run"]["result"]["runs"] = [stopped]
    assert run(["sync", "export", "--from", str(cards)]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "    stopped: provider club: no connection\\x1b[2J"


def test_without_a_file_providers_are_asked(daemon: Daemon, capsys: pytest.CaptureFixture[str]) -> None:
    imported = {**RUN, "direction": "import", "provider": "staff", "dry_run": True, "reasons": []}
    answers(daemon, run_state=imported)
    daemon.answers["sync.run"]["result"]["runs"] = [imported]
    daemon.answers["sync.status"]["result"]["refusals"] = [{"seq": 1, "line": None, "reason": "forgotten"}]
    assert run(["sync", "import", "--provider", "staff", "--dry-run"]) == 0
    assert daemon.calls[0] == ("sync.run", {"direction": "import", "provider": "staff", "dry_run": True})
    assert capsys.readouterr().out.splitlines() == [
        "staff: forgotten",
        "import of staff: dry run, nothing was changed: 3 cards, 1 would be new, 1 known already, 1 refused",
    ]


def test_a_refusal_is_one_line(daemon: Daemon, capsys: pytest.CaptureFixture[str]) -> None:
    daemon.answers["sync.run"] = {"error": {"code": 1010, "message": "another exchange of cards is under way"}}
    assert run(["sync", "import"]) == 1
    assert capsys.readouterr().err == "the daemon refused the exchange: another exchange of cards is under way\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "No such file or directory"),
        ("phone;holder\n", "no column of card numbers"),
    ],
)
def test_what_is_no_list_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, said: str
) -> None:
    path = tmp_path / "cards.csv"
    if text is not None:
        path.write_text(text)
    assert run(["sync", "export", "--from", str(path)]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1


def test_a_list_that_breaks_off_says_where(
    daemon: Daemon, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROWS_AT_ONCE", 1)
    answers(daemon)
    path = tmp_path / "cards.csv"
    path.write_text('card\n1\n2\n"' + "x\n" * 5000)
    assert run(["sync", "import", "--from", str(path)]) == 1
    assert f"{path}:4: " in capsys.readouterr().err
    assert len(daemon.calls) == 1


def test_a_daemon_that_goes_away_in_mid_exchange(
    daemon: Daemon, cards: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Dying(dict[str, Any]):
        def __getitem__(self, method: str) -> Any:  # noqa: ANN401 - JSON
            daemon.hang_up()
            return {"result": None}

    daemon.answers = Dying()
    assert run(["sync", "export", "--from", str(cards)]) == 3
    assert "run the same again, what is done is passed over" in capsys.readouterr().err


def test_no_line_of_a_call_grows_beyond_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "cards.csv"
    wide = "Щ" * 4096
    path.write_text("card;holder;phone;template\n" + f"1;{wide};{wide};{wide}\n" * 50, encoding="utf-8")
    chunks = list(module._chunks(module._list_in(path)))
    assert sum(len(rows) for rows, _is_last in chunks) == 50
    assert [is_last for _rows, is_last in chunks] == [False] * (len(chunks) - 1) + [True]
    assert max(len(json.dumps(rows, ensure_ascii=False).encode()) for rows, _is_last in chunks) < 1 << 19

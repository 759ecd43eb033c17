"""What doctor finds, from a configuration and the answers of a daemon."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from bridge.cli.doctor import visit
from bridge.cli.doctor.checks import check_configuration
from bridge.cli.doctor.findings import Level
from bridge.cli.doctor.mending import mend_device, mend_place
from bridge.cli.doctor.test_page import LABELS, PaperFacts, page_of, ruler
from bridge.cli.machine import Machine
from bridge.cli.main import run
from bridge.config.errors import ConfigError
from bridge.desk.printing.paper import printout_of
from devices.codecs.escpos import encode
from devices.codecs.escpos_view import Paper
from devices.printers.profiles import PROFILES, override
from tests.cli.conftest import Daemon

TILL = '[till]\nstore = "store-01"\nname = "till-1"\n'
SUMMARY = "till till-1 of store-01; scanners none; displays none; printers none; providers none"
AT = "2026-01-01T10:00:00.000Z"
ROOT = ("--root", "machine")
NOT_THERE_STILL = "not there still: pos-bridge suggest, and change its endpoint"
OFFLINE = {"code": 1010, "message": "overloaded"}


def device(role: str, name: str, state: str, endpoint: str, last_error: str | None = None) -> dict[str, Any]:
    return {"name": name, "role": role, "state": state, "endpoint": endpoint, "last_error": last_error, "since": AT}


@pytest.fixture(autouse=True)
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What this machine has plugged in and installed is nobody's business here."""
    (tmp_path / "machine").mkdir()
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "pos-bridge.toml"
    file.write_text(TILL)
    return file


@pytest.fixture
def well(daemon: Daemon) -> Daemon:
    """A daemon of a till at which all is well."""
    daemon.answers["bridge.status"] = {
        "result": {
            "version": "0.1.0",
            "emulated": False,
            "uptime_s": 75.0,
            "devices": [device("scanner", "front", "online", "serial:///dev/pos/front")],
        }
    }
    daemon.answers["printer.jobs"] = {"result": {"jobs": []}}
    return daemon


Printed = pytest.CaptureFixture[str]


def findings(printed: Printed) -> list[dict[str, Any]]:
    told = json.loads(printed.readouterr().out)
    assert told["wrong"] == sum(each["level"] == "wrong" for each in told["findings"])
    listed: list[dict[str, Any]] = told["findings"]
    return listed


def test_nothing_to_mend(well: Daemon, file: Path, capsys: Printed) -> None:
    assert run(["doctor", *ROOT, "--config", str(file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [
        f"ok    configuration    {file}: {SUMMARY}",
        f"ok    daemon           {well.path}: pos-bridge 0.1.0, up 1 min 15 s",
    ]
    assert "ok    scanner front    online, serial:///dev/pos/front" in lines
    assert lines[-2:] == ["", "nothing to mend"]


def test_what_is_wrong_comes_with_its_cost_and_its_cure(well: Daemon, file: Path, capsys: Printed) -> None:
    well.answers["bridge.status"]["result"]["devices"] = [
        device("display", "pole", "absent", "serial:///dev/pos/pole", "No such file or directory"),
        device("printer", "receipt", "paper_out", "lp:///dev/usb/lp0", "the paper is out"),
        device("printer", "kitchen", "unknown", "tcp://p:9100"),
    ]
    assert run(["doctor", *ROOT, "--config", str(file)]) == 1
    lines = capsys.readouterr().out.splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("wrong display"))
    assert [*lines[start : start + 7], *lines[-2:]] == [
        "wrong display pole     absent, serial:///dev/pos/pole: No such file or directory",
        "        why            the customer sees nothing",
        f"        do             plug it in, then: ls -l /dev/pos/pole; {NOT_THERE_STILL}",
        "wrong printer receipt  paper_out, lp:///dev/usb/lp0: the paper is out",
        "        why            papers wait, and are not printed at all when they have waited too long",
        "        do             put paper in: what waits is then printed by itself",
        "note  printer kitchen  unknown, tcp://p:9100: it has said nothing of itself; papers are sent all the same",
        "",
        "2 to mend",
    ]


def test_papers_that_were_not_printed_are_listed(well: Daemon, file: Path, capsys: Printed) -> None:
    job = {"job_id": "j-40", "device": "receipt", "created_at": AT, "reason": "it waited too long", "state": "failed"}
    well.answers["printer.jobs"] = {"result": {"jobs": [job]}}
    assert run(["doctor", *ROOT, "--config", str(file), "--json"]) == 0
    told = [each for each in findings(capsys) if each["subject"] == "printer receipt"][-1]
    assert (told["level"], told["what"]) == ("note", f"a paper of {AT} may be printed in part: it waited too long")
    assert told["mend"] == """if it is still wanted: pos-bridge call printer.reprint '{"job_id": "j-40"}'"""
    assert [params["state"] for method, params in well.calls if method == "printer.jobs"] == ["failed", "unknown"]


def test_a_daemon_that_knows_no_print_jobs_harms_nothing(well: Daemon, file: Path) -> None:
    well.answers["printer.jobs"] = {"error": {"code": -32601, "message": "Method not found"}}
    assert run(["doctor", *ROOT, "--config", str(file)]) == 0


def test_no_daemon(file: Path, socket_dir: Path, capsys: Printed) -> None:
    assert run(["doctor", *ROOT, "--config", str(file), "--socket", f"{socket_dir}/none", "--json"]) == 1
    (_, told, *_rest) = findings(capsys)
    assert (told["subject"], told["level"]) == ("daemon", "wrong")
    assert told["what"] == f"{socket_dir}/none: No such file or directory"
    assert told["mend"].startswith("systemctl start pos-bridge.socket pos-bridge.service")


def test_a_daemon_that_refuses(daemon: Daemon, file: Path, capsys: Printed) -> None:
    daemon.answers["bridge.status"] = {"error": OFFLINE}
    assert run(["doctor", *ROOT, "--config", str(file), "--json"]) == 1
    assert "overloaded" in findings(capsys)[1]["what"]


def test_the_socket_is_the_configuration_s_where_nobody_names_one(
    well: Daemon, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("POS_BRIDGE_SOCKET")
    file.write_text(f'{TILL}[socket]\npath = "{well.path}"\n')
    assert run(["doctor", *ROOT, "--config", str(file)]) == 0


def test_a_wrong_configuration(well: Daemon, file: Path, capsys: Printed) -> None:
    assert well.path.exists()
    file.write_text(f"{TILL}colour = 1")
    assert run(["doctor", *ROOT, "--config", str(file), "--json"]) == 1
    told = findings(capsys)[0]
    assert (told["level"], told["mend"]) == (
        "wrong",
        f"change what the line names, then: pos-bridge check-config {file}",
    )
    assert told["what"].startswith(f"{file}: till.colour: unknown key")


def test_no_usual_file_while_the_daemon_has_another(
    well: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    assert well.path.exists()
    monkeypatch.setattr(visit, "DEFAULT_FILE", tmp_path / "none.toml")
    assert run(["doctor", *ROOT, "--json"]) == 0
    assert findings(capsys)[0]["mend"] == "pos-bridge doctor --config FILE"


def test_secrets_that_this_user_may_not_read_are_no_finding(
    well: Daemon, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    look = visit.Visit(file, well.path, Machine(file.parent / "machine"))
    look.loaded = ConfigError(file, "providers[0].key", "credential file key cannot be read: Permission denied")
    (told,) = check_configuration(look)
    assert (told.level, told.mend) == (Level.NOTE, "sudo pos-bridge doctor")


@pytest.mark.parametrize(
    ("place", "error", "mend"),
    [
        (
            "serial:///dev/pos/a",
            "No such file or directory",
            "plug it in, then: ls -l /dev/pos/a; " + NOT_THERE_STILL,
        ),
        (
            "serial:///dev/pos/a",
            "[Errno 13] Permission denied",
            "usermod --append --groups dialout pos-bridge && systemctl restart pos-bridge; ls -l /dev/pos/a",
        ),
        (
            "lp:///dev/usb/lp0",
            "Permission denied",
            "usermod --append --groups lp pos-bridge && systemctl restart pos-bridge; ls -l /dev/usb/lp0",
        ),
        (
            "input:///dev/input/event5",
            "Permission denied",
            "usermod --append --groups input pos-bridge && systemctl restart pos-bridge; ls -l /dev/input/event5",
        ),
        ("serial:///dev/pos/a", "Could not exclusively lock port", "end the program that has it: fuser -v /dev/pos/a"),
        ("lp:///dev/usb/lp0", "Device or resource busy", "end the program that has it: fuser -v /dev/usb/lp0"),
        (
            "lp://by-id/04b8:0e15:X1",
            "no such USB device",
            "plug it in, then: lsusb -v; the configuration names it by-id/04b8:0e15:X1",
        ),
        ("tcp://10.0.0.7:9100", "no answer within 3 s", "switch it on, then: ping 10.0.0.7"),
        (
            "usb://by-id/04b8:0202",
            "Access denied",
            "switch it on, then: lsusb; its node must be writable for pos-bridge (a udev rule)",
        ),
        ("carrier-pigeon://x", "lost", "journalctl -u pos-bridge -p warning"),
        ("lp:///dev/usb/lp0", "the cover is open", "close the cover: what waits is then printed by itself"),
    ],
)
def test_the_line_that_mends_it(place: str, error: str, mend: str) -> None:
    assert mend_place(place, error) == mend
    assert mend_device(device("printer", "x", "fault", place, error)) == mend


@pytest.mark.parametrize("language", LABELS)
@pytest.mark.parametrize("profile", [*PROFILES.values(), override(PROFILES["epson-80"], encoding="cp1251", columns=42)])
def test_the_page_fits_every_paper(language: str, profile: Any) -> None:  # noqa: ANN401 - Profile
    page = printout_of(page_of("receipt", PaperFacts(profile.columns, profile.encoding), language, "about"))
    paper = Paper(
        {profile.codepage or 0: profile.encoding}, encoding=profile.encoding, starts_in_chinese=not profile.is_text_only
    )
    paper.feed(encode(page, profile))
    lines = [line for each in paper.pages for line in each.lines]
    assert not paper.unknown
    assert {"АБВГДЕЁЖЗИЙКЛМНОП", "рстуфхцчшщъыьэюя", *ruler(profile.columns)} <= {line.text for line in lines}
    assert max(len(line.text) for line in lines if not line.double) == profile.columns
    assert max(len(line.text) for line in lines if line.double or profile.is_text_only) <= profile.columns
    assert "?" not in "".join(line.text for line in lines)


def test_the_ruler_is_as_wide_as_the_paper() -> None:
    assert ruler(32) == ("         1         2         3", "12345678901234567890123456789012")

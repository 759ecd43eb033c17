"""The command line itself: usage, configuration, exit codes; a few of them as real processes."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bridge import __version__
from bridge.cli.main import COMMANDS, cli, run
from tests.cli.conftest import Daemon

TILL = '[till]\nstore = "store-01"\nname = "till-1"\n'
POS_BRIDGE = [sys.executable, "-m", "bridge"]


@pytest.fixture
def good(tmp_path: Path) -> Path:
    file = tmp_path / "pos-bridge.toml"
    file.write_text(
        TILL + '[[scanners]]\nname = "front"\nendpoint = "serial:///dev/a"\nforward = "event"\n'
        '[[providers]]\nname = "staff"\nkind = "card-file"\npath = "members.csv"\n'
    )
    (tmp_path / "members.csv").write_text("card\n")
    return file


def test_check_config_sums_up_a_good_one(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check-config", str(good)]) == 0
    assert capsys.readouterr() == (
        (
            f"{good}: ok: till till-1 of store-01; scanners front; displays none; printers none; "
            "providers staff (card-file)\n"
        ),
        "",
    )


@pytest.mark.parametrize("command", [["check-config"], ["run", "--config"]])
def test_a_wrong_configuration_is_exit_2_and_one_line(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.logs.configure", lambda _level: None)  # it would keep pytest's stream
    file = tmp_path / "wrong.toml"
    file.write_text(TILL + "colour = 1")
    assert run([*command, str(file)]) == 2
    assert capsys.readouterr() == (
        "",
        f"{file}: till.colour: unknown key: use store, name, store_name, language, currency\n",
    )


@pytest.mark.parametrize("command", [["check-config"], ["run", "--config"]])
def test_a_wrong_template_is_exit_2_and_one_line(
    command: list[str], good: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.logs.configure", lambda _level: None)
    display = '[[displays]]\nname = "pole"\nendpoint = "serial:///dev/b"\n'
    more = f'[socket]\npath = "{good.parent}/pos.sock"\n[messages]\ntemplates = "words"\n'
    good.write_text(good.read_text() + display + more)
    template = good.parent / "words" / "ru" / "display" / "searching.j2"
    template.parent.mkdir(parents=True)
    template.write_text("Ищем\nпокупателя по номеру 12\n")
    assert run([*command, str(good)]) == 2
    what = '"покупателя по номеру 12" has 23 characters, display pole has 20 columns'
    advice = "say it shorter (`columns` tells how many there are)"
    assert capsys.readouterr() == ("", f"{template}, line 2: {what}: {advice}\n")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "pos-bridge: Missing command. (see pos-bridge --help)"),
        (["queue"], "pos-bridge queue: Missing command. (see pos-bridge queue --help)"),
        (["sync"], "pos-bridge sync: Missing command. (see pos-bridge sync --help)"),
        (["rnu"], "pos-bridge: No such command 'rnu'. (see pos-bridge --help)"),
        (["call"], "pos-bridge call: Missing argument 'METHOD'. (see pos-bridge call --help)"),
        (
            ["status", "--jsn"],
            "pos-bridge status: No such option '--jsn'. Did you mean '--json'? (see pos-bridge status --help)",
        ),
        (["check-config"], "pos-bridge check-config: Missing argument 'FILE'. (see pos-bridge check-config --help)"),
    ],
)
def test_wrong_usage_is_exit_2_and_one_line(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines() == [line]


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"pos-bridge {__version__}\n"


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    printed = " ".join(capsys.readouterr().out.split())  # a long summary goes on on the next line
    for name, (_target, summary) in COMMANDS.items():
        assert name in printed
        assert summary in printed


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_can_be_imported_and_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.get_command(cli.make_context("pos-bridge", ["--help"], resilient_parsing=True), name) is not None
    assert run([name, "--help"]) == 0
    assert "Options:" in capsys.readouterr().out


def test_call_as_a_process_imports_the_client_and_little_else(daemon: Daemon) -> None:
    daemon.answers["bridge.hello"] = {"result": {"protocol": "1.0"}}
    code = (
        "import sys, json\nfrom bridge.cli.main import run\ncode = run(['call', 'bridge.hello'])\n"
        "print(json.dumps([code, sorted({'msgspec', 'structlog', 'httpx', 'asyncio'} & set(sys.modules))]))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)  # noqa: S603 - our own interpreter
    assert [json.loads(line) for line in ran.stdout.splitlines()] == [{"protocol": "1.0"}, [0, []]]


def test_a_process_exits_with_3_when_nobody_is_there(socket_dir: Path) -> None:
    command = [*POS_BRIDGE, "status", "--socket", f"{socket_dir}/none.sock"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603 - our own interpreter
    assert (ran.returncode, ran.stdout, len(ran.stderr.splitlines())) == (3, "", 1)


def test_a_process_that_runs_a_wrong_configuration_exits_with_2(tmp_path: Path) -> None:
    command = [*POS_BRIDGE, "run", "--config", str(tmp_path / "none.toml")]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603 - our own interpreter
    assert ran.returncode == 2
    assert ran.stderr == f"{tmp_path}/none.toml: cannot be read: No such file or directory\n"


def test_watch_ends_cleanly_at_ctrl_c(daemon: Daemon) -> None:
    daemon.answers["events.subscribe"] = {"result": {"stream": "s", "seq": 6, "gap": False}}
    daemon.events = [{"seq": 1, "topic": "device", "at": "t", "data": {"name": "front"}}]
    daemon.is_held = True
    # A suite that runs in a shell's background has Ctrl-C ignored, and hands that on.
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        ["/usr/bin/env", "--default-signal=INT", *POS_BRIDGE, "watch"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as watching:
        assert watching.stdout is not None
        assert watching.stdout.readline() == "t  device    name=front\n"
        watching.send_signal(signal.SIGINT)
        out, err = watching.communicate(timeout=30)
    assert (watching.returncode, out, err) == (0, "", "")


def test_watch_into_a_pipe_that_closes_says_nothing(daemon: Daemon) -> None:
    daemon.answers["events.subscribe"] = {"result": {"stream": "s", "seq": 6, "gap": False}}
    daemon.events = [{"seq": 1, "topic": "device", "at": "t", "data": {"name": "front"}}]
    ours, theirs = os.pipe()
    os.close(ours)
    with os.fdopen(theirs, "wb") as closed:
        ran = subprocess.run([*POS_BRIDGE, "watch"], stdout=closed, stderr=subprocess.PIPE, check=False, timeout=30)  # noqa: S603 - our own interpreter
    assert (ran.returncode, ran.stderr) == (1, b"")

"""`make demo` as a process: what a newcomer sees, and that nothing stays behind."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bridge.emulation.demo import faults
from bridge.emulation.demo.processes import end
from bridge.emulation.demo.scene import write_config
from bridge.emulation.maxma import KEY

ENDS_WITHIN_S = 50.0


@asynccontextmanager
async def demo(folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """The demo, its temporary files in `folder`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bridge.emulation.demo"),
        env={**os.environ, "TMPDIR": str(folder), "PYTHONUTF8": "1", "COLUMNS": "80"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_it_plays_a_whole_sale_and_ends_well(socket_dir: Path) -> None:
    async with demo(socket_dir) as process:
        async with asyncio.timeout(ENDS_WITHIN_S):
            out, err = await process.communicate()
    shown = out.decode()
    assert (process.returncode, err.decode()) == (0, "")

    told = [
        shown.index(piece) for piece in ("║Ищем карту...       ║", "║Баллов: 350         ║", "║Спасибо за покупку! ║")
    ]
    assert told == sorted(told)
    assert '{"jsonrpc": "2.0", "id": 4, "method": "receipt.limits"' in shown
    assert '"max_redeem":"350.00"' in shown
    assert '"emulated":true' in shown
    assert re.search(r"│ Списано баллов +200 │\n +│ Начислено баллов +50 │", shown)
    assert shown.count("✓") == 3 + len(faults.SHOWN)
    assert "make emulate" in shown
    assert "\x1b" not in shown, "in a pipe it is plain"
    assert [line for line in shown.splitlines() if len(line) > 80 or line != line.rstrip()] == []
    assert what_is_left(socket_dir) == []


async def test_stopped_half_way_it_takes_everything_down(socket_dir: Path) -> None:
    async with demo(socket_dir) as process:
        assert process.stdout is not None
        async with asyncio.timeout(ENDS_WITHIN_S):
            while "Ищем карту" not in (await process.stdout.readline()).decode():
                pass
            process.send_signal(signal.SIGINT)
            _, err = await process.communicate()
    assert (process.returncode, err.decode()) == (130, "")
    assert what_is_left(socket_dir) == []
    assert running_in(socket_dir) == []


async def test_a_reader_who_leaves_ends_it_quietly(socket_dir: Path) -> None:
    command = f"{sys.executable} -m bridge.emulation.demo | head -n 3"
    process = await asyncio.create_subprocess_exec(
        *("sh", "-c", command),
        env={**os.environ, "TMPDIR": str(socket_dir), "PYTHONUTF8": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(ENDS_WITHIN_S):
        out, err = await process.communicate()
    assert (len(out.decode().splitlines()), err.decode()) == (3, "")
    assert what_is_left(socket_dir) == []


async def test_asyncio_alone_learns_how_a_program_has_ended(caplog: pytest.LogCaptureFixture) -> None:
    """Its last line read, a program is about to die, or has just died, when it is told to end."""
    for _ in range(100):
        program = await asyncio.create_subprocess_exec("/bin/true", stdout=asyncio.subprocess.PIPE)
        assert program.stdout is not None
        await program.stdout.read()
        await end(program)
        assert program.returncode in {0, -signal.SIGTERM}
    assert caplog.text == ""


async def test_a_daemon_that_cannot_start_fails_it_with_the_reason(socket_dir: Path) -> None:
    """The longest path of a socket is 107 bytes: a deep temporary directory leaves no room for it."""
    deep = socket_dir / ("d" * 100)
    deep.mkdir()
    async with demo(deep) as process:
        async with asyncio.timeout(ENDS_WITHIN_S):
            out, err = await process.communicate()
    assert process.returncode == 1
    assert "the demo failed: the daemon did not start" in out.decode()
    assert "too long for a socket" in out.decode()
    assert err == b""
    assert what_is_left(deep) == []


def test_its_configuration_names_nothing_outside_the_folder(tmp_path: Path) -> None:
    text = write_config(tmp_path, "http://127.0.0.1:1").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert [line for line in lines if re.search(r"/dev|/run|/var|https:", line.replace(str(tmp_path), ""))] == []
    assert KEY not in text


def what_is_left(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def running_in(folder: Path) -> list[str]:
    """Command lines of processes that know this folder."""
    return [
        line.replace(b"\0", b" ").decode()
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if str(folder).encode() in (line := _read(path))
    ]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return b""  # it has just ended

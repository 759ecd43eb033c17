"""`pos-bridge emulate-printer`, `emulate-display` as processes, met by POS software that is not ours."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import serial
from escpos.printer import Network

from bridge.cli.main import run

WITHIN_S = 50.0  # a Python that starts on a busy machine
RECEIPT = "ИТОГО 100.00\n".encode("cp866")


@dataclass
class Device:
    """shown: where it is, from its own words."""

    process: asyncio.subprocess.Process
    place: str = ""

    async def shown(self, text: str) -> str:
        """The next line on stdout with this text."""
        return await _until(self.process.stdout, text)

    async def told(self, text: str) -> str:
        """The next line on stderr with this text."""
        return await _until(self.process.stderr, text)

    async def press(self, letter: str, says: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(letter.encode())
        await self.told(says)

    async def end(self) -> tuple[int | None, str]:
        """Its exit code, and what stdout had left."""
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(WITHIN_S):
            out, _ = await self.process.communicate()
        return self.process.returncode, out.decode()


async def _until(stream: asyncio.StreamReader | None, text: str) -> str:
    assert stream is not None
    seen = []
    async with asyncio.timeout(WITHIN_S):
        while line := (await stream.readline()).decode():
            seen.append(line)
            if text in line:
                return line.rstrip("\n")
    raise AssertionError(f"{text!r} never came: {seen}")


@asynccontextmanager
async def emulated(*arguments: str) -> AsyncIterator[Device]:
    """`pos-bridge emulate-...`, ready."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bridge", *arguments),
        env={**os.environ, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    device = Device(process)
    try:
        device.place = (await device.told(f"{arguments[0].removeprefix('emulate-')}   ")).split()[1]
        await device.told("keys")
        yield device
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def port_of(device: Device) -> int:
    return int(device.place.rpartition(":")[2])


def asked(port: int, chunks: Sequence[bytes], answer_bytes: int) -> bytes:
    """What the printer at `port` answers to raw bytes."""
    with socket.create_connection(("127.0.0.1", port), WITHIN_S) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for chunk in chunks:
            connection.sendall(chunk)
        answer = b""
        while len(answer) < answer_bytes:
            answer += connection.recv(answer_bytes - len(answer)) or pytest.fail(f"cut off after {answer!r}")
        return answer


async def test_python_escpos_prints_and_asks_over_the_network(tmp_path: Path) -> None:
    async with emulated("emulate-printer", "--tcp", "0", "--columns", "32", "--save", str(tmp_path / "out")) as device:
        client = Network("127.0.0.1", port_of(device), profile="TM-T88III")
        await asyncio.to_thread(_print_a_receipt, client)
        assert await device.shown("Café") == "Café €5"
        assert await device.shown("B I G") == "B I G".center(32).rstrip()
        assert await device.shown("QR") == "[QR https://example.com]".center(32).rstrip()
        await device.shown("✂")
        assert await asyncio.to_thread(client.is_online)
        assert await asyncio.to_thread(client.paper_status) == 2
        await device.press("n", "now       paper near its end")
        assert await asyncio.to_thread(client.paper_status) == 1
        await device.press("p", "now       paper out")
        assert await asyncio.to_thread(client.paper_status) == 0
        assert not await asyncio.to_thread(client.is_online)
        await asyncio.to_thread(client.close)
        assert await device.end() == (0, "")
    saved = (tmp_path / "out" / "0001.txt").read_text("utf-8").splitlines()
    assert (saved[0], saved[-1].strip("- ")) == ("Café €5", "✂")


def _print_a_receipt(client: Network) -> None:
    client._raw(b"\x1c.")
    client.text("Café €5\n")
    client.set(align="center", double_width=True)
    client.text("BIG\n")
    client.set(align="center", normal_textsize=True)
    client.qr("https://example.com", native=True)
    client.cut()


async def test_it_answers_as_real_ones_do_in_every_chunking() -> None:
    query = b"\x1b@\x10\x04\x01\x10\x04\x04\x1da\xff\x1dr\x01\x1dI\x43\x1dI\x01"
    answer = b"\x12\x12" + b"\x10\0\0\0" + b"\0" + b"_TM-T20III\0" + b"\x20"
    async with emulated("emulate-printer", "--tcp", "0") as device:
        for size in (1, 2, 3, len(query)):
            chunks = [query[start : start + size] for start in range(0, len(query), size)]
            got = await asyncio.to_thread(asked, port_of(device), chunks, len(answer))
            # What is asked in real time may be told before what is asked in turn.
            assert got.count(b"\x12") == 2
            assert got.replace(b"\x12", b"") == answer.replace(b"\x12", b"")


async def test_a_change_is_told_unasked_where_it_was_asked_for() -> None:
    async with emulated("emulate-printer", "--tcp", "0") as device:
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(device))
        try:
            writer.write(b"\x1da\x08")  # the paper alone
            assert await reader.readexactly(4) == b"\x10\0\0\0"
            device.process.send_signal(signal.SIGUSR2)
            await device.told("now       cover open")
            device.process.send_signal(signal.SIGUSR1)
            await device.told("now       paper out")
            assert await reader.readexactly(4) == b"\x38\0\x0f\0"
        finally:
            writer.close()
            await writer.wait_closed()


async def test_it_prints_on_when_its_cover_is_closed_and_survives_its_cable() -> None:
    async with emulated("emulate-printer", "--tcp", "0", "--profile", "text-80") as device:
        port = port_of(device)
        await device.press("c", "now       cover open")
        assert await asyncio.to_thread(asked, port, [RECEIPT + b"\x10\x04\x02"], 1) == b"\x16"
        await device.press("c", "now       cover closed")
        await device.shown("ИТОГО 100.00")
        await device.press("u", "now       cable pulled")
        with pytest.raises(ConnectionRefusedError):
            await asyncio.to_thread(asked, port, [b"\x10\x04\x01"], 1)
        await device.press("u", "now       plugged in")
        assert await asyncio.to_thread(asked, port, [b"\x10\x04\x01"], 1) == b"\x12"


async def test_what_it_does_not_understand_is_said(tmp_path: Path) -> None:
    node = tmp_path / "printer"
    async with emulated("emulate-printer", "--pty", str(node)) as device:
        assert device.place == str(node)
        with serial.Serial(str(node), 9600, timeout=WITHIN_S) as line:
            line.write(b"\x1b\x7f\x10\x04\x01")
            assert line.read(1) == b"\x12"
        assert await device.told("unknown") == "unknown   1b 7f"
        assert await device.end() == (0, "")
    assert not node.is_symlink()


async def test_a_display_prints_a_line_for_each_picture(tmp_path: Path) -> None:
    async with emulated("emulate-display", "--pty", "--rows", "2", "--columns", "8") as device:
        with serial.Serial(device.place, 9600) as line:
            for byte in b"\f" + "Сумма".encode("cp866") + b"\x1f$\x01\x02" + b"5.00":
                line.write(bytes((byte,)))
            assert await device.shown("5.00") == "│Сумма   │5.00    │"
            line.write(b"\x1fZ")
            assert await device.told("unknown") == "unknown   1f 5a"
            await device.press("o", "now       dark after a power cut")
            assert await device.shown("│") == "│        │        │"
        assert (await device.end())[0] == 0


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["emulate-printer"], 2, "--tcp 9100 or --pty"),
        (["emulate-printer", "--tcp", "1", "--pty"], 2, "one of them"),
        (["emulate-printer", "--tcp", "port"], 2, "'port' is no PORT"),
        (["emulate-printer", "--pty", "--columns", "500"], 2, "--columns: 500 is not within 16..80"),
        (["emulate-display"], 2, "--pty"),
        (["emulate-display", "--pty", "--encoding", "utf-8"], 2, "no single-byte code page"),
        (["emulate-display", "--pty", "/dev/null"], 2, "is there and is no link"),
        (["emulate-display", "--pty", "/nowhere/pole"], 2, "/nowhere is no folder"),
    ],
)
def test_a_slip_is_told_on_one_line(
    arguments: list[str], code: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == code
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert says in told.err


def test_a_port_that_is_taken_is_told_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert run(["emulate-printer", "--tcp", str(taken.getsockname()[1])]) == 1
    told = capsys.readouterr()
    assert told.err.count("\n") == 1
    assert "Address already in use" in told.err

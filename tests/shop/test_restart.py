"""The daemon as a service of systemd is restarted or killed: the cash program notices nothing at its serial port."""

import asyncio
import fcntl
import os
import select
import signal
import socket
import struct
import sys
import termios
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from devices.emulation.pty import PtyLink
from devices.emulation.scanner import EmulatedScanner
from tests.devices.forwarding.events import CHESTNY_ZNAK, GOODS
from tests.devices.forwarding.reader import Reader
from tests.devices.waiting import until

READY_WITHIN_S = 20.0
PORT, LINE = "pty-", "tty-"

CONFIG = """
[till]
store = "store-01"
name = "till-1"

[socket]
path = "{folder}/pos.sock"

[[scanners]]
name = "front"
endpoint = "serial://{folder}/front"
forward = "pty:{folder}/{port}"

[journal]
path = "{folder}/journal.db"
"""

# As systemd starts a service: its descriptors from 3 on, and a LISTEN_PID that is the service's own.
AS_A_SERVICE = 'export LISTEN_PID=$$; exec "$0" -m bridge run --config "$1"'


class Systemd:
    """Starts the daemon, keeps what it is given and hands it over at the next start: what systemd.service(5) says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stored: dict[str, int] = {}
        self.unstored: list[str] = []
        self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notify.bind(str(folder / "notify"))
        self._notify.setblocking(False)
        self._service: asyncio.subprocess.Process | None = None

    async def start(self, port: str = "goods") -> None:
        config = self.folder / "pos-bridge.toml"
        config.write_text(CONFIG.format(folder=self.folder, port=port))
        passed = list(self.stored.items())
        high = [os.dup2(fd, 40 + place, inheritable=True) for place, (_, fd) in enumerate(passed)]
        moves = " ".join(f"{3 + place}<&{fd} {fd}<&-" for place, fd in enumerate(high))
        self._service = await asyncio.create_subprocess_exec(
            *("/bin/bash", "-c", f"exec {moves}; {AS_A_SERVICE}", sys.executable, str(config)),
            pass_fds=high,
            stderr=asyncio.subprocess.DEVNULL,
            env={
                **os.environ,
                "NOTIFY_SOCKET": str(self.folder / "notify"),
                "LISTEN_FDS": str(len(passed)),
                "LISTEN_FDNAMES": ":".join(name for name, _ in passed),
            },
        )
        for fd in high:
            os.close(fd)
        async with asyncio.timeout(READY_WITHIN_S):
            while "READY=1" not in await self._heard():
                pass

    def has_open(self, path: str) -> bool:
        """Whether the daemon has, which runs."""
        assert self._service is not None
        node = Path(path).resolve()
        return any(is_link_to(node, each) for each in Path(f"/proc/{self._service.pid}/fd").iterdir())

    async def end(self, number: signal.Signals) -> None:
        assert self._service is not None
        self._service.send_signal(number)
        await self._service.wait()
        self._service = None

    async def until_stored(self, *beginnings: str) -> None:
        """Until there is something under a name that begins so, for each."""
        async with asyncio.timeout(READY_WITHIN_S):
            while not all(any(name.startswith(beginning) for name in self.stored) for beginning in beginnings):
                await self._heard()

    async def until_gone(self, beginning: str) -> None:
        async with asyncio.timeout(READY_WITHIN_S):
            while any(name.startswith(beginning) for name in self.stored):
                await self._heard()

    async def aclose(self) -> None:
        if self._service is not None:
            await self.end(signal.SIGKILL)
        for fd in self.stored.values():
            os.close(fd)
        self._notify.close()

    async def _heard(self) -> str:
        """The next message; what it wants stored is, what it wants let go of is closed."""
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        loop.add_reader(self._notify, readable.set)
        await readable.wait()
        loop.remove_reader(self._notify)
        text, fds, _flags, _sender = socket.recv_fds(self._notify, 4096, 4)
        told = dict(line.partition("=")[::2] for line in text.decode().splitlines())
        if "FDSTORE" in told:
            assert told["FDPOLL"] == "0"
            (self.stored[told["FDNAME"]],) = fds
        if "FDSTOREREMOVE" in told:
            self.unstored.append(told["FDNAME"])
            if told["FDNAME"] in self.stored:
                os.close(self.stored.pop(told["FDNAME"]))
        return text.decode()


def is_link_to(node: Path, link: Path) -> bool:
    try:
        return link.readlink() == node
    except FileNotFoundError:  # closed since it was listed
        return False


@pytest.fixture
async def systemd(socket_dir: Path) -> AsyncIterator[Systemd]:
    systemd = Systemd(socket_dir)
    yield systemd
    await systemd.aclose()


@pytest.fixture
async def scanner(socket_dir: Path) -> AsyncIterator[EmulatedScanner]:
    link = PtyLink(socket_dir / "front")
    await link.plug()
    yield EmulatedScanner(link)
    await link.unplug()


@pytest.fixture
def readers() -> Iterator[list[Reader]]:
    readers: list[Reader] = []
    yield readers
    for reader in readers:
        reader.close()


def is_hung_up(fd: int) -> bool:
    poll = select.poll()
    poll.register(fd, 0)
    return any(events & select.POLLHUP for _fd, events in poll.poll(0))


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
async def test_the_cash_program_keeps_its_port_and_gets_what_was_scanned_meanwhile(
    systemd: Systemd, scanner: EmulatedScanner, readers: list[Reader], ending: signal.Signals
) -> None:
    await systemd.start()
    await systemd.until_stored(PORT, LINE)
    readers.append(reader := Reader(systemd.folder / "goods"))
    await scanner.scan(GOODS.decode())
    await reader.until(GOODS + b"\r")
    await systemd.end(ending)
    assert not is_hung_up(reader.fd)
    await scanner.send([CHESTNY_ZNAK + b"\r"])
    await systemd.start()
    await reader.until(GOODS + b"\r" + CHESTNY_ZNAK + b"\r")
    await systemd.until_stored(PORT, LINE)
    assert [name for name in systemd.unstored if name.startswith(PORT)] == []
    await systemd.end(signal.SIGTERM)


async def test_a_port_that_is_configured_no_more_is_let_go_of(
    systemd: Systemd, scanner: EmulatedScanner, readers: list[Reader]
) -> None:
    await systemd.start()
    await systemd.until_stored(PORT)
    readers.append(reader := Reader(systemd.folder / "goods"))
    (name,) = (name for name in systemd.stored if name.startswith(PORT))
    await systemd.end(signal.SIGTERM)
    await systemd.start(port="other")
    await systemd.until_stored(PORT)
    assert name in systemd.unstored
    assert name not in systemd.stored
    assert is_hung_up(reader.fd)
    await systemd.end(signal.SIGTERM)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
async def test_the_line_of_a_scanner_stays_open_and_what_came_meanwhile_waits_there(
    systemd: Systemd, scanner: EmulatedScanner, readers: list[Reader], ending: signal.Signals
) -> None:
    """The kernel forgets what nobody has read with the last descriptor; after a kill the lock is in the copy too."""
    await systemd.start()
    await systemd.until_stored(PORT, LINE)
    readers.append(reader := Reader(systemd.folder / "goods"))
    await systemd.end(ending)
    (line,) = (fd for name, fd in systemd.stored.items() if name.startswith(LINE))
    await scanner.scan(GOODS.decode())
    assert (await unread(line)) == len(GOODS) + 1
    await systemd.start()
    await reader.until(GOODS + b"\r")
    await systemd.end(signal.SIGTERM)


async def unread(line: int) -> int:
    """How many bytes wait in the kernel once some do."""

    def waiting() -> int:
        (count,) = struct.unpack("i", fcntl.ioctl(line, termios.FIONREAD, bytes(4)))
        return int(count)

    await until(lambda: waiting() > 0)
    return waiting()


async def test_what_is_scanned_while_the_clients_are_let_go_waits_for_the_next_daemon(
    systemd: Systemd, scanner: EmulatedScanner, readers: list[Reader]
) -> None:
    """The scanners are let go of first: half a code, read by who is about to end, would make an article of the rest."""
    await systemd.start()
    await systemd.until_stored(PORT, LINE)
    readers.append(reader := Reader(systemd.folder / "goods"))
    async with client_that_reads_nothing(systemd.folder / "pos.sock") as client:
        ending = asyncio.create_task(systemd.end(signal.SIGTERM))
        await until(lambda: not systemd.has_open(scanner.link.path))
        assert not is_hung_up(client)
        await scanner.send([GOODS[:6]])
    await ending
    await scanner.send([GOODS[6:] + b"\r"])
    await systemd.start()
    await reader.until(GOODS + b"\r")
    await systemd.end(signal.SIGTERM)


@asynccontextmanager
async def client_that_reads_nothing(path: Path) -> AsyncIterator[int]:
    """Its socket. It is owed more than the kernel holds for it, so that it is waited for."""
    reader, writer = await asyncio.open_unix_connection(path, limit=1)
    writer.write(b'{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}\n' * 4)
    await reader.readexactly(1)
    yield writer.get_extra_info("socket").fileno()
    writer.close()


async def test_a_scanner_that_is_unplugged_is_not_kept(systemd: Systemd, scanner: EmulatedScanner) -> None:
    await systemd.start()
    await systemd.until_stored(LINE)
    await scanner.link.unplug()
    await systemd.until_gone(LINE)
    await systemd.end(signal.SIGTERM)

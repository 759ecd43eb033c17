"""gpsd, which does what we do: a device's line in, JSON to clients. Not its service: a process of the bench's own."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import reduce

from tests.bench.rounds import Missing
from tests.bench.scanning import Scan, scan
from tests.bench.serving import SERVER_CORE, process, until
from tests.bench.tills import line

# A position report of a ship (ITU-R M.1371, message 1), as receivers put it on their line.
AIS = b"!AIVDM,1,1,,B,15M67FC000G?ufbE`FepT@3n00Sa,0*5C\r\n"
MIDNIGHT_S = 86_400
# Debian puts daemons where a user's PATH does not look.
PLACES = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin"))


@contextmanager
def running() -> Iterator[tuple[int, socket.socket]]:
    """The receiver's end of gpsd's serial line, and a client that watches. Missing: gpsd is not here."""
    program = shutil.which("gpsd", path=PLACES)
    if program is None:
        raise Missing("apt install gpsd")
    port = _free_port()
    with line() as receiver:
        command = [program, "-b", "-N", "-n", "-S", str(port), os.ttyname(receiver.program)]
        with process(command, SERVER_CORE, stderr=subprocess.DEVNULL), _watching(port) as client:
            scan(receiver.device, client.fileno(), ais(5), pause_us=100_000)
            yield receiver.device, client


def ais(count: int) -> list[Scan]:
    """Reported as they come: the fastest way through gpsd."""
    return [(AIS, b'"class":"AIS"')] * count


class Cycles:
    """Positions, a second apart by their own clock. gpsd tells of one when the last sentence of its second has come."""

    def __init__(self) -> None:
        self._second = 0

    def fixes(self, count: int) -> list[Scan]:
        """The RMC of each is not waited for; its GGA ends the second, as gpsd learns from the first few."""
        return [each for _ in range(count) for each in self._fix()]

    def _fix(self) -> tuple[Scan, Scan]:
        self._second = (self._second + 1) % MIDNIGHT_S
        minutes, seconds = divmod(self._second, 60)
        at = f"{minutes // 60:02}{minutes % 60:02}{seconds:02}.00"
        where = "5545.0000,N,03737.0000,E"
        rmc = _sentence(f"GPRMC,{at},A,{where},0.0,0.0,271126,,,A")
        gga = _sentence(f"GPGGA,{at},{where},1,08,1.0,150.0,M,14.0,M,,")
        heard = f"T{minutes // 60:02}:{minutes % 60:02}:{seconds:02}.000Z".encode()
        return (rmc, b""), (gga, heard)


def _sentence(text: str) -> bytes:
    return f"${text}*{reduce(lambda a, b: a ^ b, text.encode()):02X}\r\n".encode()


@contextmanager
def _watching(port: int) -> Iterator[socket.socket]:
    until(lambda: _is_open(port), "gpsd did not start")
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b'?WATCH={"enable":true,"json":true}\n')
        yield client


def _is_open(port: int) -> bool:
    with socket.socket() as knocking:
        return knocking.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])

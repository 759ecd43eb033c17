"""Disks that are full, and disks that fail, for real: a small tmpfs, a limit of the kernel, a tracer that injects."""

import errno
import resource
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SMALL_DISK_BYTES = 40 * 1024 * 1024


class NoRight(Exception):
    """This user may not do that on this machine: the test is to be skipped with this reason."""


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """A disk of its own, mounted at `place`."""
    place.mkdir()
    mount = ["/bin/mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_BYTES}", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:  # noqa: S603 - a literal command
        raise NoRight("no right to mount a tmpfs")
    try:
        yield place
    finally:
        subprocess.run(["/bin/umount", "--lazy", str(place)], check=True)  # noqa: S603 - a literal command


def fill(ballast: Path) -> None:
    """Write until not a byte is left; free it by deleting the file."""
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError as error:
            assert error.errno == errno.ENOSPC  # noqa: PT017 - the loop ends by it


@contextmanager
def no_longer_files(process_id: int) -> Iterator[None]:
    """While it lasts, every write of that process that would make a file longer fails with EFBIG."""
    before = resource.prlimit(process_id, resource.RLIMIT_FSIZE)
    resource.prlimit(process_id, resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        yield
    finally:
        resource.prlimit(process_id, resource.RLIMIT_FSIZE, before)


@contextmanager
def failing_calls(process_id: int, calls: str, error: str) -> Iterator[None]:
    """While it lasts, these system calls fail in all threads of that process, as the kernel fails them. NoRight."""
    strace = shutil.which("strace")
    if strace is None:
        raise NoRight("no strace")
    trace = [strace, "-f", "-p", str(process_id), "-e", f"trace={calls}", "-e", f"inject={calls}:error={error}"]
    with subprocess.Popen(trace, stderr=subprocess.PIPE, text=True) as tracer:  # noqa: S603 - a literal command
        assert tracer.stderr is not None
        try:
            if "attached" not in (said := tracer.stderr.readline()):
                raise NoRight(f"no right to trace: {said.strip()}")
            yield
        finally:
            tracer.send_signal(signal.SIGINT)  # it lets the process go, and ends
            tracer.stderr.read()

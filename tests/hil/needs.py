"""What a run on a real kernel needs of the machine, and what of it is missing."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

# Program -> the Debian package that has it.
PROGRAMS = {
    "qemu-system-x86_64": "qemu-system-x86",
    "nbdkit": "nbdkit",
    "mmdebstrap": "mmdebstrap",
    "mke2fs": "e2fsprogs",
    "dpkg-buildpackage": "dpkg-dev",
    "dh": "debhelper",
}


def missing() -> str:
    """Why it cannot be run here, in one line; "" where it can."""
    return "; ".join(_reasons())


def _reasons() -> Iterator[str]:
    absent = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]
    if absent:
        yield f"needs {' '.join(absent)} (apt install)"
    if os.uname().machine != "x86_64":
        yield "needs an x86-64 machine: the guest is one"
    if os.geteuid() != 0:
        yield "needs root: the guest's disk has device nodes and owners of its own"


def has_kvm() -> bool:
    """/dev/kvm alone is not enough: within some virtual machines it is there and boots no stock kernel."""
    flags = set(Path("/proc/cpuinfo").read_text("utf-8").split())
    return bool(flags & {"vmx", "svm"}) and os.access("/dev/kvm", os.R_OK | os.W_OK)

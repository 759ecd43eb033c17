"""Descriptors that systemd hands over. That a passed socket is listened on: tests/pos/test_listening.py."""

import os
from collections.abc import Iterator

import pytest

from bridge import sd_listen
from bridge.sd_listen import PassedFds


@pytest.fixture
def pipes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Three descriptors in a row, as systemd passes them from 3 on."""
    read, write = os.pipe()
    fds = [os.dup2(fd, 200 + place) for place, fd in enumerate((read, write, read))]
    os.close(read)
    os.close(write)
    monkeypatch.setattr(sd_listen, "_FIRST_PASSED_FD", 200)
    yield fds
    for fd in fds:
        if is_open(fd):
            os.close(fd)


def environ(names: str = "pos-bridge.socket:pty-a:pty-b", count: str = "3", pid: int | None = None) -> dict[str, str]:
    return {"LISTEN_PID": str(pid or os.getpid()), "LISTEN_FDS": count, "LISTEN_FDNAMES": names, "HOME": "/"}


def is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


def test_each_is_taken_once_by_its_name(pipes: list[int]) -> None:
    own = environ()
    passed = PassedFds(own)
    assert own == {"HOME": "/"}
    assert not any(map(os.get_inheritable, pipes))
    assert [passed.take_named("pty-a"), passed.take_named("pty-a"), passed.take_named("pty-c")] == [201, None, None]
    assert passed.take(lambda fd: fd > 200) == 202


def test_what_nobody_will_take_is_closed(pipes: list[int]) -> None:
    passed = PassedFds(environ())
    assert passed.close_others(("pty-", "tty-"), {"pty-b"}) == ["pty-a"]
    assert [is_open(fd) for fd in pipes] == [True, False, True]
    assert passed.close_others(("pty-", "tty-"), {"pty-b"}) == []


def test_names_may_be_missing(pipes: list[int]) -> None:
    passed = PassedFds(environ(names=""))
    assert passed.take_named("pty-a") is None
    assert passed.take(lambda _fd: True) == 200


@pytest.mark.parametrize("others", [environ(pid=1), environ(count="many"), {}])
def test_what_is_for_another_process_is_not_ours(others: dict[str, str]) -> None:
    assert PassedFds(others).take(lambda _fd: True) is None
    assert not others.keys() & {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}

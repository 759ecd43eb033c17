"""Keys that do to an emulated device what a person does: pull its cable, open its cover.

A key is a byte on stdin, typed or written into a pipe. Some have a signal of their own, for a device that a script
started in the background.
"""

import asyncio
import contextlib
import os
import sys
import termios
import tty
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from signal import SIGINT, SIGTERM, Signals

import click

QUIT = "q"
READ_BYTES = 256


@dataclass(frozen=True, slots=True)
class Key:
    """press does it, and says in words what is so now."""

    letter: str
    what: str
    press: Callable[[], Awaitable[str]]
    signal: Signals | None = None

    def __str__(self) -> str:
        by_signal = f" (or {self.signal.name})" if self.signal else ""
        return f"{self.letter} {self.what}{by_signal}"


def tell(text: str) -> None:
    """What is no picture: on stderr, so that a file or a program can have the pictures alone."""
    click.echo(text, err=True)


async def obey(keys: Sequence[Key], say: Callable[[str], None] = tell) -> None:
    """Do what is asked for until q, SIGTERM or Ctrl-C."""
    by_letter = {key.letter: key for key in keys}
    pressed: asyncio.Queue[str] = asyncio.Queue()
    with _signals({key.signal: key.letter for key in keys if key.signal}, pressed), _typing(pressed):
        say(f"keys      {', '.join(map(str, keys))}, {QUIT} the end")
        while (letter := await pressed.get()) != QUIT:
            if key := by_letter.get(letter):
                say(await key.press())


@contextlib.contextmanager
def _signals(letters: dict[Signals, str], pressed: asyncio.Queue[str]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    letters = {**letters, SIGTERM: QUIT, SIGINT: QUIT}
    for number, letter in letters.items():
        loop.add_signal_handler(number, pressed.put_nowait, letter)
    try:
        yield
    finally:
        for number in letters:
            loop.remove_signal_handler(number)


@contextlib.contextmanager
def _typing(pressed: asyncio.Queue[str]) -> Iterator[None]:
    """Keys from stdin, unless there is none, or a terminal that another job has: to touch that would stop this one."""
    loop = asyncio.get_running_loop()
    fd = sys.stdin.fileno() if sys.stdin else -1
    if fd < 0 or (os.isatty(fd) and os.tcgetpgrp(fd) != os.getpgrp()):
        yield
        return

    def read() -> None:
        try:
            data = os.read(fd, READ_BYTES)
        except OSError:  # the terminal was closed
            data = b""
        if not data:
            loop.remove_reader(fd)
        for letter in data.decode("ascii", errors="replace"):
            pressed.put_nowait(letter)

    with _key_by_key(fd):
        with contextlib.suppress(PermissionError):  # epoll takes no plain file and no /dev/null
            loop.add_reader(fd, read)
        try:
            yield
        finally:
            loop.remove_reader(fd)


@contextlib.contextmanager
def _key_by_key(fd: int) -> Iterator[None]:
    """A terminal that waits for no Enter and shows no key; another stdin stays as it is."""
    if not os.isatty(fd):
        yield
        return
    before = termios.tcgetattr(fd)
    tty.setcbreak(fd, termios.TCSANOW)
    try:
        yield
    finally:
        termios.tcsetattr(fd, termios.TCSANOW, before)

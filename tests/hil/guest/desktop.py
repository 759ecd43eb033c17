"""A desktop with a cash program on it: desktop.py NAME... takes what is typed on all keyboards whose names these are.

They come and go, and are read in turn as one, each key in the order in which it was pressed. A keyboard that somebody
has grabbed types nothing here. Prints "READS NAME" for each that has come, "TYPED text SECONDS" for each Enter.
"""

import select
import sys
from pathlib import Path

from cash_program import typed
from evdev import InputDevice, ecodes

LOOK_EVERY_S = 0.1


class Desktop:
    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.known: set[str] = set()
        self.keyboards: dict[int, InputDevice[str]] = {}
        self.held: set[int] = set()
        self.text = ""

    def look(self) -> None:
        """For those that have come. A node that went and came back may have the number of before."""
        nodes = {str(path) for path in Path("/dev/input").glob("event*")}
        self.known &= nodes
        for path in nodes - self.known:
            try:
                device = InputDevice(path)
            except OSError:  # udev is still at it
                continue
            self.known.add(path)
            if device.name in self.names:
                self.keyboards[device.fd] = device
                say(f"READS {device.name}")
            else:
                device.close()

    def read(self) -> None:
        for fd in select.select(list(self.keyboards), [], [], LOOK_EVERY_S)[0]:
            try:
                for event in self.keyboards[fd].read():
                    if event.type == ecodes.EV_KEY:
                        self.take(event.code, event.value, event.timestamp())
            except OSError:
                device = self.keyboards.pop(fd)
                self.known.discard(device.path)
                device.close()

    def take(self, code: int, value: int, at: float) -> None:
        if value == 1:
            self.held.add(code)
            self.text += typed(code, self.held)
        elif value == 0:
            self.held.discard(code)
            if code == ecodes.KEY_ENTER:
                say(f"TYPED {self.text.encode('unicode_escape').decode()} {at:.6f}")
                self.text = ""


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    desktop = Desktop(sys.argv[1:])
    while True:
        desktop.look()
        desktop.read()


main()

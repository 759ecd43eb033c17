"""A cash program that takes what is typed: cash_program.py NAME. Reads the keyboards whose name has NAME in it.

Prints "READS PATH", then for each Enter "TYPED text SECONDS": the kernel's time of the last release.
"""

import sys
import time

from evdev import InputDevice, ecodes, list_devices

KEYS = {getattr(ecodes, f"KEY_{name.upper()}"): name for name in "abcdefghijklmnopqrstuvwxyz0123456789"}
SHIFTED = dict(zip("1234567890-=[];'\\,./`", '!@#$%^&*()_+{}:"|<>?~', strict=True))
KEYS |= {
    ecodes.KEY_MINUS: "-",
    ecodes.KEY_EQUAL: "=",
    ecodes.KEY_LEFTBRACE: "[",
    ecodes.KEY_RIGHTBRACE: "]",
    ecodes.KEY_SEMICOLON: ";",
    ecodes.KEY_APOSTROPHE: "'",
    ecodes.KEY_BACKSLASH: "\\",
    ecodes.KEY_COMMA: ",",
    ecodes.KEY_DOT: ".",
    ecodes.KEY_SLASH: "/",
    ecodes.KEY_GRAVE: "`",
    ecodes.KEY_SPACE: " ",
}


def find(name: str) -> InputDevice:
    while True:
        for path in list_devices():
            device = InputDevice(path)
            if name in device.name:
                return device
        time.sleep(0.05)


def main() -> None:
    device = find(sys.argv[1])
    sys.stdout.write(f"READS {device.path}\n")
    sys.stdout.flush()
    text = ""
    held: set[int] = set()
    for event in device.read_loop():
        if event.type != ecodes.EV_KEY:
            continue
        if event.value == 1:
            held.add(event.code)
            text += typed(event.code, held)
        elif event.value == 0:
            held.discard(event.code)
            if event.code == ecodes.KEY_ENTER:
                sys.stdout.write(f"TYPED {text.encode('unicode_escape').decode()} {event.timestamp():.6f}\n")
                sys.stdout.flush()
                text = ""


def typed(code: int, held: set[int]) -> str:
    character = KEYS.get(code, "")
    if held & {ecodes.KEY_LEFTCTRL, ecodes.KEY_RIGHTCTRL}:
        return chr(ord(character) & 0x1F) if character else ""
    if held & {ecodes.KEY_LEFTSHIFT, ecodes.KEY_RIGHTSHIFT}:
        return SHIFTED.get(character, character.upper())
    return character


if __name__ == "__main__":
    main()

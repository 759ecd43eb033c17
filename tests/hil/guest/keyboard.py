"""A keyboard scanner's own end: keyboard.py NODE FILE [COMMAND] types what is in the file; a line feed is Enter, and at
a NUL the shell's COMMAND is run.

Reports of a boot keyboard (HID 1.11, appendix B.1), US layout, as fast as the host fetches them.
"""

import os
import subprocess
import sys
from pathlib import Path

SHIFT = 0x02
CTRL = 0x01
PLAIN = {character: 0x04 + place for place, character in enumerate("abcdefghijklmnopqrstuvwxyz1234567890")}
PLAIN |= dict(zip("\n\x1b\b\t -=[]\\", range(0x28, 0x32), strict=True))
PLAIN |= dict(zip(";'`,./", range(0x33, 0x39), strict=True))
SHIFTED = dict(zip('!@#$%^&*()_+{}|:"~<>?', "1234567890-=[]\\;'`,./", strict=True))


def report(character: str) -> bytes:
    if character == "\x1d":
        return bytes((CTRL, 0, PLAIN["]"], 0, 0, 0, 0, 0))
    base = SHIFTED.get(character, character.lower())
    return bytes((SHIFT if base != character else 0, 0, PLAIN[base], 0, 0, 0, 0, 0))


def main() -> None:
    node, file, *command = sys.argv[1:]
    device = os.open(node, os.O_RDWR)
    for character in Path(file).read_text("ascii"):
        if character == "\0":
            subprocess.run(["/bin/sh", "-c", *command], check=True)
            continue
        os.write(device, report(character))
        os.write(device, bytes(8))


main()

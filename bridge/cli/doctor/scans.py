"""The last scans, as their shape: what kind of characters came, never which."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from bridge.cli.doctor.findings import Finding, Level, well
from bridge.cli.doctor.visit import Visit
from bridge.pos.client import CallError, Unreachable

SHOWN = 5
_CYRILLIC = re.compile("[\u0400-\u04ff]")
# What the digit row gives without Shift on a French keyboard.
_AZERTY_DIGITS = set("&é\"'(-è_çà")
_CONTROLS = {"\t": "TAB", "\r": "CR", "\n": "LF", "\x1d": "GS", "\x1e": "RS", "\x04": "EOT"}


def check_scans(visit: Visit) -> Iterator[Finding]:
    """What the daemon remembers of them."""
    scanners = {each["name"]: each for each in (visit.status or {}).get("devices", []) if each["role"] == "scanner"}
    if not scanners:
        return
    try:
        scans = list(_remembered(visit))
    except (CallError, Unreachable):  # of an older daemon, or it went away: the other checks say so
        return
    for name, device in scanners.items():
        yield from _of(name, device, [scan for scan in scans if scan["device"] == name][-SHOWN:])


def _remembered(visit: Visit) -> Iterator[Mapping[str, Any]]:
    """All scans that the daemon still knows of, the oldest first. CallError, Unreachable."""
    after = 0
    while (polled := visit.ask("events.poll", topics=["scan"], after=after))["events"]:
        yield from (event["data"] for event in polled["events"])
        after = polled["seq"]


def _of(name: str, device: Mapping[str, Any], last: list[Mapping[str, Any]]) -> Iterator[Finding]:
    told = "; ".join(f"{shape(scan['data'])} {scan['symbology'] or ''}".strip() for scan in last)
    why = layout_trouble([scan["data"] for scan in last])
    counters = device.get("counters") or {}
    if why:
        yield Finding(
            f"scanner {name}",
            Level.WRONG,
            f"{why}: {told}",
            "no card and no article is recognised",
            "program the scanner to the US keyboard (a code in its manual), or set `layout` to what it is",
        )
    elif counters.get("unknown_keys"):
        what = f"{counters['unknown_keys']} keys that its layout does not have: {told or 'no scan yet'}"
        yield Finding(f"scanner {name}", Level.WRONG, what, "codes come in with gaps", "set `layout` to what it is")
    elif last:
        yield well(f"scanner {name}", f"last scans: {told}")


def layout_trouble(texts: list[str]) -> str:
    """Why these look as if they were read by another layout than they were typed in; ""."""
    if any(_CYRILLIC.search(text) and not text.startswith("http") for text in texts):
        return "Russian letters where a code has Latin ones"
    if any(len(text) > 3 and set(text) <= _AZERTY_DIGITS for text in texts):
        return "signs of the digit row instead of digits"
    return ""


def shape(text: str) -> str:
    """ "4600051000057" is "9x13": digits 9, Latin letters A a, Cyrillic Я я, control characters by name."""
    return " ".join(f"{kind}x{len(list(group))}" for kind, group in groupby(map(_kind, text)))


def _kind(character: str) -> str:
    if character in _CONTROLS:
        return _CONTROLS[character]
    if character.isdecimal():
        return "9"
    if character.isalpha():
        kinds = "Яя" if "CYRILLIC" in unicodedata.name(character, "") else "Aa"
        return kinds[character.islower()]
    return "." if character.isprintable() else "CTRL"

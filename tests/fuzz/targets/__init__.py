"""All targets: each of the doors by which bytes come in from outside."""

from collections.abc import Mapping

from tests.fuzz.target import Target
from tests.fuzz.targets import displays, files, http, printers, providers, recordings, scanners, socket, wording

TARGETS: Mapping[str, Target] = {
    target.name: target
    for room in (scanners, displays, printers, socket, http, files, recordings, wording, providers)
    for target in room.TARGETS
}

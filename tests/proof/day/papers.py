"""Our own books of what was asked to be printed, against the paper."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.proof.day.tape import MARK, Reader

OVER = {"printed", "sent", "unknown", "failed"}


@dataclass
class Copies:
    """Of one job, in the order of the paper: whether each was marked, and whether it came to its end."""

    begun: list[bool] = field(default_factory=list)
    ended: int = 0


@dataclass
class Papers:
    """jobs: by tag. The tag stands in the first line and in the last of its job."""

    jobs: dict[str, str] = field(default_factory=dict)
    _copies: dict[str, Copies] = field(default_factory=dict)
    _number: int = 0

    def new(self) -> tuple[str, list[str]]:
        """A tag, and lines to print."""
        self._number += 1
        tag = f"J-{self._number:06}"
        return tag, [f"{tag} begin", *(f"{tag} line {number}" for number in range(6)), f"{tag} end"]

    def read(self, paper: Reader) -> None:
        """What has come out since the last time."""
        lines, paper.lines = paper.lines, []
        assert not paper.undecodable, paper.undecodable
        for before, line in zip(["", *lines], lines, strict=False):
            tag, _, place = line.partition(" ")
            if place == "begin":
                self._copies.setdefault(tag, Copies()).begun.append(MARK in before)
            elif place == "end":
                self._copies.setdefault(tag, Copies()).ended += 1

    def reckon(self, states: Mapping[str, str]) -> None:
        """states: of each job, once none of them is under way. AssertionError: the paper says otherwise."""
        for tag, state in states.items():
            copies = self._copies.pop(tag, Copies())
            facts = (tag, state, copies)
            assert state in OVER, facts
            assert copies.begun.count(False) <= 1, facts
            assert copies.begun.count(True) <= 1, facts
            assert all(copies.begun[1:]), facts  # whatever is not the first is marked
            assert state != "printed" or copies.ended, facts
            assert state != "failed" or not copies.ended, facts
            del self.jobs[tag]

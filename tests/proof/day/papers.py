"""Our own books of what was asked to be printed, against the paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.proof.day.tape import CUT, MARK, QR, Reader

OVER = {"printed", "sent", "unknown", "failed"}


@dataclass
class Copies:
    """Of one job, in the order of the paper: whether each was marked, and whether it came to its end."""

    begun: list[bool] = field(default_factory=list)
    ended: int = 0


@dataclass
class Papers:
    """jobs: by tag. The tag stands in the first line and in the last of its job.

    A receipt's paper is known by the code on it, which is of one purchase.
    """

    jobs: dict[str, str] = field(default_factory=dict)
    _copies: dict[str, Copies] = field(default_factory=dict)
    _codes: set[str] = field(default_factory=set)
    _number: int = 0

    def new(self) -> tuple[str, list[str]]:
        """A tag, and lines to print."""
        self._number += 1
        tag = f"J-{self._number:06}"
        return tag, [f"{tag} begin", *(f"{tag} line {number}" for number in range(6)), f"{tag} end"]

    def read(self, paper: Reader) -> None:
        """What has come out since the last time. AssertionError: a receipt's paper came again, and was not marked."""
        lines, paper.lines = paper.lines, []
        assert not paper.undecodable, paper.undecodable
        for before, line in zip(["", *lines], lines, strict=False):
            tag, _, place = line.partition(" ")
            if place == "begin":
                self._copies.setdefault(tag, Copies()).begun.append(MARK in before)
            elif place == "end":
                self._copies.setdefault(tag, Copies()).ended += 1
        self._read_codes(lines)

    def _read_codes(self, lines: Sequence[str]) -> None:
        """Twice on one page it is what a provider has said twice."""
        is_marked, page = False, set[str]()
        for line in lines:
            is_marked = line != CUT and (is_marked or MARK in line)
            if line == CUT:
                self._codes |= page
                page.clear()
            elif line.startswith(QR):
                assert is_marked or line not in self._codes, line
                page.add(line)

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

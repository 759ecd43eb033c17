"""What a printer says of itself: replies to DLE EOT, to GS r, and the automatic status back (ASB) that GS a turns on.

Bits and fixed bits: Epson, "ESC/POS Command Reference", DLE EOT, GS a and GS r; Bixolon SRP-350, Citizen CT-S2000 and
Epson TM-T88III manuals have the same tables. The three are told apart by their fixed bits in any chunking, also where
a real-time reply or XON/XOFF falls into the four bytes of an ASB block.
"""

from collections.abc import Sequence
from dataclasses import dataclass

REAL_TIME_QUERIES = (b"\x10\x04\x01", b"\x10\x04\x02", b"\x10\x04\x03", b"\x10\x04\x04")
"""DLE EOT n: printer, cause of offline, cause of error, paper. Answered at once, whatever stands in the buffer.

Only between jobs: within another command's data it is data (TM-T88III specification).
"""
PAPER_QUERY = b"\x1dr\x01"
"""GS r 1: answered when the printer has processed all that came before, so its reply is the end of a job."""
STATUS_BACK_ON = b"\x1da\xff"
"""GS a: the printer tells each change unasked, and its state at once. ESC @ turns it off again."""

ASB_BYTES = 4


@dataclass(frozen=True, slots=True)
class RealTimeReply:
    """One byte in answer to DLE EOT; which n it answers only its turn tells."""

    bits: int


@dataclass(frozen=True, slots=True)
class PaperReply:
    """One byte in answer to GS r."""

    bits: int


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """What a printer says of itself, all at one moment."""

    is_offline: bool = False
    is_cover_open: bool = False
    is_paper_near_end: bool = False
    is_paper_out: bool = False
    has_cutter_error: bool = False
    has_recoverable_error: bool = False
    has_unrecoverable_error: bool = False
    is_overheated: bool = False
    is_drawer_pin_high: bool = False

    @classmethod
    def of_replies(cls, replies: Sequence[RealTimeReply]) -> "PrinterStatus":
        """From the four replies to REAL_TIME_QUERIES, in their order."""
        printer, offline, error, paper = (reply.bits for reply in replies)
        return cls(
            is_offline=bool(printer & 0x08),
            is_cover_open=bool(offline & 0x04),
            is_paper_near_end=bool(paper & 0x0C),
            is_paper_out=bool(paper & 0x60 or offline & 0x20),
            has_cutter_error=bool(error & 0x08),
            has_recoverable_error=bool(error & 0x04),
            has_unrecoverable_error=bool(error & 0x20),
            is_overheated=bool(error & 0x40),
            is_drawer_pin_high=bool(printer & 0x04),
        )

    @classmethod
    def of_block(cls, block: bytes) -> "PrinterStatus":
        """From the four bytes of an ASB block."""
        printer, error, paper, _ = block
        return cls(
            is_offline=bool(printer & 0x08),
            is_cover_open=bool(printer & 0x20),
            is_paper_near_end=bool(paper & 0x03),
            is_paper_out=bool(paper & 0x0C),
            has_cutter_error=bool(error & 0x08),
            has_recoverable_error=bool(error & 0x04),
            has_unrecoverable_error=bool(error & 0x20),
            is_overheated=bool(error & 0x40),
            is_drawer_pin_high=bool(printer & 0x04),
        )

    @property
    def trouble(self) -> str:
        """Why it cannot print, the cause that a person must cure first; "" when it can."""
        causes = (
            (self.is_cover_open, "the cover is open"),
            (self.is_paper_out, "the paper is out"),
            (self.has_cutter_error, "the cutter is stuck"),
            (self.has_unrecoverable_error, "it has a fault that only service can cure"),
            (self.has_recoverable_error, "it has a mechanical fault"),
            (self.is_overheated, "the print head is too hot"),
            (self.is_offline, "it is offline"),
        )
        return next((what for is_so, what in causes if is_so), "")


Said = RealTimeReply | PaperReply | PrinterStatus


class StatusDecoder:
    """Feed it what the printer sends. unknown_bytes: how many were none of the three, and were dropped."""

    def __init__(self) -> None:
        self.unknown_bytes = 0
        self._block = bytearray()

    def feed(self, data: bytes) -> list[Said]:
        return [said for byte in data if (said := self._take(byte)) is not None]

    def _take(self, byte: int) -> Said | None:
        if byte & 0x93 == 0x12:
            return RealTimeReply(byte)
        if byte & 0x93 == 0x10:
            self._drop_block()
            self._block.append(byte)
        elif byte & 0x90 == 0x00:
            return self._continue(byte)
        elif byte not in b"\x11\x13":  # XON, XOFF
            self.unknown_bytes += 1
            self._drop_block()
        return None

    def _continue(self, byte: int) -> Said | None:
        if not self._block:
            return PaperReply(byte)
        self._block.append(byte)
        if len(self._block) < ASB_BYTES:
            return None
        block = bytes(self._block)
        self._block.clear()
        return PrinterStatus.of_block(block)

    def _drop_block(self) -> None:
        """What began as a block and did not go on as one."""
        self.unknown_bytes += len(self._block)
        self._block.clear()

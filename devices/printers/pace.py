"""How long a printer is waited for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds.

    reply_within_s: a real-time query is answered within milliseconds; the rest is for hubs and print servers.
    mute_reply_within_s: the same of one that has been asked and never answered.
    turn_within_s: a query in turn, of an idle printer whose real-time answers have just come.
    quiet_s: bytes of one answer do not come further apart, USB-serial chips hold them back for 16 ms (FTDI AN232B-04).
    look_again_s: between two looks at a printer that is being waited for.
    receipt_s: a long receipt of 45 cm is through, at 150 mm/s.
    printed_within_s: from the moment that nothing hinders it, whatever stands in its buffer.
    mute_for_s: how long it may be silent in mid job (some models are, while their cover is open).
    free_within_s: what is not to happen later waits so long for the job before it.
    """

    reply_within_s: float = 1.5
    mute_reply_within_s: float = 0.5
    turn_within_s: float = 1.0
    quiet_s: float = 0.05
    look_again_s: float = 2.0
    receipt_s: float = 3.0
    printed_within_s: float = 30.0
    mute_for_s: float = 10.0
    free_within_s: float = 5.0


STANDARD = Pace()

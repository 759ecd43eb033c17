"""What a scenario's steps can be. Each step is a table with exactly one of the keys that are named in STEPS."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from bridge.emulation.methods.messages import MAX_PAUSE_MS, FaultName, TroubleName

Json = Any
WITHIN_MS = 10_000

Word = Annotated[str, Meta(min_length=1, max_length=64)]
PauseMs = Annotated[int, Meta(ge=0, le=MAX_PAUSE_MS)]


class Step(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every step may have besides: a caption, and how long it may take."""

    say: Annotated[str, Meta(max_length=200, description="told to whoever watches, before the step")] = ""
    within_ms: Annotated[int, Meta(ge=1, le=60_000, description="fails when it takes longer")] = WITHIN_MS


class Aside(Step, frozen=True, kw_only=True):
    """What may go on while the next steps are played."""

    aside: Annotated[str, Meta(max_length=32, description="a name: go on without waiting, until `join` names it")] = ""


class CallStep(Aside, frozen=True):
    """The cash program calls a method. The answer must hold `expect`, or be the refusal `refused`."""

    call: Word
    params: Mapping[str, Json] = {}
    expect: Annotated[Mapping[str, Json] | None, Meta(description="members that the result must have")] = None
    refused: Annotated[int | None, Meta(description="the error's code")] = None
    until: Annotated[bool, Meta(description="ask again until `expect` holds")] = False


class JoinStep(Step, frozen=True):
    """Wait for what was begun aside."""

    join: Word


class ScanStep(Aside, frozen=True):
    """A scanner's trigger is pulled."""

    scan: Annotated[str, Meta(min_length=1)]
    device: str | None = None
    identifier: Annotated[str, Meta(max_length=3, description="AIM identifier")] = ""
    pause_ms: Annotated[PauseMs, Meta(description="between two characters")] = 0
    ends: Annotated[bool, Meta(description="false: no terminator")] = True
    manner: Annotated[
        Literal["usual", "no_releases", "alt_codes"], Meta(description="of a keyboard scanner's typing")
    ] = "usual"


class PiecesStep(Aside, frozen=True):
    """One code in pieces with a pause between each two, as a scanner that buffers sends it."""

    pieces: Annotated[list[str], Meta(min_length=1)]
    device: str | None = None
    pause_ms: PauseMs = 0


class UnplugStep(Step, frozen=True):
    """A cable is pulled."""

    unplug: Word


class PlugStep(Step, frozen=True):
    """A cable is put in again."""

    plug: Word
    renumbered: bool = False


class FaultStep(Step, frozen=True):
    """Something goes wrong with a device, or no longer does."""

    fault: FaultName
    device: Word
    on: bool = True
    after_lines: int = 0


class ProviderStep(Step, frozen=True):
    """Trouble with the provider from now on, or none."""

    provider: TroubleName | Literal["none"]
    of: Annotated[str | None, Meta(description="which provider; absent: the first")] = None
    method: Annotated[str, Meta(description="only this path of its")] = "*"
    slow_ms: Annotated[int, Meta(ge=0, le=60_000, description="how late, for `slow`")] = 3000


class EventStep(Step, frozen=True):
    """Wait for the next event of this topic whose data hold `expect`; those before it are passed over."""

    event: Literal["scan", "card", "receipt", "device", "provider", "queue"]
    expect: Mapping[str, Json] = {}


class NeverStep(Step, frozen=True):
    """No event since the beginning was of this topic with such data."""

    never: Literal["scan", "card", "receipt", "device", "provider", "queue"]
    expect: Mapping[str, Json] = {}


class DeviceStep(Step, frozen=True):
    """Wait until a device has this state."""

    device: Word
    state: Word


class ScreenStep(Step, frozen=True):
    """Wait until a display shows these rows; spaces at their ends do not count."""

    screen: Annotated[list[str], Meta(min_length=1)]
    device: str | None = None


class PaperStep(Step, frozen=True):
    """Wait until a line with this text was printed; `times` of them, and no more."""

    paper: Annotated[str, Meta(min_length=1)]
    times: Annotated[int, Meta(ge=0, le=100)] = 1
    device: str | None = None


class BalanceStep(Step, frozen=True):
    """Wait until the provider's own books give a card these points."""

    balance: Annotated[str, Meta(description='points as "350.00"')]
    card: Word
    of: str | None = None


class AskedStep(Step, frozen=True):
    """How often the provider was asked for this path so far."""

    asked: Word
    times: Annotated[int, Meta(ge=0)]
    of: str | None = None


class WaitStep(Step, frozen=True):
    """Time passes: only for what shows itself by nothing else."""

    wait_ms: Annotated[int, Meta(ge=1, le=60_000)]


STEPS: Mapping[str, type[Step]] = {
    "call": CallStep,
    "join": JoinStep,
    "scan": ScanStep,
    "pieces": PiecesStep,
    "unplug": UnplugStep,
    "plug": PlugStep,
    "fault": FaultStep,
    "provider": ProviderStep,
    "event": EventStep,
    "never": NeverStep,
    "state": DeviceStep,
    "screen": ScreenStep,
    "paper": PaperStep,
    "balance": BalanceStep,
    "asked": AskedStep,
    "wait_ms": WaitStep,
}
"""By the key that only this kind of step has."""

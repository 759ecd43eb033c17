"""A person who asks to be forgotten."""

from typing import Annotated

from msgspec import Meta

from bridge.pos.messages.base import Params, Result


class ForgetParams(Params):
    """Exactly one of `card`, `phone`."""

    card: Annotated[Annotated[str, Meta(min_length=1, max_length=64)] | None, Meta(description="its number, whole")] = (
        None
    )
    phone: Annotated[
        Annotated[str, Meta(min_length=1, max_length=32)] | None, Meta(description="with all cards that go by it")
    ] = None

    def __post_init__(self) -> None:
        if (self.card is None) is (self.phone is None):
            raise ValueError("give exactly one of `card`, `phone`")


class ForgetPlace(Result):
    """One place where a person may stand."""

    place: Annotated[str, Meta(description="directory, journal, recordings, log, memory, providers, or one provider")]
    removed: Annotated[int, Meta(description="cards or records that named the person and do not any more")]
    note: Annotated[str | None, Meta(description="what else there is to say")]


class KeptReceipt(Result):
    """A receipt that still names the person."""

    receipt_id: Annotated[str, Meta(description="which")]
    why: Annotated[str, Meta(description="what it waits for; then call again")]


class ForgottenPerson(Result):
    """What was removed where."""

    places: Annotated[list[ForgetPlace], Meta(description="all of them, also where nobody can stand")]
    kept: Annotated[list[KeptReceipt], Meta(description="receipts that are not settled and still name the person")]

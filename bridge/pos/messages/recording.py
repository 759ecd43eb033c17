"""recording.*: what passed at this till, for somebody who looks into a fault far away."""

from typing import Annotated

from msgspec import Meta

from bridge.pos.messages.base import Params, Result


class RecordingParams(Params):
    """How long."""

    for_s: Annotated[int, Meta(ge=1, le=86_400, description="it ends by itself after so many seconds")] = 600


class RecordingEnd(Result):
    """What there is to read."""

    entries: Annotated[int, Meta(description="things that passed: reads, writes, exchanges, messages")]
    characters: Annotated[int, Meta(description="of the whole file")]
    is_full: Annotated[bool, Meta(description="it ended early because it had become too large")]


class RecordingPlace(Params):
    """From where on."""

    offset: Annotated[int, Meta(ge=0, description="0, then `next` of the piece before")] = 0


class RecordingPiece(Result):
    """Some of the file."""

    text: Annotated[str, Meta(description="docs/recordings.md says what stands in the file")]
    next: Annotated[int | None, Meta(description="where the next piece begins; null: this was the last")]

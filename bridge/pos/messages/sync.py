"""Exchanges of cards between providers, the cash program's list and what the till remembers."""

from typing import Annotated, Literal

from msgspec import Meta

from bridge.pos.messages.base import Params, Result, TimeText

DirectionName = Literal["import", "export"]
RunStateName = Literal["waiting", "running", "done", "stopped"]
MAX_ROWS = 200


class ListedCardParam(Params):
    """A row of the cash program's list, its texts as they are written."""

    line: Annotated[int, Meta(ge=1, le=10**9, description="of the file: refusals name it")]
    card: Annotated[str, Meta(max_length=4096, description="its number")] = ""
    holder: Annotated[str, Meta(max_length=4096, description="surname, name, patronymic")] = ""
    phone: Annotated[str, Meta(max_length=4096, description="the holder's")] = ""
    template: Annotated[str, Meta(max_length=4096, description="the provider's name for cards of this kind")] = ""
    linked: Annotated[bool | None, Meta(description="a client belongs to the card; null: the list does not say")] = None
    deleted: Annotated[bool, Meta(description="the client is marked as deleted")] = False
    balance: Annotated[str, Meta(max_length=4096, description="points")] = ""
    discount: Annotated[str, Meta(max_length=4096, description="percent")] = ""


class SyncRunParams(Params):
    """Begin an exchange, or send more rows to one that takes them (`run_id`)."""

    direction: Annotated[DirectionName | None, Meta(description="absent: import, then export; rows need one")] = None
    provider: Annotated[str | None, Meta(description="absent: all; of rows, each card's, by the card formats")] = None
    dry_run: Annotated[bool, Meta(description="nothing is changed; export asks no provider")] = False
    rows: Annotated[
        Annotated[list[ListedCardParam], Meta(max_length=MAX_ROWS)] | None,
        Meta(description="of the cash program's list: they are exchanged in place of its file"),
    ] = None
    more: Annotated[bool, Meta(description="other rows follow; without any for a minute the run stops")] = False
    run_id: Annotated[str | None, Meta(description="the run that these rows go on with")] = None
    after: Annotated[int, Meta(ge=0, description="refusals after the one of this `seq` are told")] = 0

    def __post_init__(self) -> None:
        if self.rows is None and (self.more or self.run_id is not None):
            raise ValueError("`more` and `run_id` go with `rows`")
        if self.rows is not None and self.run_id is None and self.direction is None:
            raise ValueError("`direction`: rows need one")


class SyncStatusParams(Params):
    """Which run to look at, and for how long to wait for its end."""

    run_id: Annotated[str | None, Meta(description="absent: no refusals are told")] = None
    after: Annotated[int, Meta(ge=0, description="refusals after the one of this `seq` are told")] = 0
    wait_ms: Annotated[int, Meta(ge=0, le=10_000, description="how long the end of the run may be waited for")] = 0


class CountedReason(Result):
    """Why cards were passed over, and how many."""

    reason: Annotated[str, Meta(description="in English")]
    cards: Annotated[int, Meta(description="how many")]


class SyncRun(Result):
    """One run. seen = new + known + refused."""

    run_id: Annotated[str, Meta(description="its name until the daemon is restarted")]
    direction: Annotated[DirectionName, Meta(description="import: into the till's directory; export: to providers")]
    provider: Annotated[str | None, Meta(description="null: each card's own, by the card formats")]
    dry_run: Annotated[bool, Meta(description="nothing was changed")]
    state: Annotated[RunStateName, Meta(description="stopped: cut off, and the next run goes on from there")]
    started_at: Annotated[TimeText | None, Meta(description="null: it waits for the runs before it")]
    ended_at: Annotated[TimeText | None, Meta(description="null: not yet")]
    seen: Annotated[int, Meta(description="cards so far")]
    new: Annotated[int, Meta(description="taken in; of a dry run, what would be")]
    known: Annotated[int, Meta(description="there already, and left as it is")]
    refused: Annotated[int, Meta(description="passed over")]
    reasons: Annotated[list[CountedReason], Meta(description="the most frequent first")]
    reason: Annotated[str | None, Meta(description="why it stopped, or why there was nothing to do")]


class RefusedCard(Result):
    """A card that was passed over."""

    seq: Annotated[int, Meta(description="counts from 1 within the run")]
    line: Annotated[int | None, Meta(description="of the list; null: a provider listed it")]
    reason: Annotated[str, Meta(description="everything that it lacks, in English, and nobody's name")]


class SyncBegun(Result):
    """What was begun, or what became of the rows."""

    runs: Annotated[list[SyncRun], Meta(description="one after the other; of rows, the one that they belong to")]
    accepted: Annotated[bool, Meta(description="false: none of these rows was taken, send them again while it runs")]
    refusals: Annotated[list[RefusedCard], Meta(description="of the run that rows belong to")]


class SyncSummary(Result):
    """What the till remembers of cards, and what came of the last exchanges."""

    on: Annotated[bool, Meta(description="cards are remembered at all")]
    every: Annotated[str | None, Meta(description="null: only when a person asks")]
    keep: Annotated[str, Meta(description="how long a card is remembered that no provider confirms")]
    cards: Annotated[int | None, Meta(description="remembered; null = not counted yet")]
    next_at: Annotated[TimeText | None, Meta(description="when the next exchange begins by itself")]
    runs: Annotated[list[SyncRun], Meta(description="the last of each direction and provider")]


class SyncAbilities(Result):
    """What a provider can exchange."""

    name: Annotated[str, Meta(description="of its `[[providers]]` entry")]
    kind: Annotated[str, Meta(description="of loyalty system")]
    lists: Annotated[bool, Meta(description="its cards can be imported")]
    registers: Annotated[bool, Meta(description="the cash program's cards can be exported to it")]


class SyncStatus(SyncSummary):
    """The same, and who can exchange what."""

    providers: Annotated[list[SyncAbilities], Meta(description="in the order of the configuration")]
    export_from: Annotated[str | None, Meta(description="the list that is exported by itself")]
    run: Annotated[SyncRun | None, Meta(description="the one that was asked for")]
    refusals: Annotated[list[RefusedCard], Meta(description="of that run, the latest 2000 at most")]

"""The handlers of sync.*: admin methods, for personal data is sent by them."""

from collections.abc import Mapping, Sequence

import structlog

from bridge.desk.programme import Programmes
from bridge.desk.sync.planning import NothingToExchange, Order
from bridge.desk.sync.rows import RowFeed
from bridge.desk.sync.run import Direction, Run
from bridge.desk.sync.service import SyncService
from bridge.domain.card_list import ListedCard
from bridge.events import rfc3339
from bridge.pos import messages as m
from bridge.pos.jsonrpc import InvalidParams
from bridge.pos.methods import Handler
from bridge.pos.peer import Caller

log = structlog.get_logger()

# How long rows may wait for those before them: less than a client's patience.
ROOM_WITHIN_S = 5.0


class SyncHandlers:
    """sync.run, sync.status. times: `every` and `keep` as they are written; export_from: None = no such file."""

    def __init__(
        self, service: SyncService, programmes: Programmes, *, every: str, keep: str, export_from: str | None
    ) -> None:
        self._service = service
        self._programmes = programmes
        self._every = every
        self._keep = keep
        self._export_from = export_from

    def table(self) -> Mapping[str, Handler]:
        return {"sync.run": self._run, "sync.status": self._status}

    def summary(self) -> m.SyncSummary:
        """What bridge.status tells: from memory."""
        service = self._service
        return m.SyncSummary(
            on=service.is_on,
            every=self._every or None,
            keep=self._keep,
            cards=service.cards,
            next_at=rfc3339(service.next_at) if service.next_at else None,
            runs=[_run_view(run) for run in service.runs],
        )

    async def _run(self, params: m.SyncRunParams, caller: Caller) -> m.SyncBegun:
        try:
            runs = self._begun(params, caller) if params.run_id is None else [self._known(params.run_id)]
            accepted = params.rows is None or await self._service.send(
                runs[0], [_row_of(row) for row in params.rows], is_last=not params.more, wait_s=ROOM_WITHIN_S
            )
        except NothingToExchange as error:
            raise InvalidParams(str(error)) from error
        return m.SyncBegun(
            runs=[_run_view(run) for run in runs], accepted=accepted, refusals=_refusals(runs[0], params.after)
        )

    async def _status(self, params: m.SyncStatusParams, _caller: Caller) -> m.SyncStatus:
        run = self._known(params.run_id) if params.run_id is not None else None
        if run is not None:
            await run.wait(params.wait_ms / 1000)
        told = self.summary()
        return m.SyncStatus(
            **{name: getattr(told, name) for name in told.__struct_fields__},
            providers=[
                m.SyncAbilities(
                    name=programme.name,
                    kind=programme.provider.kind,
                    lists=programme.provider.card_source is not None,
                    registers=programme.provider.card_register is not None,
                )
                for programme in self._programmes
            ],
            export_from=self._export_from,
            run=_run_view(run) if run else None,
            refusals=_refusals(run, params.after) if run else [],
        )

    def _begun(self, params: m.SyncRunParams, caller: Caller) -> Sequence[Run]:
        if params.provider is not None and not self._programmes.knows(params.provider):
            raise InvalidParams(f"`provider`: no {params.provider[:64]!r} is configured")
        direction = Direction(params.direction) if params.direction else None
        feed = RowFeed() if params.rows is not None else None
        runs = self._service.begin(Order(direction, params.provider, is_dry=params.dry_run, feed=feed))
        log.info("sync_asked_for", runs=[run.run_id for run in runs], **caller.told())
        return runs

    def _known(self, run_id: str) -> Run:
        run = self._service.find(run_id)
        if run is None:
            raise InvalidParams(f"`run_id`: no run {run_id[:64]!r}, or another has taken its place")
        return run


def _run_view(run: Run) -> m.SyncRun:
    return m.SyncRun(
        run_id=run.run_id,
        direction=run.direction.value,
        provider=run.provider,
        dry_run=run.is_dry,
        state=run.state.value,
        started_at=rfc3339(run.started_at) if run.started_at else None,
        ended_at=rfc3339(run.ended_at) if run.ended_at else None,
        seen=run.seen,
        new=run.new,
        known=run.known,
        refused=run.refused,
        reasons=[m.CountedReason(reason=reason, cards=cards) for reason, cards in run.reasons.most_common()],
        reason=run.reason or None,
    )


def _refusals(run: Run, after: int) -> list[m.RefusedCard]:
    return [m.RefusedCard(seq=each.seq, line=each.line, reason=each.reason) for each in run.refusals(after)]


def _row_of(row: m.ListedCardParam) -> ListedCard:
    return ListedCard(
        row.line,
        card=row.card,
        holder=row.holder,
        phone=row.phone,
        template=row.template,
        is_linked=row.linked,
        is_deleted=row.deleted,
        balance=row.balance,
        discount_percent=row.discount,
    )

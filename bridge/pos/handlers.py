"""The methods' handlers: params in, the desk asked, results out. No rule of the desk stands here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec import Raw

import bridge
from bridge.desk.book import ReceiptBook
from bridge.desk.cards.incoming import CardDesk
from bridge.desk.programme import Programmes
from bridge.desk.sale.closing import CloseDesk
from bridge.desk.sale.limiting import LimitDesk
from bridge.desk.sale.preparing import PrepareDesk
from bridge.desk.sale.receipts import ReceiptDesk, live
from bridge.desk.sale.redeeming import RedeemDesk
from bridge.desk.screens.screens import Screens
from bridge.domain.limits import Limits
from bridge.domain.member import Entry
from bridge.domain.money import Points
from bridge.domain.personal import PersonName, Who
from bridge.domain.receipt import Operation, ReceiptState
from bridge.domain.sale import Basket
from bridge.ports import Clock
from bridge.pos import messages as m
from bridge.pos.at_once import at_once
from bridge.pos.jsonrpc import InvalidParams, encode
from bridge.pos.methods import Handler
from bridge.pos.peer import Caller
from bridge.pos.reading import base_of, basket_of, cashier_of, closing_of, moment_of, phone_of
from bridge.pos.views import (
    card_view,
    limits_view,
    outcome_view,
    prepared_view,
    receipt_view,
    redemption_view,
)
from bridge.wording import Wording


@dataclass(frozen=True, slots=True)
class TillInfo:
    """What bridge.hello tells of the till."""

    store: str
    till: str
    emulated: bool


@dataclass(frozen=True, slots=True)
class _ToldLimits:
    """The latest limits that were told, as they were written."""

    limits: Limits
    edition: int
    written: Raw


class ReceiptHandlers:
    """card.resolve and receipt.*"""

    def __init__(  # noqa: PLR0913 - one desk a group of calls
        self,
        *,
        programmes: Programmes,
        cards: CardDesk,
        book: ReceiptBook,
        receipts: ReceiptDesk,
        limiting: LimitDesk,
        redeeming: RedeemDesk,
        preparing: PrepareDesk,
        closing: CloseDesk,
        wording: Wording,
    ) -> None:
        self._programmes = programmes
        self._cards = cards
        self._book = book
        self._receipts = receipts
        self._limiting = limiting
        self._redeeming = redeeming
        self._preparing = preparing
        self._closing = closing
        self._wording = wording
        self._told: _ToldLimits | None = None

    def table(self) -> dict[str, Handler]:
        return {
            "card.resolve": self._resolve,
            "receipt.open": self._open,
            "receipt.select": self._select,
            "receipt.clear_card": self._clear_card,
            "receipt.limits": self._limits,
            "receipt.redeem": self._redeem,
            "receipt.cancel_redeem": self._cancel_redeem,
            "receipt.prepare": self._prepare,
            "receipt.close": self._close,
            "receipt.cancel": self._cancel,
            "receipt.get": self._get,
            "receipt.list": self._list,
        }

    async def _resolve(self, params: m.ResolveParams, _caller: Caller) -> m.Card:
        if params.receipt_id is not None:
            live(await self._book.get(params.receipt_id))
        if params.provider is not None and not self._programmes.knows(params.provider):
            raise InvalidParams(f"`provider`: no {params.provider[:64]!r} is configured")
        who, entry, provider = self._who(params)
        programme = self._programmes.pick(provider)
        card = await self._cards.resolve(programme, who, entry, params.receipt_id, params.wait_ms / 1000)
        return card_view(card, self._wording)

    def _who(self, params: m.ResolveParams) -> tuple[Who, Entry, str | None]:
        if params.code is not None:
            card = self._cards.recognised(params.code.strip(), params.provider)
            return card.number, Entry(params.entry or Entry.TYPED), card.provider
        if params.phone is not None:
            return phone_of(params.phone), Entry(params.entry or Entry.PHONE), params.provider
        return PersonName(params.name or ""), Entry(params.entry or Entry.NAME), params.provider

    async def _open(self, params: m.OpenParams, _caller: Caller) -> m.ReceiptResult:
        operation = Operation(params.operation)
        receipt = await self._receipts.open(
            params.receipt_id, operation, base_of(params.base), cashier_of(params.cashier)
        )
        return receipt_view(receipt)

    async def _select(self, params: m.ReceiptIdParams, _caller: Caller) -> None:
        await self._receipts.select(params.receipt_id)

    async def _clear_card(self, params: m.ReceiptIdParams, _caller: Caller) -> None:
        await self._receipts.clear_card(params.receipt_id)

    def _limits(self, params: m.LimitsParams, _caller: Caller) -> object:
        """No task, and what was told before is not made anew: a cash program asks with every line that it rings up."""
        basket = basket_of(params.total, params.lines)
        limits = self._limiting.at_hand(params.receipt_id, basket)
        if limits is None:
            return at_once(self._limited(params, basket))
        return self._told_limits(limits)

    async def _limited(self, params: m.LimitsParams, basket: Basket) -> m.Limits:
        limits = await self._limiting.limits(params.receipt_id, basket, params.wait_ms / 1000)
        return limits_view(limits, self._wording)

    def _told_limits(self, limits: Limits) -> Raw:
        """As JSON, which is the same while the limits and the wording are."""
        if self._told is None or self._told.limits is not limits or self._told.edition != self._wording.edition:
            written = Raw(encode(limits_view(limits, self._wording)))
            self._told = _ToldLimits(limits, self._wording.edition, written)
        return self._told.written

    async def _redeem(self, params: m.RedeemParams, _caller: Caller) -> m.RedemptionResult:
        points = Points(params.points.value)
        redemption = await self._redeeming.redeem(params.receipt_id, points, params.wait_ms / 1000, params.code)
        return redemption_view(redemption)

    async def _cancel_redeem(self, params: m.ReceiptIdParams, _caller: Caller) -> m.OutcomeResult:
        return outcome_view(await self._redeeming.cancel(params.receipt_id))

    async def _prepare(self, params: m.PrepareParams, _caller: Caller) -> m.Prepared:
        basket = basket_of(params.total, params.lines)
        prepared = await self._preparing.prepare(params.receipt_id, basket, params.wait_ms / 1000)
        return prepared_view(prepared)

    async def _close(self, params: m.CloseParams, _caller: Caller) -> m.OutcomeResult:
        return outcome_view(await self._closing.close(closing_of(params), params.wait_ms / 1000))

    async def _cancel(self, params: m.CancelParams, _caller: Caller) -> m.OutcomeResult:
        return outcome_view(await self._closing.cancel(params.receipt_id, params.wait_ms / 1000))

    async def _get(self, params: m.ReceiptIdParams, _caller: Caller) -> m.ReceiptResult:
        return receipt_view(await self._receipts.get(params.receipt_id))

    async def _list(self, params: m.ListParams, _caller: Caller) -> m.ReceiptList:
        state = ReceiptState(params.state) if params.state else None
        found = await self._receipts.list(state, moment_of(params.since), params.limit)
        return m.ReceiptList(receipts=[receipt_view(receipt) for receipt in found])


class TillHandlers:
    """bridge.*, device.* and display.*"""

    def __init__(  # noqa: PLR0913 - one source a group of calls
        self,
        *,
        till: TillInfo,
        programmes: Programmes,
        book: ReceiptBook,
        devices: Callable[[], Sequence[m.Device]],
        screens: Screens,
        sync: Callable[[], m.SyncSummary],
        clock: Clock,
        started: datetime,
    ) -> None:
        self._till = till
        self._programmes = programmes
        self._book = book
        self._devices = devices
        self._screens = screens
        self._sync = sync
        self._clock = clock
        self._started = started

    def table(self) -> Mapping[str, Handler]:
        return {
            "bridge.hello": self._hello,
            "bridge.status": self._status,
            "device.list": self._device_list,
            "display.show": self._show,
            "display.clear": self._clear,
        }

    def _hello(self, _params: m.HelloParams, _caller: Caller) -> m.Hello:
        return m.Hello(
            protocol=m.PROTOCOL,
            version=bridge.__version__,
            emulated=self._till.emulated,
            till=self._till.till,
            store=self._till.store,
            providers=self._providers(),
        )

    def _status(self, _params: m.NoParams, _caller: Caller) -> m.Status:
        return self.status()

    def status(self) -> m.Status:
        """Everything at a glance, from memory."""
        now = self._clock()
        return m.Status(
            version=bridge.__version__,
            emulated=self._till.emulated,
            devices=list(self._devices()),
            providers=self._providers(),
            queue=self._queue(now),
            sync=self._sync(),
            uptime_s=_seconds(now - self._started),
        )

    def _queue(self, now: datetime) -> m.QueueCounts:
        queued, unknown, tasks = self._book.queue_counts()
        oldest = self._book.waiting_since() or now
        return m.QueueCounts(queued=queued, unknown=unknown, tasks=tasks, oldest_s=_seconds(now - oldest))

    def _device_list(self, _params: m.NoParams, _caller: Caller) -> m.DeviceList:
        return m.DeviceList(devices=list(self._devices()))

    def _show(self, params: m.ShowParams, _caller: Caller) -> m.Shown:
        return m.Shown(shown=self._screens.show(params.rows, params.device, params.for_ms))

    def _clear(self, params: m.ClearParams, _caller: Caller) -> None:
        self._screens.show((), params.device)

    def _providers(self) -> list[m.ProviderStatus]:
        return [
            m.ProviderStatus(name=programme.name, kind=programme.provider.kind, state=programme.provider.state.value)
            for programme in self._programmes
        ]


def _seconds(length: timedelta) -> float:
    """Never below zero: the wall clock may be set back."""
    return max(0.0, round(length.total_seconds(), 3))

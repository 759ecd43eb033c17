"""Whoever works at the till: sells, returns, prints, shows, looks after the queue, and keeps books of all of it."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any

from tests.proof.day.books import Books, Told
from tests.proof.day.papers import Papers
from tests.proof.day.patience import until
from tests.proof.day.plan import Act, Step
from tests.proof.day.till import DayTill
from tests.shop.client import Refusal

HEARD_WITHIN_S = 20
# Of so many of the last sales a customer may come back.
RETURNABLE = 30
CENT = Decimal("0.01")


class Cashier:
    """goods: codes that must have been heard of exactly once. cards: how often each surely was scanned.

    refusals: how often each method met each code.
    """

    def __init__(self, till: DayTill) -> None:
        self.till = till
        self.cash = till.cash
        self.books = Books()
        self.papers = Papers()
        self.goods: list[str] = []
        self.cards: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.acts: Counter[Act] = Counter()
        self.told_staff: set[str] = set()
        self._goods = 0

    async def play(self, step: Step) -> None:
        acts: Mapping[Act, Callable[[Step], Awaitable[object]]] = {
            Act.SELL: self._sell,
            Act.SELL_WITHOUT_CARD: self._sell_without_card,
            Act.CANCEL: self._cancel,
            Act.REFUND: self._refund,
            Act.REPEAT: self._repeat,
            Act.SCAN_GOODS: lambda step: self.scan_goods(step.scanner),
            Act.SCAN_CARD: lambda step: self._scan_card(step.scanner, step.card),
            Act.PRINT: self._print,
            Act.SHOW: self._show,
            Act.STAFF: self._look_after_queue,
        }
        self.acts[step.act] += 1
        await acts[step.act](step)

    async def ask(self, method: str, **params: object) -> Any:  # noqa: ANN401 - JSON
        """The result; None where it is refused, which a cash program takes as it is."""
        try:
            return await self.cash.call(method, **params)
        except Refusal as refusal:
            self.refusals[f"{method} {refusal.code}"] += 1
            return None

    async def ask_of_task(self, method: str, task: Mapping[str, Any], **params: object) -> None:
        """Staff's word about one that was listed a moment ago."""
        reply = await self.cash.ask_of_task(method, task["task_id"], **params)
        if "error" in reply:
            self.refusals[f"{method} {reply['error']['code']}"] += 1

    async def scan_goods(self, scanner: str) -> None:
        self._goods += 1
        code = f"46{self._goods:011}"
        if await self.till.scan(scanner, code):
            self.goods.append(code)

    async def print_job(self) -> str:
        """The tag of a job that is asked for twice, and is one."""
        tag, lines = self.papers.new()
        job = await self.cash.call("printer.print", lines=lines, request_id=tag)
        assert (await self.cash.call("printer.print", lines=lines, request_id=tag))["job_id"] == job["job_id"]
        self.papers.jobs[tag] = job["job_id"]
        return tag

    async def close(self, told: Told) -> None:
        """It is always answered: what was fiscalised is never refused."""
        assert told.closing is not None
        told.hear(await self.cash.call("receipt.close", **told.closing))

    async def _sell(self, step: Step) -> None:
        told = await self._opened(step)
        redeemed = await self._redeemed(told, step)
        if step.prepares:
            prepared = await self.ask(
                "receipt.prepare", receipt_id=told.receipt_id, total=str(step.total), wait_ms=step.wait_ms
            )
            redeemed = prepared["redeemed"] if prepared else redeemed
        await self._closed(told, step, redeemed=redeemed)

    async def _sell_without_card(self, step: Step) -> None:
        """A till that tells only of what is over."""
        await self._closed(self.books.new(), step, redeemed="0")

    async def _closed(self, told: Told, step: Step, **more: object) -> None:
        told.closing = {"receipt_id": told.receipt_id, "total": str(step.total), "wait_ms": step.wait_ms, **more}
        await self.close(told)
        if not told.is_refund:
            self.books.sold = [*self.books.sold[1 - RETURNABLE :], told]

    async def _cancel(self, step: Step) -> None:
        told = await self._opened(step)
        await self._redeemed(told, step)
        if step.prepares:
            await self.ask("receipt.prepare", receipt_id=told.receipt_id, total=str(step.total), wait_ms=step.wait_ms)
        told.is_cancelled = True
        told.hear(await self.cash.call("receipt.cancel", receipt_id=told.receipt_id, wait_ms=step.wait_ms))

    async def _refund(self, step: Step) -> None:
        if not self.books.sold:
            return
        sale = self.books.sold[int(step.luck * len(self.books.sold))]
        assert sale.closing is not None
        told = self.books.new(is_refund=True)
        total = (Decimal(sale.closing["total"]) * step.part).quantize(CENT)
        base = {"receipt_id": sale.receipt_id}
        told.closing = {
            "receipt_id": told.receipt_id,
            "total": str(total),
            "operation": "refund",
            "base": base,
            "wait_ms": step.wait_ms,
        }
        await self.close(told)

    async def _repeat(self, step: Step) -> None:
        closed = [told for told in self.books.unreckoned.values() if told.closing]
        if closed:
            await self.close(closed[int(step.luck * len(closed))])

    async def _opened(self, step: Step) -> Told:
        told = self.books.new()
        await self.cash.call("receipt.open", receipt_id=told.receipt_id, operation="sale")
        if step.by_scan:
            await self._scan_card(step.scanner, step.card)
        else:
            await self.ask("card.resolve", receipt_id=told.receipt_id, code=step.card, wait_ms=step.wait_ms)
        return told

    async def _redeemed(self, told: Told, step: Step) -> str:
        """The points that stand on the receipt."""
        named = {"receipt_id": told.receipt_id}
        await self.ask("receipt.limits", **named, total=str(step.total), wait_ms=step.wait_ms)
        if not step.points:
            return "0"
        redemption = await self.ask("receipt.redeem", **named, points=str(step.points), wait_ms=step.wait_ms)
        return redemption["points"] if redemption else "0"

    async def _scan_card(self, scanner: str, card: str) -> None:
        """Heard of before anything else happens, as a cashier looks at what the scanner brought."""

        async def is_heard() -> bool:
            return self._heard_of(card) > before

        before = self._heard_of(card)
        if await self.till.scan(scanner, card):
            self.cards[card] += 1
            await until(is_heard, HEARD_WITHIN_S, f"card {card} from scanner {scanner}", look_every_s=0.005)

    def _heard_of(self, card: str) -> int:
        scans = (event["data"] for event in self.till.watcher.events if event["topic"] == "scan")
        return sum(scan["data"] == card for scan in scans)

    async def _print(self, _step: Step) -> None:
        await self.print_job()

    async def _show(self, step: Step) -> None:
        await self.cash.call("display.show", rows=[f"Шаг {step.number}", f"Сумма {step.total}"])

    async def _look_after_queue(self, step: Step) -> None:
        """Staff tries again what was refused, or books by hand what waits for a person."""
        tasks = (await self.cash.call("queue.list"))["tasks"]
        if not tasks:
            return
        task = tasks[int(step.luck * len(tasks))]
        await self.see_to(task, retries=step.prepares)

    async def see_to(self, task: Mapping[str, Any], *, retries: bool) -> None:
        told = self.books.unreckoned.get(task["receipt_id"])
        if told is not None and (not retries or task["state"] == "open"):
            told.by_hand = True
            self.told_staff.add(task["receipt_id"])
        if retries:
            await self.ask_of_task("queue.retry", task)
        else:
            await self.ask_of_task("queue.resolve", task, note="booked by hand")

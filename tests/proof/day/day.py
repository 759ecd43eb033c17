"""A day: the steps of a seed, and every now and then a rest, when all troubles are over and the books are compared."""

import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.proof.books import KINDS, Standing, nothing_twice
from tests.proof.day.books import PREFIX, reckon
from tests.proof.day.cashier import Cashier
from tests.proof.day.growth import Sample, sample
from tests.proof.day.patience import until
from tests.proof.day.plan import MOST_TROUBLES, Step, steps
from tests.proof.day.till import DayTill, open_day
from tests.proof.day.troubles import TROUBLES
from tests.shop.shop import CARD, HTTP_TOKEN

STEPS_A_SPELL = 40
# A card's number, an article's, a phone: masked, each has fewer digits, and so has all that is nobody's.
PERSONAL = re.compile(r"\d{10,}")
SETTLED_WITHIN_S = 120
SHOWN_WITHIN_S = 30


@dataclass
class Day:
    """What came of it."""

    till: DayTill
    cashier: Cashier
    samples: list[Sample] = field(default_factory=list)
    troubles: Counter[str] = field(default_factory=Counter)
    scans_of_cards: int = 0
    tasks: int = 0
    _lasting: dict[str, int] = field(default_factory=dict)
    _heard: Counter[str] = field(default_factory=Counter)

    async def spell(self, plan: Iterator[Step], number: int) -> None:
        """So many steps, then a rest. AssertionError: something is not as the contract says."""
        for _ in range(number):
            step = next(plan)
            self.till.step = step.number
            await self._trouble(step)
            await self.cashier.play(step)
        await self._rest()

    async def _trouble(self, step: Step) -> None:
        for name, until_step in list(self._lasting.items()):
            if until_step <= step.number:
                await self._over(name)
        if self.till.spoilt:
            await self.till.mend()
        if not step.begins or len(self._lasting) >= MOST_TROUBLES:
            return
        trouble = TROUBLES[step.begins]
        if trouble.target in {TROUBLES[name].target for name in self._lasting} | self.till.spoilt:
            return
        self._lasting[step.begins] = step.number + step.lasts
        self.troubles[step.begins] += 1
        await trouble.begin(self.till)

    async def _over(self, name: str) -> None:
        del self._lasting[name]
        await TROUBLES[name].end(self.till)

    # --- a rest ----------------------------------------------------------------------------------

    async def _rest(self) -> None:
        for name in list(self._lasting):
            await self._over(name)
        await self._all_work()
        await self._all_is_settled()
        await self._last_paper()
        await self._reckon()
        self._check_log()
        await self._hear()
        await self.till.monitor.look()
        self.samples.append(await sample(self.till, self.cashier.books.receipts))

    async def _all_work(self) -> None:
        """Devices and provider are as they were before any of it."""
        till, cashier = self.till, self.cashier
        await cashier.print_job()  # a printer that was silent is asked again with the next job
        await till.all_online()

        async def are_well() -> bool:
            await till.mend()
            return not till.spoilt

        await until(are_well, SETTLED_WITHIN_S, f"scanners are well again: {till.spoilt}")
        await self._provider_answers()
        await cashier.scan_goods("front")
        await cashier.scan_goods("hand")
        rows = [f"Итого {till.step}", f"К оплате {till.step}"]
        await till.cash.call("display.show", rows=rows)

        async def is_shown() -> bool:
            return [row.rstrip() for row in till.shop.display.rows] == rows

        await until(is_shown, SHOWN_WITHIN_S, f"the glass shows {rows}")
        assert not till.shop.display.unknown, till.shop.display.unknown

    async def _provider_answers(self) -> None:
        async def answers() -> bool:
            return await self.cashier.ask("card.resolve", code=CARD, wait_ms=2000) is not None

        await until(answers, SETTLED_WITHIN_S, "the provider answers again")

    async def _last_paper(self) -> None:
        """Papers come out in the order in which they were asked for: with this one all are there."""
        tag = await self.cashier.print_job()
        job_id = self.cashier.papers.jobs[tag]

        async def is_printed() -> bool:
            return bool((await self.till.cash.call("printer.job", job_id=job_id))["state"] == "printed")

        await until(is_printed, SETTLED_WITHIN_S, f"job {tag} is printed")

    async def _all_is_settled(self) -> None:
        """What waits is tried again at once, as staff may; then nothing waits but for a person."""

        async def is_settled() -> bool:
            waiting = [each for each in (await self.till.cash.call("queue.list"))["tasks"] if each["state"] != "open"]
            for task in waiting:
                await self.cashier.ask_of_task("queue.retry", task)
            return not waiting

        await until(is_settled, SETTLED_WITHIN_S, "what waits for the provider is settled", look_every_s=0.5)

    async def _reckon(self) -> None:
        cashier, cash, books = self.cashier, self.till.cash, self.till.books
        tasks = (await cash.call("queue.list"))["tasks"]
        self.tasks += len(tasks)
        cashier.told_staff |= {task["receipt_id"] for task in tasks}
        books.check()
        nothing_twice(books)
        standings = books.standings()
        for receipt_id, told in list(cashier.books.unreckoned.items()):
            receipt = await cash.call("receipt.get", receipt_id=receipt_id)
            reckon(told, receipt, cashier.told_staff, standings.get(f"{PREFIX}/{receipt_id}/", Standing()))
            del cashier.books.unreckoned[receipt_id]
        for task in tasks:
            await cashier.see_to(task, retries=False)
        states = {
            tag: (await cash.call("printer.job", job_id=job))["state"] for tag, job in cashier.papers.jobs.items()
        }
        cashier.papers.read(self.till.paper)
        cashier.papers.reckon(states)

    async def _hear(self) -> None:
        """Each scan was told once, each card answered; the stream over HTTP has told the same."""
        cashier, watcher = self.cashier, self.till.watcher

        async def are_told() -> bool:
            scans = [event["data"] for event in watcher.events if event["topic"] == "scan"]
            answered = {event["data"].get("scan_id") for event in watcher.events if event["topic"] == "card"}
            unheard = set(cashier.goods) - {scan["data"] for scan in scans}
            return not unheard and all(scan["scan_id"] in answered for scan in scans if scan["card"])

        await until(are_told, SHOWN_WITHIN_S, "each scan is told, each card answered")
        heard = self.till.take_heard()
        scans = Counter(event["data"]["data"] for event in heard if event["topic"] == "scan")
        assert all(scans[code] == 1 for code in cashier.goods), (cashier.goods, scans)
        assert all(scans[card] >= number for card, number in cashier.cards.items()), (cashier.cards, scans)
        self.scans_of_cards += cashier.cards.total()
        cashier.goods.clear()
        cashier.cards.clear()
        self._heard.update(event["topic"] for event in heard)

        async def is_same() -> bool:
            return self.till.monitor.heard.total() >= self._heard.total()

        await until(is_same, SHOWN_WITHIN_S, "the stream over HTTP has told as much")

    def _check_log(self) -> None:
        shop = self.till.shop
        assert shop.process is not None
        assert shop.process.returncode is None, "the daemon has died"
        wrong = [line for line in shop.log if line.get("level") in {"error", "critical"} or "exception" in line]
        assert not wrong, wrong
        lines = json.dumps(shop.log, ensure_ascii=False)
        assert not PERSONAL.search(lines), lines
        assert not [secret for secret in (HTTP_TOKEN, *self.till.books.secrets.values()) if secret in lines]
        shop.log.clear()


async def play(
    folder: Path,
    kind: str,
    seed: int,
    goes_on: Callable[[Day], bool],
    told: Callable[[Day], Awaitable[None]],
    number: int = STEPS_A_SPELL,
) -> Day:
    """kind: of the provider. Spells of `number` steps while `goes_on` says so, at least one; `told` after each."""
    async with open_day(folder, KINDS[kind]()) as till:
        day = Day(till, Cashier(till))
        plan = steps(seed)
        while True:
            await day.spell(plan, number)
            await told(day)
            if not goes_on(day):
                break
        assert await till.shop.stop() == 0
    return day

"""One whole sale, told as it happens. Each step waits for the thing itself, and fails when it is another."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from bridge.emulation import drawing
from bridge.emulation.demo.failed import DemoFailed
from bridge.emulation.demo.processes import outcome_of
from bridge.emulation.demo.scene import CARD, Scene
from bridge.emulation.demo.terminal import CYAN, DIM, GREEN, YELLOW, Terminal
from devices.emulation.display import Rows

GOODS = "2000000000015"
SEARCHING = ("Ищем карту...", "")
WELCOME = ("Здравствуйте!", "Баллов: 350")
THANKS = ("Спасибо за покупку!", "")
# 350 points, 200 of them spent, 5 % of the 1000 roubles paid in money earned.
EXPECTED = {"state": "done", "redeemed": "200.00", "accrued": "50.00", "balance_after": "200.00"}

METHOD_SCENES = {
    "receipt.limits": "The cashier presses PAY: how many points may this customer spend?",
    "receipt.redeem": "The customer spends 200 points: the provider is asked afresh",
    "receipt.prepare": "Just before the fiscal receipt: the provider holds the 200 points",
    "receipt.close": "The fiscal receipt is printed: the sale is made good at the provider",
}


class Story:
    """Plays the sale on a scene and tells it to a terminal."""

    def __init__(self, scene: Scene, cash: Process, terminal: Terminal) -> None:
        self._scene = scene
        self._cash = cash
        self._terminal = terminal

    async def play(self) -> None:
        """DemoFailed or TimeoutError: it did not go as it must."""
        await self._open()
        await self._scan_goods()
        await self._show_card()
        outcome = await self._pay()
        await self._look_at_paper()
        self._check(outcome)

    async def _open(self) -> None:
        self._terminal.scene("The cash program, a process of its own, opens a receipt")
        await self._traffic(_reply_with("receipt_id"))

    async def _scan_goods(self) -> None:
        self._terminal.scene("Goods are scanned: no card format fits, so the code is the cash program's")
        await self._scan(GOODS)
        await self._traffic(_event("scan"))

    async def _show_card(self) -> None:
        self._terminal.scene("A card is scanned: the display answers at once, the provider a little later")
        await self._scan(CARD)
        await self._see(SEARCHING)
        await self._traffic(_event("scan"))
        await self._traffic(_event("card"))
        await self._see(WELCOME)

    async def _pay(self) -> dict[str, Any]:
        if self._cash.stdin is None:
            raise DemoFailed("the cash program has no keyboard")
        self._cash.stdin.write(b"PAY\n")
        for method in METHOD_SCENES:
            await self._traffic(_request(method))
            await self._traffic(_reply)
        outcome = await outcome_of(self._cash)
        await self._see(THANKS)
        return outcome

    async def _look_at_paper(self) -> None:
        self._terminal.scene("The receipt printer prints what the sale brought")
        await self._scene.printer.until(lambda paper: any(page.cut for page in paper.pages))
        columns = self._scene.columns
        lines = drawing.PaperFeed().new_lines(self._scene.printer.paper, columns)
        self._terminal.picture(drawing.sheet(lines, columns), DIM)

    def _check(self, outcome: dict[str, Any]) -> None:
        """What the bridge told must be what stands in the provider's own books."""
        self._terminal.scene("The demo checks itself")
        told = {name: outcome[name] for name in EXPECTED}
        if told != EXPECTED:
            raise DemoFailed(f"the outcome is {told}, and must be {EXPECTED}")
        client, ledger = self._scene.client, self._scene.provider.ledger
        try:
            ledger.check()
        except AssertionError as error:
            raise DemoFailed(str(error)) from error
        if Decimal(client.bonuses) != Decimal(outcome["balance_after"]) or len(ledger.purchases) != 1:
            raise DemoFailed(f"the provider's books say {client.bonuses} points, {len(ledger.purchases)} purchases")
        if self._scene.display.unknown or self._scene.printer.paper.unknown:
            raise DemoFailed("a device was sent bytes that it does not understand")
        self._terminal.good("350 − 200 + 50 = 200 points: the bridge and the provider's books agree")
        self._terminal.good("one purchase at the provider, nothing held, nothing sent twice")
        self._terminal.good("display and printer understood every byte")

    async def _scan(self, code: str) -> None:
        self._terminal.sent("scanner      ▮", f"{code}⏎", YELLOW)
        await self._scene.scanner.scan(code)

    async def _see(self, wanted: Rows) -> None:
        """Draw what the display showed, up to what is wanted."""
        padded = tuple(f"{row:20}" for row in wanted)
        glasses = self._scene.glasses
        await self._scene.display.until(lambda _rows: padded in glasses)
        while (rows := glasses.popleft()) != padded:
            self._draw(rows)
        self._draw(rows)

    def _draw(self, rows: Rows) -> None:
        self._terminal.picture(drawing.glass(rows), CYAN)

    async def _traffic(self, is_last: Callable[[dict[str, Any]], bool]) -> None:
        """Show the lines that pass, up to the one waited for."""
        while True:
            passed = await self._scene.tap.next()
            message = passed.message
            if passed.sender == "cash program" and message["method"] in METHOD_SCENES:
                self._terminal.scene(METHOD_SCENES[message["method"]])
            is_request = passed.sender == "cash program"
            arrow, colour = ("cash program ▶", "") if is_request else ("bridge       ◀", GREEN)
            self._terminal.sent(arrow, passed.text, colour)
            if "error" in message:
                raise DemoFailed(f"the bridge refused: {message['error']['message']}")
            if is_last(message):
                return


def _request(method: str) -> Callable[[dict[str, Any]], bool]:
    return lambda message: message.get("method") == method


def _reply(message: dict[str, Any]) -> bool:
    return "result" in message


def _reply_with(member: str) -> Callable[[dict[str, Any]], bool]:
    return lambda message: member in message.get("result", {})


def _event(topic: str) -> Callable[[dict[str, Any]], bool]:
    return lambda message: message.get("method") == "event" and message["params"]["topic"] == topic


async def play_within(story: Story, deadline_s: float) -> None:
    """The whole story, or DemoFailed."""
    try:
        async with asyncio.timeout(deadline_s):
            await story.play()
    except TimeoutError as error:
        raise DemoFailed(str(error) or f"it did not end within {deadline_s:g} s") from error

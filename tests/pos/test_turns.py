"""Who is served when, and that what a turn came to is told at its end."""

import asyncio
from dataclasses import dataclass, field

from bridge.pos.framing import MAX_FRAME_BYTES
from bridge.pos.server import PosServer
from bridge.pos.turns import SLICE_BUDGET, TURN_BUDGET, Turns
from tests.pos.conftest import Connect


@dataclass(eq=False)
class Asker:
    """Has so many frames of cost 1; writes down what is done with it."""

    name: str
    frames: int
    diary: list[tuple[str, str, int]] = field(default_factory=list)

    def serve(self, budget: int) -> int:
        begun = min(budget, self.frames)
        self.frames -= begun
        self.diary.append(("served", self.name, begun))
        return begun

    def settle(self) -> None:
        self.diary.append(("settled", self.name, 0))

    @property
    def is_ready(self) -> bool:
        return self.frames > 0


async def test_who_comes_alone_is_served_and_told_at_once() -> None:
    asker = Asker("a", 2)
    Turns(asyncio.get_running_loop()).submit(asker)
    assert asker.diary == [("served", "a", 2), ("settled", "a", 0)]


async def test_a_turn_tells_all_that_it_served_when_it_has_served_them() -> None:
    turns, diary = busy_turns()
    for name in "ab":
        turns.submit(Asker(name, 2, diary))
    await asyncio.sleep(0)
    assert diary == [("served", "a", 2), ("served", "b", 2), ("settled", "a", 0), ("settled", "b", 0)]


async def test_a_turn_is_shared_out_by_slices_and_ends_with_its_budget() -> None:
    turns, diary = busy_turns()
    for name in "abc":
        turns.submit(Asker(name, 1000, diary))
    await asyncio.sleep(0)
    served = [(name, begun) for what, name, begun in diary if what == "served"]
    assert served == [("a", SLICE_BUDGET), ("b", SLICE_BUDGET)]
    assert sum(begun for _, begun in served) == TURN_BUDGET
    diary.clear()
    await asyncio.sleep(0)
    assert [name for what, name, _ in diary if what == "served"] == ["c", "a"]


async def test_who_asks_again_while_it_waits_has_one_place() -> None:
    turns, diary = busy_turns()
    asker = Asker("a", 2, diary)
    for _ in range(3):
        turns.submit(asker)
    await asyncio.sleep(0)
    assert diary == [("served", "a", 2), ("settled", "a", 0)]


async def test_a_line_too_long_is_refused_while_others_keep_the_loop_busy(server: PosServer, connect: Connect) -> None:
    client = await connect()
    await client.ask("bridge.hello")
    server.turns.submit(Asker("flood", 10**9))
    await client.send(b"x" * (MAX_FRAME_BYTES + 1))
    assert (await client.line())["error"]["code"] == -32600


def busy_turns() -> tuple[Turns, list[tuple[str, str, int]]]:
    """What is left of its first turn is served; who comes now waits for the next one."""
    turns = Turns(asyncio.get_running_loop())
    turns.submit(Asker("first", TURN_BUDGET))
    return turns, []

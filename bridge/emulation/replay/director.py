"""Plays entry after entry: what came from outside is fed, what the till did is waited for.

So the order of a recording is kept whatever the machine is like: a reply that the provider gave after the display had
shown its picture comes after that picture again. Between two entries passes the time that passed then.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bridge.emulation.replay.clients import ClientPlayer
from bridge.emulation.replay.outcome import Outcome
from bridge.emulation.replay.players import (
    PrinterPlayer,
    answers_in_turn,
    rounds_of,
    split_replies,
    without_queries,
    without_questions,
)
from bridge.emulation.replay.sameness import Sameness, parsed
from bridge.emulation.replay.stage import Stage
from bridge.ports import ALREADY
from bridge.recording.entries import CLIENT, DEVICE, PROVIDER, Entry
from devices.codecs.escpos_view import Paper
from devices.emulation.printer_mechanism import Mechanism
from devices.errors import DeviceLost

# How much later than recorded something may happen and still be waited for, besides as much again as it took: pauses
# between attempts are drawn.
GRACE_S = 10.0
START_WITHIN_S = 60.0  # what was there before the recording began: the daemon is only starting
QUIET_S = 0.2  # nothing was written for so long: what was begun is done
MAX_QUIET_WAIT_S = 5.0


@dataclass(slots=True)
class Director:
    """longest_pause_s: pauses that were longer are cut to that. Made for one recording."""

    stage: Stage
    entries: Sequence[Entry]
    ended_ms: int
    longest_pause_s: float
    clients: dict[str, ClientPlayer] = field(default_factory=dict)
    _expected: dict[str, bytes] = field(default_factory=lambda: defaultdict(bytes))
    _told: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _missed: set[str] = field(default_factory=set)
    _recorded: Sameness = field(default_factory=Sameness)
    _at_ms: int = 0
    _at_s: float = 0.0

    async def set_up(self) -> None:
        """Before the daemon starts: what was there before the recording began is there."""
        self._learn_replies()
        for entry in self.entries:
            player = self.stage.devices.get(entry.name)
            if entry.kind == DEVICE and (entry.what, entry.data) == ("opened", ALREADY) and player:
                await player.plug()

    async def play(self) -> None:
        """With the daemon running."""
        await self._restore_pictures()
        await self._until_quiet()
        for device in self.stage.devices.values():
            device.written.clear()
            if isinstance(device, PrinterPlayer):
                device.stands_in = None
        self._at_s = asyncio.get_running_loop().time()
        acts: Mapping[str, Callable[[Entry], Awaitable[None]]] = {
            DEVICE: self._device,
            PROVIDER: self._provider,
            CLIENT: self._client,
        }
        for entry in self.entries:
            await acts[entry.kind](entry)
            self._at_ms, self._at_s = entry.at_ms, asyncio.get_running_loop().time()
        await self._pause(self.ended_ms)
        await self._until_quiet()

    async def _restore_pictures(self) -> None:
        """Displays are sent only what changes: they must show what they did when the recording began."""
        shown = [entry for entry in self.entries if (entry.kind, entry.what) == (DEVICE, "shows")]
        if not shown:
            return
        client = ClientPlayer(self.stage.config.socket.path)
        for entry in shown:
            rows = entry.data.decode(errors="replace").split("\n")
            await client.call("display.show", device=entry.name, rows=rows)
        await self._until(shown[-1], lambda: client.answers >= len(shown), client.changed)
        await client.close()

    async def close(self) -> None:
        for client in self.clients.values():
            await client.close()
        for device in self.stage.devices.values():
            await device.unplug()
        for provider in self.stage.providers.values():
            await provider.aclose()

    def outcome(self) -> Outcome:
        """What has come out so far."""
        outcome = Outcome()
        for name, device in self.stage.devices.items():
            is_printer = isinstance(device, PrinterPlayer)
            written = bytes(device.written)
            outcome.written[name] = without_questions(written) if is_printer else written
        for name, client in self.clients.items():
            outcome.told[name] = client.told
        return outcome

    # --- devices -----------------------------------------------------------------------------------

    async def _device(self, entry: Entry) -> None:
        player = self.stage.devices.get(entry.name)
        if player is None:
            return
        match entry.what:
            case "wrote":
                self._expected[entry.name] += entry.data
                await self._until(entry, lambda: self._has_written(entry.name), player.changed)
            case "opened":
                await self._pause(entry.at_ms)
                await player.plug()
                self.stage.hotplug.came(self.stage.places[entry.name])
            case "lost" | "refused":
                await self._pause(entry.at_ms)
                await player.unplug()
            case "read":
                await self._pause(entry.at_ms)
                await self._feed(entry)

    async def _feed(self, entry: Entry) -> None:
        player, data = self.stage.devices[entry.name], entry.data
        if isinstance(player, PrinterPlayer):
            _, data = split_replies(data)
        try:
            if data:
                await player.feed(data)
        except DeviceLost:  # a recording that somebody has written by hand: what is missing will be told
            self._missed.add(entry.place)

    def _has_written(self, name: str) -> bool:
        player = self.stage.devices[name]
        written, expected = bytes(player.written), self._expected[name]
        if isinstance(player, PrinterPlayer):
            written, expected = without_queries(written), without_queries(expected)
        return len(written) >= len(expected)

    def _learn_replies(self) -> None:
        """Which reply of a printer answers which question."""
        for name, player in self.stage.devices.items():
            if not isinstance(player, PrinterPlayer):
                continue
            player.now_ms = self._now_ms
            entries = [entry for entry in self.entries if (entry.kind, entry.name) == (DEVICE, name)]
            player.rounds = list(rounds_of(entries))
            if answers_in_turn(b"".join(entry.data for entry in entries if entry.what == "read")):
                player.stands_in = Mechanism(Paper(), is_clone=False)

    def _now_ms(self) -> float:
        return self._at_ms + (asyncio.get_running_loop().time() - self._at_s) * 1000

    # --- providers ---------------------------------------------------------------------------------

    async def _provider(self, entry: Entry) -> None:
        player = self.stage.providers.get(entry.name)
        if player is None:
            return
        number = entry.data.decode(errors="replace").split(" ")[0]
        if entry.what != "asked":
            await self._pause(entry.at_ms)
            await player.end(number)
        elif not player.finds_nobody(number):
            await self._until(entry, lambda: player.has_asked(number), player.changed)
            await player.adjust()

    # --- clients -----------------------------------------------------------------------------------

    async def _client(self, entry: Entry) -> None:
        client = self.clients.setdefault(entry.name, ClientPlayer(self.stage.config.socket.path))
        if entry.what == "told":
            self._told[entry.name] += 1
            self._recorded.message(parsed(entry.data))
            await self._until(entry, lambda: len(client.told) >= self._told[entry.name], client.changed)
            return
        await self._pause(entry.at_ms)
        match entry.what:
            case "opened":
                await client.open()
            case "subscribed":
                await client.subscribe(entry.data.decode(errors="replace").split())
            case "sent":
                await client.send(self._translated(entry.data))
            case "closed":
                await client.close()

    def _translated(self, line: bytes) -> bytes:
        """With the ids that this run has drawn: a cash program says again what it was told."""
        replayed = Sameness()
        for name in self.clients:
            for told in self.clients[name].told:
                replayed.message(parsed(told))
        return self._recorded.translated(line.decode(errors="surrogateescape"), replayed).encode(
            errors="surrogateescape"
        )

    # --- time --------------------------------------------------------------------------------------

    async def _pause(self, at_ms: int) -> None:
        """Until as much time has passed since the entry before as had then."""
        gap_s = min((at_ms - self._at_ms) / 1000, self.longest_pause_s)
        await asyncio.sleep(max(gap_s - (asyncio.get_running_loop().time() - self._at_s), 0))

    async def _until(self, entry: Entry, has_come: Callable[[], bool], changed: asyncio.Event) -> None:
        """Until the till has done it. What did not come once is not waited for again: it will be told."""
        if entry.place in self._missed:
            return
        grace_s = GRACE_S if entry.at_ms else START_WITHIN_S
        try:
            async with asyncio.timeout(2 * (entry.at_ms - self._at_ms) / 1000 + grace_s):
                while not has_come():
                    changed.clear()
                    await changed.wait()
        except TimeoutError:
            self._missed.add(entry.place)

    async def _until_quiet(self) -> None:
        """Until nobody has been written to, told or asked for a while."""
        with contextlib.suppress(TimeoutError):  # a till whose glass runs is never quiet
            async with asyncio.timeout(MAX_QUIET_WAIT_S):
                before = -1
                while (now := self._amount()) != before:
                    before = now
                    await asyncio.sleep(QUIET_S)

    def _amount(self) -> int:
        return (
            sum(len(device.written) for device in self.stage.devices.values())
            + sum(len(client.told) for client in self.clients.values())
            + sum(len(provider.asked) for provider in self.stage.providers.values())
        )

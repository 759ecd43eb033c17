"""What came out of a run of a till, and where two runs differ, as lines for people."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bridge.emulation.replay.players import without_questions
from bridge.emulation.replay.provider import ProviderPlayer
from bridge.emulation.replay.sameness import Sameness, differences, parsed, plain
from bridge.recording.entries import CLIENT, DEVICE, PROVIDER, Entry
from bridge.recording.text import escaped

CONTEXT_BYTES = 24
STILL_GOING_ON_MS = 500


@dataclass(slots=True)
class Outcome:
    """written: by device, what it was sent, printers without the questions. told: by client, its lines.

    cut_off: places where something was going on when the recording ended; what followed there, nobody knows.
    """

    written: dict[str, bytes] = field(default_factory=lambda: defaultdict(bytes))
    told: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    cut_off: set[str] = field(default_factory=set)


def recorded(entries: Iterable[Entry], ended_ms: int, printers: Iterable[str]) -> Outcome:
    """What came out when it was recorded."""
    outcome = Outcome()
    for entry in entries:
        if ended_ms - entry.at_ms < STILL_GOING_ON_MS:
            outcome.cut_off.add(entry.place)
        if entry.kind == DEVICE and entry.what == "wrote":
            outcome.written[entry.name] += entry.data
        elif entry.kind == DEVICE and entry.what == "unsent":
            outcome.written[entry.name] = _less(outcome.written[entry.name], entry.data)
        elif entry.kind == CLIENT and entry.what == "told":
            outcome.told[entry.name].append(entry.data)
    for name in printers:
        outcome.written[name] = without_questions(outcome.written[name])
    return outcome


def different(one: Outcome, other: Outcome, providers: Mapping[str, ProviderPlayer]) -> list[str]:
    """Where the replayed outcome is another than the recorded one."""
    lines = []
    for name in dict.fromkeys([*one.written, *other.written]):
        place = f"{DEVICE}/{name}"
        was, came = one.written[name], other.written[name]
        if place in one.cut_off:
            came = came[: len(was)]
        lines += [f"{place} {line}" for line in _bytes_differ(was, came)]
    for name in dict.fromkeys([*one.told, *other.told]):
        place = f"{CLIENT}/{name}"
        found = _messages_differ(one.told[name], other.told[name], is_cut_off=place in one.cut_off)
        lines += [f"{place} {line}" for line in found]
    for name, player in providers.items():
        place = f"{PROVIDER}/{name}"
        lines += [f"{place} {line}" for line in _requests_differ(player, is_cut_off=place in one.cut_off)]
    return lines


def messages(lines: Sequence[bytes], run: Sameness) -> dict[str, list[Any]]:
    """What a client was told: replies by what they answer, events by topic, without what may differ."""
    found: dict[str, list[Any]] = defaultdict(list)
    for line in lines:
        message = parsed(line)
        key = _key_of(message)
        found[key].append(run.message(message["params"]["data"] if key.startswith("event ") else message))
    return found


def _key_of(message: Any) -> str:  # noqa: ANN401 - JSON
    if isinstance(message, Mapping) and message.get("method") == "event" and isinstance(message.get("params"), Mapping):
        return f"event {message['params'].get('topic')}"
    if isinstance(message, list):
        return f"reply {[item.get('id') for item in message if isinstance(item, Mapping)]}"
    return f"reply {json.dumps(message.get('id')) if isinstance(message, Mapping) else ''}"


def _messages_differ(one: Sequence[bytes], other: Sequence[bytes], *, is_cut_off: bool) -> Iterator[str]:
    left, right = messages(one, Sameness()), messages(other, Sameness())
    for key in dict.fromkeys([*left, *right]):
        if left[key] != right[key] and _counted(left[key]) == _counted(right[key]):
            yield f"{key}: the same, in another order"
            continue
        for number, (was, came) in enumerate(zip(left[key], right[key], strict=False), 1):
            place = f"{key} #{number}" if key.startswith("event") else key
            yield from (f"{place} {line}" for line in differences(was, came))
        for came in right[key][len(left[key]) :] if not is_cut_off else ():
            yield f"{key}: only replayed: {json.dumps(came, ensure_ascii=False)}"
        for was in left[key][len(right[key]) :]:
            yield f"{key}: only recorded: {json.dumps(was, ensure_ascii=False)}"


def _counted(items: Sequence[Any]) -> Counter[str]:
    return Counter(json.dumps(item, sort_keys=True) for item in items)


def _bytes_differ(one: bytes, other: bytes) -> Iterator[str]:
    if one == other:
        return
    at = next((at for at, (left, right) in enumerate(zip(one, other, strict=False)) if left != right), None)
    start = min(len(one), len(other)) if at is None else at
    was, came = (escaped(data[start : start + CONTEXT_BYTES], "ascii") or "the end" for data in (one, other))
    yield f"was sent other bytes from byte {start} on: recorded {was}, replayed {came}"


def _requests_differ(player: ProviderPlayer, *, is_cut_off: bool) -> Iterator[str]:
    for asked in player.asked:
        request, exchange = asked.request, asked.exchange
        if exchange is None:
            if not is_cut_off:
                yield f"was asked more than recorded: {request.method} {request.path}"
            continue
        place = f"{exchange.number} {exchange.method} {exchange.path}"
        yield from (f"asked {place} {line}" for line in differences(plain(exchange.body), plain(request.body)))
    for exchange in player.exchanges:
        if not exchange.is_used:
            yield f"was not asked: {exchange.number} {exchange.method} {exchange.path}"


def _less(data: bytes, count: bytes) -> bytes:
    return data[: max(len(data) - int(count), 0)] if count.isdigit() else data

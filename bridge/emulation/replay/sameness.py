"""What may differ between two runs of the same till: times, counters, addresses, and ids that are drawn anew."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

VOLATILE = frozenset({
    *("at", "since", "as_of", "opened_at", "closed_at", "created_at", "absent_since", "uptime_s", "age_s"),
    *("endpoint", "last_error", "counters", "seq", "after", "version", "emulated", "pid"),
})  # fmt: skip
DRAWN = frozenset({"scan_id", "job_id", "task_id", "stream"})
"""Ids that each run draws for itself; the same one stands for the same thing."""

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9:]{4,5})")


class Sameness:
    """One run. Messages are to be given in their order: the n-th new job of one run is the n-th of the other."""

    def __init__(self) -> None:
        self.labels: dict[str, str] = {}
        self._counts: dict[str, int] = defaultdict(int)

    def message(self, value: Any, key: str = "") -> Any:  # noqa: ANN401 - JSON
        """The message without what may differ."""
        if isinstance(value, Mapping):
            kept = {name: item for name, item in value.items() if name not in VOLATILE}
            return {name: self.message(item, name) for name, item in kept.items()}
        if isinstance(value, list):
            return [self.message(item, key) for item in value]
        if isinstance(value, str):
            return self._label(key, value) if key in DRAWN else _TIME.sub("TIME", value)
        return value

    def translated(self, text: str, to: "Sameness") -> str:
        """A message of this run with the ids of the other."""
        theirs = {label: value for value, label in to.labels.items()}
        for value, label in self.labels.items():
            text = text.replace(json.dumps(value), json.dumps(theirs.get(label, value)))
        return text

    def _label(self, key: str, value: str) -> str:
        if value not in self.labels:
            self._counts[key] += 1
            self.labels[value] = f"{key} {self._counts[key]}"
        return self.labels[value]


def same_json(one: bytes, other: bytes) -> bool:
    return bool(plain(one) == plain(other))


def plain(body: bytes) -> Any:  # noqa: ANN401 - JSON
    """A body without what may differ; text where it is no JSON."""
    try:
        return Sameness().message(json.loads(body))
    except (ValueError, RecursionError):
        return body.decode(errors="backslashreplace")


def parsed(line: bytes) -> Any:  # noqa: ANN401 - JSON
    """A message; what is none, as one."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return {"id": None, "text": line.decode(errors="backslashreplace")}


def differences(one: Any, other: Any, place: str = "") -> Iterator[str]:  # noqa: ANN401 - JSON
    """Where two messages differ, as lines."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in dict.fromkeys([*one, *other]):
            yield from differences(one.get(name), other.get(name), f"{place}.{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, f"{place}[{number}]")
    elif one != other and not _is_secret(one):
        yield f"{place or '.'}: recorded {_short(one)}, replayed {_short(other)}"


def _is_secret(value: Any) -> bool:  # noqa: ANN401 - JSON
    """What no recording has: nobody can say whether it is the same."""
    return isinstance(value, str) and bool(value) and not value.strip("*")


def _short(value: Any) -> str:  # noqa: ANN401 - JSON
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:200]}…"

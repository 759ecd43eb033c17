"""Looks at a provider after every exchange: how long it took, and whether the provider has come or gone."""

from time import perf_counter
from typing import Self

from bridge.desk.announcer import Announcer
from bridge.desk.programme import Programme
from bridge.ports import Meter, ProviderState


class ProviderWatch:
    """Every provider counts as available until it shows otherwise."""

    def __init__(self, announcer: Announcer, meter: Meter) -> None:
        self._announcer = announcer
        self._meter = meter
        self._known: dict[str, ProviderState] = {}

    def exchange(self, programme: Programme, operation: str) -> "Exchanged":
        """Around one exchange with the programme's provider, answered or not."""
        return Exchanged(self, programme, operation)

    def ended(self, programme: Programme, operation: str, outcome: str, took_s: float) -> None:
        """Meter it, and tell subscribers where the provider's state has changed."""
        self._meter.exchanged(programme.name, operation, outcome, took_s)
        state = programme.provider.state
        if state is self._known.get(programme.name, ProviderState.AVAILABLE):
            return
        self._known[programme.name] = state
        self._announcer.provider(programme.name, state.value)


class Exchanged:
    """One exchange, timed while inside of it. outcome: what it came to; to be set by whoever sees the answer."""

    def __init__(self, watch: ProviderWatch, programme: Programme, operation: str) -> None:
        self.outcome = "cut_off"
        self._watch = watch
        self._programme = programme
        self._operation = operation
        self._started = perf_counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        self._watch.ended(self._programme, self._operation, self.outcome, perf_counter() - self._started)

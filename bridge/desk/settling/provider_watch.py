"""Looks at a provider after every exchange: how long it took, and whether the provider has come or gone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

from bridge.desk.announcer import Announcer
from bridge.desk.programme import Programme
from bridge.ports import Meter, ProviderState


@dataclass(slots=True)
class Exchanged:
    """What the exchange came to; to be set by whoever sees the answer."""

    outcome: str = "cut_off"


class ProviderWatch:
    """Every provider counts as available until it shows otherwise."""

    def __init__(self, announcer: Announcer, meter: Meter) -> None:
        self._announcer = announcer
        self._meter = meter
        self._known: dict[str, ProviderState] = {}

    @contextmanager
    def exchange(self, programme: Programme, operation: str) -> Iterator[Exchanged]:
        """Around one exchange with the programme's provider, answered or not."""
        exchanged, started = Exchanged(), perf_counter()
        try:
            yield exchanged
        finally:
            self._meter.exchanged(programme.name, operation, exchanged.outcome, perf_counter() - started)
            self._look(programme)

    def _look(self, programme: Programme) -> None:
        """Tell subscribers when the state has changed."""
        state = programme.provider.state
        if state is self._known.get(programme.name, ProviderState.AVAILABLE):
            return
        self._known[programme.name] = state
        self._announcer.provider(programme.name, state.value)

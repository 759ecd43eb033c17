"""Tells subscribers when a provider comes or goes: looked at after every exchange, told only when it changed."""

from bridge.desk.announcer import Announcer
from bridge.desk.programme import Programme
from bridge.ports import ProviderState


class ProviderWatch:
    """Every provider counts as available until it shows otherwise."""

    def __init__(self, announcer: Announcer) -> None:
        self._announcer = announcer
        self._known: dict[str, ProviderState] = {}

    def look(self, programme: Programme) -> None:
        """To be called when the programme's provider has just answered, or has not."""
        state = programme.provider.state
        if state is self._known.get(programme.name, ProviderState.AVAILABLE):
            return
        self._known[programme.name] = state
        self._announcer.provider(programme.name, state.value)

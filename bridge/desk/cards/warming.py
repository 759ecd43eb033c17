"""Connections to providers are opened as a sale begins: its card comes later, and need not wait for TCP and TLS."""

from bridge.desk.programme import Programmes
from bridge.ports import Spawn


class Warming:
    """Told of whatever shows that goods are being sold; nobody waits for it, and an idle till is left idle."""

    def __init__(self, programmes: Programmes, spawn: Spawn) -> None:
        self._programmes = programmes
        self._spawn = spawn

    def sale_goes_on(self) -> None:
        """An article, a receipt: next to nothing to do where a connection is at hand."""
        for programme in self._programmes:
            if programme.provider.wants_warming():
                self._spawn(programme.provider.warm_up(), f"warm up {programme.name}")

"""Where the daemon is tapped: one tap for each device, provider and client, and at most one listener to all of them."""

from collections.abc import Callable, Iterator
from functools import partial
from weakref import WeakValueDictionary

from bridge.ports import Tap

Hear = Callable[[str, str, bytes], None]
"""Place, what, data: as in Entry."""


class Wire:
    """While nobody listens, whatever passes a tap costs one look at an attribute."""

    def __init__(self) -> None:
        self._taps = WeakValueDictionary[str, Tap]()  # a client's goes with its connection
        self._hear: Hear | None = None

    def tap(self, place: str) -> Tap:
        """The tap at `place`, made when it is first asked for; it lasts as long as somebody has it."""
        tap = self._taps.get(place)
        if tap is None:
            tap = self._taps[place] = Tap()
            self._turn(place, tap)
        return tap

    def listen(self, hear: Hear | None) -> None:
        """From now on; None: nobody listens any more."""
        self._hear = hear
        for place, tap in list(self._taps.items()):
            self._turn(place, tap)

    @property
    def is_heard(self) -> bool:
        return self._hear is not None

    def past(self) -> Iterator[tuple[str, str, bytes]]:
        """Place, what, data: what a listener must know that comes only now."""
        for place, tap in list(self._taps.items()):
            for what, data in tap.past:
                yield place, what, data

    def _turn(self, place: str, tap: Tap) -> None:
        tap.heard = partial(self._hear, place) if self._hear else None

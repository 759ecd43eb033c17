"""Where the daemon is tapped: one tap for each device, provider and client, heard by a recording and by a page."""

from collections.abc import Callable, Iterator, Sequence
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
        self._page: Hear | None = None

    def tap(self, place: str) -> Tap:
        """The tap at `place`, made when it is first asked for; it lasts as long as somebody has it."""
        tap = self._taps.get(place)
        if tap is None:
            tap = self._taps[place] = Tap()
            self._turn(place, tap)
        return tap

    def listen(self, hear: Hear | None) -> None:
        """A recording, from now on; None: it has ended."""
        self._hear = hear
        self._turn_all()

    def show(self, hear: Hear | None) -> None:
        """A page that people look at, from now on; None: nobody looks any more."""
        self._page = hear
        self._turn_all()

    @property
    def is_heard(self) -> bool:
        """By a recording."""
        return self._hear is not None

    def past(self) -> Iterator[tuple[str, str, bytes]]:
        """Place, what, data: what a listener must know that comes only now."""
        for place, tap in list(self._taps.items()):
            for what, data in tap.past:
                yield place, what, data

    def _turn_all(self) -> None:
        for place, tap in list(self._taps.items()):
            self._turn(place, tap)

    def _turn(self, place: str, tap: Tap) -> None:
        listeners = [partial(hear, place) for hear in (self._hear, self._page) if hear]
        tap.heard = partial(_all_hear, listeners) if len(listeners) > 1 else next(iter(listeners), None)


def _all_hear(listeners: Sequence[Callable[[str, bytes], None]], what: str, data: bytes) -> None:
    for hear in listeners:
        hear(what, data)

"""Shares the event loop between clients, and between all of them and the devices.

However many requests lie ready, one turn of the loop serves about TURN_BUDGET of them: a scan waits for one turn, not
for the backlog, and a client with ten thousand requests takes its turn with everybody else.

A turn's replies go out together at its end. Whoever writes to a process that sleeps wakes it and pays for that, as
much as a third of an answer: told one by one, a process with several connections goes back to sleep in between.
"""

import asyncio
from collections import OrderedDict
from typing import Protocol

# About 30 us each: a turn stays near half a millisecond, and a scan needs several turns to reach the glass.
TURN_BUDGET = 16
# What one client may have of a turn while others wait.
SLICE_BUDGET = 8


class Customer(Protocol):
    """Somebody with frames to be served."""

    def serve(self, budget: int) -> int:
        """Serve about `budget` frames; return what they cost. What they came to is kept back until `settle`."""
        ...

    def settle(self) -> None:
        """After some serving: send what it made, and see what comes next."""
        ...

    @property
    def is_ready(self) -> bool:
        """True while there are frames that can be served now."""
        ...


class Turns:
    """Serves at once while the loop is not busy, else in rounds."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._left = TURN_BUDGET
        self._queue: OrderedDict[Customer, None] = OrderedDict()  # a set in the order of coming
        self._is_scheduled = False

    def submit(self, customer: Customer) -> None:
        """`customer` has frames: serve some now, the rest in turn."""
        if not self._is_scheduled:
            self._left -= customer.serve(self._left)
            customer.settle()
        if customer.is_ready:
            self._queue.setdefault(customer)
        if self._queue or self._left <= 0:
            self._schedule()

    def _schedule(self) -> None:
        if not self._is_scheduled:
            self._is_scheduled = True
            self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        self._is_scheduled = False
        self._left = TURN_BUDGET
        served = []
        while self._queue and self._left > 0:
            customer, _ = self._queue.popitem(last=False)
            self._left -= customer.serve(min(self._left, SLICE_BUDGET))
            served.append(customer)
            if customer.is_ready:
                self._queue.setdefault(customer)
        for customer in served:
            customer.settle()
        if self._queue:
            self._schedule()

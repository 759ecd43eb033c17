"""Goods that go on to the cash program's own serial line, `forward = "pty:..."`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.building import c_program
from tests.bench.rounds import ITSELF, Goal, Measure, Row
from tests.bench.rows.scans import median_of
from tests.bench.scanning import Numbers
from tests.bench.serving import SERVER_CORE, process, until
from tests.bench.tills import line, running_till


@contextmanager
def ours() -> Iterator[Measure]:
    with running_till(takes_goods=True) as till:
        until(Path(till.goods).exists, "the line for goods did not come")  # devices are opened behind READY
        cash_program = os.open(till.goods, os.O_RDWR | os.O_NOCTTY)
        try:
            yield median_of(till.scanner, cash_program, Numbers().goods_typed)
        finally:
            os.close(cash_program)


@contextmanager
def c_relay() -> Iterator[Measure]:
    with line() as front, line() as goods:
        ends = (front.program, goods.device)
        with process([str(c_program("relay")), *map(str, ends)], SERVER_CORE, pass_fds=ends):
            yield median_of(front.device, goods.program, Numbers().goods_typed)


@contextmanager
def direct() -> Iterator[Measure]:
    """The cash program reads the scanner's own line."""
    with line() as front:
        yield median_of(front.device, front.program, Numbers().goods_typed)


ROWS = (
    Row(
        "goods scan to the cash program's line, p50",
        "µs",
        {"ours": ours, "C relay": c_relay, "direct": direct},
        (Goal(ITSELF, at_most=2000),),
    ),
)

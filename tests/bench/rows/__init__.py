"""The table's rows, in its order."""

from tests.bench.rounds import Row
from tests.bench.rows import (
    crowds,
    directory,
    durable,
    forwarding,
    hostile,
    idle,
    processes,
    query,
    receipt,
    scans,
    wedge,
)

ROWS: tuple[Row, ...] = (
    *query.ROWS,
    *scans.ROWS,
    *forwarding.ROWS,
    *wedge.ROWS,
    *crowds.ROWS,
    *receipt.ROWS,
    *durable.ROWS,
    *processes.ROWS,
    *idle.ROWS,
    *directory.ROWS,
    *hostile.ROWS,
)

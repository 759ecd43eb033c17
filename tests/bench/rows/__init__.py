"""The table's rows, in its order."""

from tests.bench.rounds import Row
from tests.bench.rows import durable, hostile, idle, processes, query, receipt, wedge

ROWS: tuple[Row, ...] = (
    *query.ROWS,
    *receipt.ROWS,
    *durable.ROWS,
    *processes.ROWS,
    *idle.ROWS,
    *hostile.ROWS,
    *wedge.ROWS,
)

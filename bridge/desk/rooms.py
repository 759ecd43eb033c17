"""What every part of the desk works with; the composition root makes it once."""

from dataclasses import dataclass

from bridge.desk.book import ReceiptBook
from bridge.desk.cards.lookups import Lookups
from bridge.desk.cards.warming import Warming
from bridge.desk.programme import Programmes
from bridge.desk.sale.quotes import Quotes
from bridge.desk.settling.errands import Errands
from bridge.desk.settling.settler import Settler
from bridge.desk.settling.staff import Staff
from bridge.ports import Clock, Spawn


@dataclass(frozen=True, slots=True)
class Rooms:
    """The shared rooms of the desk. spawn: runs a coroutine under the daemon's supervision."""

    programmes: Programmes
    book: ReceiptBook
    lookups: Lookups
    warming: Warming
    quotes: Quotes
    settler: Settler
    errands: Errands
    staff: Staff
    clock: Clock
    spawn: Spawn

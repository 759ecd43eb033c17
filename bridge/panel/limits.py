"""The limits that the cash program was last told of each receipt, overheard: the page never asks the desk itself, for
asking may ask the provider. They are kept as they were written, and read when somebody looks.
"""

from collections import OrderedDict
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from bridge.pos.peer import Caller

K = TypeVar("K")
V = TypeVar("V")

KEPT = 20
_WATCHED = b"receipt.limits"


class _About(Struct):
    receipt_id: str


class _Asked(Struct):
    id: Raw
    method: Literal["receipt.limits"]
    params: _About


class _Told(Struct):
    id: Raw
    result: Raw | UnsetType = UNSET


_ASKED = msgspec.json.Decoder(_Asked)
_TOLD = msgspec.json.Decoder(_Told)


class OverheardLimits:
    def __init__(self) -> None:
        self._told: OrderedDict[str, bytes] = OrderedDict()
        self._asked: OrderedDict[tuple[int, bytes], str] = OrderedDict()

    @property
    def of(self) -> dict[str, Any]:
        """By receipt."""
        return {receipt_id: msgspec.json.decode(told) for receipt_id, told in self._told.items()}

    def clear(self) -> None:
        self._told.clear()

    def message(self, caller: Caller, direction: str, line: bytes) -> None:
        """bridge.pos.dispatch.Overhear. Batches are let be."""
        try:
            if direction == "in":
                if _WATCHED in line:
                    self._ask(caller, _ASKED.decode(line))
            elif self._asked:
                self._tell(caller, _TOLD.decode(line))
        except (msgspec.DecodeError, RecursionError):
            return  # another method's, a batch, or what the dispatcher refuses

    def _ask(self, caller: Caller, asked: _Asked) -> None:
        _keep(self._asked, (caller.connection, bytes(asked.id)), asked.params.receipt_id)

    def _tell(self, caller: Caller, told: _Told) -> None:
        receipt_id = self._asked.pop((caller.connection, bytes(told.id)), None)
        if receipt_id is not None and told.result is not UNSET:
            _keep(self._told, receipt_id, bytes(told.result))


def _keep(kept: OrderedDict[K, V], key: K, value: V) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > KEPT:
        kept.popitem(last=False)

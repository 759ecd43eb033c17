"""The limits that the cash program was last told of each receipt, overheard: the page never asks the desk itself, for
asking may ask the provider.
"""

from collections import OrderedDict
from typing import Any

import msgspec

from bridge.pos.peer import Caller

KEPT = 20
_WATCHED = "receipt.limits"


class OverheardLimits:
    """of: by receipt."""

    def __init__(self) -> None:
        self.of: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._asked: OrderedDict[tuple[int, str], str] = OrderedDict()

    def message(self, caller: Caller, direction: str, line: bytes) -> None:
        """bridge.pos.dispatch.Overhear. Batches are let be."""
        if _WATCHED.encode() not in line if direction == "in" else not self._asked:
            return
        try:
            message = msgspec.json.decode(line)
        except msgspec.DecodeError:
            return
        if not isinstance(message, dict) or message.get("id") is None:
            return
        key = (caller.connection, str(message["id"]))
        if direction == "in":
            params = message.get("params")
            if message.get("method") == _WATCHED and isinstance(params, dict):
                _keep(self._asked, key, str(params.get("receipt_id")))
        elif (receipt_id := self._asked.pop(key, None)) and isinstance(message.get("result"), dict):
            _keep(self.of, receipt_id, message["result"])


def _keep(kept: OrderedDict[Any, Any], key: object, value: object) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > KEPT:
        kept.popitem(last=False)

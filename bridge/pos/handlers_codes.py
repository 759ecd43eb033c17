"""The handler of receipt.request_code."""

from collections.abc import Mapping

from bridge.desk.sale.confirming import CodeDesk
from bridge.pos import messages as m
from bridge.pos.methods import Handler
from bridge.pos.peer import Caller
from bridge.pos.views import code_view


class CodeHandlers:
    """receipt.request_code"""

    def __init__(self, codes: CodeDesk) -> None:
        self._codes = codes

    def table(self) -> Mapping[str, Handler]:
        return {"receipt.request_code": self._request_code}

    async def _request_code(self, params: m.ReceiptIdParams, _caller: Caller) -> m.CodeRequest:
        return code_view(await self._codes.request(params.receipt_id))

"""The same question put to FastAPI, as an integrator would write it: models in, a model out, the answer from memory."""

from decimal import Decimal

from fastapi import FastAPI
from pydantic import BaseModel


class Line(BaseModel):
    id: str
    code: str
    name: str
    quantity: Decimal
    price: Decimal
    amount: Decimal


class Params(BaseModel):
    receipt_id: str
    total: Decimal
    lines: list[Line] | None = None
    wait_ms: int = 0


class Request(BaseModel):
    jsonrpc: str
    id: int | str | None = None
    method: str
    params: Params


class Discount(BaseModel):
    percent: str | None
    amount: str


class Points(BaseModel):
    balance: str
    max_redeem: str
    multiple: str
    rate: str
    confirmation: bool
    restore: str | None = None


class Limits(BaseModel):
    discount: Discount
    points: Points
    accrual_preview: str
    source: str
    as_of: str
    reasons: list[str]


class Reply(BaseModel):
    jsonrpc: str = "2.0"
    id: int | str | None
    result: Limits


app = FastAPI()
balances = {"R-1": Decimal("350.00")}


@app.post("/rpc")
async def rpc(request: Request) -> Reply:
    balance = balances[request.params.receipt_id]
    most = min(balance, request.params.total)
    points = Points(balance=str(balance), max_redeem=f"{most:.2f}", multiple="1.00", rate="1.00", confirmation=False)
    limits = Limits(
        discount=Discount(percent="0.00", amount="0.00"),
        points=points,
        accrual_preview="19.00",
        source="online",
        as_of="2026-11-22T09:30:00.125Z",
        reasons=[],
    )
    return Reply(id=request.id, result=limits)

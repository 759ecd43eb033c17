"""What the emulated MAXMA takes: written from the API's documents on their own, unknown members refused.

A mistake of the adapter in a name or a type is so answered with error 2, not silently accepted.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec
from msgspec import Struct


class Shape(Struct, rename="camel", forbid_unknown_fields=True):
    """Names here are ours, names on the wire are camelCase."""


class ClientKeys(Shape, kw_only=True):
    phone_number: str = ""
    card: str = ""
    external_id: str = ""


class NewClient(ClientKeys, kw_only=True):
    surname: str = ""
    name: str = ""
    patronymic_name: str = ""
    full_name: str = ""
    gender: int = 0
    birthdate: str = ""
    email: str = ""
    level: int = 0
    is_email_subscribed: bool | None = None
    is_phone_subscribed: bool | None = None
    extra_fields: dict[str, Any] = {}


class MakeClient(Shape, kw_only=True):
    client: NewClient


class Shop(Shape, kw_only=True):
    code: str
    name: str


class Cashier(Shape, kw_only=True):
    code: str
    name: str = ""


class Product(Shape, kw_only=True):
    sku: str
    title: str
    external_id: str = ""
    category: str = ""
    category_external_id: str = ""
    buying_price: Decimal | None = None
    black_price: Decimal
    red_price: Decimal | None = None
    min_price: Decimal = Decimal(0)
    vat_percent: Decimal = Decimal(0)


class Row(Shape, kw_only=True):
    id: str | None = None
    product: Product
    qty: Decimal
    auto_discount: Decimal = Decimal(0)
    manual_discount: Decimal = Decimal(0)
    no_apply_bonuses: bool = False
    no_collect_bonuses: bool = False
    no_promocode: bool = False
    no_offer: bool = False
    max_discount: Decimal | None = None
    discount_round_step: Decimal = Decimal(0)


class CalculationQuery(Shape, kw_only=True):
    client: ClientKeys | None = None
    shop: Shop
    cashier: Cashier | None = None
    executed_at: datetime | None = None
    rows: list[Row]
    apply_bonuses: int | Literal["auto"] = 0
    collect_bonuses: int | Literal["auto"] = "auto"
    promocode: str = ""
    discount_round_step: Decimal = Decimal(0)
    extra_fields: dict[str, Any] = {}


class Calculate(Shape, kw_only=True):
    order_id: str = ""
    calculation_query: CalculationQuery


class SetPurchase(Shape, kw_only=True):
    txid: str
    calculation_query: CalculationQuery


class Ticket(Shape, kw_only=True):
    txid: str
    ticket: str
    session_num: str | None = None
    receipt_num: str | None = None


class Item(Shape, kw_only=True):
    sku: str
    item_count: Decimal


class ReturnQuery(ClientKeys, kw_only=True):
    purchase_id: str
    refund_amount: Decimal
    items: list[Item] = []


class CalculateReturn(Shape, kw_only=True):
    calculate: ReturnQuery


class ReturnTransaction(ReturnQuery, kw_only=True):
    is_anonymous_client: bool = False
    id: str
    executed_at: datetime
    receipt_id: str = ""
    session_id: str = ""
    shop_code: str
    shop_name: str
    cashier: str = ""
    cashier_id: str = ""


class ApplyReturn(Shape, kw_only=True):
    transaction: ReturnTransaction


class RevertTransaction(Shape, kw_only=True):
    id: str
    executed_at: datetime
    purchase_id: str
    cashier: str = ""
    cashier_id: str = ""


class RevertPurchase(Shape, kw_only=True):
    transaction: RevertTransaction


class Pagination(Shape, kw_only=True):
    limit: int = 20
    offset: int = 0


class History(Shape, kw_only=True):
    client: ClientKeys
    pagination: Pagination = msgspec.field(default_factory=Pagination)


class Settings(Shape, kw_only=True):
    shop: Shop | None = None


class ConfirmationCode(ClientKeys, kw_only=True):
    to: str = ""
    template: str = ""

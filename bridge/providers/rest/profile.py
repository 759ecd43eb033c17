"""A profile: how one loyalty system is spoken to over HTTP, as data (docs/providers/rest.md).

The shapes of the TOML file; what no shape can tell is checked in checking.py.
"""

from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

from msgspec import Meta, Struct

from bridge.providers.rest.pointer import SYNTAX

Pointer = Annotated[str, Meta(pattern=SYNTAX, max_length=200, title='a JSON pointer, as "/card/number"')]


class Factor(Decimal):
    """A number above 0; whoever reads the file makes it."""


Positive = Annotated[Factor, Meta(title="a number above 0")]
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Scalar = str | int | bool
Operation = Literal["find", "balance", "redeem", "purchase", "cancel", "refund", "status", "list", "register"]
Means = Literal[
    "card_not_found",
    "card_blocked",
    "card_ambiguous",
    "limit_exceeded",
    "refused",
    "away",
    "done",
    "known",
    "absent",
]


class Shape(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all tables: unknown keys are refused."""


class Units(Shape, frozen=True):
    """points, money: what the number 1 on the wire is worth. multiple: of points spent; rate: money per point."""

    points: Positive = Factor(1)
    money: Positive = Factor(1)
    multiple: Positive = Factor("0.01")
    rate: Positive = Factor(1)


class Condition(Shape, frozen=True):
    """How a reply shows that it is a success: its status, a place in it and what must stand there, or both."""

    at: Pointer | None = None
    equals: tuple[Scalar, ...] = ()
    status: tuple[Annotated[int, Meta(ge=200, le=299)], ...] = ()


class Call(Shape, frozen=True):
    """One request. auth: "default" is what [auth] says, "basic" login and password, "none" nothing."""

    path: Annotated[str, Meta(pattern=r"\A/[^?#\s]*\Z", max_length=500, title="a path that begins with /")]
    method: Method = "POST"
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    body: dict[str, Any] | None = None
    auth: Literal["default", "basic", "none"] = "default"
    success: Condition | None = None


class SignIn(Call, frozen=True, kw_only=True):
    """The request that brings a token."""

    auth: Literal["none", "basic"] = "none"
    token: Pointer


class Auth(Shape, frozen=True):
    """How a request shows who we are: `prefix` and key or token in `header`, or HTTP's basic login and password."""

    way: Literal["none", "basic", "header", "sign_in"] = "none"
    header: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9-]{1,64}\Z", title="a header's name")] = "Authorization"
    prefix: str = ""
    sign_in: SignIn | None = None


class CardStates(Shape, frozen=True):
    """Which of a system's words mean what; another word, or none, is a state that is not known."""

    at: Pointer
    active: tuple[Scalar, ...]
    blocked: tuple[Scalar, ...] = ()
    expired: tuple[Scalar, ...] = ()


class CardKinds(Shape, frozen=True):
    """The same for the kind of card; another word means both."""

    at: Pointer
    bonus: tuple[Scalar, ...] = ()
    discount: tuple[Scalar, ...] = ()


class FindReply(Shape, frozen=True):
    """Where a card's facts stand. list: the cards found; the other pointers then begin at each of them."""

    card: Pointer
    list: Pointer | None = None
    phone: Pointer | None = None
    holder: tuple[Pointer, ...] = ()
    template: Pointer | None = None
    tier: Pointer | None = None
    state: CardStates | None = None
    kind: CardKinds | None = None
    balance: Pointer | None = None
    pending: Pointer | None = None
    discount_percent: Pointer | None = None
    accrue_percent: Pointer | None = None


class ListReply(FindReply, frozen=True, kw_only=True):
    """A page of all cards. cursor: where the next one begins, which a request names as {cursor}."""

    list: Pointer
    cursor: Pointer | None = None


class RegisterReply(Shape, frozen=True):
    """card: told back."""

    card: Pointer | None = None


class BalanceReply(Shape, frozen=True):
    """max_redeem: the system's own limit."""

    balance: Pointer
    card: Pointer | None = None
    pending: Pointer | None = None
    max_redeem: Pointer | None = None


class MoveReply(Shape, frozen=True):
    """ref: the system's own number of the operation, which later requests must name in place of ours.

    id, card: told back; a reply without them, or with others, is no valid answer. printout: lines for the customer.
    """

    ref: Pointer | None = None
    id: Pointer | None = None
    card: Pointer | None = None
    accrued: Pointer | None = None
    redeemed: Pointer | None = None
    restored: Pointer | None = None
    reversed: Pointer | None = None
    balance: Pointer | None = None
    printout: Pointer | None = None


class States(Shape, frozen=True):
    """What became of an operation; another word means that it is not known yet."""

    at: Pointer
    done: tuple[Scalar, ...]
    refused: tuple[Scalar, ...] = ()
    absent: tuple[Scalar, ...] = ()


class StatusReply(MoveReply, frozen=True, kw_only=True):
    """Of the operation that is asked about."""

    state: States


class Find(Call, frozen=True, kw_only=True):
    """A card by its number or a phone."""

    reply: FindReply


class Balance(Call, frozen=True, kw_only=True):
    """The points of a card now."""

    reply: BalanceReply


class Moving(Call, frozen=True, kw_only=True):
    """An operation that moves points. idempotent: the vendor promises that the same id twice is done once."""

    idempotent: bool = False
    reply: MoveReply = MoveReply()


class List(Call, frozen=True, kw_only=True):
    """All cards, page by page, for the till's directory."""

    reply: ListReply


class Register(Call, frozen=True, kw_only=True):
    """A card of the cash program's that the system does not know."""

    reply: RegisterReply = RegisterReply()


class Status(Call, frozen=True, kw_only=True):
    """What became of an operation whose answer was lost."""

    reply: StatusReply


class Error(Shape, frozen=True):
    """What a reply means that is no success; the first row that fits counts. operations: of these only; empty = of all.

    A row needs a status, a value at a place, or both.
    """

    means: Means
    status: tuple[Annotated[int, Meta(ge=200, le=599)], ...] = ()
    at: Pointer | None = None
    equals: tuple[Scalar, ...] = ()
    operations: tuple[Operation, ...] = ()


class Profile(Shape, frozen=True):
    """The whole file. reason: where a reply says in words why it is a "no"."""

    find: Find
    balance: Balance | None = None
    redeem: Moving | None = None
    purchase: Moving | None = None
    cancel: Moving | None = None
    refund: Moving | None = None
    status: Status | None = None
    list: List | None = None
    register: Register | None = None
    units: Units = Units()
    auth: Auth = Auth()
    headers: dict[str, str] = {}
    reason: Pointer | None = None
    errors: tuple[Error, ...] = ()

    def calls(self) -> dict[str, Call]:
        """Every request of the profile by its name, the sign-in included."""
        found = {name: getattr(self, name) for name in get_args(Operation) if getattr(self, name) is not None}
        return found | ({"sign_in": self.auth.sign_in} if self.auth.sign_in else {})

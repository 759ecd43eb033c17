"""What no shape of a profile can tell: templates, and operations that need one another. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from msgspec import structs

from bridge.domain.policy import Abilities, PartialRefund
from bridge.providers.rest.profile import Call, List, Moving, Profile, Register
from bridge.providers.rest.template import Placeholder, TemplateError, parse, texts_in
from bridge.providers.rest.values import FORMATS, LINE, NAMES, SECRETS, TILL, WITH_LINES, Kind

LARGEST_UNIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Mistake:
    """One refusal: key path within the profile, what is wrong, what is allowed there."""

    key_path: str
    what: str
    allowed: tuple[str, ...] = ()


def mistakes(profile: Profile) -> Iterator[Mistake]:
    """Everything wrong with a profile whose shapes are right."""
    for name, call in profile.calls().items():
        path = "auth.sign_in" if name == "sign_in" else name
        yield from _in_call(path, name, call)
    yield from _in_list(profile.list)
    yield from _in_texts("headers", profile.headers, TILL)
    yield from _in_units(profile)
    yield from _in_auth(profile)
    yield from _in_errors(profile)
    if profile.redeem and profile.purchase and profile.purchase.reply.redeemed:
        yield Mistake("purchase.reply.redeemed", "points are written off by [redeem] here, not by [purchase]")


def abilities_of(profile: Profile) -> Abilities:
    """What a policy may ask of a system that is spoken to like this."""
    by_refund = {PartialRefund.AMOUNT, PartialRefund.LINES} if profile.refund else set()
    return Abilities(
        can_tell_balance=profile.balance is not None or profile.find.reply.balance is not None,
        can_spend_apart=profile.redeem is not None,
        can_sell=profile.purchase is not None,
        can_cancel=profile.cancel is not None,
        can_return=profile.refund is not None or profile.cancel is not None,
        can_keep_redeemed=profile.refund is not None,
        partial_refund=frozenset(by_refund),
    )


def secrets_of(profile: Profile) -> tuple[str, ...]:
    """Which of key, login and password the profile uses, so that the configuration must give them."""
    needed = set()
    calls = profile.calls().values()
    if profile.auth.way == "header":
        needed.add("key")
    if profile.auth.way == "basic" or any(call.auth == "basic" for call in calls):
        needed |= {"login", "password"}
    needed |= _names_in(profile.headers)
    for call in calls:
        needed |= names_of(call)
    return tuple(name for name in SECRETS if name in needed)


def names_of(call: Call) -> set[str]:
    """What this request names."""
    return _names_in([call.path, call.headers, call.query, call.body])


def _names_in(template: object) -> set[str]:
    parts = (part for _path, text, _in_lines in texts_in(template, "") for part in parse(text))
    return {part.name for part in parts if isinstance(part, Placeholder)}


def _in_call(path: str, operation: str, call: Call) -> Iterator[Mistake]:
    names = {**TILL, **NAMES[operation]}
    without_secrets = {name: kind for name, kind in names.items() if name not in SECRETS}
    yield from _in_texts(f"{path}.path", call.path, without_secrets)
    yield from _in_texts(f"{path}.query", call.query, names)
    yield from _in_texts(f"{path}.headers", call.headers, names)
    yield from _in_success(path, call)
    if call.body is not None:
        yield from _in_lists(f"{path}.body", call.body, may_have_lines=operation in WITH_LINES)
        yield from _in_texts(f"{path}.body", call.body, names)
        if call.method == "GET":
            yield Mistake(f"{path}.body", "a GET has none", ("query",))


def _in_list(call: List | None) -> Iterator[Mistake]:
    """A page that goes on somewhere must be asked for there, or the first one would come for ever."""
    if call is not None and (call.reply.cursor is not None) != ("cursor" in names_of(call)):
        yield Mistake("list.reply.cursor", "it and {cursor} in the request go together")


def _in_success(path: str, call: Call) -> Iterator[Mistake]:
    """Any page of a proxy may come with status 200: what changes something must show that it has."""
    success = call.success
    if success is not None and (success.at is None) != (not success.equals):
        yield Mistake(f"{path}.success.equals", "`at` and `equals` go together")
    if success is not None and success.at is None and not success.status:
        yield Mistake(f"{path}.success", "it needs `at` with `equals`, or `status`, or both")
    if isinstance(call, Moving | Register) and success is None:
        shown_by = ("id", "card", "ref") if isinstance(call, Moving) else ("card",)
        if all(getattr(call.reply, name) is None for name in shown_by):
            ways = (*(f"{path}.reply.{name}" for name in shown_by), f"{path}.success")
            yield Mistake(f"{path}.reply", "nothing in it shows that the operation was made", ways)


def _in_texts(path: str, template: object, names: dict[str, Kind]) -> Iterator[Mistake]:
    for key_path, text, in_lines in texts_in(template, path):
        known = {**names, **LINE} if in_lines else names
        try:
            parts = parse(text)
        except TemplateError as error:
            yield Mistake(key_path, str(error))
            continue
        for part in parts:
            if isinstance(part, Placeholder):
                yield from _in_placeholder(key_path, part, known)


def _in_placeholder(key_path: str, part: Placeholder, names: dict[str, Kind]) -> Iterator[Mistake]:
    if part.name not in names:
        yield Mistake(key_path, f"there is no {{{part.name}}} here", tuple(names))
    elif part.form and part.form not in FORMATS[names[part.name]]:
        yield Mistake(key_path, f"{{{part.name}}} has no format {part.form}", FORMATS[names[part.name]])


def _in_lists(path: str, template: object, *, may_have_lines: bool) -> Iterator[Mistake]:
    if isinstance(template, list):
        for place, item in enumerate(template):
            yield from _in_lists(f"{path}[{place}]", item, may_have_lines=may_have_lines)
    elif isinstance(template, dict):
        if "for_each" not in template:
            for key, item in template.items():
                yield from _in_lists(f"{path}.{key}", item, may_have_lines=may_have_lines)
        elif template["for_each"] != "lines" or not may_have_lines:
            yield Mistake(f"{path}.for_each", "no such list here", ("lines",) if may_have_lines else ())
        elif set(template) != {"for_each", "item"}:
            yield Mistake(path, "a list has `for_each` and `item`, nothing else", ("for_each", "item"))


def _in_units(profile: Profile) -> Iterator[Mistake]:
    for name, value in structs.asdict(profile.units).items():
        if value > LARGEST_UNIT:
            yield Mistake(f"units.{name}", f"{value} is too much", (f"at most {LARGEST_UNIT}",))
    if profile.units.multiple % Decimal("0.01"):
        yield Mistake("units.multiple", "points are counted in hundredths here", ("a multiple of 0.01",))


def _in_auth(profile: Profile) -> Iterator[Mistake]:
    auth = profile.auth
    if auth.way == "sign_in" and auth.sign_in is None:
        yield Mistake("auth.sign_in", 'missing: way = "sign_in" needs it')
    if auth.way != "sign_in" and auth.sign_in is not None:
        yield Mistake("auth.sign_in", f'way = "{auth.way}" has none', ('way = "sign_in"',))
    if not (auth.prefix.isascii() and (auth.prefix.isprintable())):
        yield Mistake("auth.prefix", "characters that a header cannot carry")


def _in_errors(profile: Profile) -> Iterator[Mistake]:
    for place, row in enumerate(profile.errors):
        path = f"errors[{place}]"
        if not row.status and row.at is None:
            yield Mistake(path, "a row needs `status`, or `at` with `equals`, or both")
        if (row.at is None) != (not row.equals):
            yield Mistake(f"{path}.equals", "`at` and `equals` go together")
        if row.means == "absent" and row.operations != ("status",):
            yield Mistake(f"{path}.operations", "only [status] can say that an operation never came", ('["status"]',))
        if row.means == "known" and row.operations != ("register",):
            yield Mistake(f"{path}.operations", "only [register] can say that a card is there", ('["register"]',))

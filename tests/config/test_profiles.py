"""Profiles of loyalty systems: each mistake is refused on one line, with file and key path."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.config.errors import ConfigError
from bridge.config.profiles import EXAMPLE, load_profile
from bridge.providers.rest.profile import Profile
from tests.config.inline_toml import inline_toml
from tests.config.samples import TILL, Loader

FIND = '[find]\npath = "/cards/{card}"\n[find.reply]\ncard = "/number"\n'
BUY = '[purchase]\npath = "/buy"\n'
PROVED = BUY + 'reply = { id = "/id" }\n'
REST = '[[providers]]\nname = "club"\nkind = "rest"\nbase_url = "https://x.ru"\nprofile = "club.toml"\n'
A_POINTER = 'a JSON pointer, as "/card/number"'
LINES = "line.id, line.code, line.name, line.category, line.quantity, line.price, line.amount, line.no_redeem"

BROKEN = {
    "no find": ("", "find: missing: use a table"),
    "no card": ('[find]\npath = "/x"\n[find.reply]', f"find.reply.card: missing: use {A_POINTER}"),
    "unknown key": (
        FIND + 'crad = "/x"',
        (
            "find.reply.crad: unknown key (did you mean card?): use card, list, phone, holder, template, tier, state, "
            "kind, balance, pending, discount_percent, accrue_percent"
        ),
    ),
    "pointer": (FIND + 'balance = "points"', f'find.reply.balance: "points" is not allowed: use {A_POINTER}'),
    "path": (
        FIND.replace("/cards", "https://evil.ru/cards"),
        'find.path: "https://evil.ru/cards/{card}" is not allowed: use a path that begins with /',
    ),
    "query in the path": (
        FIND.replace("{card}", "?n={card}"),
        'find.path: "/cards/?n={card}" is not allowed: use a path that begins with /',
    ),
    "method": (
        FIND + '[balance]\npath = "/b"\nmethod = "LOOK"\nreply = { balance = "/b" }',
        'balance.method: "LOOK" is not allowed: use DELETE, GET, PATCH, POST, PUT',
    ),
    "placeholder": (
        FIND.replace("{card}", "{crad}"),
        "find.path: there is no {crad} here: use store, store_name, till, language, card, phone",
    ),
    "secret in an address": (
        FIND.replace("{card}", "{key}"),
        "find.path: there is no {key} here: use store, store_name, till, language, card, phone",
    ),
    "brace": (
        FIND.replace("{card}", "{card"),
        "find.path: a lone {: write {{ for the brace itself, {name} for a value",
    ),
    "format": (
        FIND.replace("{card}", "{phone:pretty}"),
        "find.path: {phone} has no format pretty: use e164, digits, national",
    ),
    "list": (
        FIND + PROVED + '[purchase.body.items]\nfor_each = "goods"\nitem = "{line.code}"',
        "purchase.body.items.for_each: no such list here: use lines",
    ),
    "list with more in it": (
        FIND + PROVED + '[purchase.body.items]\nfor_each = "lines"\nitem = 1\nthem = 2',
        "purchase.body.items: a list has `for_each` and `item`, nothing else: use for_each, item",
    ),
    "list where there are no lines": (
        FIND + '[cancel]\npath = "/c"\nreply = { id = "/id" }\n[cancel.body.x]\nfor_each = "lines"\nitem = 1',
        "cancel.body.x.for_each: no such list here",
    ),
    "body of a GET": (
        FIND + '[balance]\npath = "/b"\nmethod = "GET"\nbody = { a = 1 }\nreply = { balance = "/b" }',
        "balance.body: a GET has none: use query",
    ),
    "query of no texts": (
        FIND + '[balance]\npath = "/b"\nquery = { a = 1 }\nreply = { balance = "/b" }',
        "balance.query: a value in this table is no text: use text",
    ),
    "no proof": (
        FIND + BUY,
        (
            "purchase.reply: nothing in it shows that the operation was made: use purchase.reply.id, "
            "purchase.reply.card, purchase.reply.ref, purchase.success"
        ),
    ),
    "half a proof": (FIND + BUY + 'success = { at = "/ok" }', "purchase.success.equals: `at` and `equals` go together"),
    "empty proof": (
        FIND + BUY + "success = {}",
        "purchase.success: it needs `at` with `equals`, or `status`, or both",
    ),
    "sign-in": (FIND + '[auth]\nway = "sign_in"', 'auth.sign_in: missing: way = "sign_in" needs it'),
    "sign-in of no use": (
        FIND + '[auth]\nway = "header"\nsign_in = { path = "/s", token = "/t" }',
        'auth.sign_in: way = "header" has none: use way = "sign_in"',
    ),
    "prefix": (FIND + '[auth]\nprefix = "Ключ "', "auth.prefix: characters that a header cannot carry"),
    "unit": (FIND + "[units]\npoints = 0", "units.points: 0 is not allowed: use a number above 0"),
    "large unit": (FIND + "[units]\nmoney = 1e9", "units.money: 1E+9 is too much: use at most 1000000"),
    "multiple": (
        FIND + "[units]\nmultiple = 0.015",
        "units.multiple: points are counted in hundredths here: use a multiple of 0.01",
    ),
    "points written off twice": (
        FIND + '[redeem]\npath = "/r"\nreply = { id = "/id" }\n' + BUY + 'reply = { id = "/id", redeemed = "/r" }',
        "purchase.reply.redeemed: points are written off by [redeem] here, not by [purchase]",
    ),
    "error without a sign": (
        FIND + '[[errors]]\nmeans = "refused"',
        "errors[0]: a row needs `status`, or `at` with `equals`, or both",
    ),
    "error with half a sign": (
        FIND + '[[errors]]\nmeans = "refused"\nat = "/e"',
        "errors[0].equals: `at` and `equals` go together",
    ),
    "meaning": (
        FIND + '[[errors]]\nmeans = "maybe"\nstatus = [404]',
        (
            'errors[0].means: "maybe" is not allowed: use absent, away, card_ambiguous, card_blocked, card_not_found, '
            "done, known, limit_exceeded, refused"
        ),
    ),
    "absent but of a status": (
        FIND + '[[errors]]\nmeans = "absent"\nstatus = [404]',
        'errors[0].operations: only [status] can say that an operation never came: use ["status"]',
    ),
    "known but of a card": (
        FIND + '[[errors]]\nmeans = "known"\nstatus = [409]',
        'errors[0].operations: only [register] can say that a card is there: use ["register"]',
    ),
    "list that begins anew for ever": (
        FIND + '[list]\npath = "/all"\nreply = { list = "/l", cursor = "/n", card = "/c" }',
        "list.reply.cursor: it and {cursor} in the request go together",
    ),
    "register without proof": (
        FIND + '[register]\npath = "/new"',
        "register.reply: nothing in it shows that the operation was made: use register.reply.card, register.success",
    ),
    "no toml": ("[find", "end of document: not TOML: Expected ']' at the end of a table declaration"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_profile_is_refused_on_one_line(name: str, load_text: Loader, directory: Path) -> None:
    """By check-config, which says of which provider it is."""
    text, expected = BROKEN[name]
    (directory / "club.toml").write_text(text)
    with pytest.raises(ConfigError) as refused:
        load_text(TILL + REST)
    place = "providers[0].profile"
    assert str(refused.value) == f"{directory}/pos-bridge.toml: {place}: {directory}/club.toml: {expected}"
    assert str(refused.value).isprintable()


RULES = {
    "no profile": (
        REST.replace('profile = "club.toml"\n', ""),
        "providers[0].profile: missing: kind rest needs it",
    ),
    "no such file": (
        REST.replace("club.toml", "clubs.toml"),
        "providers[0].profile: DIRECTORY/clubs.toml: cannot be read: No such file or directory",
    ),
    "no balance": (
        REST,
        "providers[0].policy.redeem: the balance cannot be asked for here: use manual, none",
    ),
    "no sale": (
        REST + '[providers.policy]\nredeem = "none"',
        "providers[0].policy.accrue: there is no operation for a sale here: use manual, none",
    ),
    "no return": (
        REST + '[providers.policy]\nredeem = "none"\naccrue = "none"',
        "providers[0].policy.reverse: there is no operation for a return here: use manual, none",
    ),
    "parts of a sale at LoCards": (
        REST.replace("rest", "locards").replace('profile = "club.toml"', 'key = { credential = "maxma-key" }')
        + '[providers.policy]\npartial_refund = "amount"',
        ("providers[0].policy.partial_refund: a part of a sale cannot be returned here by amount: use manual"),
    ),
    "no key for LoCards": (
        REST.replace("rest", "locards").replace('profile = "club.toml"', ""),
        'providers[0].key: missing: the profile locards.toml needs it: use { credential = "NAME" }',
    ),
    "no login for CardLab": (
        REST.replace("rest", "cardlab").replace('profile = "club.toml"', ""),
        'providers[0].login: missing: the profile cardlab.toml needs it: use { credential = "NAME" }',
    ),
    "points that nobody gives back": (
        REST.replace("rest", "cardlab").replace(
            'profile = "club.toml"', 'login = { credential = "maxma-key" }\npassword = { credential = "maxma-key" }'
        )
        + '[providers.policy]\ncancel = "none"',
        (
            "providers[0].policy.cancel: points are written off at once here: somebody must give them back: "
            "use online, online_else_queue, queue, manual"
        ),
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_what_a_profile_cannot_do_is_no_policy(name: str, load_text: Loader, directory: Path) -> None:
    text, expected = RULES[name]
    (directory / "club.toml").write_text(FIND)
    with pytest.raises(ConfigError) as refused:
        load_text(TILL + text)
    expected = expected.replace("DIRECTORY", str(directory))
    assert str(refused.value) == f"{directory}/pos-bridge.toml: {expected}"


def test_the_profiles_that_come_along_are_right() -> None:
    for file in EXAMPLE.parent.glob("*.toml"):
        assert isinstance(load_profile(file), Profile)
        is_ours = "ours" in file.read_text(encoding="utf-8")[:700].lower()
        assert is_ours, f"{file.name} must say whose wire format it is"


_WORDS = ("/a", "{card}", "{id", "GET", "basic")
_VALUES: Any = st.one_of(st.integers(), st.booleans(), st.floats(), st.text(max_size=8), st.sampled_from(_WORDS))
_KEYS = (
    *("path", "method", "query", "body", "reply", "auth", "card"),
    *("at", "equals", "means", "status", "token", "for_each"),
)
_TABLES = st.recursive(
    _VALUES,
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(st.sampled_from(_KEYS), below, max_size=4)),
    max_leaves=15,
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=st.dictionaries(st.sampled_from(Profile.__struct_fields__), _TABLES, max_size=4))
def test_any_document_is_a_profile_or_refused(document: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "any.toml"
    file.write_text("".join(f"{key} = {inline_toml(value)}\n" for key, value in document.items()))
    try:
        load_profile(file)
    except ConfigError as error:
        assert str(error).isprintable()  # noqa: PT017 - either way is right, and the message has rules too

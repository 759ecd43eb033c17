"""Calls made from the daemon's own OpenRPC document: what it describes is what it does."""

from functools import cache
from typing import Any

import jsonschema
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bridge.pos.methods import METHODS
from tests.shop.client import CashProgram
from tests.shop.schema_values import Values, values_of
from tests.shop.shop import BLOCKED_CARD, CARD, UNKNOWN_CARD, Shop

INVALID_PARAMS = -32602
AMOUNT_INVALID = 1012
IDS = st.sampled_from(["R-1", "R-2", "R-3"])
# So that calls meet each other's receipts and real cards, and nothing waits long.
KNOWN: dict[str, Values] = {
    "receipt_id": IDS,
    "code": st.sampled_from([CARD, UNKNOWN_CARD, BLOCKED_CARD]) | st.text(max_size=20).filter(str.isascii),
    "wait_ms": st.integers(0, 30),
    "for_ms": st.integers(100, 1000),
}

examples = settings(
    max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)


class Described:
    """One method as the document tells of it."""

    def __init__(self, method: dict[str, Any], components: dict[str, Any]) -> None:
        self.components = components
        self.schemas = {param["name"]: param["schema"] for param in method["params"]}
        self.required = {param["name"] for param in method["params"] if param["required"]}
        self.result = method["result"]["schema"]
        kinds = [each["$ref"].rpartition("/")[2] for each in method["errors"]]
        self.codes = {components["errors"][kind]["code"] for kind in kinds}

    @cache  # noqa: B019 - as long as the test
    def params(self) -> st.SearchStrategy[dict[str, Any]]:
        members = {
            name: KNOWN[name] if name in KNOWN else values_of(schema, self.components["schemas"])
            for name, schema in self.schemas.items()
        }
        return st.fixed_dictionaries(
            {name: each for name, each in members.items() if name in self.required},
            optional={name: each for name, each in members.items() if name not in self.required},
        )

    def allows(self, params: dict[str, Any]) -> bool:
        schema = {
            "properties": self.schemas,
            "required": sorted(self.required),
            "additionalProperties": False,
            "components": self.components,
        }
        return jsonschema.Draft202012Validator(schema).is_valid(params)

    def check_result(self, result: object) -> None:
        jsonschema.Draft202012Validator({**self.result, "components": self.components}).validate(result)


async def described(cash: CashProgram) -> dict[str, Described]:
    document = await cash.call("rpc.discover")
    components = document["components"]
    return {method["name"]: Described(method, components) for method in document["methods"]}


@given(data=st.data())
@examples
async def test_what_the_document_allows_is_answered_as_it_says(
    shop: Shop, cash: CashProgram, data: st.DataObject
) -> None:
    methods = await described(cash)
    name = data.draw(st.sampled_from(sorted(METHODS)), label="method")
    method = methods[name]
    params = data.draw(method.params(), label="params")
    reply = await cash.ask(name, **params)
    if "result" in reply:
        method.check_result(reply["result"])
    else:
        # What no schema can say (one of three members, a phone that is none) is -32602 too.
        assert reply["error"]["code"] in {*method.codes, INVALID_PARAMS}, reply
    assert not [line for line in shop.log if line["event"] in {"request_failed", "task_failed"}]
    shop.provider.ledger.check()


@given(data=st.data())
@examples
async def test_what_the_document_forbids_is_refused(cash: CashProgram, data: st.DataObject) -> None:
    methods = await described(cash)
    name = data.draw(st.sampled_from(sorted(name for name in METHODS if methods[name].schemas)), label="method")
    method = methods[name]
    params = data.draw(method.params(), label="params")
    member = data.draw(st.sampled_from(sorted(method.schemas)), label="member")
    spoilt: dict[str, dict[str, Any]] = {
        "missing": {name: value for name, value in params.items() if name != member},
        "extra": {**params, "no_such_member": 1},
        "another type": {**params, member: {"no": ["such", "thing"]}},
    }
    sent = spoilt[data.draw(st.sampled_from(sorted(spoilt)), label="what is wrong")]
    assume(not method.allows(sent))
    reply = await cash.ask(name, **sent)
    assert reply["error"]["code"] in {INVALID_PARAMS, AMOUNT_INVALID}, reply

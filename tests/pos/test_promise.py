"""docs/pos-protocol.md, "Compatibility": within version 1 names are added, never changed."""

from collections.abc import Callable
from typing import Any

import pytest

from bridge.pos.messages import PROTOCOL
from bridge.pos.openrpc import document
from tests.pos.promised import FILE, outline

PROMISED = set(FILE.read_text("utf-8").splitlines())


def broken(told: dict[str, Any]) -> set[str]:
    """What was promised and is no longer so; a new param that old programs would have to send is among it."""
    now = set(outline(told))
    methods = {line.split()[1] for line in PROMISED if line.startswith("method ")}
    demanded = {line for line in now - PROMISED if line.endswith(", required") and line.split()[1] in methods}
    return (PROMISED - now) | demanded


def test_nothing_that_was_promised_has_changed() -> None:
    assert FILE.name == f"protocol-{PROTOCOL}.txt"
    assert not broken(document())


def _rename(told: dict[str, Any]) -> None:
    told["methods"][0]["name"] = "bridge.greet"


def _demand(told: dict[str, Any]) -> None:
    told["methods"][0]["params"].append({"name": "key", "required": True, "schema": {"type": "string"}})


def _retype(told: dict[str, Any]) -> None:
    told["components"]["schemas"]["Card"]["properties"]["balance"] = {"type": "number"}


def _recode(told: dict[str, Any]) -> None:
    told["components"]["errors"]["card_blocked"]["code"] = 1099


def _silence(told: dict[str, Any]) -> None:
    del told["x-events"]["data"]["scan"]


@pytest.mark.parametrize("change", [_rename, _demand, _retype, _recode, _silence])
def test_a_change_would_be_noticed(change: Callable[[dict[str, Any]], None]) -> None:
    told = document()
    change(told)
    assert broken(told)


def test_what_is_added_breaks_nothing() -> None:
    told = document()
    told["methods"].append({**told["methods"][0], "name": "bridge.sing"})
    told["methods"][0]["params"].append({"name": "mood", "required": False, "schema": {"type": "string"}})
    assert not broken(told)

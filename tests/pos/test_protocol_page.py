"""docs/pos-protocol.md is what the code says, and its lines are real."""

import json
import re
from pathlib import Path

import pytest

from bridge.domain.errors import DeskError
from bridge.emulation.methods.table import EMULATION_METHODS
from bridge.pos.decoding import params_decoder
from bridge.pos.error_meanings import PROTOCOL_ERRORS, REFUSALS
from bridge.pos.jsonrpc import MEANINGS, Call, parse
from bridge.pos.methods import METHODS as EVERY_TILLS
from bridge.reference import __main__ as reference
from bridge.reference.__main__ import DOCS, PAGES, render

METHODS = {**EVERY_TILLS, **EMULATION_METHODS}
PAGE = render("pos-protocol.md")


@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_stale(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == render(name), "stale: run `make docs`"


def test_the_command_writes_every_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "DOCS", tmp_path)
    reference.main()
    assert {page.name for page in tmp_path.iterdir()} == set(PAGES)


def test_every_request_on_the_page_is_one() -> None:
    requests = re.findall(r'^\{"jsonrpc":"2\.0","id":1,"method":.*$', PAGE, re.MULTILINE)
    assert len(requests) == len(METHODS)
    for line in requests:
        call = parse(line.encode())
        assert isinstance(call, Call)
        params_decoder(METHODS[call.method].params)(call.params)


def test_every_reply_on_the_page_is_json() -> None:
    blocks = re.findall(r"```json\n(.*?)\n(.*?)\n```", PAGE)
    assert len(blocks) == len(METHODS) + 1  # and a batch
    for request, reply in blocks:
        pairs = [json.loads(line) for line in (request, reply)]
        asked, told = ((one[0] if isinstance(one, list) else one) for one in pairs)
        assert asked["id"] == told["id"]


def test_every_method_and_every_link_is_there() -> None:
    for name in METHODS:
        assert f"### `{name}`" in PAGE
    headings = {heading.lower() for heading in re.findall(r"^### (\w+)$", PAGE, re.MULTILINE)}
    assert set(re.findall(r"\]\(#(\w+)\)", PAGE)) <= headings


def test_every_error_is_explained() -> None:
    assert set(REFUSALS) == {error.kind for error in DeskError.__subclasses__()}
    assert set(PROTOCOL_ERRORS) == set(MEANINGS)
    for error in DeskError.__subclasses__():
        assert f"| {error.code} | `{error.kind}` |" in PAGE

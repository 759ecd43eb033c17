"""A client of another ecosystem, jayson from npm: its framing and its idea of JSON-RPC 2.0 are nobody's here.

`make test` fetches it where there is npm; elsewhere this is a skip that says so.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.examples.conftest import CARD, WITHIN_S, Till

SALE = Path(__file__).parent / "jayson" / "sale.cjs"
MODULES = Path(sys.prefix) / "node" / "node_modules"


def sold(environment: dict[str, str], receipt: str) -> dict[str, Any]:
    """What it was told at each step: whole replies."""
    node = shutil.which("node")
    if node is None or not (MODULES / "jayson").is_dir():
        pytest.skip("needs Node.js, and jayson (`make test` fetches it by npm)")
    done = subprocess.run(  # noqa: S603 - our own script
        [node, str(SALE), CARD, receipt],
        env={"PATH": os.environ["PATH"], "NODE_PATH": str(MODULES), **environment},
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("door", ["by_socket", "by_http"])
def test_a_sale(till: Till, door: str) -> None:
    receipt = f"jayson-{door}"
    told = sold(getattr(till, door), receipt)
    assert told["hello"]["result"]["till"] == "till-1"
    assert told["opened"]["result"]["receipt_id"] == receipt
    assert told["card"]["result"]["card"] == CARD
    assert told["redeemed"]["result"]["points"] == "200.00"
    one, other = told["batch"]
    assert (one["id"], one["result"]["redemption"]["points"]) == ("one", "200.00")
    assert (other["id"], other["error"]["data"]["kind"]) == (2, "receipt_unknown")
    assert told["noted"] is None
    assert told["unknown"]["error"]["code"] == -32601
    assert told["positional"]["error"]["code"] == -32602
    assert told["closed"]["result"]["redeemed"] == "200.00"
    assert told["returned"]["result"]["restored"] == "200.00"

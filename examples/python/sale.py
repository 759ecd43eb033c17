"""One sale and its return: `python sale.py CARD RECEIPT_ID`.

Put bridge/pos/client.py beside this file as client.py, or install pos-bridge.
"""

import os
import sys

from bridge.pos.client import DEFAULT_PATH, CallError, Client

TOTAL = "1000.00"
OUTCOME_UNKNOWN = 1011


def main() -> None:
    card, receipt = sys.argv[1:]
    with Client(os.environ.get("POS_BRIDGE_SOCKET", DEFAULT_PATH)) as bridge:
        bridge.call("receipt.open", receipt_id=receipt, operation="sale")
        found = bridge.call("card.resolve", receipt_id=receipt, code=card, wait_ms=5000)
        print(f"opened {receipt}, card of {found['holder']}")

        limits = bridge.call("receipt.limits", receipt_id=receipt, total=TOTAL, wait_ms=5000)
        print(f"may spend {limits['points']['max_redeem']}")

        print(f"redeemed {redeem(bridge, receipt)}")

        # Points are held here; then print the fiscal paper, then close.
        bridge.call("receipt.prepare", receipt_id=receipt, total=TOTAL, wait_ms=5000)
        outcome = bridge.call("receipt.close", receipt_id=receipt, total=TOTAL, wait_ms=5000)
        print(f"closed: {outcome['state']}, redeemed {outcome['redeemed']}")

        back = f"{receipt}-return"
        bridge.call("receipt.open", receipt_id=back, operation="refund", base={"receipt_id": receipt})
        outcome = bridge.call("receipt.close", receipt_id=back, total=TOTAL, wait_ms=5000)
        print(f"refunded: {outcome['state']}, restored {outcome['restored']}")


def redeem(bridge: Client, receipt: str) -> str:
    """The points spent; "0.00" where the sale goes on without: nothing may hold a customer up."""
    try:
        points: str = bridge.call("receipt.redeem", receipt_id=receipt, points="200.00", wait_ms=5000)["points"]
    except CallError as error:
        print(error.data.get("text", error.message), file=sys.stderr)
        return "0.00"
    return points


if __name__ == "__main__":
    main()

"""One sale and its return with asyncio, and what the bridge tells meanwhile: `python sale_asyncio.py CARD RECEIPT_ID`.

Put bridge/pos/client.py and bridge/pos/async_client.py beside this file, or install pos-bridge.
"""

import asyncio
import os
import sys

from bridge.pos.async_client import AsyncClient
from bridge.pos.client import DEFAULT_PATH

TOTAL = "1000.00"


async def main() -> None:
    card, receipt = sys.argv[1:]
    async with AsyncClient(os.environ.get("POS_BRIDGE_SOCKET", DEFAULT_PATH)) as bridge:
        events = await bridge.subscribe(["receipt"])
        await bridge.call("receipt.open", receipt_id=receipt, operation="sale")
        found = await bridge.call("card.resolve", receipt_id=receipt, code=card, wait_ms=5000)
        print(f"opened {receipt}, card of {found['holder']}")

        limits = await bridge.call("receipt.limits", receipt_id=receipt, total=TOTAL, wait_ms=5000)
        print(f"may spend {limits['points']['max_redeem']}")

        redeemed = await bridge.call("receipt.redeem", receipt_id=receipt, points="200.00", wait_ms=5000)
        print(f"redeemed {redeemed['points']}")

        # Points are held here; then print the fiscal paper, then close.
        await bridge.call("receipt.prepare", receipt_id=receipt, total=TOTAL, wait_ms=5000)
        outcome = await bridge.call("receipt.close", receipt_id=receipt, total=TOTAL, wait_ms=5000)
        print(f"closed: {outcome['state']}, redeemed {outcome['redeemed']}")

        back = f"{receipt}-return"
        await bridge.call("receipt.open", receipt_id=back, operation="refund", base={"receipt_id": receipt})
        outcome = await bridge.call("receipt.close", receipt_id=back, total=TOTAL, wait_ms=5000)
        print(f"refunded: {outcome['state']}, restored {outcome['restored']}")

        async for event in events:  # a settlement that took longer than wait_ms would be told here
            told = event["data"]
            if told["receipt_id"] == back and told["state"] == "closed":
                print(f"event {event['seq']}: {back} is {told['state']}", file=sys.stderr)
                break


if __name__ == "__main__":
    asyncio.run(main())

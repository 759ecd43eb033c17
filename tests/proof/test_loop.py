"""Simulated time goes on for years."""

import asyncio

from tests.proof.loop import JumpingLoop

YEARS_S = 10 * 365 * 24 * 3600


def test_whoever_waits_is_woken_after_years_too() -> None:
    loop = JumpingLoop()
    try:
        for began in (0.02, 16_776_720.02, YEARS_S + 0.02):
            loop.now = began
            loop.run_until_complete(asyncio.wait_for(asyncio.sleep(720), 721))
            assert began + 719 < loop.now < began + 721
    finally:
        loop.close()

"""A whole till whose disk fails at one of its syncs, for real: the system's tracer has the kernel refuse it."""

import shutil
import tempfile
from pathlib import Path

from tests.disks import NoRight
from tests.proof.killing import SCRIPT, check, played
from tests.shop.shop import open_shop

SYNCS = "fsync,fdatasync"


async def sync_failed_at(number: int) -> bool:
    """False: the script needs fewer syncs. NoRight: nothing can be traced here.

    AssertionError: journal and books do not agree.
    """
    if (strace := shutil.which("strace")) is None:
        raise NoRight("no strace")
    inject = ("-e", f"trace={SYNCS}", "-e", f"inject={SYNCS}:error=EIO:when={number}")
    with tempfile.TemporaryDirectory(prefix="sync-") as folder:
        told = Path(folder, "syncs.txt")
        async with open_shop(Path(folder)) as shop:
            # -D: the daemon itself is our child, and the tracer its.
            shop.launcher = (strace, "-D", "-f", "-o", str(told), *inject)
            try:
                await shop.start()
            except AssertionError:  # its journal could not be opened, and whoever looks after it starts it again
                shop.launcher = ()
                await shop.start()
            assert await played(shop, 0) == len(SCRIPT)
            await check(shop)
            await shop.stop()
        return _has_failed(told)


def _has_failed(told: Path) -> bool:
    return "INJECTED" in told.read_text("utf-8")

"""`python -m tests.proof.mortal_process SAVES KEEPS COMMAND…`: the daemon, which kills itself by SIGKILL at that save.

KEEPS 1: the save is on the disk by then; 0: it is not. COMMAND is how the daemon is started: python -m bridge run …
"""

import os
import signal
import sys
from collections.abc import Sequence

from bridge.cli.main import main
from bridge.domain.errors import JournalFailed
from bridge.journal.records import Row
from bridge.journal.store import Store


def arm(saves: int, *, keeps_last: bool) -> None:
    left, commit = [saves], Store.commit

    def counted(self: Store, sets: Sequence[Sequence[Row]]) -> list[JournalFailed | None]:
        left[0] -= 1
        if not left[0] and not keeps_last:
            os.kill(os.getpid(), signal.SIGKILL)
        outcome = commit(self, sets)
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        return outcome

    Store.commit = counted  # type: ignore[method-assign]


if __name__ == "__main__":
    arm(int(sys.argv[1]), keeps_last=sys.argv[2] == "1")
    sys.argv = ["pos-bridge", *sys.argv[sys.argv.index("bridge") + 1 :]]
    main()

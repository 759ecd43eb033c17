"""`[socket] group` keeps strangers out even where the socket's file would let them in."""

import grp
import os
from pathlib import Path

import pytest

from bridge.daemon import till
from tests.pos.test_hostile import KNOCKING, STRANGER, knock, run
from tests.shop.shop import open_shop


def open_to_all(socket: Path) -> None:
    socket.parent.chmod(0o755)
    socket.chmod(0o666)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
async def test_a_stranger_is_kept_out_and_a_member_is_not(socket_dir: Path) -> None:
    group = grp.getgrall()[-1]
    async with open_shop(socket_dir) as shop:
        shop.socket = f'group = "{group.gr_name}"'
        await shop.start()
        path = socket_dir / "pos.sock"
        assert (path.stat().st_gid, path.stat().st_mode & 0o777) == (group.gr_gid, 0o660)
        open_to_all(path)
        (reply,) = await run(KNOCKING, str(path), knock("bridge.hello", STRANGER, [group.gr_gid]))
        assert reply["result"]["till"] == "till-1"
        (reply,) = await run(KNOCKING, str(path), knock("bridge.hello", STRANGER, []))
        assert reply["error"]["code"] == 1009
        assert (await shop.logged("client_refused", uid=STRANGER))["reason"] == "not_permitted"


def test_admins_are_also_of_a_group_that_nobody_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """A company's directory answers for a group that it is asked for, and lists none (sssd: enumerate = false)."""
    group = grp.getgrgid(os.getgid()).gr_name
    monkeypatch.setattr(grp, "getgrall", list)
    assert till._existing([group, "no-such-group"]) == [group]

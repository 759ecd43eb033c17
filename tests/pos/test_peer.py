"""Who belongs to a group: for the socket itself and for the admin methods."""

import grp
import os

import pytest

from bridge.pos.peer import Caller, member_check

GROUP = grp.getgrgid(os.getgid())
STRANGER = 54_321


@pytest.mark.parametrize(
    ("caller", "admitted"),
    [
        (Caller(1, pid=1, uid=0, gid=STRANGER), True),
        (Caller(1, pid=1, uid=os.geteuid(), gid=STRANGER), True),
        (Caller(1, pid=1, uid=STRANGER, gid=GROUP.gr_gid), True),
        (Caller(1, pid=1, uid=STRANGER, gid=STRANGER, groups=(7, GROUP.gr_gid)), True),
        (Caller(1, pid=1, uid=STRANGER, gid=STRANGER, groups=(7,)), False),
        (Caller(1), False),
    ],
)
def test_root_the_daemon_s_user_and_the_groups(caller: Caller, admitted: bool) -> None:
    assert member_check([GROUP.gr_name])(caller) is admitted


def test_a_group_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(LookupError):
        member_check(["no-such-group"])

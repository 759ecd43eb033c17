"""The composition root: a configuration becomes a running till.

door.py           the socket, which listens before all else is imported
till.py           journal, providers, desk, devices and socket joined, and taken down in reverse
device_room.py    the devices of the configuration: endpoint, transport, codec and driver joined
forwarding.py     where the scans go that are no cards
programmes.py     the providers of the configuration
wording.py        the texts: language, the shop's templates
reload.py         a changed configuration, while it runs
resolving.py      the event loop, and how names are looked up in it
supervisor.py     keeps tasks alive
keeper.py         keeps a device alive; tally.py: its counters, over all its drivers
finishing.py      what is being scanned comes to its end
surroundings.py   what a till is put into; hardware.py: the devices' part of it
tapping.py        where it is heard for recordings and the panel
web.py            the HTTP side, with status_panel.py; both only where it is enabled
failures.py       why a start failed
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.config.model import Config


def run(config: "Config", reread: "Callable[[], Config]", *, emulated: bool = False) -> None:
    """Run the till until SIGTERM or SIGINT; `reread` at each SIGHUP. StartFailed: why it cannot."""
    from bridge.daemon.door import open_door  # noqa: PLC0415 - see door.py

    door = open_door(config)
    try:
        from bridge.daemon import till  # noqa: PLC0415 - the most of the daemon, imported while clients may connect

        till.run(config, reread, door, emulated=emulated)
    finally:
        door.close()

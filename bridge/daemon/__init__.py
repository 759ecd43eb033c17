"""The composition root: a configuration becomes a running till.

till.py           journal, providers, desk, devices and socket joined, and taken down in reverse
device_room.py    the devices of the configuration: endpoint, transport, codec and driver joined
forwarding.py     where the scans go that are no cards
programmes.py     the providers of the configuration
wording.py        the texts: language, the shop's templates
reload.py         a changed configuration, while it runs
supervisor.py     keeps tasks and devices alive
failures.py       why a start failed
"""

from bridge.daemon.till import run, serve, stop_by_signal

__all__ = ["run", "serve", "stop_by_signal"]

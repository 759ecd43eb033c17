"""What stands between a till and its devices: the kernel's transports and udev's news, or what stands in for them."""

from dataclasses import dataclass, field

from devices.hotplug import Hotplug
from devices.transports.base import Transports
from devices.transports.kernel import KernelTransports


@dataclass(frozen=True, slots=True)
class Hardware:
    """The real one unless told otherwise; make it where the event loop runs."""

    transports: Transports = field(default_factory=KernelTransports)
    hotplug: Hotplug = field(default_factory=Hotplug)

"""The transports of a real till: what the kernel has, each imported when it is first opened."""

from devices.descriptor_store import DescriptorStore
from devices.endpoints import Endpoint, HidrawEndpoint, InputEndpoint, SerialEndpoint
from devices.transports.base import ByteStream, HidDevice, InputDevice, Source


class KernelTransports:
    """devices.transports.base.Transports."""

    async def open_stream(self, endpoint: Endpoint) -> ByteStream:
        from devices.transports import open_transport  # noqa: PLC0415 - see the module's docstring

        return await open_transport(endpoint)

    async def open_line(self, endpoint: SerialEndpoint, store: DescriptorStore) -> Source:
        from devices.transports.serial_port import open_kept_serial  # noqa: PLC0415 - the same

        return await open_kept_serial(endpoint, store)

    async def open_keyboard(self, endpoint: InputEndpoint, *, grab: bool) -> InputDevice:
        from devices.transports.input_node import open_input  # noqa: PLC0415 - the same

        return await open_input(endpoint, grab=grab)

    async def open_hid(self, endpoint: HidrawEndpoint, descriptor_mark: bytes) -> HidDevice:
        from devices.transports.hidraw_node import open_hidraw  # noqa: PLC0415 - the same

        return await open_hidraw(endpoint, descriptor_mark)

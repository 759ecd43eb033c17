import pytest

from devices.endpoints import parse_endpoint
from devices.errors import Unsupported
from devices.transports import open_transport


@pytest.mark.parametrize("text", ["input:///dev/input/event0", "hidraw:///dev/hidraw0"])
async def test_what_is_no_byte_stream(text: str) -> None:
    with pytest.raises(Unsupported) as error:
        await open_transport(parse_endpoint(text))
    assert not error.value.retryable

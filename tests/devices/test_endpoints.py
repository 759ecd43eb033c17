import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.endpoints import (
    Endpoint,
    EndpointError,
    Flow,
    HidrawEndpoint,
    InputEndpoint,
    LpEndpoint,
    Parity,
    SerialEndpoint,
    TcpEndpoint,
    UsbEndpoint,
    UsbId,
    UsbPort,
    parse_endpoint,
)

SCANNER = UsbId(0x05E0, 0x1701)
CABLE = UsbId(0x1A86, 0x7523, "A5:01")

ENDPOINTS: list[tuple[str, Endpoint]] = [
    ("serial:///dev/pos/front", SerialEndpoint("/dev/pos/front")),
    ("serial:///dev/pos/front?baud=115200", SerialEndpoint("/dev/pos/front", baud=115200)),
    (
        "serial:///dev/ttyS0?baud=19200&bits=7&parity=odd&stop=2&flow=rtscts",
        SerialEndpoint("/dev/ttyS0", None, 19200, 7, Parity.ODD, 2, Flow.RTSCTS),
    ),
    ("serial://by-id/05e0:1701", SerialEndpoint(identity=SCANNER)),
    ("serial://by-id/1a86:7523:A5:01?baud=2400", SerialEndpoint(identity=CABLE, baud=2400)),
    ("serial://by-port/1-4.3", SerialEndpoint(identity=UsbPort("1-4.3"))),
    ("input:///dev/input/event3", InputEndpoint("/dev/input/event3")),
    ("input://by-port/2-1", InputEndpoint(identity=UsbPort("2-1"))),
    ("hidraw:///dev/hidraw0", HidrawEndpoint("/dev/hidraw0")),
    ("lp:///dev/usb/lp0", LpEndpoint("/dev/usb/lp0")),
    ("lp://by-id/04b8:0e15", LpEndpoint(identity=UsbId(0x04B8, 0x0E15))),
    ("tcp://192.168.1.20:9100", TcpEndpoint("192.168.1.20")),
    ("tcp://printer.shop.lan:9101", TcpEndpoint("printer.shop.lan", 9101)),
    ("tcp://[fe80::1]:9100", TcpEndpoint("fe80::1")),
    ("usb://by-id/04b8:0202:J3", UsbEndpoint(UsbId(0x04B8, 0x0202, "J3"))),
    ("usb://by-port/1-2", UsbEndpoint(UsbPort("1-2"))),
]


@pytest.mark.parametrize(("text", "endpoint"), ENDPOINTS)
def test_endpoints_and_back(text: str, endpoint: Endpoint) -> None:
    assert parse_endpoint(text) == endpoint
    assert str(endpoint) == text


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("tcp://printer", "tcp://printer:9100"),
        ("serial:///dev/ttyS0?", "serial:///dev/ttyS0"),
        ("usb://04B8:0202", "usb://by-id/04b8:0202"),
        ("serial:///dev/ttyS0?baud=9600&bits=8&parity=none&stop=1&flow=none", "serial:///dev/ttyS0"),
    ],
)
def test_what_goes_without_saying(text: str, same: str) -> None:
    assert str(parse_endpoint(text)) == same


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "expected one of serial://, lp://"),
        ("/dev/ttyUSB0", "expected one of serial://"),
        ("com://1", "expected one of serial://"),
        ("serial://dev/ttyS0", "wants an absolute path"),
        ("serial://", "wants an absolute path"),
        ("lp://usb/lp0", "wants an absolute path"),
        ("serial:///dev/ttyS0?speed=9600", "unknown setting 'speed', allowed: baud, bits, parity, stop, flow"),
        ("serial:///dev/ttyS0?baud", "key=value"),
        ("serial:///dev/ttyS0?baud=9600&baud=1200", "given twice"),
        ("serial:///dev/ttyS0?baud=", "a number from 50 to 4000000"),
        ("serial:///dev/ttyS0?baud=fast", "a number from 50 to 4000000"),
        ("serial:///dev/ttyS0?baud=49", "a number from 50"),
        ("serial:///dev/ttyS0?baud=٩٦٠٠", "a number from 50"),
        ("serial:///dev/ttyS0?parity=mark", "parity=mark must be one of none, even, odd"),
        ("serial:///dev/ttyS0?bits=9", "bits=9 must be one of 5, 6, 7, 8"),
        ("serial:///dev/ttyS0?stop=1.5", "stop=1.5 must be one of 1, 2"),
        ("serial:///dev/ttyS0?flow=dtr", "must be one of none, xonxoff, rtscts, dsrdtr"),
        ("lp:///dev/usb/lp0?baud=9600", "takes no settings"),
        ("serial:///dev/tty\x00S0", "control characters"),
        ("serial:///dev/ttyS0?baud=96%01", "control characters"),
        ("tcp://", "expected tcp://HOST"),
        ("tcp://printer:0", "port 0 must be from 1 to 65535"),
        ("tcp://printer:65536", "port 65536"),
        ("tcp://printer:http", "expected tcp://HOST"),
        ("tcp://a..b", "no host name"),
        ("tcp://" + "a" * 64, "no host name"),
        ("tcp://[::zz]:9100", "'::zz' is no host name or address"),
        ("tcp://printer/queue", "expected tcp://HOST"),
        ("usb:///dev/usb/lp0", "must be VID:PID"),
        ("usb://4b8:202", "four hex digits"),
        ("serial://by-id/1a86:7523", "generic USB-serial chip"),
        ("usb://0403:6001", "generic USB-serial chip"),
        ("serial://by-id/10c4:ea60", "generic USB-serial chip"),
        ("serial://by-id/067b:2303", "generic USB-serial chip"),
        ("serial://by-id/front", "must be VID:PID"),
        ("serial://by-port/usb1", "like 1-4.3"),
    ],
)
def test_what_is_no_endpoint_is_told_what_is_allowed(text: str, sentence: str) -> None:
    with pytest.raises(EndpointError) as error:
        parse_endpoint(text)
    assert sentence in str(error.value)


@given(st.text(max_size=40) | st.from_regex(r"(serial|lp|tcp|usb|input)://[ -~]{0,30}", fullmatch=True))
def test_any_text_is_an_endpoint_that_reads_back_or_refused(text: str) -> None:
    try:
        endpoint = parse_endpoint(text)
    except EndpointError:
        return
    assert parse_endpoint(str(endpoint)) == endpoint

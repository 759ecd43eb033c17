"""A provider outside the guest: the till knows MAXMA's kind at a port of this machine."""

from collections.abc import Iterator
from contextlib import contextmanager

from bridge.emulation.maxma import KEY
from tests.hil.till import Till

# A port of the guest's loopback, for plain HTTP is refused anywhere else; systemd hands it on to this machine.
GATE_PORT = 8321
GATE_SOCKET = f"[Socket]\nListenStream=127.0.0.1:{GATE_PORT}\n[Install]\nWantedBy=sockets.target\n"
GATE_SERVICE = """[Service]
ExecStartPre=-ip address add 10.0.2.15/24 dev eth0
ExecStartPre=ip link set eth0 up
ExecStart=/lib/systemd/systemd-socket-proxyd 10.0.2.2:{port}
"""
CLOSE_GATE = "systemctl disable --now gate.socket gate.service"
CONFIGURATION = f"""
[till]
store = "store-01"
name = "till-1"

[socket]
group = "pos"

[[card_formats]]
provider = "club"
prefix = "2900"
length = 13

[[providers]]
name = "club"
kind = "maxma"
base_url = "http://127.0.0.1:{GATE_PORT}"
key = {{ credential = "maxma-key" }}
timeout_ms = 10000
write_timeout_ms = 30000
"""
DROP_IN = "/etc/systemd/system/pos-bridge.service.d/override.conf"


def give_key(till: Till) -> None:
    """As docs/install.md has it; `systemctl edit` writes the same file."""
    till.guest.run("install -m 600 /dev/stdin /etc/pos-bridge/credentials/maxma-key", KEY.encode())
    till.guest.put(DROP_IN, "[Service]\nLoadCredential=maxma-key:/etc/pos-bridge/credentials/maxma-key\n")
    till.guest.run("systemctl daemon-reload")


@contextmanager
def provider_at(till: Till, port: int) -> Iterator[None]:
    """Its provider is at this machine's loopback, at `port`."""
    till.guest.put("/etc/systemd/system/gate.socket", GATE_SOCKET)
    till.guest.put("/etc/systemd/system/gate.service", GATE_SERVICE.format(port=port))
    give_key(till)
    till.guest.run("systemctl enable --now gate.socket")
    till.configure(CONFIGURATION)
    try:
        yield
    finally:
        till.guest.run(f"rm -r $(dirname {DROP_IN}); systemctl daemon-reload; {CLOSE_GATE}")
        till.configure()

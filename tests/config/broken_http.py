"""Broken `[http]` sections, as tests/config/broken.py has them."""

from tests.config.samples import TILL

HTTP = '[http]\nenabled = true\ntoken = { credential = "maxma-key" }\n'

BROKEN_HTTP = {
    "listen": (
        TILL + '[http]\nlisten = "localhost:8710"',
        'http.listen: "localhost:8710" is not allowed: use ADDRESS:PORT, as 127.0.0.1:8710 or [::1]:8710',
    ),
    "listen without a port": (
        TILL + '[http]\nlisten = "127.0.0.1"',
        'http.listen: "127.0.0.1" is not allowed: use ADDRESS:PORT, as 127.0.0.1:8710 or [::1]:8710',
    ),
    "listen on no port": (
        TILL + '[http]\nlisten = "127.0.0.1:65536"',
        'http.listen: "127.0.0.1:65536" is not allowed: use ADDRESS:PORT, as 127.0.0.1:8710 or [::1]:8710',
    ),
    "listen without brackets": (
        TILL + '[http]\nlisten = "::1:8710"',
        'http.listen: "::1:8710" is not allowed: use ADDRESS:PORT, as 127.0.0.1:8710 or [::1]:8710',
    ),
    "allow_from": (
        TILL + '[http]\nallow_from = ["192.168.1.20", "till.shop"]',
        'http.allow_from[1]: "till.shop" is not allowed: use an address, or a network as "192.168.1.0/24"',
    ),
    "allow_from with bits": (
        TILL + '[http]\nallow_from = ["192.168.1.20/24"]',
        'http.allow_from[0]: "192.168.1.20/24" is not allowed: use an address, or a network as "192.168.1.0/24"',
    ),
    "http without a token": (
        TILL + "[http]\nenabled = true",
        'http.token: missing: whoever reaches the port could spend points: use { credential = "NAME" }',
    ),
    "http off loopback": (
        TILL + HTTP + 'listen = "0.0.0.0:8710"',
        (
            'http.allow_from: missing: listen = "0.0.0.0:8710" can be reached from the network: use the callers\' '
            'addresses, as ["192.168.1.20"]'
        ),
    ),
    "http off loopback without TLS": (
        TILL + HTTP + 'listen = "[::]:8710"\nallow_from = ["192.168.1.20"]',
        'http.tls_cert: missing: listen = "[::]:8710" can be reached from the network: use a PEM file',
    ),
    "half of TLS": (
        TILL + HTTP + 'tls_cert = "members.csv"',
        "http.tls_key: missing: tls_cert and tls_key belong together",
    ),
}

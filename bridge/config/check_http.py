"""Which values of `[http]` do not go together: a port that the network can reach needs more than one that it cannot."""

import os
from collections.abc import Iterator
from pathlib import Path

from bridge.config.doors import Http
from bridge.config.errors import NotAllowed, Problem, quoted
from bridge.config.values import is_loopback


def check_http(http: Http) -> Iterator[Problem]:
    """Nothing is asked of a section that is turned off, not even that its token exists."""
    if not http.enabled:
        return
    yield from _check_token(http)
    yield from _check_network(http)
    if (http.tls_cert is None) != (http.tls_key is None):
        missing = "tls_key" if http.tls_key is None else "tls_cert"
        yield Problem(f"http.{missing}", "missing: tls_cert and tls_key belong together")
    for key, file in (("tls_cert", http.tls_cert), ("tls_key", http.tls_key)):
        if file is not None:
            yield from _check_file(f"http.{key}", file)


def _check_token(http: Http) -> Iterator[Problem]:
    if http.token is None:
        yield Problem(
            "http.token", "missing: whoever reaches the port could spend points", ('{ credential = "NAME" }',)
        )
        return
    try:
        http.token.read()
    except NotAllowed as error:
        yield Problem("http.token", error.what, error.allowed)


def _check_network(http: Http) -> Iterator[Problem]:
    if is_loopback(http.listen.host):
        return
    what = f"missing: listen = {quoted(http.listen)} can be reached from the network"
    for key, value, wanted in (
        ("allow_from", http.allow_from, 'the callers\' addresses, as ["192.168.1.20"]'),
        ("tls_cert", http.tls_cert, "a PEM file"),
        ("tls_key", http.tls_key, "a PEM file"),
    ):
        if not value:
            yield Problem(f"http.{key}", what, (wanted,))


def _check_file(key_path: str, file: Path) -> Iterator[Problem]:
    if not (file.is_file() and os.access(file, os.R_OK)):
        yield Problem(key_path, f'"{file}" is no file that can be read')

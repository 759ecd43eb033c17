"""Where cash programs come in: the socket and, where it is enabled, HTTP."""

from pathlib import Path
from typing import Annotated

from msgspec import Meta

from bridge.config.credentials import Credential
from bridge.config.section import Name, Section
from bridge.config.values import ListenAddress, Network

DEFAULT_ADMIN_GROUPS = ("pos-admin",)


class Socket(Section, frozen=True):
    """The Unix socket for the cash program."""

    path: Annotated[Path, Meta(description="a socket passed by systemd wins")] = Path("/run/pos-bridge/pos.sock")
    group: Annotated[
        Name | None,
        Meta(description="may use the socket (mode 0660); absent: mode 0600, the daemon's own user only"),
    ] = None
    admin_groups: Annotated[
        tuple[Name, ...],
        Meta(description="may call the admin methods; root and the daemon's own user always may"),
    ] = DEFAULT_ADMIN_GROUPS


class Http(Section, frozen=True):
    """For cash programs that only speak HTTP."""

    enabled: Annotated[bool, Meta(description="off unless enabled")] = False
    listen: Annotated[
        ListenAddress,
        Meta(description="where it listens: any address off loopback needs allow_from, tls_cert and tls_key"),
    ] = ListenAddress("127.0.0.1:8710")
    allow_from: Annotated[
        tuple[Network, ...], Meta(description="who may call besides this machine itself: addresses or networks")
    ] = ()
    hosts: Annotated[
        tuple[Name, ...],
        Meta(description="names by which callers address this machine; addresses and localhost need not be named"),
    ] = ()
    tls_cert: Annotated[Path | None, Meta(description="certificate chain, PEM")] = None
    tls_key: Annotated[Path | None, Meta(description="its key, PEM, without a password")] = None
    token: Annotated[
        Credential | None, Meta(description="what callers send as `Authorization: Bearer`; needed when enabled")
    ] = None

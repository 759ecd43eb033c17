"""What the checks look at, fetched once: the configuration, this machine, and what the daemon says of itself."""

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from bridge.cli.machine import Machine
from bridge.cli.talking import SOCKET_VARIABLE
from bridge.config.errors import ConfigError
from bridge.config.loading import load
from bridge.config.model import DEFAULT_FILE, Config
from bridge.pos.client import DEFAULT_PATH, CallError, Client, Unreachable
from devices.plugged import Plugged, plugged


class Visit:
    """One look at one till."""

    def __init__(self, config_file: Path | None, socket: Path | None, machine: Machine) -> None:
        """None: the usual one."""
        self.machine = machine
        self.config_file = config_file or DEFAULT_FILE
        self.is_usual_file = config_file is None
        self._socket = socket

    @cached_property
    def loaded(self) -> Config | ConfigError:
        try:
            return load(self.config_file)
        except ConfigError as error:
            return error

    @cached_property
    def config(self) -> Config | None:
        """Also where only its secrets are missing, or are not for us to read: those are "" then."""
        if isinstance(self.loaded, Config):
            return self.loaded
        try:
            return load(self.config_file, with_secrets=False)
        except ConfigError:
            return None

    @cached_property
    def plugged(self) -> Sequence[Plugged]:
        return plugged(self.machine.sys, self.machine.dev)

    @cached_property
    def socket(self) -> Path:
        """As it was told, by the environment, or by the configuration."""
        told = self._socket or os.environ.get(SOCKET_VARIABLE)
        return Path(told or (self.config.socket.path if self.config else DEFAULT_PATH))

    @cached_property
    def answer(self) -> dict[str, Any] | CallError | Unreachable:
        """The daemon's answer to bridge.status, or why there is none."""
        try:
            answer: dict[str, Any] = self.ask("bridge.status")
        except (CallError, Unreachable) as error:
            return error
        return answer

    @property
    def status(self) -> dict[str, Any] | None:
        return self.answer if isinstance(self.answer, dict) else None

    def ask(self, method: str, **params: object) -> Any:  # noqa: ANN401 - JSON
        """The daemon's answer. CallError, Unreachable."""
        with Client(str(self.socket)) as client:
            return client.call(method, **params)

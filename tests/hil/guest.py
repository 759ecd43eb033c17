"""Commands in the guest, by QEMU's own agent there."""

import base64
import shlex
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.hil.dialogue import Dialogue

ASK_EVERY_S = 0.05
# The agent of QEMU 7.2 ends itself over a command that brings some megabytes along.
LONGEST_INPUT_BYTES = 1024 * 1024
# Everything takes long where the processor is emulated and the machine is busy with others.
PATIENCE_S = 900.0


_ENDED = "HIL-ENDED"
_numbers = count(1)


class Failed(AssertionError):
    """A command in the guest did not do what it was to do."""


@dataclass(frozen=True, slots=True)
class Result:
    status: int
    output: str
    errors: str


class Guest:
    """All commands are run by root, in /."""

    def __init__(self, agent: Dialogue) -> None:
        self._agent = agent

    def run(self, command: str, stdin: bytes = b"", *, is_checked: bool = True) -> str:
        """The output of a shell's command line. Failed: it ended with another status than 0."""
        result = self.result(command, stdin)
        if is_checked and result.status:
            raise Failed(f"{command}: {result.status}: {result.output}{result.errors}")
        return result.output

    def result(self, command: str, stdin: bytes = b"") -> Result:
        """Whatever its status is."""
        pid = self._execute(command, stdin)
        deadline = time.monotonic() + PATIENCE_S
        while not (status := self._agent.ask("guest-exec-status", pid=pid))["exited"]:
            if time.monotonic() > deadline:
                raise Failed(f"{command}: did not end within {PATIENCE_S:g} s")
            time.sleep(ASK_EVERY_S)
        return Result(status.get("exitcode", -1), _text(status, "out-data"), _text(status, "err-data"))

    def put(self, path: str, data: bytes | str) -> None:
        """A file with this content, its folder made where it is missing."""
        content = data.encode() if isinstance(data, str) else data
        self.run(f"mkdir -p {shlex.quote(str(Path(path).parent))} && true > {shlex.quote(path)}")
        for start in range(0, len(content), LONGEST_INPUT_BYTES):
            self.run(f"cat >> {shlex.quote(path)}", content[start : start + LONGEST_INPUT_BYTES])

    def start(self, command: str) -> "Running":
        """A command that goes on; what it prints is read as it comes."""
        output = f"/run/hil-{next(_numbers)}"
        self._execute(f"exec >{output} 2>&1; {command}; echo {_ENDED} $?", b"", is_captured=False)
        return Running(self, output, command)

    def until(self, command: str) -> str:
        """The output of the first run of `command` that ends with 0."""
        deadline = time.monotonic() + PATIENCE_S
        while (result := self.result(command)).status:
            if time.monotonic() > deadline:
                raise Failed(f"{command}: still {result.status}: {result.output}{result.errors}")
            time.sleep(ASK_EVERY_S)
        return result.output

    def _execute(self, command: str, stdin: bytes, *, is_captured: bool = True) -> int:
        request: dict[str, object] = {"path": "/bin/sh", "arg": ["-c", command], "capture-output": is_captured}
        if stdin:
            request["input-data"] = base64.b64encode(stdin).decode()
        pid: int = self._agent.ask("guest-exec", **request)["pid"]
        return pid


@dataclass(slots=True)
class Running:
    """A command in the guest that was started."""

    guest: Guest
    path: str
    command: str

    def output(self) -> str:
        return self.guest.run(f"cat {self.path}")

    def until(self, text: str) -> str:
        """Its output up to the end of the first line that has `text` in it."""
        deadline = time.monotonic() + PATIENCE_S
        while text not in (output := self.output()) or not output.endswith("\n"):
            if _ENDED in output or time.monotonic() > deadline:
                raise Failed(f"{self.command}: no {text!r} in {output!r}")
            time.sleep(ASK_EVERY_S)
        return output


def _text(status: dict[str, str], name: str) -> str:
    return base64.b64decode(status.get(name, "")).decode("utf-8", "replace")

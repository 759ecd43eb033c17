"""A display on a CDC-ACM line, a printer by usblp and one by libusb: they come, go in mid job, and come back."""

import pytest

from tests.hil.till import Till, until

# More than the kernels of both ends hold: the device takes the rest only while it reads.
LONG_JOB_LINES = 4000
LAST_LINE = "последняя строка"
# More than a printer is asked with before a job begins; one that has not begun is printed without a mark.
ASKED_BYTES = 500


class DeviceEnd:
    """What a device of the guest's own making reads."""

    def __init__(self, till: Till, node: str) -> None:
        self._till = till
        self._unit = f"hil-{node.rpartition('/')[2]}"
        self._file = f"/run/{self._unit}"
        told = f"--unit={self._unit} -p StandardOutput=truncate:{self._file}"
        till.guest.run(f"systemctl stop {self._unit} 2>&1; systemd-run --quiet --collect {told} cat {node}")

    def stop(self) -> None:
        """It reads no more."""
        self._till.guest.run(f"systemctl stop {self._unit}")

    def text(self) -> str:
        dump = self._till.guest.until(f"od -An -v -tx1 {self._file}")
        return bytes.fromhex(dump.replace("\n", "")).decode("cp866", "replace")

    def until(self, text: str) -> str:
        return until(self.text, lambda read: text in read)


def test_display_shows_and_gets_its_screen_when_it_comes_back(till: Till) -> None:
    node = till.plug("pole")
    glass = glass_at(till, node)
    till.call("display.show", device="pole", rows=["Здравствуйте!", "Баллов: 350"])
    glass.until("Баллов: 350")
    till.unplug("pole")
    assert not till.call("display.show", device="pole", rows=["Пока вас не было"])["shown"]
    glass = glass_at(till, node)
    till.plug("pole")
    glass.until("Пока вас не было")


def glass_at(till: Till, node: str) -> DeviceEnd:
    """Its line passes all bytes on as they are. What came before somebody reads is lost."""
    till.guest.run(f"stty -F {node} raw -echo")
    return DeviceEnd(till, node)


@pytest.mark.parametrize("name", ["receipt", "kitchen"])
def test_printer_prints_and_a_job_that_was_cut_off_is_printed_once_more(till: Till, name: str) -> None:
    end = DeviceEnd(till, till.plug(name))
    till.call("printer.print", device=name, lines=["Привет, чек", {"cut": True}])
    end.until("Привет, чек")
    end.stop()
    before = bytes_sent(till, name)
    lines = [*[f"{number:042}" for number in range(LONG_JOB_LINES)], LAST_LINE]
    job = till.call("printer.print", device=name, lines=lines)
    until(lambda: bytes_sent(till, name), lambda sent: sent > before + ASKED_BYTES)
    till.unplug(name)
    paper = DeviceEnd(till, till.plug(name)).until(LAST_LINE)
    assert paper.count("ПОВТОР") == 1
    told = until(lambda: till.call("printer.job", job_id=job["job_id"]), lambda told: told["state"] != "queued")
    assert told["state"] == "sent"


def bytes_sent(till: Till, name: str) -> int:
    return int(till.device(name)["counters"]["bytes"])

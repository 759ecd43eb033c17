"""`pos-bridge doctor` before a provider that is away, and at a till whose clock is wrong."""

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bridge.emulation.maxma import KEY
from tests.hil.outside import provider_at
from tests.hil.till import MAIN_PROCESS, Till


class Provider(BaseHTTPRequestHandler):
    """Its clock is this machine's, and it knows no key."""

    def do_HEAD(self) -> None:
        self.send_response(HTTPStatus.UNAUTHORIZED)
        self.end_headers()

    def log_message(self, *_told: object) -> None: ...


@contextmanager
def served() -> Iterator[int]:
    """The port that it is at."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Provider) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_doctor_tells_a_wrong_clock_from_a_provider_that_is_away(till: Till) -> None:
    """The daemon takes no harm of either."""
    with served() as port, provider_at(till, port):
        process = till.guest.run(MAIN_PROCESS)
        assert wrong_of_provider(till) == []
        till.guest.run("date --set '2 hours'")
        (clock,) = wrong_of_provider(till)
        assert re.search(r"this machine's clock is 7[12]\d\d s ahead of the provider's", clock)
        till.guest.run("date --set '-2 hours'")
        assert wrong_of_provider(till) == []
        till.guest.run("systemctl stop gate.socket gate.service")
        (away,) = wrong_of_provider(till)
        assert "Connection refused" in away
        assert till.guest.run(MAIN_PROCESS) == process


def test_the_key_is_in_no_argument_and_in_no_environment(till: Till) -> None:
    """What the kernel shows of the process, to whoever may look."""
    with served() as port, provider_at(till, port):
        shown = till.guest.run(f"cd /proc/$({MAIN_PROCESS}); cat cmdline environ | tr '\\0' '\\n'")
        assert "CREDENTIALS_DIRECTORY=" in shown
        assert KEY not in shown


def wrong_of_provider(till: Till) -> Sequence[str]:
    return [found["what"] for found in till.wrong() if found["subject"] == "provider club"]

"""The checks, in the order in which a person would look: is it set up, does it run, is everything plugged in?"""

import json
import os
from collections.abc import Callable, Iterator

from bridge.cli.check_config import summary
from bridge.cli.doctor.asking import check_printers
from bridge.cli.doctor.findings import Finding, Level, well
from bridge.cli.doctor.mending import COSTS, LOOK_INTO_THE_LOG, mend_device, mend_socket
from bridge.cli.doctor.nodes import check_nodes
from bridge.cli.doctor.providers import check_providers
from bridge.cli.doctor.scans import check_scans
from bridge.cli.doctor.settings import check_code_pages
from bridge.cli.doctor.stores import check_journal, check_socket
from bridge.cli.doctor.strangers import check_strangers
from bridge.cli.doctor.udev import check_udev_rules
from bridge.cli.doctor.visit import Visit
from bridge.cli.status import duration
from bridge.config.errors import ConfigError
from bridge.pos.client import CallError, Unreachable

Check = Callable[[Visit], Iterator[Finding]]

STUCK_JOBS_SHOWN = 5


def check_configuration(visit: Visit) -> Iterator[Finding]:
    """It loads, secrets included."""
    subject, error = "configuration", visit.loaded
    if not isinstance(error, ConfigError):
        yield well(subject, f"{visit.config_file}: {summary(error)}")
    elif visit.is_usual_file and visit.status is not None and not visit.config_file.exists():
        yield Finding(
            subject,
            Level.NOTE,
            f"there is no {visit.config_file}, and the daemon runs with another",
            mend="pos-bridge doctor --config FILE",
        )
    elif "Permission denied" in error.what and os.geteuid() != 0:
        yield Finding(subject, Level.NOTE, f"not looked at whole: {error}", mend="sudo pos-bridge doctor")
    else:
        yield Finding(
            subject,
            Level.WRONG,
            str(error),
            "the daemon does not start with it",
            f"change what the line names, then: pos-bridge check-config {visit.config_file}",
        )


def check_daemon(visit: Visit) -> Iterator[Finding]:
    """It answers on its socket."""
    subject, why = "daemon", "no card is looked up, and the cash program gets no answer"
    match visit.answer:
        case Unreachable() as error:
            yield Finding(subject, Level.WRONG, str(error), why, mend_socket(error))
        case CallError() as error:
            yield Finding(subject, Level.WRONG, f"{visit.socket}: {error}", why, LOOK_INTO_THE_LOG)
        case status:
            emulated = ", EMULATED: nothing here is real" if status.get("emulated") else ""
            up = duration(status.get("uptime_s") or 0)
            yield well(subject, f"{visit.socket}: pos-bridge {status.get('version')}, up {up}{emulated}")


def check_devices(visit: Visit) -> Iterator[Finding]:
    """Each is there and works."""
    for device in (visit.status or {}).get("devices", []):
        subject, state, error = f"{device['role']} {device['name']}", device["state"], device["last_error"] or ""
        what = f"{state}, {device['endpoint']}"
        if state == "online":
            yield well(subject, what)
        elif state == "unknown":
            yield Finding(subject, Level.NOTE, f"{what}: it has said nothing of itself; papers are sent all the same")
        else:
            yield Finding(
                subject, Level.WRONG, f"{what}: {error}" if error else what, COSTS[device["role"]], mend_device(device)
            )


def check_print_jobs(visit: Visit) -> Iterator[Finding]:
    """None ended badly."""
    if visit.status is None:
        return
    for state, meaning in (("failed", "was not printed"), ("unknown", "may be printed in part")):
        try:
            jobs = visit.ask("printer.jobs", state=state, limit=STUCK_JOBS_SHOWN)["jobs"]
        except (CallError, Unreachable):  # of an older daemon, or it went away: the other checks say so
            return
        for job in jobs:
            reprint = f"pos-bridge call printer.reprint '{json.dumps({'job_id': job['job_id']})}'"
            yield Finding(
                f"printer {job['device']}",
                Level.NOTE,
                f"a paper of {job['created_at']} {meaning}: {job['reason']}",
                mend=f"if it is still wanted: {reprint}",
            )


CHECKS: tuple[Check, ...] = (
    check_configuration,
    check_daemon,
    check_socket,
    check_udev_rules,
    check_nodes,
    check_strangers,
    check_devices,
    check_code_pages,
    check_scans,
    check_print_jobs,
    check_printers,
    check_providers,
    check_journal,
)
"""Whoever adds a check adds its row."""

"""`GET /metrics`: what a monitor asks, in Prometheus' text format; docs/monitoring.md explains each.

Names follow prometheus.io/docs/practices/naming: `pos_bridge_` before, the unit and `_total` behind. What happens is
counted as it happens; what is so now (states, queue, clients) is looked at when somebody asks.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    Metric,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from bridge.events import Event
from bridge.ports import ProviderState
from bridge.pos.messages import PROTOCOL, Status
from devices.events import DeviceState

CONTENT_TYPE = CONTENT_TYPE_LATEST
# From "out of memory" to the longest wait_ms.
_WAITS = (0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 1.5, 2.5, 5.0, 10.0)
_LOOKUP = "find"


class Measures:
    """Counts what it is told of: implements bridge.ports.Meter, and listens to the bus."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call] # prometheus_client has left it without types
        self.registry = registry = CollectorRegistry()
        ProcessCollector(namespace="pos_bridge", registry=registry)
        self._scans = Counter("pos_bridge_scans", "Scans, by what they were.", ("device", "kind"), registry=registry)
        self._events = Counter("pos_bridge_events", "Events told to subscribers.", ("topic",), registry=registry)
        self._lookups = Counter(
            "pos_bridge_lookups", "Lookups of cards, by their outcome.", ("provider", "outcome"), registry=registry
        )
        self._lookup_times = Histogram(
            *("pos_bridge_lookup_duration_seconds", "How long providers took to look up cards.", ("provider",)),
            buckets=_WAITS,
            registry=registry,
        )
        self._calls = Counter(
            *("pos_bridge_provider_calls", "Other calls to providers, by their outcome."),
            ("provider", "operation", "outcome"),
            registry=registry,
        )
        self._call_times = Histogram(
            *("pos_bridge_provider_call_duration_seconds", "How long providers took.", ("provider", "operation")),
            buckets=_WAITS,
            registry=registry,
        )
        self._requests = Counter(
            *("pos_bridge_requests", "Requests of cash programs, by their outcome.", ("method", "outcome")),
            registry=registry,
        )
        self._request_times = Histogram(
            *("pos_bridge_request_duration_seconds", "How long cash programs waited.", ("method",)),
            buckets=_WAITS,
            registry=registry,
        )
        self._responses = Counter(
            "pos_bridge_http_responses", "Responses over HTTP, by their status.", ("status",), registry=registry
        )

    def exchanged(self, provider: str, operation: str, outcome: str, took_s: float) -> None:
        if operation == _LOOKUP:
            self._lookups.labels(provider, outcome).inc()
            self._lookup_times.labels(provider).observe(took_s)
        else:
            self._calls.labels(provider, operation, outcome).inc()
            self._call_times.labels(provider, operation).observe(took_s)

    def answered(self, method: str, outcome: str, took_s: float) -> None:
        self._requests.labels(method, outcome).inc()
        self._request_times.labels(method).observe(took_s)

    def responded(self, status: int) -> None:
        self._responses.labels(str(status)).inc()

    def happened(self, event: Event) -> None:
        self._events.labels(event.topic).inc()
        if event.topic == "scan":
            self._scans.labels(event.data["device"], "card" if event.data["card"] else "goods").inc()

    def page(self) -> bytes:
        return generate_latest(self.registry)


class Snapshot(Collector):
    """What is so now. clients: how many, by transport; turned_away: how many so far, by reason."""

    def __init__(
        self,
        status: Callable[[], Status],
        clients: Callable[[], Mapping[str, int]],
        turned_away: Mapping[str, int],
    ) -> None:
        self._status = status
        self._clients = clients
        self._turned_away = turned_away

    def describe(self) -> Iterable[Metric]:
        """Nothing: a registry that knows the names in advance would ask for the state before there is one."""
        return ()

    def collect(self) -> Iterable[Metric]:
        status = self._status()
        yield from _till(status)
        yield from _devices(status)
        yield from _providers(status)
        yield from _queue(status)
        clients = GaugeMetricFamily("pos_bridge_clients", "Clients connected now.", labels=("transport",))
        for transport, number in self._clients().items():
            clients.add_metric((transport,), number)
        yield clients
        turned_away = CounterMetricFamily(
            "pos_bridge_clients_turned_away", "Clients refused or dropped.", labels=("reason",)
        )
        for reason, number in self._turned_away.items():
            turned_away.add_metric((reason,), number)
        yield turned_away


def _till(status: Status) -> Iterable[Metric]:
    info = GaugeMetricFamily(
        "pos_bridge_build_info", "1, with what runs here.", labels=("version", "protocol", "emulated")
    )
    info.add_metric((status.version, PROTOCOL, str(status.emulated).lower()), 1)
    yield info
    yield GaugeMetricFamily("pos_bridge_uptime_seconds", "Since the daemon was started.", value=status.uptime_s)


def _devices(status: Status) -> Iterable[Metric]:
    states = GaugeMetricFamily(
        "pos_bridge_device_state", "1 for the state that the device is in.", labels=("device", "role", "state")
    )
    since = GaugeMetricFamily(
        "pos_bridge_device_state_since_seconds",
        "When that state began, in seconds since 1970.",
        labels=("device", "role"),
    )
    conditions = GaugeMetricFamily(
        "pos_bridge_device_condition", "1 where the device is opened, claimed, enabled.", labels=("device", "condition")
    )
    counters = CounterMetricFamily(
        "pos_bridge_device_events", "What a device's driver counts.", labels=("device", "event")
    )
    for device in status.devices:
        for state in DeviceState:
            states.add_metric((device.name, device.role, state.value), float(device.state == state.value))
        since.add_metric((device.name, device.role), datetime.fromisoformat(device.since).timestamp())
        for condition in ("opened", "claimed", "enabled"):
            conditions.add_metric((device.name, condition), float(getattr(device, condition)))
        for event, number in device.counters.items():
            counters.add_metric((device.name, event), number)
    yield from (states, since, conditions, counters)


def _providers(status: Status) -> Iterable[Metric]:
    states = GaugeMetricFamily(
        "pos_bridge_provider_state", "1 for the state that the provider is in.", labels=("provider", "kind", "state")
    )
    for provider in status.providers:
        for state in ProviderState:
            states.add_metric((provider.name, provider.kind, state.value), float(provider.state == state.value))
    yield states


def _queue(status: Status) -> Iterable[Metric]:
    queue = status.queue
    waiting = GaugeMetricFamily(
        "pos_bridge_queue", "Receipts that wait for a provider, and tasks for staff.", labels=("state",)
    )
    for state, number in (("queued", queue.queued), ("unknown", queue.unknown), ("task", queue.tasks)):
        waiting.add_metric((state,), number)
    yield waiting
    yield GaugeMetricFamily("pos_bridge_queue_oldest_seconds", "Age of the oldest of them.", value=queue.oldest_s)

"""GET /metrics: names by the conventions, and figures that are true."""

import re

import httpx
from prometheus_client.parser import text_string_to_metric_families

from bridge.events import EventBus
from bridge.http.metrics import CONTENT_TYPE
from tests.devices.waiting import until
from tests.http.conftest import Post, Web
from tests.pos.conftest import CannedDesk, request

Labels = tuple[tuple[str, str], ...]


async def scraped(http: httpx.AsyncClient) -> dict[tuple[str, Labels], float]:
    """Every sample by its name and labels."""
    response = await http.get("/metrics")
    assert response.headers["content-type"] == CONTENT_TYPE
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


async def test_names_follow_the_conventions(http: httpx.AsyncClient, rpc: Post) -> None:
    await rpc(request("bridge.hello"))
    text = (await http.get("/metrics")).text
    families = list(text_string_to_metric_families(text))
    for family in families:
        assert re.fullmatch(r"pos_bridge_[a-z_]+", family.name)
        assert family.documentation, family.name
        assert family.type in {"counter", "gauge", "histogram"}, family.name
        for sample in family.samples:
            assert (family.type == "counter") == sample.name.endswith("_total"), sample.name
            assert not re.search(r"_(ms|minutes|kilobytes)(_|$)", sample.name)
        if family.type == "histogram":
            assert family.name.endswith("_seconds")
    assert len({family.name for family in families}) == len(families) > 15
    assert text.count("# HELP ") == text.count("# TYPE ") == len(families)


async def test_what_happens_is_counted(http: httpx.AsyncClient, bus: EventBus) -> None:
    bus.publish("scan", {"device": "front", "card": "2900000000018"})
    bus.publish("scan", {"device": "front", "card": None})
    bus.publish("scan", {"device": "front", "card": None})
    bus.publish("device", {})
    samples = await scraped(http)
    assert samples["pos_bridge_scans_total", (("device", "front"), ("kind", "card"))] == 1
    assert samples["pos_bridge_scans_total", (("device", "front"), ("kind", "goods"))] == 2
    assert samples["pos_bridge_events_total", (("topic", "device"),)] == 1
    assert "2900000000018" not in str(samples)


async def test_providers_are_timed(http: httpx.AsyncClient, web: Web) -> None:
    web.measures.exchanged("club", "find", "found", 0.2)
    web.measures.exchanged("club", "find", "provider_unavailable", 1.5)
    web.measures.exchanged("club", "purchase", "unknown", 3.0)
    samples = await scraped(http)
    club = ("provider", "club")
    assert samples["pos_bridge_lookups_total", (("outcome", "found"), club)] == 1
    assert samples["pos_bridge_lookup_duration_seconds_count", (club,)] == 2
    assert samples["pos_bridge_lookup_duration_seconds_bucket", (("le", "0.25"), club)] == 1
    purchase = (("operation", "purchase"), ("outcome", "unknown"), club)
    assert samples["pos_bridge_provider_calls_total", purchase] == 1
    assert samples["pos_bridge_provider_call_duration_seconds_sum", (("operation", "purchase"), club)] == 3


async def test_requests_are_counted_and_timed(http: httpx.AsyncClient, rpc: Post, desk: CannedDesk) -> None:
    await rpc(request("bridge.hello"))
    await rpc(request("bridge.hello", wrong="x"))
    await rpc(request("receipt.close", receipt_id="1", total="x"))
    await rpc(request("device.list"))
    desk.let_go.set()
    await rpc(request("card.resolve", code="1"))
    samples = await scraped(http)
    told = {
        (labels[0][1], labels[1][1]): value
        for (name, labels), value in samples.items()
        if name == "pos_bridge_requests_total"
    }
    assert told == {
        ("bridge.hello", "ok"): 1,
        ("bridge.hello", "invalid_params"): 1,
        ("receipt.close", "amount_invalid"): 1,
        ("device.list", "defect"): 1,
        ("card.resolve", "ok"): 1,
    }
    assert samples["pos_bridge_request_duration_seconds_count", (("method", "card.resolve"),)] == 1


async def test_states_are_those_of_now(http: httpx.AsyncClient) -> None:
    samples = await scraped(http)
    printer = (("device", "receipt"), ("role", "printer"))
    assert samples["pos_bridge_device_state", (*printer, ("state", "paper_out"))] == 1
    assert samples["pos_bridge_device_state", (*printer, ("state", "online"))] == 0
    assert samples["pos_bridge_device_events_total", (("device", "receipt"), ("event", "jobs"))] == 7
    conditions = [
        samples["pos_bridge_device_condition", (("condition", name), ("device", "receipt"))]
        for name in ("opened", "claimed", "enabled")
    ]
    assert conditions == [1, 1, 0]
    assert samples["pos_bridge_device_state_since_seconds", printer] == 1795339800  # 2026-11-22T09:30:00Z
    club = (("kind", "maxma"), ("provider", "club"))
    assert samples["pos_bridge_provider_state", (*club, ("state", "unavailable"))] == 1
    assert samples["pos_bridge_provider_state", (*club, ("state", "available"))] == 0
    assert samples["pos_bridge_queue", (("state", "queued"),)] == 3
    assert samples["pos_bridge_queue_oldest_seconds", ()] == 61.5
    assert samples["pos_bridge_uptime_seconds", ()] == 12.5
    info = (("emulated", "false"), ("protocol", "1.0"), ("version", "0.1.0"))
    assert samples["pos_bridge_build_info", info] == 1


async def test_clients_and_refusals_are_counted(http: httpx.AsyncClient, web: Web) -> None:
    await http.get("/metrics", headers={"Authorization": "no"})
    web.turned_away["too_many_clients"] += 2
    samples = await scraped(http)
    assert samples["pos_bridge_http_responses_total", (("status", "401"),)] == 1
    assert samples["pos_bridge_clients_turned_away_total", (("reason", "too_many_clients"),)] == 2
    assert samples["pos_bridge_clients", (("transport", "http"),)] == 1
    await http.aclose()
    await until(lambda: web.server.connections == 0)

"""The alert rules and the page about metrics speak of what the bridge tells, and of nothing else."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from bridge.events import EventBus
from bridge.http.metrics import Measures, Snapshot
from tests.http.conftest import STATUS

DOCS = Path(__file__).parents[2] / "docs"
RULES = yaml.safe_load((DOCS / "monitoring" / "pos-bridge.rules.yml").read_text("utf-8"))
ALERTS = [rule for group in RULES["groups"] for rule in group["rules"]]
# Prometheus' own: whether the last scrape went well.
SCRAPE = {"up": {"job"}}
# What PromQL calls the sides of a histogram and the labels that a scrape adds.
ADDED = {"instance", "job", "le"}


@pytest.fixture
def families(bus: EventBus) -> list[Metric]:
    """Everything that is told, each with a sample."""
    measures = Measures()
    bus.subscribe(measures.happened)
    bus.publish("scan", {"device": "front", "card": None})
    measures.exchanged("club", "find", "provider_unavailable", 1.0)
    measures.exchanged("club", "purchase", "unknown", 1.0)
    measures.answered("bridge.hello", "defect", 1.0)
    measures.responded(200)
    measures.registry.register(Snapshot(lambda: STATUS, lambda: {"socket": 1}, {"too_many_clients": 1}))
    return list(text_string_to_metric_families(measures.page().decode()))


@pytest.fixture
def labels(families: list[Metric]) -> dict[str, set[str]]:
    """The labels of each sample's name."""
    return {sample.name: set(sample.labels) for family in families for sample in family.samples} | SCRAPE


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_speaks_of_what_there_is(alert: dict[str, Any], labels: dict[str, set[str]]) -> None:
    expression = alert["expr"]
    names = re.findall(r"\b(?:pos_bridge_\w+|up)\b", expression)
    assert names
    assert set(names) <= labels.keys()
    known = set.union(*(labels[name] for name in names)) | ADDED
    for matched in re.findall(r"(\w+)=~?\"", expression):
        assert matched in known
    for grouped in re.findall(r"by \(([^)]*)\)", expression):
        assert set(grouped.split(", ")) <= known
    told = alert["annotations"]["summary"] + alert["annotations"]["description"]
    assert set(re.findall(r"\$labels\.(\w+)", told)) <= known
    assert expression.count("(") == expression.count(")")


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_waits_for_values_that_can_come(alert: dict[str, Any], families: list[Metric]) -> None:
    """A state that is misspelt would never alert."""
    states = {s.labels["state"] for family in families for s in family.samples if "state" in s.labels}
    for values in re.findall(r"state=~?\"([^\"]+)\"", alert["expr"]):
        assert set(values.split("|")) <= states


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_says_what_to_do(alert: dict[str, Any]) -> None:
    assert alert["labels"]["severity"] in {"info", "warning", "critical"}
    assert "{{ $labels.instance }}" in alert["annotations"]["summary"]
    assert alert["annotations"]["description"].endswith(".")


def test_the_page_has_every_metric_and_its_labels(families: list[Metric]) -> None:
    page = (DOCS / "monitoring.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(pos_bridge_\w+)` \| (?:\w+) \| (.*?) \|", page, re.MULTILINE))
    told = {
        f"{family.name}_total" if family.type == "counter" else family.name: family
        for family in families
        if not family.name.startswith("pos_bridge_process_")
    }
    assert rows.keys() == told.keys()
    for name, family in told.items():
        own = {label for sample in family.samples for label in sample.labels} - {"le"}
        named = set(re.findall(r"`(\w+)`", re.sub(r" = .*?(?=, `\w+` =|$)", "", rows[name])))
        assert named == own, name

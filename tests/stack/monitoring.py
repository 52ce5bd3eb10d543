"""A stack with its monitoring, asked as the dashboards and whoever is on call ask it."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.stack.stack import Stack

SERVICES = ("prometheus", "alertmanager", "postgres-monitor", "postgres-exporter", "redis-exporter")
"""What runs wherever the stand-ins do; grafana, loki and jaeger need a registry."""


@dataclass(frozen=True, slots=True)
class Monitoring:
    """Prometheus and Alertmanager of a stack."""

    stack: Stack

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The samples of an instant query, NaN left out."""
        answer = self._get("prometheus", 9090, "/api/v1/query", query=expression)
        return [sample for sample in answer["data"]["result"] if sample["value"][1] != "NaN"]

    def targets(self) -> dict[str, list[str]]:
        """The health of every target, by job."""
        found: dict[str, list[str]] = {}
        for target in self._get("prometheus", 9090, "/api/v1/targets", state="active")["data"]["activeTargets"]:
            found.setdefault(target["labels"]["job"], []).append(target["health"])
        return found

    def firing(self) -> set[tuple[str, str]]:
        """What Prometheus says fires, as (alert, job)."""
        alerts = self._get("prometheus", 9090, "/api/v1/alerts")["data"]["alerts"]
        return {(one["labels"]["alertname"], one["labels"]["job"]) for one in alerts if one["state"] == "firing"}

    def told(self) -> dict[tuple[str, str], str]:
        """What Alertmanager knows of, as (alert, job) -> "active", or "suppressed" by another one."""
        alerts = self._get("alertmanager", 9093, "/api/v2/alerts")
        return {(one["labels"]["alertname"], one["labels"]["job"]): one["status"]["state"] for one in alerts}

    def _get(self, service: str, port: int, path: str, **parameters: str) -> Any:
        url = f"http://127.0.0.1:{self.stack.port(service, port)}{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=10) as response:
            return json.load(response)


def panels(dashboard: Path) -> list[dict[str, Any]]:
    """The panels of a dashboard that show something."""
    return [panel for panel in json.loads(dashboard.read_text())["panels"] if panel["type"] != "row"]


def queries(dashboard: Path) -> list[str]:
    """What a dashboard asks Prometheus, with what Grafana puts in."""
    targets = [target for panel in panels(dashboard) for target in panel["targets"]]
    asked = [target["expr"] for target in targets if target["datasource"]["uid"] == "prometheus"]
    return [query.replace("$__rate_interval", "30s") for query in asked]


def hurry(config: Path) -> None:
    """Make of minutes in config/monitoring seconds, so that a test can wait for an alert; nothing else is changed."""

    def change(name: str, **values: Any) -> None:
        path = config / name
        path.write_text(yaml.safe_dump(_with(yaml.safe_load(path.read_text()), values), sort_keys=False))

    change("prometheus/prometheus.yml", scrape_interval="2s", scrape_timeout="2s", evaluation_interval="1s",
           refresh_interval="1s")  # fmt: skip
    change("prometheus/rules/alerts.yml", **{"for": "2s"})
    change("alertmanager/alertmanager.yml", group_wait="1s", group_interval="1s")


def _with(tree: Any, values: dict[str, Any]) -> Any:
    """The tree with these values wherever it has keys of these names."""
    if isinstance(tree, dict):
        return {key: values[key] if key in values else _with(value, values) for key, value in tree.items()}
    return [_with(one, values) for one in tree] if isinstance(tree, list) else tree

"""The monitoring's files: what promtool, amtool and a reader of them can tell without running it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import docker
import pytest
import yaml

from tests.stack.monitoring import panels
from tests.stack.stack import ROOT
from tests.stack.test_environments import loaded

CONFIG = ROOT / "config/monitoring"
DASHBOARDS = sorted((CONFIG / "grafana/dashboards").glob("*.json"))
ALL = {
    "prometheus",
    "alertmanager",
    "postgres-monitor",
    "postgres-exporter",
    "redis-exporter",
    "grafana",
    "loki",
    "jaeger",
}

KNOWN_TO_LOKI = {
    "": {"auth_enabled", "server", "common", "schema_config", "limits_config", "compactor", "analytics"},
    "server": {"http_listen_port", "log_level"},
    "common": {"instance_addr", "path_prefix", "replication_factor", "ring", "storage"},
    "limits_config": {
        "allow_structured_metadata", "retention_period", "ingestion_rate_mb", "ingestion_burst_size_mb",
        "max_global_streams_per_user",
    },
    "compactor": {"working_directory", "retention_enabled", "delete_request_store"},
    "analytics": {"reporting_enabled"},
}  # fmt: skip
"""The keys used of Loki 3's configuration reference, section by section."""

KNOWN_TO_JAEGER = {
    "service": {"extensions", "pipelines", "telemetry"},
    "extensions": {"jaeger_storage", "jaeger_query", "healthcheckv2"},
    "receivers": {"otlp"},
    "processors": {"batch"},
    "exporters": {"jaeger_storage_exporter"},
}
"""The components used of those that Jaeger 2 is built with, by kind."""


def read(name: str) -> Any:
    return yaml.safe_load((CONFIG / name).read_text())


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """The services of stage as the files have them for everybody: official images, nothing left out."""
    return dict(loaded("stage")["services"])


def run(client: docker.DockerClient, image: str, script: str) -> str:
    """What the script printed in a container of the image with config/monitoring in it; failing, it raises."""
    mounts = {str(CONFIG): {"bind": "/monitoring", "mode": "ro"}}
    printed = client.containers.run(
        image, ["-euc", script], entrypoint="sh", volumes=mounts, network_mode="none", remove=True, stderr=True
    )
    return str(printed.decode())


def alerts() -> list[dict[str, Any]]:
    rules = [rule for group in read("prometheus/rules/alerts.yml")["groups"] for rule in group["rules"]]
    assert len(rules) > 10
    return rules


def test_prometheus_takes_the_configuration_and_its_rules_pass_their_own_tests(
    client: docker.DockerClient, image_variables: dict[str, str]
) -> None:
    script = """
        mkdir /tmp/prometheus && cp -r /monitoring/prometheus/. /tmp/prometheus && cd /tmp/prometheus
        sed -i s,/etc/prometheus/rules,/tmp/prometheus/rules, prometheus.yml
        promtool check config --lint=all --lint-fatal prometheus.yml
        promtool check rules --lint=all --lint-fatal rules/*.yml
        promtool test rules tests/*_test.yml
    """
    printed = run(client, image_variables.get("PROMETHEUS_IMAGE", "prom/prometheus:v3.5.0"), script)
    assert "2 rule files found" in printed
    assert printed.count("_test.yml\n  SUCCESS") == len(list((CONFIG / "prometheus/tests").iterdir()))


def test_every_alert_has_a_unit_test() -> None:
    tested = {
        one["alertname"]
        for path in (CONFIG / "prometheus/tests").iterdir()
        for test in yaml.safe_load(path.read_text())["tests"]
        for one in test.get("alert_rule_test", [])
        if one["exp_alerts"]
    }
    assert {alert["alert"] for alert in alerts()} == tested


def test_every_alert_says_how_bad_it_is_what_it_is_and_where_to_read_on() -> None:
    for alert in alerts():
        assert alert["labels"]["severity"] in ("critical", "warning"), alert
        assert alert["annotations"]["summary"].endswith("."), alert
        assert re.fullmatch(r"devbox/guides/troubleshooting\.md#[a-z-]+", alert["annotations"]["runbook"]), alert


@pytest.mark.parametrize("receiver", ["nobody", "webhook"])
def test_alertmanager_takes_its_configuration_with_either_receiver(
    client: docker.DockerClient, image_variables: dict[str, str], receiver: str
) -> None:
    script = f"""
        cd /monitoring/alertmanager
        cat alertmanager.yml receiver-{receiver}.yml > /tmp/alertmanager.yml
        amtool check-config /tmp/alertmanager.yml
        amtool config routes test --config.file=/tmp/alertmanager.yml severity=critical alertname=ApiDown
    """
    printed = run(client, image_variables.get("ALERTMANAGER_IMAGE", "prom/alertmanager:v0.28.1"), script)
    assert printed.rstrip().endswith("operators")


def test_alerts_that_silence_others_and_those_that_are_silenced_exist() -> None:
    named = {name for rule in read("alertmanager/alertmanager.yml")["inhibit_rules"] for one in rule.values()
             for matcher in one for name in re.findall(r"[A-Z]\w+", matcher)}  # fmt: skip
    assert len(named) > 4
    assert named <= {alert["alert"] for alert in alerts()}


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_is_whole(path: Path) -> None:
    board = json.loads(path.read_text())
    sources = {
        one["uid"]: one["type"] for one in read("grafana/provisioning/datasources/datasources.yml")["datasources"]
    }
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids)
    assert board["schemaVersion"] >= 39
    for panel in panels(path):
        asked = [panel["datasource"], *(target["datasource"] for target in panel["targets"])]
        assert all(sources[source["uid"]] == source["type"] for source in asked), panel["title"]
        refs = [target["refId"] for target in panel["targets"]]
        assert len(set(refs)) == len(refs), panel["title"]
        assert panel["type"] == "logs" or panel["fieldConfig"]["defaults"]["unit"], panel["title"]


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_panels_of_a_dashboard_lie_side_by_side(path: Path) -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in json.loads(path.read_text())["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24, panel["title"]
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert taken.setdefault((x, y), panel["title"]) == panel["title"]


def test_three_dashboards_have_names_of_their_own_and_are_provisioned(services: dict[str, Any]) -> None:
    boards = [json.loads(path.read_text()) for path in DASHBOARDS]
    assert len({board["uid"] for board in boards}) == len({board["title"] for board in boards}) == 3
    (provider,) = read("grafana/provisioning/dashboards/dashboards.yml")["providers"]
    given = {config["target"] for config in services["grafana"]["configs"]}
    assert {f"{provider['options']['path']}/{path.name}" for path in DASHBOARDS} <= given


def test_traces_lead_to_logs_and_logs_to_traces() -> None:
    sources = {one["uid"]: one for one in read("grafana/provisioning/datasources/datasources.yml")["datasources"]}
    assert sources["jaeger"]["jsonData"]["tracesToLogsV2"]["datasourceUid"] == "loki"
    assert "trace_id" in sources["jaeger"]["jsonData"]["tracesToLogsV2"]["query"]
    (field,) = sources["loki"]["jsonData"]["derivedFields"]
    assert (field["datasourceUid"], field["matcherRegex"]) == ("jaeger", "trace_id")


def test_loki_keeps_logs_over_otlp_for_a_while_and_forgets_them() -> None:
    config = read("loki/loki.yml")
    for section, known in KNOWN_TO_LOKI.items():
        assert set(config[section] if section else config) <= known, section
    (schema,) = config["schema_config"]["configs"]
    assert (schema["store"], schema["schema"], schema["index"]["period"]) == ("tsdb", "v13", "24h")
    assert config["limits_config"]["allow_structured_metadata"] is True
    assert config["compactor"]["retention_enabled"] is True
    assert config["compactor"]["delete_request_store"] == schema["object_store"]


def test_jaeger_has_every_component_that_its_pipeline_names() -> None:
    config = read("jaeger/jaeger.yml")
    assert {kind: set(config[kind]) for kind in KNOWN_TO_JAEGER} == KNOWN_TO_JAEGER
    assert set(config["service"]["extensions"]) == set(config["extensions"])
    for kind, named in config["service"]["pipelines"]["traces"].items():
        assert set(named) == set(config[kind])
    (storage,) = config["extensions"]["jaeger_storage"]["backends"]
    assert storage == config["extensions"]["jaeger_query"]["storage"]["traces"]
    assert storage == config["exporters"]["jaeger_storage_exporter"]["trace_storage"]


def test_who_is_sent_to_listens_there(services: dict[str, Any]) -> None:
    loki, jaeger = read("loki/loki.yml"), read("jaeger/jaeger.yml")
    listening = {
        f"loki:{loki['server']['http_listen_port']}",
        "jaeger:" + jaeger["receivers"]["otlp"]["protocols"]["http"]["endpoint"].rpartition(":")[2],
        "jaeger:" + jaeger["extensions"]["jaeger_query"]["http"]["endpoint"].rpartition(":")[2],
        "prometheus:9090",
    }
    sources = read("grafana/provisioning/datasources/datasources.yml")["datasources"]
    sent_to = [source["url"] for source in sources]
    for name in ("api", "worker"):
        sent_to += [value for key, value in services[name]["environment"].items() if key.endswith("_ENDPOINT")]
    assert len(sent_to) == 7
    assert {re.match(r"http://([a-z]+:\d+)", url)[1] for url in sent_to} == listening  # type: ignore[index]


def test_one_profile_brings_all_of_it_where_images_can_be_had(services: dict[str, Any]) -> None:
    assert set(services) >= ALL
    assert set(loaded("prod")["services"]) >= ALL
    assert not ALL & set(loaded("dev")["services"])


def test_every_service_of_it_is_hardened_and_pinned(services: dict[str, Any]) -> None:
    for name in ALL:
        service = services[name]
        assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"]), name
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert {"limits", "reservations"} <= set(service["deploy"]["resources"]), name
        assert service["logging"]["options"]["max-size"], name
        assert re.search(r":v?\d+(\.\d+)*(-alpine)?$", service["image"]), name
        assert all(port["host_ip"] == "127.0.0.1" for port in service.get("ports", [])), name


def test_what_asks_and_what_is_asked_meet_on_a_network_that_leads_nowhere(services: dict[str, Any]) -> None:
    assert loaded("stage")["networks"]["monitoring"]["internal"] is True
    for name in ALL - {"postgres-monitor"} | {"api", "worker"}:
        assert "monitoring" in services[name]["networks"], name
    assert "back" not in {name for one in ("prometheus", "alertmanager", "grafana", "loki", "jaeger")
                          for name in services[one]["networks"]}  # fmt: skip


def test_grafana_lets_nobody_in_unasked_and_asks_nobody_outside(services: dict[str, Any]) -> None:
    environment = services["grafana"]["environment"]
    assert environment["GF_SECURITY_ADMIN_PASSWORD__FILE"].startswith("/run/secrets/")
    for name in ("AUTH_ANONYMOUS_ENABLED", "USERS_ALLOW_SIGN_UP", "ANALYTICS_REPORTING_ENABLED",
                 "ANALYTICS_CHECK_FOR_UPDATES", "NEWS_NEWS_FEED_ENABLED", "SNAPSHOTS_EXTERNAL_ENABLED"):  # fmt: skip
        assert environment[f"GF_{name}"] == "false"


def test_the_images_for_which_stand_ins_are_looked_for_are_those_of_the_files(services: dict[str, Any]) -> None:
    ensure = (ROOT / "docker/offline/ensure").read_text()
    table = dict(re.findall(r"^([A-Z_]+)_IMAGE (\S+) ", ensure, re.MULTILINE))
    for name in ALL - {"postgres-monitor"}:
        assert services[name]["image"] == table[name.upper().replace("-", "_")]

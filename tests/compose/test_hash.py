"""Hashes of services, networks and volumes, against what docker compose 2.40.3 wrote into their labels."""

from __future__ import annotations

import pytest

from devbox.compose.hash import network_hash, volume_hash
from tests.compose.files import load_files
from tests.plan.world import project

TEXT = """
services: {a: {image: x, networks: [default, n1, n2], volumes: ['v1:/v1', 'v2:/v2']}}
networks:
  n1: {}
  n2:
    driver: bridge
    labels: {x: "1"}
    driver_opts: {com.docker.network.bridge.enable_icc: "true"}
    internal: true
    attachable: true
    enable_ipv6: false
    ipam: {driver: default, config: [{subnet: 10.213.7.0/24, gateway: 10.213.7.1}]}
volumes:
  v1: {}
  v2: {labels: {b: "<&>"}}
"""


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("default", "80d92ad2a935978df48255ec73eb4ded8f115ddb8d4879d90082ac9b91a792b4"),
        ("n1", "691ec48f8dec2042a3d8f279b314d8ee59635d285de51ff97c239e8ae4dc409e"),
        ("n2", "034ff6922be4bcdda33501f6a534b6b8cffdcb5afdb0c3b2c1960f2fd2af5334"),
    ],
)
def test_a_network(key: str, expected: str) -> None:
    assert network_hash(project(TEXT, name="dbt-h").networks[key].tree) == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("v1", "e0c58fffeb96dc0fb862cf1dc558df257b0f7eeb027fae27f2fbe8b49f8023c8"),
        ("v2", "080c682aab32c27b3b8292edf55167c0344925b19cfbd6e9941861af3a784f65"),
    ],
)
def test_a_volume(key: str, expected: str) -> None:
    assert volume_hash(project(TEXT, name="dbt-h").volumes[key].tree) == expected


def test_a_label_file_counts_with_its_path() -> None:
    text = """
        services:
          a: {image: "devbox-test/busybox:latest", command: sleep 1000, stop_signal: SIGKILL, label_file: l.lab}
        """
    loaded = load_files({"compose.yaml": text, "l.lab": "from.file=1"}, cwd="/srv/app", project_name="dbt-lf")
    assert loaded.hashes["a"] == "8c41baa5818460efebebccc8ae9b0d07acdfddf3ad070a5dcdd22c8322a25073"

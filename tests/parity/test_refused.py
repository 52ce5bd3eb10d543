"""What cannot be made on this machine, or by Compose at all, is refused by devbox too, and nothing of it is left."""

from __future__ import annotations

import pytest

from tests.parity.making import COMPOSE, DEVBOX, Maker
from tests.real import remove_project

REFUSED = {
    "anonymous-read-only": "volumes: [{type: volume, target: /a, read_only: true}]",
    "anonymous-short-with-a-mode": "volumes: ['/other:ro']",
    "bind-that-must-exist": "volumes: [{type: bind, source: ./none, target: /a, bind: {create_host_path: false}}]",
    "bind-to-no-path": "volumes: ['./files:relative']",
    "image-mount": "volumes: [{type: image, source: 'devbox-test/busybox:latest', target: /a}]",
    "cluster-mount": "volumes: [{type: cluster, source: group, target: /a}]",
    "capability-unknown": "cap_add: [NO_SUCH]",
    "security-option-unknown": "security_opt: ['nonsense']",
    "seccomp-profile-missing": "security_opt: ['seccomp=./none.json']",
    "device-request-count-and-ids": (
        "deploy: {resources: {reservations: {devices: [{capabilities: [gpu], count: 1, device_ids: ['0']}]}}}"
    ),
    "memory-too-small": "mem_limit: 1k",
    "cpus-more-than-there-are": "cpus: 4096",
    "cpuset-not-there": "cpuset: '4000'",
    "storage-option": "storage_opt: {size: 1G}",
    "runtime-unknown": "runtime: none-such",
    "restart-always-counted": "deploy: {restart_policy: {condition: any, max_attempts: 4}}",
    "logging-option-unknown": "logging: {driver: json-file, options: {nonsense: '1'}}",
    "working-dir-relative": "working_dir: some/where",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_compose_refuses_is_refused(name: str, maker: Maker) -> None:
    stack = f"refused/{name}"
    text = f"services: {{a: {{image: 'devbox-test/busybox:latest', {REFUSED[name]}}}}}\n"
    file = maker.folder / f"{stack}.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    said = []
    for program in (COMPOSE, DEVBOX):
        try:
            made = maker.make(program, stack, "up", "--no-start")
        finally:
            remove_project(maker.project(stack))
        said.append((made.exit_code != 0, made.containers))
    assert said == [(True, {}), (True, {})], made.said

"""A service as the engine's create body."""

from __future__ import annotations

from typing import Any

import pytest

from devbox.plan.spec import container_spec
from devbox.plan.steps import ContainerSpec
from tests.plan.world import project


def spec(service: str, more: str = "") -> ContainerSpec:
    """The first container of a service of that flow mapping."""
    found = project(f"services: {{db: {{image: pg}}, a: {{image: x, {service}}}}}\n{more}")
    return container_spec(found, found.services["a"], 1, peers={"db": ("shop-db-1",)}, image_id="sha256:1")


def at(body: Any, path: str) -> Any:
    for key in path.split("."):
        body = body[key]
    return body


@pytest.mark.parametrize(
    ("service", "path", "value"),
    [
        ("command: [a, b]", "Cmd", ["a", "b"]),
        ("command: []", "Cmd", []),
        ("entrypoint: /x", "Entrypoint", ["/x"]),
        ("environment: {A: 1, B: ''}", "Env", ["A=1", "B="]),
        ("user: '1:2'", "User", "1:2"),
        ("working_dir: /w", "WorkingDir", "/w"),
        ("hostname: h", "Hostname", "h"),
        ("tty: true", "Tty", True),
        ("stdin_open: true", "OpenStdin", True),
        ("stop_signal: SIGINT", "StopSignal", "SIGINT"),
        ("stop_grace_period: 1m30s", "StopTimeout", 90),
        ("healthcheck: {disable: true}", "Healthcheck", {"Test": ["NONE"]}),
        (
            "healthcheck: {test: [CMD, x], interval: 1s, timeout: 2s, retries: 3, start_period: 4s}",
            "Healthcheck",
            {"Test": ["CMD", "x"], "Interval": 10**9, "Timeout": 2 * 10**9, "Retries": 3, "StartPeriod": 4 * 10**9},
        ),
        (
            "expose: ['90', '92-93/udp'], ports: ['80']",
            "ExposedPorts",
            {"80/tcp": {}, "90": {}, "92-93/udp": {}},
        ),
        (
            "ports: ['127.0.0.1:8080:80']",
            "HostConfig.PortBindings",
            {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]},
        ),
        ("restart: 'on-failure:3'", "HostConfig.RestartPolicy", {"Name": "on-failure", "MaximumRetryCount": 3}),
        ("deploy: {restart_policy: {condition: any}}", "HostConfig.RestartPolicy", {"Name": "always"}),
        ("deploy: {resources: {limits: {cpus: '0.5', memory: 64M}}}", "HostConfig.NanoCpus", 500_000_000),
        ("mem_limit: 64M", "HostConfig.Memory", 64 * 1024 * 1024),
        ("mem_swappiness: 10", "HostConfig.MemorySwappiness", 10),
        ("ulimits: {nofile: {soft: 1, hard: 2}}", "HostConfig.Ulimits", [{"Name": "nofile", "Soft": 1, "Hard": 2}]),
        ("cap_add: [NET_ADMIN, cap_chown]", "HostConfig.CapAdd", ["CAP_CHOWN", "CAP_NET_ADMIN"]),
        ("cap_add: [CHOWN, ALL]", "HostConfig.CapAdd", ["ALL"]),
        ("cap_add: [CHOWN], cap_drop: [ALL, CHOWN]", "HostConfig.CapDrop", ["ALL"]),
        ("security_opt: ['systempaths=unconfined']", "HostConfig.MaskedPaths", []),
        ("security_opt: ['seccomp:p.json']", "HostConfig.SecurityOpt", ["seccomp=/shop/p.json"]),
        ("read_only: true", "HostConfig.ReadonlyRootfs", True),
        ("init: true", "HostConfig.Init", True),
        ("privileged: true", "HostConfig.Privileged", True),
        ("tmpfs: ['/run:size=1m', /tmp]", "HostConfig.Tmpfs", {"/run": "size=1m", "/tmp": ""}),
        ("extra_hosts: ['a=1.2.3.4']", "HostConfig.ExtraHosts", ["a:1.2.3.4"]),
        ("dns: 1.1.1.1", "HostConfig.Dns", ["1.1.1.1"]),
        ("shm_size: 1m", "HostConfig.ShmSize", 1024 * 1024),
        ("sysctls: {net.core.somaxconn: 1024}", "HostConfig.Sysctls", {"net.core.somaxconn": "1024"}),
        (
            "logging: {driver: local, options: {max-size: 1m}}",
            "HostConfig.LogConfig",
            {"Type": "local", "Config": {"max-size": "1m"}},
        ),
        ("security_opt: ['no-new-privileges:true']", "HostConfig.SecurityOpt", ["no-new-privileges:true"]),
        ("network_mode: host", "HostConfig.NetworkMode", "host"),
        ("ipc: 'service:db'", "HostConfig.IpcMode", "container:shop-db-1"),
        (
            "devices: ['/dev/null:/dev/x:r']",
            "HostConfig.Devices",
            [{"PathOnHost": "/dev/null", "PathInContainer": "/dev/x", "CgroupPermissions": "r"}],
        ),
        (
            "gpus: all",
            "HostConfig.DeviceRequests",
            [{"Driver": "", "Count": -1, "DeviceIDs": None, "Capabilities": [["gpu"]], "Options": None}],
        ),
        ("volumes: ['./x:/x:ro']", "HostConfig.Binds", ["/shop/x:/x:ro"]),
        ("volumes: [/anon]", "HostConfig.Mounts", [{"Type": "volume", "Target": "/anon", "VolumeOptions": {}}]),
        (
            "volumes: [{type: tmpfs, target: /t, tmpfs: {size: 1m}}]",
            "HostConfig.Mounts",
            [{"Type": "tmpfs", "Target": "/t", "TmpfsOptions": {"SizeBytes": 1024 * 1024}}],
        ),
        ("annotations: {a: b}", "HostConfig.Annotations", {"a": "b"}),
    ],
)
def test_field(service: str, path: str, value: object) -> None:
    assert at(spec(service).body, path) == value


def test_what_the_file_does_not_say_is_left_to_the_engine() -> None:
    body = spec("attach: true").body
    assert set(body) == {"Image", "Labels", "AttachStdout", "AttachStderr", "HostConfig", "NetworkingConfig"}
    assert body["HostConfig"] == {"NetworkMode": "shop_default", "PortBindings": {}, "ExtraHosts": []}


def test_labels_as_compose_sets_them() -> None:
    labels = dict(spec("labels: {mine: 1}, depends_on: [db]").body["Labels"])
    assert len(labels.pop("com.docker.compose.config-hash")) == 64
    labels.pop("com.docker.compose.version")
    assert labels == {
        "mine": "1",
        "com.docker.compose.project": "shop",
        "com.docker.compose.service": "a",
        "com.docker.compose.container-number": "1",
        "com.docker.compose.oneoff": "False",
        "com.docker.compose.image": "sha256:1",
        "com.docker.compose.depends_on": "db:service_started:false",
        "com.docker.compose.project.config_files": "/shop/compose.yml",
        "com.docker.compose.project.working_dir": "/shop",
    }


def test_aliases_are_container_service_and_own_names() -> None:
    found = spec("networks: {n: {aliases: [z], ipv4_address: 10.0.0.5}, m: {priority: 10}}", "networks: {n: {}, m: {}}")
    assert found.body["HostConfig"]["NetworkMode"] == "shop_m"
    first = {"Aliases": ["shop-a-1", "a"], "IPAMConfig": {}}
    assert found.body["NetworkingConfig"]["EndpointsConfig"] == {"shop_m": first}
    other = {
        "Aliases": ["shop-a-1", "a", "z"],
        "IPAddress": "10.0.0.5",
        "IPAMConfig": {"IPv4Address": "10.0.0.5"},
    }
    assert found.extra_networks == {"shop_n": other}


def test_links_by_alias_short_and_full_name() -> None:
    endpoint = spec("links: ['db:database']").body["NetworkingConfig"]["EndpointsConfig"]["shop_default"]
    assert endpoint["Links"] == ["shop-db-1:database", "shop-db-1:db-1", "shop-db-1:shop-db-1"]


def test_secrets_of_files_are_mounted_and_contents_copied_in() -> None:
    found = spec(
        "secrets: [s], configs: [{source: c, target: /etc/c, mode: 0440, uid: '1'}]",
        "secrets: {s: {file: ./s.txt}}\nconfigs: {c: {content: hello}}",
    )
    mount = {"Type": "bind", "Source": "/shop/s.txt", "Target": "/run/secrets/s", "ReadOnly": True, "BindOptions": {}}
    assert found.body["HostConfig"]["Mounts"] == [mount]
    assert [(one.path, one.content, one.mode, one.uid) for one in found.files] == [("/etc/c", b"hello", 0o440, 1)]


def test_a_named_volume_is_mounted_by_its_name_in_the_engine() -> None:
    found = spec("volumes: [d:/d]", "volumes: {d: {name: own}}")
    assert found.body["HostConfig"]["Binds"] == ["own:/d:rw"]


def test_what_a_volume_line_cannot_say_is_a_mount() -> None:
    found = spec("volumes: ['data:/d:nocopy']", "volumes: {data: {name: own}}")
    mount = {"Type": "volume", "Source": "own", "Target": "/d", "VolumeOptions": {"NoCopy": True}}
    assert found.body["HostConfig"]["Mounts"] == [mount]


def test_a_volume_at_the_target_of_a_secret_takes_its_place() -> None:
    found = spec("secrets: [s], volumes: ['./x:/run/secrets/s']", "secrets: {s: {file: ./s.txt}}")
    assert found.body["HostConfig"]["Binds"] == ["/shop/x:/run/secrets/s:rw"]
    assert "Mounts" not in found.body["HostConfig"]

"""Each rule finds what it is for, where it stands, and nothing in a service that is hardened."""

from __future__ import annotations

import pytest

from devbox.hardening.subject import ImageFacts
from tests.hardening.world import HARDENED, findings, ids, service

WITHOUT = {
    "DB001": "user",
    "DB002": "read_only",
    "DB003": "cap_drop",
    "DB004": "security_opt",
    "DB030": "healthcheck",
    "DB031": "restart",
    "DB033": "logging",
}
"""rule -> the key whose lack it finds"""

CHANGES = {
    "DB001": 'user: "0:10001"',
    "DB003": "cap_drop: [NET_RAW]",
    "DB005": "privileged: true",
    "DB006": "cap_add: [NET_BIND_SERVICE]",
    "DB007": "cap_add: [CAP_SYS_ADMIN]",
    "DB008": 'devices: ["/dev/fuse:/dev/fuse"]',
    "DB009": "pid: host",
    "DB010": 'security_opt: ["no-new-privileges:true", "seccomp:unconfined"]',
    "DB011": 'volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]',
    "DB012": 'volumes: ["/etc/ssl:/certs:ro"]',
    "DB013": 'volumes: ["./data:/data"]',
    "DB014": 'volumes: ["./src:/src:ro"]',
    "DB020": 'deploy: {resources: {limits: {cpus: "1", pids: 16}}}',
    "DB021": "deploy: {resources: {limits: {memory: 64m, pids: 16}}}",
    "DB022": 'deploy: {resources: {limits: {cpus: "1", memory: 64m}}}',
    "DB030": "healthcheck: {disable: true}",
    "DB033": "logging: {driver: json-file, options: {max-file: '3'}}",
    "DB040": 'ports: ["8000:8000"]',
    "DB050": "image: registry:5000/app:latest",
    "DB051": "image: registry:5000/app:1.2",
    "DB060": "environment: {API_TOKEN: abc}",
    "DB061": "build: {context: /nowhere, args: {NPM_TOKEN: abc}}",
}
"""rule -> the change that it finds, alone"""


def test_nothing_is_found_in_a_hardened_service() -> None:
    assert findings(service("")) == []


@pytest.mark.parametrize("rule", WITHOUT)
def test_what_is_missing_is_found(rule: str) -> None:
    kept = [line for line in HARDENED.strip().splitlines() if not line.startswith(f"{WITHOUT[rule]}:")]
    base = "\n".join(kept)
    assert ids(findings(service("", base=base))) == {rule}


@pytest.mark.parametrize("rule", CHANGES)
def test_what_is_loosened_is_found_alone_and_at_its_line(rule: str) -> None:
    text = service(CHANGES[rule])
    (found,) = findings(text)
    key = CHANGES[rule].partition(":")[0]
    line = 3 + next(number for number, line in enumerate(text.splitlines()) if line.strip().startswith(f"{key}:"))
    assert (found.about.id, found.services) == (rule, ("api",))
    assert found.place is not None
    assert (found.place.file, found.place.line) == ("/shop/compose.yaml", line)


def test_a_finding_stands_in_the_file_that_sets_the_value_or_at_the_service_that_lacks_it() -> None:
    base = HARDENED.replace("read_only: true\n", "")
    (found,) = findings(service("", base=base))
    assert found.place is not None and found.place.line == 3


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (None, "says no user, and its image is not here to ask"),
        (ImageFacts(user=""), "says no user, and its image runs as root"),
        (ImageFacts(user="app"), ""),
    ],
)
def test_without_a_user_the_image_decides(image: ImageFacts | None, expected: str) -> None:
    base = HARDENED.replace('user: "10001:10001"\n', "")
    found = findings(service("", base=base), images={"api": image} if image else {})
    assert "".join(one.text for one in found) == expected


def test_the_healthcheck_of_the_image_counts() -> None:
    base = HARDENED.replace('healthcheck: {test: [CMD, "true"]}\n', "")
    assert findings(service("", base=base), images={"api": ImageFacts(user="app", healthcheck=True)}) == []


@pytest.mark.parametrize("ending", ['restart: "no"', ""], ids=["says so", "is waited for"])
def test_a_service_that_ends_needs_neither_healthcheck_nor_restart(ending: str) -> None:
    base = HARDENED.replace('healthcheck: {test: [CMD, "true"]}\n', "").replace("restart: unless-stopped\n", "")
    once = service(ending, "migrate", base=base)
    after = service("depends_on: {migrate: {condition: service_completed_successfully}}")
    assert findings(once + (after if not ending else "")) == []


@pytest.mark.parametrize(
    ("condition", "other", "expected"),
    [
        ("service_started", "", "does not wait for the health of db"),
        ("service_started", 'restart: "no"', "does not wait for the end of db"),
        ("service_healthy", "", ""),
    ],
)
def test_a_dependency_is_waited_for(condition: str, other: str, expected: str) -> None:
    found = findings(service(f"depends_on: {{db: {{condition: {condition}}}}}") + service(other, "db"))
    assert [(one.about.id, one.text) for one in found] == ([("DB032", expected)] if expected else [])


def test_a_dependency_without_a_healthcheck_is_found_with_its_lack() -> None:
    base = HARDENED.replace('healthcheck: {test: [CMD, "true"]}\n', "")
    assert ids(findings(service("depends_on: [db]") + service("", "db", base=base))) == {"DB030", "DB032"}


def test_a_password_in_a_url_is_a_secret() -> None:
    (found,) = findings(service("environment: {DATABASE_URL: 'postgres://app:abc@db/shop'}"))
    assert found.about.id == "DB060" and "abc" not in found.text


@pytest.mark.parametrize("harmless", ["{POSTGRES_PASSWORD_FILE: /run/secrets/p}", "{API_TOKEN: ''}", "{KEYBOARD: de}"])
def test_what_is_no_secret_is_none(harmless: str) -> None:
    assert findings(service(f"environment: {harmless}")) == []


def test_a_secret_file_that_everyone_can_read_is_found_once_for_all_its_services() -> None:
    text = service("secrets: [password]") + service("secrets: [password]", "worker")
    rest = "secrets:\n  password: {file: ./password}\n"
    (found,) = findings(text, rest, readable=frozenset({"password"}))
    assert (found.about.id, found.services) == ("DB062", ("api", "worker"))
    assert found.place is not None and found.place.line == len(f"name: shop\nservices:\n{text}{rest}".splitlines())


@pytest.mark.parametrize("text", ["build: /nowhere\nimage: app:1", "pull_policy: never\nimage: app:1"])
def test_an_image_that_no_registry_can_change_needs_no_digest(text: str) -> None:
    assert findings(service(text)) == []

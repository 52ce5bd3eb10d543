"""Each difference between what the files promise and what a container shows is found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devbox.hardening.evidence import Evidence, Limits, limits, root_options, status
from devbox.hardening.finding import Finding
from devbox.hardening.holding import holding
from devbox.hardening.subject import ImageFacts
from tests.hardening.world import HARDENED, project, service

STATUS = """Name:\tapp
Uid:\t10001\t10001\t10001\t10001
CapInh:\t0000000000000000
CapEff:\t0000000000000000
CapBnd:\t0000000000000000
NoNewPrivs:\t1
"""
AS_PROMISED = Evidence(
    id="1",
    container="shop-api-1",
    service="api",
    status=status(STATUS),
    root_options=("ro", "relatime"),
    limits=Limits(memory=64 << 20, cpus=1.0, pids=16),
)

MORE = "holds capabilities that the files do not give"
EVERYWHERE = "on every network, which the files do not say"


def held(evidence: Evidence, text: str = "", rest: str = "", base: str = HARDENED) -> list[Finding]:
    loaded, place = project(service(text, base=base), rest)
    return list(holding(loaded, [evidence], {"api": ImageFacts(user="10001")}, place))


def test_what_holds_is_no_finding() -> None:
    assert held(AS_PROMISED) == []


@pytest.mark.parametrize(
    ("rule", "evidence", "text"),
    [
        ("DB200", replace(AS_PROMISED, outdated=True), "runs as other files said"),
        ("DB201", {"Uid": "0 0 0 0"}, "runs as uid 0 instead of 10001"),
        ("DB202", {"CapBnd": "0000000000002400"}, f"{MORE}: NET_BIND_SERVICE, NET_RAW"),
        ("DB203", {"NoNewPrivs": "0"}, "may gain privileges all the same"),
        ("DB204", replace(AS_PROMISED, root_options=("rw",)), "has a writable root file system all the same"),
        ("DB205", replace(AS_PROMISED, limits=Limits(cpus=1.0, pids=16)), "has memory without limit instead of 64 MiB"),
        ("DB205", replace(AS_PROMISED, limits=Limits(memory=64 << 20, cpus=2.0, pids=16)), "has cpus 2 instead of 1"),
        ("DB206", replace(AS_PROMISED, published=((8000, "0.0.0.0"),)), f"publishes 8000 {EVERYWHERE}"),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_found(rule: str, evidence: Evidence | dict[str, str], text: str) -> None:
    if isinstance(evidence, dict):
        evidence = replace(AS_PROMISED, status={**AS_PROMISED.status, **evidence})
    (found,) = held(evidence)
    assert (found.about.id, found.text) == (rule, f"{text} (shop-api-1)")
    assert found.place is not None and found.place.line


def test_capabilities_that_the_files_give_are_expected() -> None:
    bound = replace(AS_PROMISED, status={**AS_PROMISED.status, "CapBnd": "0000000000000400"})
    assert held(bound, "cap_add: [NET_BIND_SERVICE]") == []


def test_the_engines_default_capabilities_are_expected_where_nothing_is_dropped() -> None:
    default = replace(AS_PROMISED, status={**AS_PROMISED.status, "CapBnd": "00000000a80425fb"})
    assert held(default, base=HARDENED.replace("cap_drop: [ALL]\n", "")) == []


def test_the_images_user_is_a_promise_too() -> None:
    as_root = replace(AS_PROMISED, status={**AS_PROMISED.status, "Uid": "0 0 0 0"})
    (found,) = held(as_root, base=HARDENED.replace('user: "10001:10001"\n', ""))
    assert found.about.id == "DB201"


@pytest.mark.parametrize(("mode", "found"), [(0o400, 0), (0o444, 0), (0o666, 1), (0o620, 1)])
def test_a_secret_that_others_can_write_is_found(mode: int, found: int) -> None:
    rest = "secrets:\n  password: {file: ./password}\n"
    evidence = replace(AS_PROMISED, modes={"/run/secrets/password": mode})
    assert [one.about.id for one in held(evidence, "secrets: [password]", rest)] == ["DB207"] * found


def test_limits_are_read_from_both_versions_of_cgroups() -> None:
    expected = Limits(memory=268435456, cpus=0.5, pids=64)
    assert limits("268435456\n50000 100000\n64\n") == expected
    assert limits("268435456\n50000\n100000\n64\n") == expected
    assert limits("max\nmax 100000\nmax\n") == limits("9223372036854771712\n-1\n100000\nmax\n") == Limits()


def test_the_last_mount_at_the_root_counts() -> None:
    assert (
        root_options("rootfs / rootfs rw 0 0\noverlay / overlay ro,relatime 0 0\nproc /proc proc rw 0 0\n")[0] == "ro"
    )

"""Which packages bring an engine onto which distribution."""

from __future__ import annotations

import pytest

from devbox.adapters.distribution import os_release, plan_installation
from devbox.errors import DevboxError

BOOKWORM = os_release('ID=debian\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')
MIRROR = "Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm\nComponents: main\n"


def test_os_release_is_read_without_its_quotes() -> None:
    assert BOOKWORM["PRETTY_NAME"] == "Debian GNU/Linux 12 (bookworm)"


def test_bookworm_takes_the_newer_packages_from_the_mirror_apt_already_uses() -> None:
    plan = plan_installation(BOOKWORM, MIRROR)
    assert any("http://mirror.example/debian trixie main" in text for text in plan.files.values())


def test_bookworm_pins_everything_but_the_engine_down() -> None:
    plan = plan_installation(BOOKWORM, MIRROR)
    assert any("Package: *\nPin: release n=trixie\nPin-Priority: 1\n" in text for text in plan.files.values())


def test_one_line_sources_are_understood() -> None:
    plan = plan_installation(BOOKWORM, "deb [arch=amd64] http://old.example/debian bookworm main\n")
    assert any("http://old.example/debian trixie main" in text for text in plan.files.values())


def test_a_machine_without_an_archive_says_what_to_add() -> None:
    with pytest.raises(DevboxError) as raised:
        plan_installation(BOOKWORM, "deb http://other.example/cloud cloud main\n")
    assert "/etc/apt/sources.list" in raised.value.hint


@pytest.mark.parametrize(
    ("release", "package"),
    [
        ("ID=debian\nVERSION_CODENAME=trixie\n", "docker-compose"),
        ("ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\n", "docker-compose-v2"),
        ("ID=linuxmint\nID_LIKE='ubuntu debian'\n", "docker-compose-v2"),
    ],
)
def test_other_debians_take_their_own_packages(release: str, package: str) -> None:
    plan = plan_installation(os_release(release), "")
    assert package in plan.packages and not plan.files


def test_elsewhere_the_product_to_install_is_named() -> None:
    with pytest.raises(DevboxError) as raised:
        plan_installation(os_release('ID=fedora\nPRETTY_NAME="Fedora Linux 43"\n'), "")
    assert "Fedora Linux 43" in raised.value.message and "moby-engine" in raised.value.hint


def test_what_changes_is_said_before_it_is_changed() -> None:
    text = plan_installation(BOOKWORM, MIRROR).describe()
    assert "apt-get install docker.io" in text and "/etc/apt/preferences.d/devbox-engine" in text

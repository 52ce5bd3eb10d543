"""How an engine gets onto this machine: packages, and what they change. Decides only; devbox.adapters.host acts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from devbox.errors import DevboxError
from devbox.record import dataclass

_LIST = "/etc/apt/sources.list.d/devbox-engine.list"
_PIN = "/etc/apt/preferences.d/devbox-engine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Packages to install with apt, and files to write before (path -> text)."""

    packages: tuple[str, ...]
    files: Mapping[str, str]
    note: str = ""

    def describe(self) -> str:
        """What it changes on this machine, one line each."""
        lines = [f"apt-get install {' '.join(self.packages)}"]
        lines += [f"write {path}" for path in self.files]
        return "\n".join(lines + ([self.note] if self.note else []))


def os_release(text: str) -> dict[str, str]:
    """The fields of /etc/os-release, unquoted."""
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return {key.strip(): value.strip().strip("\"'") for key, value in pairs}


def is_debian_family(release: Mapping[str, str]) -> bool:
    """Debian itself or a distribution made from it."""
    return "debian" in (release.get("ID", ""), *release.get("ID_LIKE", "").split())


def plan_installation(release: Mapping[str, str], sources: str) -> Installation:
    """The distribution's own engine packages; DevboxError names the product where devbox does not install it.

    `sources` is the text of apt's source files: Debian 12's newer packages come from the same mirror.
    """
    if not is_debian_family(release):
        raise DevboxError(
            f"devbox does not install an engine on {release.get('PRETTY_NAME') or 'this system'}.",
            hint="Install Docker Engine (Linux: the package moby-engine or docker of your distribution) or "
            "Docker Desktop (macOS, Windows), start it, and run devbox again.",
        )
    if release.get("ID") == "ubuntu" or "ubuntu" in release.get("ID_LIKE", "").split():
        return Installation(packages=("docker.io", "docker-buildx", "docker-compose-v2"), files={})
    if release.get("VERSION_CODENAME") == "bookworm":
        return _bookworm(sources)
    return Installation(packages=("docker.io", "docker-cli", "docker-buildx", "docker-compose", "iptables"), files={})


def _bookworm(sources: str) -> Installation:
    # Debian 12's own engine is 20.10, without buildx, compose and health start intervals. The next release's packages
    # run on its libc; the pin keeps everything else of that release out.
    suite = "trixie"
    engine = ("docker.io", "docker-cli", "docker-buildx", "docker-compose", "iptables")
    source = f"deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {_mirror(sources)} {suite} main\n"
    pin = (
        f"Package: *\nPin: release n={suite}\nPin-Priority: 1\n\n"
        f"Package: docker.io docker-cli docker-buildx docker-compose containerd tini-static\n"
        f"Pin: release n={suite}\nPin-Priority: 990\n"
    )
    return Installation(
        packages=engine,
        files={_LIST: source, _PIN: pin},
        note=f"The engine, its command line, buildx, compose and containerd come from Debian {suite}; "
        "the pin keeps every other package as it is.",
    )


def _mirror(sources: str) -> str:
    """The archive's address that apt uses already: in deb822 form or the one-line form."""
    words = [line.split() for line in sources.splitlines()]
    for line in words:
        if len(line) > 1 and line[0] == "URIs:" and "security" not in line[1] and "debian" in line[1]:
            return line[1]
    for line in words:
        addresses = [word for word in line[1:] if "://" in word]
        if line[:1] == ["deb"] and addresses and "debian" in addresses[0] and "security" not in addresses[0]:
            return addresses[0]
    raise DevboxError(
        "apt's sources name no Debian archive, so the engine's packages cannot be found.",
        hint="Add a Debian archive to /etc/apt/sources.list, or install Docker Engine yourself.",
    )


def read_sources(root: str = "/etc/apt") -> str:
    """The text of apt's source files."""
    folder = Path(root) / "sources.list.d"
    files = [Path(root) / "sources.list", *sorted(folder.glob("*.sources")), *sorted(folder.glob("*.list"))]
    return "\n".join(file.read_text(errors="replace") for file in files if file.is_file())

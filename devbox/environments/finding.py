"""What `devbox check` finds, and the rules by which it does."""

from __future__ import annotations

from devbox.errors import Place
from devbox.record import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """`about` groups rules in the summary; `why` it matters and what to do, in words."""

    about: str
    why: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One side of a finding: the value at `path` of `environment`'s model, where it is set, and by which variables."""

    environment: str
    path: str = ""
    place: Place | None = None
    variables: tuple[tuple[str, Place], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`subject` names in devbox.yaml what the finding is about; `rule` is a key of RULES."""

    rule: str
    subject: str
    message: str
    spots: tuple[Spot, ...] = ()


APART = "separate projects, networks, volumes and names"
PORTS = "separate published ports"
SECRETS = "separate secrets and settings"
IMAGES = "separate image tags"
PRODUCTION = "no host name or credential of production elsewhere"
TOOLS = "no development tool in staging and production"
VARIABLES = "variables set and used"
LOADS = "environments that load"

RULES: dict[str, Rule] = {
    "does-not-load": Rule(LOADS, "what does not load cannot be checked, nor started", "mend it"),
    "shared-project": Rule(
        APART,
        "going to one replaces the containers of the other",
        "give each a project name of its own (project: in devbox.yaml)",
    ),
    "shared-volume": Rule(
        APART,
        "both write the same data",
        "leave out its name, so that each project gets its own; or say external: true where it is meant",
    ),
    "shared-network": Rule(
        APART,
        "containers of one resolve and reach those of the other",
        "leave out its name, so that each project gets its own; or say external: true where it is meant",
    ),
    "shared-subnet": Rule(
        APART, "the engine makes no second network of overlapping addresses", "leave out ipam, or take another subnet"
    ),
    "shared-container-name": Rule(APART, "only one of them can run", "leave it out, so that each project gets its own"),
    "shared-folder": Rule(
        APART, "what one writes the other reads", "mount it read-only, or give each environment a folder or a volume"
    ),
    "shared-port": Rule(
        PORTS, "the second one to start fails", "set another host port in the environment's own env file"
    ),
    "shared-secret": Rule(
        SECRETS,
        "whoever knows one environment's secret can open the other",
        "generate one for each environment and keep it in a file of its own",
    ),
    "shared-settings": Rule(
        SECRETS, "a change meant for one changes the other", "give each environment a file of its own"
    ),
    "shared-image": Rule(
        IMAGES,
        "whichever builds last decides what both run",
        "put the environment into the tag (image: shop:${APP_TAG}, APP_TAG in its env file)",
    ),
    "production-host": Rule(
        PRODUCTION, "a mistake made there reaches production", "set it in the environment's own env file, to its own"
    ),
    "production-credential": Rule(
        PRODUCTION,
        "whoever reads it there can open production",
        "make a credential of its own, and replace production's, which is known now",
    ),
    "production-network": Rule(
        PRODUCTION, "its containers resolve and reach production's", "leave production's network"
    ),
    "production-volume": Rule(PRODUCTION, "it reads and writes production's data", "use a volume of its own"),
    "production-engine": Rule(
        PRODUCTION, "what is tried there runs on production's machine", "leave out context, or name another one"
    ),
    "debugger": Rule(TOOLS, "whoever reaches a debugger runs any code", "move it to the Compose file of development"),
    "reload": Rule(
        TOOLS,
        "it watches files that never change, and restarts in the middle of work",
        "move it to the Compose file of development",
    ),
    "source-mount": Rule(
        TOOLS, "what runs is not what was built and tried", "copy the source into the image, mount it in development"
    ),
    "published-database": Rule(
        TOOLS, "the data can be reached past the application", "reach it through a network, or `devbox exec`"
    ),
    "development-build": Rule(
        TOOLS, "its image holds tools that nobody needs there", "build the target that production runs"
    ),
    "development-service": Rule(
        TOOLS, "it opens the data, or swallows what should go out", "move it to the Compose file of development"
    ),
    "missing-variable": Rule(
        VARIABLES, "blank stands in its place", "set it in the environment's env file, or write ${NAME:-default}"
    ),
    "unused-variable": Rule(VARIABLES, "who changes it changes nothing", "remove the line, or correct the name"),
    "uneven-variable": Rule(
        VARIABLES, "the default, made for another environment, stands in its place", "set it in this env file too"
    ),
    "stale-exception": Rule(VARIABLES, "it would hide what comes later", "remove the line from devbox.yaml"),
}
"""By id, in the order of the report."""

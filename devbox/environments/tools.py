"""Tools of development in what staging and production run: a table of what gives them away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from devbox.compose.model import MountKind, Service
from devbox.compose.reference import tag
from devbox.compose.report import Path
from devbox.environments.finding import Finding
from devbox.environments.folders import Files, names_in
from devbox.environments.member import Member
from devbox.record import dataclass

_DEBUGGERS = re.compile(
    r"debugpy|pydevd|--inspect(-brk)?\b|agentlib:jdwp|\bdlv\b|\bxdebug\b|\brdbg\b|\bdelve\b", re.IGNORECASE
)
_DEBUG_PORTS = {5678: "debugpy", 9229: "Node's inspector"}
_RELOADERS = re.compile(
    r"--reload\b|\bwatchfiles\b|\bnodemon\b|\bwatchmedo\b|\bwatchexec\b|\bentr\b|--watch\b|\bts-node-dev\b"
)
_RELOAD_SWITCHES = re.compile(
    r"(^|_)(RELOAD|AUTORELOAD|HOT_RELOAD|LIVE_RELOAD|FLASK_DEBUG|DJANGO_DEBUG)$|^DEBUG$", re.IGNORECASE
)
_OFF = frozenset(("", "0", "false", "no", "off"))
_DATABASES: dict[str, tuple[int, ...]] = {
    "postgres": (5432,),
    "postgis": (5432,),
    "timescaledb": (5432,),
    "pgvector": (5432,),
    "mysql": (3306,),
    "mariadb": (3306,),
    "mssql": (1433,),
    "mongo": (27017,),
    "redis": (6379,),
    "valkey": (6379,),
    "memcached": (11211,),
    "elasticsearch": (9200, 9300),
    "opensearch": (9200,),
    "cassandra": (9042,),
    "clickhouse": (8123, 9000),
    "rabbitmq": (5672, 15672),
    "etcd": (2379,),
}
"""What an image's name begins with -> the ports on which it keeps its data reachable."""
_DATA_PORTS = {1433, 3306, 5432, 6379, 9042, 11211, 27017}
"""Ports that tell a database whatever its image is called."""
_SERVICES = ("mailpit", "mailhog", "maildev", "adminer", "pgadmin", "phpmyadmin", "redis-commander", "redisinsight")
_TARGETS = re.compile(r"^(dev|debug|development|local|test)([-_.]|$)|[-_.](dev|debug)$", re.IGNORECASE)
_SOURCE = re.compile(
    r".*\.(py|rb|js|mjs|ts|tsx|go|java|kt|rs|php|cs|ex)|pyproject\.toml|package\.json|go\.mod|Gemfile|Cargo\.toml"
)


@dataclass(frozen=True, slots=True)
class _Trace:
    rule: str
    subject: str
    path: Path
    words: str


def tools(member: Member, files: Files) -> Iterator[Finding]:
    """Every trace of one in the enabled services; one finding a service and rule, so that it is mended once."""
    for service in member.project.services.values():
        seen: set[str] = set()
        for look in _LOOKS:
            for trace in look(service, member, files):
                if trace.rule not in seen:
                    seen.add(trace.rule)
                    message = f"{service.name} of {member.name} {trace.words}"
                    spots = (member.spot(("services", service.name, *trace.path)),)
                    yield Finding(rule=trace.rule, subject=trace.subject, message=message, spots=spots)


def _debugger(service: Service, member: Member, files: Files) -> Iterator[_Trace]:
    for path, text in _run(service):
        if found := _DEBUGGERS.search(text):
            yield _Trace("debugger", service.name, path, f"runs with a debugger ({found[0]})")
    for at, port in enumerate(service.ports):
        if port.target in _DEBUG_PORTS:
            yield _Trace(
                "debugger", service.name, ("ports", at), f"publishes {port.target}, {_DEBUG_PORTS[port.target]}"
            )
    for at, exposed in enumerate(service.expose):
        number = exposed.partition("/")[0]
        if number.isdigit() and int(number) in _DEBUG_PORTS:
            words = f"exposes {number}, {_DEBUG_PORTS[int(number)]}"
            yield _Trace("debugger", service.name, ("expose", at), words)


def _debug_helper(service: Service, member: Member, files: Files) -> Iterator[_Trace]:
    if service.debug and (service.debug.on_demand or service.debug.port):
        yield _Trace("debugger", service.name, ("x-devbox", "debug"), "can be debugged (x-devbox.debug)")


def _reload(service: Service, member: Member, files: Files) -> Iterator[_Trace]:
    for path, text in _run(service):
        if found := _RELOADERS.search(text):
            yield _Trace("reload", service.name, path, f"restarts when files change ({found[0]})")
    for key, value in service.environment.items():
        if _RELOAD_SWITCHES.search(key) and (value or "").lower() not in _OFF:
            yield _Trace("reload", service.name, ("environment", key), f"has {key} switched on")
    if service.watch:
        yield _Trace("reload", service.name, ("develop", "watch", 0), "is synced from the source (develop.watch)")


def _source_mount(service: Service, member: Member, files: Files) -> Iterator[_Trace]:
    context = service.build.context if service.build else ""
    for at, mount in enumerate(service.volumes):
        if mount.kind is not MountKind.BIND or not files.is_dir(mount.source):
            continue
        folder = mount.source.rstrip("/")
        built = context and (f"{folder}/".startswith(f"{context}/") or f"{context}/".startswith(f"{folder}/"))
        inside = f"{member.project.working_dir}/".startswith(f"{folder}/")
        if built or inside or _has_source(folder, files):
            path: Path = ("volumes", at, "source")
            yield _Trace("source-mount", service.name, path, f"mounts source ({folder} on {mount.target})")


def _database(service: Service, member: Member, files: Files) -> Iterator[_Trace]:
    image = _image(service)
    known = next((ports for name, ports in _DATABASES.items() if image.startswith(name)), ())
    for at, port in enumerate(service.ports):
        if port.target in known or port.target in _DATA_PORTS:
            words = f"publishes its data on the host (port {port.target})"
            yield _Trace("published-database", service.name, ("ports", at), words)


def _build(service: Service, member: Member, files: Files) -> Iterator[_Trace]:
    target = service.build.target if service.build else ""
    if _TARGETS.search(target):
        yield _Trace("development-build", service.name, ("build", "target"), f"is built as {target}")
    if _TARGETS.search(tag(service.image)):
        yield _Trace("development-build", service.name, ("image",), f"runs the image {service.image}")


def _service(service: Service, member: Member, files: Files) -> Iterator[_Trace]:
    image = _image(service)
    if image.startswith(_SERVICES):
        yield _Trace("development-service", service.name, ("image",), f"is {image}, a tool of development")


_LOOKS: tuple[Callable[[Service, Member, Files], Iterator[_Trace]], ...] = (
    _debugger,
    _debug_helper,
    _reload,
    _source_mount,
    _database,
    _build,
    _service,
)


def _run(service: Service) -> Iterator[tuple[Path, str]]:
    """What decides on how its process runs."""
    for key, words in (("entrypoint", service.entrypoint), ("command", service.command)):
        for at, word in enumerate(words or ()):
            yield (key, at), word
    for name, value in service.environment.items():
        yield ("environment", name), value or ""


def _image(service: Service) -> str:
    """The last word of the image's name, without its tag."""
    return service.image.partition("@")[0].rpartition("/")[2].partition(":")[0].lower()


def _has_source(folder: str, files: Files) -> bool:
    """Whether there is code in it, or in a folder of it."""
    for name in names_in(folder, files):
        below = f"{folder}/{name}"
        if _SOURCE.fullmatch(name) or (
            files.is_dir(below) and any(_SOURCE.fullmatch(inner) for inner in names_in(below, files))
        ):
            return True
    return False

"""Short forms of single sections to their long ones."""

from __future__ import annotations

from typing import Any

from devbox.compose import paths, words
from devbox.compose.reading import DROP, Reading, Shape, kind
from devbox.compose.report import Path
from devbox.compose.shapes import each, once, record
from devbox.compose.values import one_of, printable, strict_switch, switch, text


def command(value: Any, path: Path, reading: Reading) -> Any:
    """The shape of a command: a string is split into words; None leaves the image's own."""
    if value is None:
        return None
    if isinstance(value, list):
        return each(text)(value, path, reading)
    if not isinstance(value, str):
        return reading.fault(path, f"must be text or a list, but is {kind(value)}")
    try:
        return words.split(value)
    except ValueError as error:
        hint = "close the quote, or write a list of words"
        return reading.fault(path, f"cannot be split into words: {error}", hint, late=True)


def test(value: Any, path: Path, reading: Reading) -> Any:
    """The shape of `healthcheck.test`."""
    return ["CMD-SHELL", value] if isinstance(value, str) else each(text)(value, path, reading)


def _service(value: Any, path: Path, reading: Reading) -> Any:
    return reading.fault(path, "is empty", "name the service to extend") if value == "" else text(value, path, reading)


_EXTENDS = record({"service": _service, "file": paths.source}, needs=("service",))


def extends(value: Any, path: Path, reading: Reading) -> Any:
    """The shape of `extends`."""
    if isinstance(value, str):
        value = {"service": value}
    return _EXTENDS(value, path, reading)


_ONE_OR_MORE = each(text, single=True)
_NAMED = once(each(text), over=True)
_NAMES = "write [NAME], or start each name with a dash"
_CONDITIONS = one_of("service_started", "service_healthy", "service_completed_successfully")
_DEPENDENCY = record({"condition": _CONDITIONS, "restart": switch, "required": strict_switch})


def depends_on(value: Any, path: Path, reading: Reading) -> Any:
    """The shape of `depends_on`."""
    if isinstance(value, list):
        names = _NAMED(value, path, reading)
        return {name: {"condition": "service_started", "required": True} for name in names}
    if not isinstance(value, dict):
        return reading.fault(path, f"must be a list or a mapping, but is {kind(value)}", _NAMES)
    result: dict[str, Any] = {}
    for name, item in value.items():
        if isinstance(item, str):
            hint = f"write {name}: {{condition: service_healthy}}"
            reading.fault((*path, name), "must be a mapping, but is text", hint)
            continue
        out = _DEPENDENCY(item, (*path, name), reading)
        if out is not DROP:
            result[name] = out
    return result


def keyed(shape: Shape) -> Shape:
    """A mapping of names whose values may be empty, or a list of the names."""

    def form(value: Any, path: Path, reading: Reading) -> Any:
        if isinstance(value, list):
            return dict.fromkeys(_NAMED(value, path, reading))
        if not isinstance(value, dict):
            return reading.fault(path, f"must be a list or a mapping, but is {kind(value)}", _NAMES)
        result: dict[str, Any] = {}
        for name, item in value.items():
            out = None if item is None else shape(item, (*path, name), reading)
            if out is not DROP:
                result[name] = out
        return result

    return form


_ENV_FILE = record({"path": paths.file, "format": text, "required": switch}, needs=("path",), free=False)


def env_file(value: Any, path: Path, reading: Reading) -> Any:
    """The shape of `env_file`."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        return reading.fault(path, f"must be a path or a list, but is {kind(value)}")
    result = []
    for index, item in enumerate(value):
        inner = (*path, index)
        out = _ENV_FILE({"path": item} if isinstance(item, str) else item, inner, reading)
        if out is not DROP:
            result.append({"required": True} | out)
    return result


class Address(str):
    """An address of a host; `entry` is how the file writes the two, by which a repeat in a later file is known."""

    __slots__ = ("entry",)
    entry: str

    @classmethod
    def of(cls, address: str, entry: str) -> Address:
        bare = address[1:-1] if len(address) > 2 and address[0] == "[" and address[-1] == "]" else address
        made = cls(bare)
        made.entry = entry
        return made


def extra_hosts(value: Any, path: Path, reading: Reading) -> Any:
    """The shape of `extra_hosts`: host -> its addresses."""
    found: dict[str, list[Address]] = {}
    if isinstance(value, dict):
        for host, item in value.items():
            addresses = item if isinstance(item, list) else [item]
            if all(isinstance(address, str) for address in addresses):
                found[host] = [Address.of(address, f"{host}={address}") for address in addresses]
            else:
                reading.fault((*path, host), f"must be an address, but is {kind(item)}")
    elif isinstance(value, list):
        seen: list[str] = []
        for index, item in enumerate(value):
            inner = (*path, index)
            if not isinstance(item, str):
                reading.fault(inner, f"must be HOST=ADDRESS, but is {kind(item)}")
                continue
            sign = "=" if "=" in item else ":"
            host, separator, listed = item.partition(sign)
            if not separator:
                reading.fault(inner, f'"{item}" names no address', 'write "host=10.0.0.1"')
            elif item in seen:
                reading.fault(inner, f'"{item}" is listed twice', "keep one of the two")
            else:
                found.setdefault(host, []).extend(Address.of(address, item) for address in listed.split(","))
            seen.append(item)
    else:
        return reading.fault(path, f"must be a mapping or a list of HOST=ADDRESS, but is {kind(value)}")
    for host in found:
        if not host or set(host) & set(":="):
            reading.fault(path, f'"{host}" is no name of a host')
    return found


def _ssh(value: Any, path: Path, reading: Reading) -> Any:
    if isinstance(value, dict):
        return {name: None if item is None else str(item) for name, item in value.items()}
    if not isinstance(value, list):
        return reading.fault(path, f"must be a list, but is {kind(value)}", "write [default] or [name=path]")
    result: dict[str, str | None] = {}
    for index, item in enumerate(value):
        name, equals, key = item.partition("=") if isinstance(item, str) else ("", "", "")
        if not name or (not equals and name != "default"):
            reading.fault((*path, index), "is no SSH key", 'write "default" or "name=path"')
        else:
            result[name] = key if equals else None
    return result


ssh: Shape = once(_ssh)
"""The shape of `build.ssh`: id -> key or socket, None for the agent's."""


def gpus(devices: Shape) -> Shape:
    """`gpus`: a list of device requests, or all, which `normalise.expand` makes a request."""

    def form(value: Any, path: Path, reading: Reading) -> Any:
        if isinstance(value, str):
            return value if value == "all" else reading.fault(path, f'must be "all" or a list, but is "{value}"')
        return devices(value, path, reading)

    return form


def per_device(key: str, shape: Shape, default: Any) -> Shape:
    """Limits of devices; what an entry leaves out is blank or 0."""
    entry = record({"path": text, key: shape}, free=False)

    def form(value: Any, path: Path, reading: Reading) -> Any:
        found = entry(value, path, reading)
        return found if found is DROP else {"path": "", key: default} | found

    return each(form)


def dns(value: Any, path: Path, reading: Reading) -> Any:
    """One server or more; a blank text, as an unset variable leaves it, is none."""
    found = _ONE_OR_MORE(value, path, reading)
    return found if found is DROP else [server for server in found if server]


def device_count(value: Any, path: Path, reading: Reading) -> Any:
    """A number of devices; all is -1."""
    if isinstance(value, str) and value.lower() == "all":
        return -1
    if isinstance(value, str) and value.removeprefix("-").isdecimal() and len(value) < 19:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    said = f'"{value}"' if isinstance(value, str) else kind(value)
    return reading.fault(path, f"must be a number or all, but is {said}")


def external(value: Any, path: Path, reading: Reading) -> Any:
    """The shape of `external`: true, or the old {name: ...}, kept as that name."""
    if not isinstance(value, dict):
        return switch(value, path, reading)
    out = record({"name": text})(value, path, reading)
    return out if out is DROP else out.get("name", True)


def single_ulimit(whole_number: Shape) -> Shape:
    """One of `ulimits`: a number for both, or soft and hard."""
    both = record({"soft": whole_number, "hard": whole_number}, needs=("soft", "hard"))

    def form(value: Any, path: Path, reading: Reading) -> Any:
        return (both if isinstance(value, dict) else whole_number)(value, path, reading)

    return form


def attestation(value: Any, path: Path, reading: Reading) -> Any:
    """`build.provenance` and `build.sbom`: text, or a boolean as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return text(value, path, reading)


_OPTIONS = each(printable)


def provider_option(value: Any, path: Path, reading: Reading) -> Any:
    """An option of a provider: a text, number or boolean, or a list of these."""
    return (_OPTIONS if isinstance(value, list) else printable)(value, path, reading)

"""`ports`: every short form to long entries."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from devbox.compose.reading import DROP, Reading, Shape, kind
from devbox.compose.report import Path
from devbox.compose.shapes import record
from devbox.compose.values import text, whole, whole_or_text

_RANGE = re.compile(r"([0-9]+)(?:-([0-9]+))?", re.ASCII)
_PROTOCOLS = ("tcp", "udp", "sctp")
_FORMS = 'write "8080:80", "127.0.0.1:8080:80", "8000-8010:8000-8010" or "53:53/udp"'

Entry = dict[str, Any]


def parse(spec: str) -> list[Entry]:
    """The entries of one short form, sorted as text; ValueError says what is wrong."""
    body, _, protocol = spec.partition("/")
    protocol = protocol.partition("/")[0].lower() or "tcp"
    if protocol not in _PROTOCOLS:
        raise ValueError(f'"{protocol}" is no protocol; it must be tcp, udp or sctp')
    host, container, address = _parts(body)
    if not container:
        raise ValueError("no container port is named")
    first, last = _range(container)
    if not first:
        raise ValueError("0 is no container port")
    published = _range(host) if host else None
    target_count = last - first
    entries: list[tuple[str, Entry]] = []
    for step in range(target_count + 1):
        entry: Entry = {"mode": "ingress", "target": first + step, "protocol": protocol}
        if address:
            entry["host_ip"] = address
        if published:
            low, high = published
            if target_count == 0 and high != low:
                entry["published"] = f"{low}-{high}"
            elif high - low != target_count:
                raise ValueError(f"the ranges {host} and {container} differ in length")
            else:
                entry["published"] = str(low + step)
        entries.append((f"{first + step}/{protocol}", entry))
    return [entry for _, entry in sorted(entries, key=lambda pair: pair[0])]


def _parts(body: str) -> tuple[str, str, str]:
    left, _, container = body.rpartition(":")
    address, _, host = left.rpartition(":")
    if address.startswith("[") and address.endswith("]"):
        address = address[1:-1]
        check_address(address)
    elif ":" in address:
        check_address(address)
        raise ValueError(f'"{address}" needs brackets: [{address}]')
    elif address:
        check_address(address)
    return host, container, address


def check_address(address: str) -> None:
    """ValueError unless it is an IP address."""
    try:
        ipaddress.ip_address(address)
    except ValueError:
        raise ValueError(f'"{address}" is no IP address') from None


def _range(ports: str) -> tuple[int, int]:
    match = _RANGE.fullmatch(ports)
    if not match or len(ports) > 11:
        raise ValueError(f'"{ports}" is no port')
    low, high = int(match[1]), int(match[2] or match[1])
    if low > 65535 or high > 65535:
        raise ValueError(f"{max(low, high)} is no port; ports end at 65535")
    if high < low:
        raise ValueError(f"the range {ports} runs backwards")
    return low, high


def _address(value: Any, path: Path, reading: Reading) -> Any:
    found = text(value, path, reading)
    if found is DROP:
        return found
    try:
        check_address(found)
    except ValueError as error:
        return reading.fault(path, str(error))
    return found


_LONG: Shape = record(
    {
        "name": text,
        "mode": text,
        "host_ip": _address,
        "target": whole(0, 65535),
        "published": whole_or_text,
        "protocol": text,
        "app_protocol": text,
    },
)


def ports(value: Any, path: Path, reading: Reading) -> Any:
    """The shape of `ports`."""
    if not isinstance(value, list):
        return reading.fault(path, f"must be a list, but is {kind(value)}", "start each port with a dash")
    result: list[Entry] = []
    for index, item in enumerate(value):
        inner = (*path, index)
        if isinstance(item, dict):
            entry = _LONG(item, inner, reading)
            if "target" not in item:
                reading.fault(inner, 'needs the key "target"')
            result.append({"mode": "ingress", "protocol": "tcp"} | entry)
        elif isinstance(item, bool) or not isinstance(item, int | str):
            reading.fault(inner, f"must be a port, but is {kind(item)}", _FORMS)
        else:
            try:
                result.extend(parse(str(item)))
            except ValueError as error:
                reading.fault(inner, f'"{item}": {error}', _FORMS)
    return result

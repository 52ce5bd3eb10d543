"""Networks and volumes that are not as the files now want them, told by the hash that whoever made them left there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from devbox import __version__
from devbox.compose.hash import network_hash, volume_hash
from devbox.compose.masking import masked
from devbox.compose.model import Network, Volume
from devbox.plan import labels
from devbox.plan.observed import ObservedNetwork, ObservedVolume
from devbox.plan.plan import Change
from devbox.plan.properties import shown

_POOL = ("Subnet", "Gateway", "IPRange", "AuxiliaryAddresses")
Pair = tuple[str, object, object]
"""property, its value now, its value to be"""


def network_drift(network: Network, there: ObservedNetwork) -> list[Change]:
    """What of it differs; nothing where the maker left no hash."""
    return _drift(
        f"network {network.name}", network_hash(network.tree), there.labels, network.labels, _network(network, there)
    )


def volume_drift(volume: Volume, there: ObservedVolume) -> list[Change]:
    """What of it differs; nothing where the maker left no hash."""
    pairs: list[Pair] = [
        ("driver", there.driver, volume.driver or "local"),
        ("driver_opts", there.body.get("Options"), dict(volume.driver_opts)),
    ]
    return _drift(f"volume {volume.name}", volume_hash(volume.tree), there.labels, volume.labels, pairs)


def _drift(
    what: str, wanted: str, now: Mapping[str, str], labelled: Mapping[str, str], pairs: Iterable[Pair]
) -> list[Change]:
    made = now.get(labels.CONFIG_HASH)
    if made is None or made == wanted:
        return []
    own = {key: value for key, value in now.items() if not key.startswith(labels.PREFIX)}
    named = [
        (f"labels.{key}", masked(key, own.get(key, "")), masked(key, labelled.get(key, "")))
        for key in dict.fromkeys((*own, *labelled))
        if own.get(key) != labelled.get(key)
    ]
    named += [(name, shown(before), shown(after)) for name, before, after in pairs if shown(before) != shown(after)]
    if not named and now.get(labels.VERSION) == __version__:
        named = [("configuration hash", made[:12], wanted[:12])]
    # Of another tool's, that differs in nothing but how it was hashed, there is nothing to be made better.
    return [Change(service=what, property=name, before=before, after=after) for name, before, after in named]


def _network(network: Network, there: ObservedNetwork) -> list[Pair]:
    body = there.body
    found: list[Pair] = [
        ("driver", there.driver, network.driver or "bridge"),
        ("driver_opts", body.get("Options"), dict(network.driver_opts)),
        ("internal", body.get("Internal"), network.internal),
        ("attachable", body.get("Attachable"), network.attachable),
    ]
    families = (("enable_ipv4", "EnableIPv4", network.enable_ipv4), ("enable_ipv6", "EnableIPv6", network.enable_ipv6))
    found += [(name, body.get(key), asked) for name, key, asked in families if asked is not None and key in body]
    ipam = body.get("IPAM") or {}
    if network.ipam_driver:
        found.append(("ipam.driver", ipam.get("Driver"), network.ipam_driver))
    found.append(("ipam.options", ipam.get("Options"), dict(network.ipam_options)))
    found += _pools(network, ipam.get("Config") or ())
    return found


def _pools(network: Network, there: Sequence[Mapping[str, Any]]) -> list[Pair]:
    """Only what the file asks for: the engine fills in the rest, and where it asks for none any pool will do."""
    wanted = [
        dict(zip(_POOL, (one.subnet, one.gateway, one.ip_range, dict(one.aux_addresses)), strict=True))
        for one in network.ipam
    ]
    if not wanted:
        return []
    asked = [{key: value for key, value in one.items() if value} for one in wanted]
    if len(asked) != len(there):
        return [("ipam.config", list(there), asked)]
    now = [{key: one.get(key) for key in want} for one, want in zip(there, asked, strict=True)]
    return [("ipam.config", now, asked)]

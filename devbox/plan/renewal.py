"""Making networks and volumes anew that the files have changed: which, what is lost, and who stands in the way."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from devbox.compose.model import Network, Project, Volume
from devbox.plan.commands import Up
from devbox.plan.drift import network_drift, volume_drift
from devbox.plan.fate import RUNNING
from devbox.plan.names import known_services
from devbox.plan.observed import Container, Observed, ObservedNetwork, ObservedVolume
from devbox.plan.plan import Change

Ground = tuple[str, str]
""""network" or "volume", and its name in the engine"""


@dataclass(kw_only=True)
class Renewal:
    """What of the ground changes under the containers of an `up` of the services `chosen`."""

    project: Project
    observed: Observed
    up: Up
    chosen: Collection[str]
    renewed: dict[Ground, str] = field(default_factory=dict)
    """What is made anew -> id of the step that removes the old one."""
    changes: list[Change] = field(default_factory=list)
    destroys: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def network(self, network: Network, there: ObservedNetwork) -> str:
        """Why it is to be made anew ("": it stays)."""
        if self.up.keep_networks:
            return ""
        found = network_drift(network, there)
        users = [one for one in _on("network", network.name, self.observed) if one.state in RUNNING]
        return self._renew(("network", network.name), found, users, there.guests)

    def volume(self, volume: Volume, there: ObservedVolume) -> str:
        """Why it is to be made anew ("": it stays). Its data is lost: only where the command allows it."""
        found = volume_drift(volume, there)
        if found and not self.up.renew_volumes:
            self.warnings.append(
                f"volume {volume.name} is not as the files want it ({_names(found)}); it stays, with its data. "
                "`devbox up -y` makes it anew, which loses the data"
            )
            return ""
        why = self._renew(("volume", volume.name), found, _on("volume", volume.name, self.observed), there.guests)
        if why:
            self.destroys.append(f"volume {volume.name} and its data: {_names(found)} changed")
        return why

    def why(self, container: Container) -> str:
        """Why the container cannot stay on what it stands on ("": it can)."""
        for kind, name in self.renewed:
            if container in _on(kind, name, self.observed):
                return f"its {kind} {name} is made anew"
        return ""

    def users(self, ground: Ground) -> list[Container]:
        """The project's containers on it."""
        return _on(*ground, self.observed)

    def _renew(self, ground: Ground, found: list[Change], users: list[Container], guests: tuple[str, ...]) -> str:
        if not found:
            return ""
        kind, name = ground
        staying = [*guests, *(one.name for one in users if not self._goes(one))]
        if staying:
            self.warnings.append(
                f"{kind} {name} is not as the files want it ({_names(found)}); it stays: {', '.join(staying)} uses it"
            )
            return ""
        self.renewed[ground] = f"remove {kind} {name}"
        self.changes += found
        return f"its configuration changed: {_names(found)}"

    def _goes(self, container: Container) -> bool:
        """Whether this `up` may replace the container, or removes it."""
        if container.oneoff:
            return False
        if container.service not in known_services(self.project):
            return self.up.remove_orphans
        return container.state in RUNNING or container.service in self.chosen


def _on(kind: str, name: str, observed: Observed) -> list[Container]:
    return [one for one in observed.containers if name in (one.networks if kind == "network" else one.volumes)]


def _names(changes: list[Change]) -> str:
    return ", ".join(one.property for one in changes)

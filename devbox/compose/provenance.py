"""Where a value of the canonical model comes from: computed on demand, for one path, from what a load kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from devbox.compose import added
from devbox.compose.history import Entry, History, Trail
from devbox.compose.layers import Loaded
from devbox.compose.origins import Origins, Said, Use
from devbox.compose.ports import parse as parse_port
from devbox.compose.report import Path
from devbox.compose.route import leaves, value_at
from devbox.compose.service_files import ServiceFiles
from devbox.compose.spots import Spot, spot
from devbox.errors import Place
from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A value of the model: where it is set, as what, from which variables, and which values it beat (newest first).

    `added` says why, where devbox and Compose add the value themselves; `place` is then what made them, if anything.
    `text` is the value as the file writes it, where that differs.
    """

    path: Path
    value: Any
    place: Place | None = None
    added: str = ""
    text: str = ""
    uses: tuple[Use, ...] = ()
    lost: tuple[Said, ...] = ()


class Explainer:
    """Explains the values of one loaded project; `tree` is the model with the disabled services among the others."""

    def __init__(self, loaded: Loaded) -> None:
        request, project = loaded.request, loaded.project
        self.tree: dict[str, Any] = {
            **project.tree,
            "services": {
                **project.tree["services"],
                **{name: dict(service.tree) for name, service in project.disabled.items()},
            },
        }
        self._loaded = loaded
        shell = {"PWD": request.cwd, **request.environ, **request.extra_environment}
        self._origins = Origins(loaded.variable_files, shell)
        self._history = History(loaded.layers, request.environ.get("HOME", ""), loaded.files.resolve)
        self._files = ServiceFiles(self._history, self._origins, loaded)

    def has(self, path: Path) -> bool:
        """Whether there is a value at `path`."""
        try:
            value_at(self.tree, path)
        except (KeyError, IndexError, TypeError):
            return False
        return bool(path)

    def place(self, path: Path) -> Place | None:
        """Where the value at `path` is set, be it one that the model leaves out; else what is nearest above it."""
        while path:
            place = self.explain(path).place if self.has(path) else None
            if place is None and (written := self._history.trail(path).live):
                place = spot(written[-1]).place
            if place is not None:
                return place
            path = path[:-1]
        return None

    def below(self, path: Path) -> Iterator[Explanation]:
        """Each single value at or below `path`."""
        return (self.explain(leaf) for leaf in leaves(value_at(self.tree, path), path))

    def explain(self, path: Path) -> Explanation:
        """The value at `path`, which must exist in `tree`."""
        value = value_at(self.tree, path)
        if path == ("name",):
            return self._name(value)
        trail = self._trail(path, value)
        from_files = self._files.lines(path) if path[:1] == ("services",) else []
        lost = tuple(Said(line.value, line.place) for line in reversed(from_files))
        if trail.live:
            *beaten, winner = trail.live
            return self._written(path, value, winner, (*reversed(beaten), *reversed(trail.lost)), lost)
        if from_files:
            winning = from_files[-1]
            text = winning.text if winning.uses else ""
            return Explanation(path=path, value=value, place=winning.place, text=text, uses=winning.uses, lost=lost[1:])
        reason, cause = added.reason(path, self.tree)
        place = spot(self._trail(cause, None).live[-1]).place if cause and self._trail(cause, None).live else None
        return Explanation(path=path, value=value, place=place, added=reason)

    def _trail(self, path: Path, value: Any) -> Trail:
        fields = path[2:]
        if path[0] == "services" and fields == ("deploy", "replicas"):
            scaled = self._history.trail((*path[:2], "scale"))
            if scaled.live:
                return scaled
        if path[0] == "services" and fields[:1] == ("blkio_config",) and len(fields) == 4:
            path = (*path[:-1], str(path[-1]).lower())
        if path[-2:-1] in (("extra_hosts",), ("ssh",)) and isinstance(value, str):
            name, _, address = value.partition("=")
            live, lost = self._history.trail((*path[:-1], name))
            saying = tuple(entry for entry in live if path[-2] == "ssh" or address in entry.value)
            return Trail(saying[:1] if path[-2] == "extra_hosts" else saying, lost)
        trail = self._history.trail(path)
        if not trail.live and fields[:2] == ("provider", "options"):
            return self._history.trail(path[:-1])
        return trail

    def _written(
        self, path: Path, value: Any, winner: Entry, beaten: tuple[Entry, ...], from_files: tuple[Said, ...]
    ) -> Explanation:
        spoken = spot(_unexpanded(winner))
        lost = [Said(_text(entry.value), at.place) for entry, at in _spots(beaten) if not at.added]
        uses: tuple[Use, ...] = ()
        if winner.value is None and path[-2] in ("environment", "args"):
            uses = (self._origins.of(str(path[-1]), self._loaded.variables),)
        elif not spoken.added:
            uses = self._origins.in_text(spoken.text, winner.layer.variables)
        plain = spoken.text in (_text(value), f"{path[-1]}={_text(value)}")
        return Explanation(
            path=path,
            value=value,
            place=spoken.place,
            added=added.IN_ENTRY if spoken.added else "",
            text="" if plain and not uses else spoken.text,
            uses=uses,
            lost=(*lost, *from_files),
        )

    def _name(self, value: Any) -> Explanation:
        path: Path = ("name",)
        live = self._history.trail(path).live
        says = [Said(_text(entry.value), at.place) for entry, at in reversed(_spots(live))]
        if self._loaded.request.project_name:
            return Explanation(path=path, value=value, added="by -p, or by the environment", lost=tuple(says))
        use = self._origins.of("COMPOSE_PROJECT_NAME", self._loaded.variables)
        if use.source != "the project's name":
            return Explanation(path=path, value=value, uses=(use,), added=added.NAME_VARIABLE, lost=tuple(says))
        if not live:
            return Explanation(path=path, value=value, added=added.FOLDER_NAME)
        return self._written(path, value, live[-1], tuple(reversed(live[:-1])), ())


def _spots(entries: tuple[Entry, ...]) -> list[tuple[Entry, Spot]]:
    return [(entry, spot(_unexpanded(entry))) for entry in entries]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else added.compact(value)


def _unexpanded(entry: Entry) -> Entry:
    """The entry with its position among `ports` as written: a range there is one line."""
    path = entry.path
    if len(path) < 4 or path[0] != "services" or path[2] != "ports" or not isinstance(path[3], int):
        return entry
    left = path[3]
    written = entry.layer.document.tree["services"][path[1]]["ports"]
    for position, item in enumerate(written):
        left -= 1 if isinstance(item, dict) else len(parse_port(str(item)))
        if left < 0:
            return Entry(entry.layer, (*path[:3], position, *path[4:]), entry.value)
    return entry

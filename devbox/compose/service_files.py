"""What the env_file and label_file of a service say of one variable or label."""

from __future__ import annotations

from collections.abc import Mapping

from devbox.compose.history import Entry, History
from devbox.compose.layers import Loaded
from devbox.compose.origins import Origins, Use
from devbox.compose.report import Path
from devbox.errors import Place
from devbox.record import dataclass

_FILES = {"environment": "env_file", "labels": "label_file"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """One line of a file that sets a variable; `text` as written, naming `uses`."""

    name: str
    value: str
    place: Place
    text: str
    uses: tuple[Use, ...]


class ServiceFiles:
    """Reads each service's files once."""

    def __init__(self, history: History, origins: Origins, loaded: Loaded) -> None:
        self._history = history
        self._origins = origins
        self._loaded = loaded
        self._read: dict[Path, list[FileLine]] = {}

    def lines(self, path: Path) -> list[FileLine]:
        """The lines that set services.NAME.environment.KEY or labels.KEY, the last winning."""
        if len(path) != 4 or path[2] not in _FILES:
            return []
        section = path[:3]
        if section not in self._read:
            self._read[section] = self._all(section)
        return [line for line in self._read[section] if line.name == path[3]]

    def _all(self, section: Path) -> list[FileLine]:
        found: list[FileLine] = []
        own = self._own(section)
        for entry in self._named(section):
            given = entry.value if isinstance(entry.value, dict) else {"path": entry.value}
            file = given["path"]
            if not self._loaded.variable_files.exists(file):
                continue
            variables: Mapping[str, str] = self._loaded.variables if section[2] == "environment" else {}
            for line, uses in self._origins.in_file(file, variables, own, given.get("format", "")):
                place = self._loaded.variable_files.place(file, line.line)
                found.append(FileLine(name=line.name, value=line.value, place=place, text=line.text, uses=uses))
        return found

    def _named(self, section: Path) -> list[Entry]:
        """The merged list of files."""
        field: Path = (*section[:2], _FILES[str(section[2])])
        found: list[Entry] = []
        while live := self._history.trail((*field, len(found))).live:
            found.append(live[-1])
        return found

    def _own(self, section: Path) -> dict[str, str | None]:
        """What the service itself says, which the files may use."""
        if section[2] != "environment":
            return {}
        own: dict[str, str | None] = {}
        for entry in self._history.trail(section).live:
            own |= entry.value
        return {key: self._loaded.variables.get(key) if value is None else value for key, value in own.items()}

"""Reading files of variables for a load, with faults at file and line."""

from __future__ import annotations

from collections.abc import Mapping

from devbox.compose import dotenv
from devbox.compose.located import Located
from devbox.compose.report import Path, Report
from devbox.compose.source import Files, decode
from devbox.errors import Place


class VariableFiles:
    """Reads each file's text once a load."""

    def __init__(self, files: Files, report: Report, located: Located) -> None:
        self._files = files
        self._located = located
        self._report = report
        self._texts: dict[str, str | None] = {}

    def exists(self, file: str) -> bool:
        """Whether there is anything at this path."""
        return self._files.is_file(file) or self._files.is_dir(file)

    def place(self, file: str, line: int) -> Place:
        """A line of a file, as the user knows it."""
        return Place(self._located.shown(file), line)

    def environment(
        self, files: tuple[str, ...], current: Mapping[str, str], *, asked: Place | None = None
    ) -> dict[str, str]:
        """The variables of .env files, later ones winning; `current` wins inside them."""
        found: dict[str, str] = {}
        for file in files:
            self.add(file, found, current, place=asked)
        return found

    def add(
        self,
        file: str,
        variables: dict[str, str],
        *outer: Mapping[str, str | None] | Mapping[str, str],
        form: str = "",
        place: Place | None = None,
        path: Path = (),
        note: dotenv.Note | None = None,
    ) -> None:
        """Add the variables of one file; `outer` are looked in first, in order. `place` is where the file is named.

        `note` hears of each line that sets one.
        """

        def lookup(name: str) -> str | None:
            for mapping in outer:
                if (value := mapping.get(name)) is not None:
                    return value
            return None

        text = self._text(file, place, path)
        if text is None:
            return
        try:
            if form == "raw":
                dotenv.parse_raw(text, lookup, variables, note)
            elif form == "":
                dotenv.parse(text, lookup, variables, self._report.warn, note)
            else:
                self._report.fault(
                    f'"{form}" is no format of a file of variables', place=place, path=path, hint='use "raw"'
                )
        except dotenv.Faulty as error:
            self._report.fault(str(error), place=self.place(file, error.line))

    def _text(self, file: str, place: Place | None, path: Path) -> str | None:
        if file not in self._texts:
            self._texts[file] = None
            name = self._located.shown(file)
            try:
                data = self._files.read(file)
            except IsADirectoryError:
                self._report.fault(f"{name} is a folder, not a file of variables", place=place, path=path)
            except FileNotFoundError:
                hint = "create it, or write {path: ..., required: false}" if path else "create it, or correct the path"
                self._report.fault(f"there is no file {name}", place=place, path=path, hint=hint)
            except OSError as error:
                self._report.fault(f"{name} cannot be read: {error.strerror or error}", place=place, path=path)
            else:
                self._texts[file] = decode(name, data, self._report)
        return self._texts[file]

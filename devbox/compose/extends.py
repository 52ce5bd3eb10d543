"""`extends`: a service built over another, of the same file or of a file elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from devbox.compose.document import Document
from devbox.compose.merge import Clash, Tree, hides, merge, reset
from devbox.compose.reading import near
from devbox.compose.report import Fault, Path, Report
from devbox.errors import Place
from devbox.record import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """Services to extend from: one file's, canonical, with the documents they stand in."""

    file: str
    services: Tree
    documents: tuple[Document, ...]
    resets: tuple[Path, ...]
    faults: tuple[Fault, ...] = ()
    """Those of services that nobody may use, and of values that may be hidden."""

    def place(self, path: Path) -> Place:
        """Where `path` stands in this file."""
        return max((document.find(path) for document in reversed(self.documents)), key=lambda found: found[0])[1]


Open = Callable[[str, Place, Path], Origin | None]
"""file, where it is asked for -> its services; None after a fault."""


class Extender:
    """Resolves the `extends` of one load."""

    def __init__(self, open_file: Open, report: Report) -> None:
        self._open = open_file
        self._report = report
        self._done: dict[tuple[str, int, str], Any] = {}

    def resolve(self, origin: Origin) -> Tree:
        """The services of `origin`, each over what it extends."""
        return {name: self._service(origin, name, ()) for name in origin.services}

    def _service(self, origin: Origin, name: str, chain: tuple[tuple[str, str], ...]) -> Any:
        service = origin.services[name]
        if not isinstance(service, dict) or "extends" not in service:
            return service
        key = (origin.file, id(origin.services), name)
        if key not in self._done:
            self._done[key] = self._extended(origin, name, service, (*chain, (origin.file, name)))
        return self._done[key]

    def _extended(self, origin: Origin, name: str, service: Tree, chain: tuple[tuple[str, str], ...]) -> Tree:
        asked = service["extends"]
        rest = {field: value for field, value in service.items() if field != "extends"}
        path: Path = ("services", name, "extends")
        place = origin.place(path)
        reference = asked.get("service", "")
        target: Origin | None = origin
        if "file" in asked:
            target = self._open(asked["file"], origin.place((*path, "file")), (*path, "file"))
        if target is None or not reference:
            return rest
        faults = [fault for fault in target.faults if fault.path[:2] == ("services", reference)]
        if reference not in target.services and faults:
            self._matter(faults, path)
            return rest
        if reference not in target.services:
            where = f" in {target.file}" if target is not origin else ""
            hint = near(reference, (other for other in target.services if other != name), kind="services there")
            self._report.fault(f'there is no service "{reference}"{where}', place=place, path=path, hint=hint)
            return rest
        if (target.file, reference) in chain:
            names = " -> ".join(link for _, link in (*chain, (target.file, reference)))
            self._report.fault(f"services extend each other in a circle: {names}", place=place, path=path)
            return rest
        base = self._service(target, reference, chain)
        if not isinstance(base, dict):
            return rest
        own = [item for item in origin.resets if item[:2] == ("services", name) and len(item) > 2]
        kept = reset({"services": {name: base}}, own)
        said = {"services": {reference: rest}}
        hidden = [("services", reference, *item[2:]) for item in own]
        self._matter([fault for fault in faults if not hides(said, hidden, fault.path)], path)
        try:
            merged: Tree = merge(kept, {"services": {name: rest}})["services"][name]
        except Clash as clash:
            self._report.fault(str(clash), place=origin.place(clash.path), path=clash.path, hint=clash.hint)
            return rest
        return merged

    def _matter(self, faults: list[Fault], path: Path) -> None:
        """Report faults of what the service at `path` is built over."""
        for fault in faults:
            self._report.add(fault)
            self._report.touched |= {path[:2], (*path[:2], *fault.path[2:3])}

"""Files to one canonical tree: each document read, included and extended files folded in, overrides laid over."""

from __future__ import annotations

from typing import Any

from devbox.compose.discover import read
from devbox.compose.document import Document
from devbox.compose.envfile import VariableFiles
from devbox.compose.extends import Extender, Origin
from devbox.compose.include import bring_in
from devbox.compose.interpolate import interpolate
from devbox.compose.layers import Layer, Scope, Variables
from devbox.compose.located import Located
from devbox.compose.merge import Clash, Tree, hides, merge, reset, unify
from devbox.compose.normalise import expand, fill
from devbox.compose.paths import join
from devbox.compose.reading import Reading
from devbox.compose.report import Fault, Path, Report
from devbox.compose.schema import canonical
from devbox.compose.source import Files, parse
from devbox.errors import Place

_TAKEN_APART = frozenset(
    (field,) for field in ("build", "depends_on", "devices", "env_file", "gpus", "ports", "volumes")
)
"""Fields that Compose takes apart in each service of an extended file, used or not."""


class Assembler:
    """Reads for one load; `sources` are the documents read, `layers` those asked for, in order of merging."""

    def __init__(
        self,
        files: Files,
        located: Located,
        variables: VariableFiles,
        report: Report,
        *,
        home: str,
        stdin: bytes | None,
    ) -> None:
        self.sources: list[Document] = []
        self.layers: list[Layer] = []
        self._files = files
        self._located = located
        self._variables = variables
        self._report = report
        self._home = home
        self._stdin = stdin

    def parse(self, file: str, asked: Place | None = None) -> list[Document]:
        """The documents of a file, freshly read."""
        path = self._located.path(file, asked)
        if not path:
            return []
        shown = self._located.shown(path)
        data = read(path, self._files, self._report, stdin=self._stdin, asked=asked, shown=shown)
        documents = parse(shown, data, self._report)
        if not data:
            self._report.broken |= bool(self._report.problems)
        for document in documents:
            if not isinstance(document.tree, dict):
                self._report.fault("the file must hold a mapping, such as services:", place=document.place(()))
        return [document for document in documents if isinstance(document.tree, dict)]

    def assemble(
        self,
        files: tuple[tuple[str, list[Document]], ...],
        base: str,
        environment: Variables,
        chain: tuple[str, ...] = (),
        into: list[Layer] | None = None,
    ) -> Tree:
        """The files laid over each other; relative paths start from `base`; their layers go to `into`."""
        layers = self.layers if into is None else into
        tree: Tree = {}
        late: list[Fault] = []
        for file, documents in files:
            for document in documents:
                layers.append(Layer(document, base, environment))
                tree = self._add(tree, file, layers[-1], (*chain, file), late)
        for fault in late:
            self._report.add(fault)
        fill(tree, base, self._home)
        return tree

    def _add(self, earlier: Tree, file: str, layer: Layer, chain: tuple[str, ...], late: list[Fault]) -> Tree:
        """`earlier` with the document laid over it; `late` are the faults that later values may still hide."""
        document = layer.document
        reading = self._reading(layer)
        said = own = canonical(reading)
        if "version" in own:
            self._report.warn(f"{document.place(('version',))}: version is obsolete; remove the line.")
            del own["version"]
        includes = own.pop("include", [])
        if "services" in own:
            own = {**own, "services": self._extended(own, file, layer)}
        for index, entry in enumerate(includes):
            own = self._include(own, entry, ("include", index), layer, chain)
        late[:] = [fault for fault in late if not hides(own, document.resets, fault.path)] + reading.late
        earlier = reset(earlier, document.resets)
        self._renamed(earlier, document)
        try:
            tree = expand(merge(earlier, own))
        except Clash as clash:
            self._report.fault(str(clash), place=document.place(clash.path), path=clash.path, hint=clash.hint)
            return earlier
        unify(tree)
        for fault in reading.alone:
            field = tuple(part for part in fault.path if isinstance(part, str))
            if not (_has(earlier, field) or (_has(tree, field) and not _has(said, field))):
                self._report.add(fault)
        return tree

    def _reading(self, layer: Layer, *, lenient: bool = False) -> Reading:
        self.sources.append(layer.document)
        interpolate(layer.document, layer.variables, self._report)
        return Reading(layer.document, layer.base, self._home, self._report, self._files.resolve, lenient)

    def _renamed(self, earlier: Tree, document: Document) -> None:
        """The old form external: {name: x} does not change a name that an earlier file gave."""
        for kind in ("networks", "volumes", "secrets", "configs"):
            for key, item in _mapping(document.tree.get(kind)).items():
                name = _mapping(_mapping(item).get("external")).get("name")
                known = _mapping(_mapping(earlier.get(kind)).get(key)).get("name", name)
                if name is not None and known != name:
                    path: Path = (kind, key, "external", "name")
                    hint = f"write name: {name} and external: true"
                    self._report.fault(f"differs from name: {known}", place=document.place(path), path=path, hint=hint)

    def _extended(self, own: Tree, file: str, layer: Layer) -> Tree:
        services: Tree = own.get("services") or {}
        if not any(isinstance(service, dict) and "extends" in service for service in services.values()):
            return services
        opened: dict[str, Origin | None] = {}

        def open_file(other: str, place: Place, path: Path) -> Origin | None:
            if other not in opened:
                opened[other] = self._origin(other, layer, place, path)
            return opened[other]

        origin = Origin(self._name(file), services, (layer.document,), tuple(layer.document.resets))
        return Extender(open_file, self._report).resolve(origin)

    def _origin(self, file: str, asking: Layer, place: Place, path: Path) -> Origin | None:
        before = len(self._report.problems)
        documents = self.parse(file, place)
        if len(self._report.problems) > before:
            self._report.broken = True
            return None
        tree: Tree = {}
        faults: list[Fault] = []
        layers = asking.extended.setdefault(file, [])
        for document in documents:
            document.tree = {"services": document.tree.get("services", {})}
            layer = Layer(document, self._located.root(file), asking.variables, asking.extended)
            layers.append(layer)
            reading = self._reading(layer, lenient=True)
            try:
                tree = expand(merge(reset(tree, document.resets), canonical(reading)))
            except Clash as clash:
                self._report.fault(str(clash), place=document.place(clash.path), path=clash.path, hint=clash.hint)
                self._report.broken = True
                return None
            faults += [*reading.late, *reading.alone]
        for fault in faults:
            if fault.path[2:3] in _TAKEN_APART or len(fault.path) < 2:
                self._report.add(fault)
        if not tree.get("services"):
            self._report.fault(f"{self._name(file)} holds no services", place=place, path=path)
            return None
        resets = tuple(item for document in documents for item in document.resets)
        return Origin(self._name(file), tree["services"], tuple(documents), resets, tuple(faults))

    def _include(
        self,
        own: Tree,
        entry: dict[str, Any],
        path: Path,
        layer: Layer,
        chain: tuple[str, ...],
    ) -> Tree:
        place = layer.document.place(path)
        paths = entry.get("path") or []
        if not paths:
            return own
        if paths[0] in chain:
            names = " -> ".join(map(self._name, (*chain, paths[0])))
            self._report.fault(f"files include each other in a circle: {names}", place=place, path=path)
            return own
        if not self._located.path(paths[0], place, path):
            return own
        folder = entry.get("project_directory") or self._located.folder(paths[0])
        dotenv = join(folder, ".env")
        named = tuple(entry.get("env_file") or ([dotenv] if self._files.is_file(dotenv) else []))
        outer = layer.variables
        values = {**self._variables.environment(named, outer, asked=place), **outer}
        inner = Variables(values, (*outer.scopes, Scope(named, outer)))
        files = tuple((file, self.parse(file, place)) for file in paths)
        included = self.assemble(files, folder, inner, (*chain, *paths), layer.included)
        return bring_in(own, included, place, self._report)

    def _name(self, file: str) -> str:
        """What a file is called in what the user reads."""
        return self._located.shown(self._located.path(file))


def _mapping(value: Any) -> Tree:
    return value if isinstance(value, dict) else {}


def _has(tree: Any, path: Path) -> bool:
    for part in path:
        if not isinstance(tree, dict) or part not in tree:
            return False
        tree = tree[part]
    return True

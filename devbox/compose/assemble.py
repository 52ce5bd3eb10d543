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
from devbox.compose.merge import Clash, Tree, merge, reset, unify
from devbox.compose.normalise import fill
from devbox.compose.paths import join
from devbox.compose.reading import Reading
from devbox.compose.report import Path, Report
from devbox.compose.schema import canonical
from devbox.compose.source import Files, parse
from devbox.errors import Place


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
        for file, documents in files:
            for document in documents:
                layers.append(Layer(document, base, environment))
                tree = self._add(tree, file, layers[-1], (*chain, file))
        fill(tree, base, self._home)
        return tree

    def _add(self, tree: Tree, file: str, layer: Layer, chain: tuple[str, ...]) -> Tree:
        document = layer.document
        reading = self._reading(layer)
        own = canonical(reading)
        if "version" in own:
            self._report.warn(f"{document.place(('version',))}: version is obsolete; remove the line.")
            del own["version"]
        includes = own.pop("include", [])
        if "services" in own:
            own["services"] = self._extended(own, file, layer)
        for index, entry in enumerate(includes):
            own = self._include(own, entry, ("include", index), layer, chain)
        tree = reset(tree, document.resets)
        try:
            tree = merge(tree, own)
        except Clash as clash:
            self._report.fault(str(clash), place=document.place(clash.path), path=clash.path)
            return tree
        unify(tree)
        for path in reading.nulls:
            if not _has(tree, path):
                hint = "give it a value or remove the key"
                self._report.fault("is empty", place=document.place(path), path=path, hint=hint)
        return tree

    def _reading(self, layer: Layer) -> Reading:
        self.sources.append(layer.document)
        interpolate(layer.document, layer.variables, self._report)
        return Reading(layer.document, layer.base, self._home, self._report, self._files.resolve)

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
        layers = asking.extended.setdefault(file, [])
        for document in documents:
            document.tree = {"services": document.tree.get("services", {})}
            layer = Layer(document, self._located.root(file), asking.variables, asking.extended)
            layers.append(layer)
            own = canonical(self._reading(layer))
            tree = merge(reset(tree, document.resets), own)
        if not tree.get("services"):
            self._report.fault(f"{self._name(file)} holds no services", place=place, path=path)
            return None
        resets = tuple(item for document in documents for item in document.resets)
        return Origin(self._name(file), tree["services"], tuple(documents), resets)

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


def _has(tree: Any, path: Path) -> bool:
    for part in path:
        if not isinstance(tree, dict) or part not in tree:
            return False
        tree = tree[part]
    return True

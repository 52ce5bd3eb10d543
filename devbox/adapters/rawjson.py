"""What `--progress=rawjson` prints, as Progress: vertexes are items, their logs lines of output."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from devbox.adapters.outline import Outline
from devbox.ports import Progress


@dataclass(slots=True, kw_only=True)
class RawJson:
    """Feed it the lines of stderr; `outline` keeps what a failure needs.

    A document may span lines (buildx 0.13 indents them) or stand on one; other lines are the builder's own words.
    """

    outline: Outline
    _pending: list[str] = field(default_factory=list)
    _names: dict[str, str] = field(default_factory=dict)
    _layers: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    """vertex -> part -> (bytes so far, bytes in all)"""

    def line(self, text: str) -> list[Progress]:
        """The messages that this line completes."""
        if not self._pending and not text.startswith("{"):
            return self._word(text)
        self._pending.append(text)
        if text != "}" and not (len(self._pending) == 1 and text.endswith("}")):
            return []
        document = "\n".join(self._pending)
        self._pending.clear()
        try:
            status = json.loads(document)
        except json.JSONDecodeError:
            return [message for line in document.splitlines() for message in self._word(line)]
        return self._status(status)

    def _word(self, text: str) -> list[Progress]:
        if not text.strip():
            return []
        self.outline.output("", text)
        return [Progress(log=text)]

    def _status(self, status: dict[str, Any]) -> list[Progress]:
        found: list[Progress] = []
        for vertex in status.get("vertexes") or ():
            found += self._vertex(vertex)
        for part in status.get("statuses") or ():
            found += self._part(part)
        for log in status.get("logs") or ():
            name = self._names.get(log.get("vertex", ""), "")
            text = base64.b64decode(log.get("data") or "").decode(errors="replace")
            for line in text.splitlines():
                self.outline.output(name, line)
                found.append(Progress(item=name, log=line))
        for warning in status.get("warnings") or ():
            text = base64.b64decode(warning.get("short") or "").decode(errors="replace")
            self.outline.output("", f"warning: {text}")
            found.append(Progress(log=f"warning: {text}"))
        return found

    def _vertex(self, vertex: dict[str, Any]) -> list[Progress]:
        name = str(vertex.get("name", ""))
        self._names[str(vertex.get("digest", ""))] = name
        error = str(vertex.get("error") or "")
        if error:
            self.outline.failed(name, error)
        if vertex.get("completed"):
            cached = bool(vertex.get("cached"))
            self.outline.ended(name, cached=cached)
            return [Progress(item=name, done=True, cached=cached, error=error)]
        if vertex.get("started"):
            self.outline.began(name)
            return [Progress(item=name, status="running")]
        return []

    def _part(self, part: dict[str, Any]) -> list[Progress]:
        vertex = str(part.get("vertex", ""))
        name = self._names.get(vertex, "")
        parts = self._layers.setdefault(vertex, {})
        parts[str(part.get("id", ""))] = (int(part.get("current") or 0), int(part.get("total") or 0))
        current, total = (sum(numbers) for numbers in zip(*parts.values(), strict=True))
        if not name:
            return []
        known = total if total >= current else 0
        return [Progress(item=name, status=str(part.get("name") or "running"), current=current, total=known)]

"""What `--progress=plain` prints, as Progress: `#5 [2/3] RUN make`, `#5 0.3 text`, `#5 DONE 0.4s`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from devbox.adapters.outline import Outline
from devbox.ports import Progress

_LINE = re.compile(r"#(\d+) (.*)")
_OUTPUT = re.compile(r"(\d+\.\d+) ?(.*)")


@dataclass(slots=True, kw_only=True)
class PlainLog:
    """Feed it the lines of stderr; `outline` keeps what a failure needs."""

    outline: Outline
    _names: dict[str, str] = field(default_factory=dict)

    def line(self, text: str) -> list[Progress]:
        """The messages of this line."""
        match = _LINE.fullmatch(text)
        if match is None:
            return self._word(text)
        number, rest = match.groups()
        if number not in self._names:
            self._names[number] = rest
            self.outline.began(rest)
            return [Progress(item=rest, status="running")]
        return self._more(self._names[number], rest)

    def _more(self, name: str, rest: str) -> list[Progress]:
        if rest == name or rest == "...":
            return []
        output = _OUTPUT.fullmatch(rest)
        if output:
            self.outline.output(name, output[2])
            return [Progress(item=name, log=output[2])]
        if rest == "CACHED" or rest.startswith("DONE "):
            self.outline.ended(name, cached=rest == "CACHED")
            return [Progress(item=name, done=True, cached=rest == "CACHED")]
        if rest.startswith("ERROR: "):
            error = rest.removeprefix("ERROR: ")
            self.outline.failed(name, error)
            return [Progress(item=name, done=True, error=error)]
        return [Progress(item=name, status=rest)]

    def _word(self, text: str) -> list[Progress]:
        if not text.strip():
            return []
        self.outline.output("", text)
        return [Progress(log=text)]

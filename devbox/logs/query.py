"""What a user searches or filters the log by."""

from __future__ import annotations

import re

from devbox.errors import UsageError
from devbox.logs.escapes import strip
from devbox.logs.levels import Level, level
from devbox.logs.line import LogLine
from devbox.record import dataclass


@dataclass(frozen=True, slots=True)
class Query:
    """A text or a regular expression; `inverted`: lines without it; `least`: lines that are at least so serious."""

    text: str
    pattern: re.Pattern[str] | None
    inverted: bool = False
    least: Level = Level.UNKNOWN

    @classmethod
    def parse(cls, text: str, regex: bool = False, ignore_case: bool = True, least: Level = Level.UNKNOWN) -> Query:
        """A leading "!" inverts; UsageError says where a regular expression is wrong."""
        inverted = len(text) > 1 and text.startswith("!")
        wanted = text[1:] if inverted else text
        if not wanted:
            return cls(text, None, least=least)
        try:
            pattern = re.compile(wanted if regex else re.escape(wanted), re.IGNORECASE if ignore_case else 0)
        except re.error as error:
            where = f" at character {error.pos + 1}" if error.pos is not None else ""
            raise UsageError(f"not a regular expression: {error.msg}{where}") from error
        return cls(text, pattern, inverted, least)

    def __bool__(self) -> bool:
        """Whether it leaves anything out."""
        return self.pattern is not None or self.least > Level.UNKNOWN

    def matches(self, line: LogLine) -> bool:
        """Whether the line, as it is read (without escape sequences), is wanted."""
        text = strip(line.text)
        if self.least and level(text) < self.least:
            return False
        return self.pattern is None or (self.pattern.search(text) is None) == self.inverted

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where the query stands in `text` (without escape sequences), to highlight; nowhere if inverted."""
        if self.pattern is None or self.inverted:
            return []
        return [match.span() for match in self.pattern.finditer(text) if match.end() > match.start()]

"""A source text for the screen, coloured no further than it was looked at."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devbox.tui.text import clean

if TYPE_CHECKING:
    from pygments.token import _TokenType

LONGEST = 2_000
"""Characters of a line that are shown."""

KINDS = ("keyword", "string", "comment", "number", "function", "class", "decorator", "builtin", "operator")
"""What is told apart; component classes of a SourceView."""

_KIND_OF = {
    "Token.Keyword": "keyword",
    "Token.Operator.Word": "keyword",
    "Token.Literal.String": "string",
    "Token.Comment": "comment",
    "Token.Literal.Number": "number",
    "Token.Name.Function": "function",
    "Token.Name.Class": "class",
    "Token.Name.Exception": "class",
    "Token.Name.Decorator": "decorator",
    "Token.Name.Builtin": "builtin",
    "Token.Name.Tag": "keyword",
    "Token.Name.Attribute": "function",
    "Token.Operator": "operator",
    "Token.Punctuation": "operator",
}

Piece = tuple[str, str]
"""(text, one of KINDS or "")"""


class Coloured:
    """`lines` are clean; `line(n)` counts from 0. A whole file of 10,000 lines costs half a second to colour, so that
    `advance` does it in slices."""

    def __init__(self, text: str, name: str) -> None:
        """`name` tells the language."""
        self.text = text
        shown = clean(text)
        self.lines = [line[:LONGEST] for line in shown.split("\n")]
        if len(self.lines) > 1 and not self.lines[-1]:
            self.lines.pop()
        self._name = name
        self._shown = shown
        self._tokens: Iterator[tuple[_TokenType, str]] | None = None
        self._done: list[tuple[Piece, ...]] = []
        self._open: list[Piece] = []
        self._kinds: dict[object, str] = {}
        self._ended = False

    def line(self, number: int) -> tuple[Piece, ...]:
        """The line's pieces; in one colour if `advance` did not come so far."""
        if number < len(self._done):
            return self._done[number]
        return ((self.lines[number], ""),)

    def advance(self, number: int, seconds: float) -> bool:
        """Colour up to that line, for `seconds` at most; whether it is done."""
        if self._tokens is None:
            self._tokens = _tokens(self._shown, self._name)
        deadline = time.perf_counter() + seconds
        count = 0
        while len(self._done) <= number and not self._ended:
            token = next(self._tokens, None)
            if token is None:
                self._ended = True
                break
            self._take(*token)
            count += 1
            if not count % 64 and time.perf_counter() > deadline:
                return False
        return True

    def _take(self, kind: _TokenType, text: str) -> None:
        name = self._kind(kind)
        first, *others = text.split("\n")
        if first:
            self._open.append((first, name))
        for part in others:
            self._done.append(_cut(self._open))
            self._open = [(part, name)] if part else []

    def _kind(self, token: _TokenType) -> str:
        found = self._kinds.get(token)
        if found is None:
            at: _TokenType | None = token
            while at is not None and str(at) not in _KIND_OF:
                at = at.parent
            found = self._kinds[token] = _KIND_OF[str(at)] if at is not None else ""
        return found


def _cut(pieces: list[Piece]) -> tuple[Piece, ...]:
    if sum(len(text) for text, _ in pieces) <= LONGEST:
        return tuple(pieces)
    kept, left = [], LONGEST
    for text, kind in pieces:
        if left > 0:
            kept.append((text[:left], kind))
            left -= len(text)
    return tuple(kept)


def _tokens(text: str, name: str) -> Iterator[tuple[_TokenType, str]]:
    from pygments.lexers import get_lexer_for_filename
    from pygments.lexers.special import TextLexer
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_for_filename(name, stripnl=False, ensurenl=True)
    except ClassNotFound:
        lexer = TextLexer(stripnl=False, ensurenl=True)
    return iter(lexer.get_tokens(text))

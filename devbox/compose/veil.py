"""An explanation as it may be shown: secrets as dots, wherever they turn up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from devbox.compose.interpolate import pieces
from devbox.compose.masking import MASK, is_secret, mask_line
from devbox.compose.origins import DEFAULT, Said, Use
from devbox.compose.provenance import Explanation
from devbox.compose.report import Path

_BRACED = r"\$\{(?:[^{}]|\{[^{}]*\})*\}"
_PASSWORD = re.compile(
    rf"(?P<head>\b[a-z][a-z0-9+.-]*://(?:{_BRACED}|[^\s/@:{{])*:)(?P<password>(?:{_BRACED}|[^\s/@])+)(?=@)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"\$\{?(?P<name>[A-Za-z_]\w*)")
_ONLY_NAMES = re.compile(r"(?:\$\w+|\$\{\w+(?:[:?+-]+" + MASK + r")?\})+")


def veiled(found: Explanation) -> Explanation:
    """With the secrets masked: of a secret name, of URLs, and what such variables put into other text."""
    veil = _Veil(found)
    return Explanation(
        path=found.path,
        value=veil.value(found.value),
        place=found.place,
        added=found.added,
        text=veil.text(found.text),
        uses=tuple(map(veil.use, found.uses)),
        lost=tuple(Said(veil.plain(said.value), said.place, said.source) for said in found.lost),
    )


class _Veil:
    def __init__(self, found: Explanation) -> None:
        self._all = _is_secret(found.path)
        texts = [found.text, *(use.text for use in _every(found.uses))]
        self._names = {
            reference["name"]
            for text in texts
            for url in _PASSWORD.finditer(text)
            for reference in _REFERENCE.finditer(url["password"])
        }
        self._hidden = sorted(set(self._secrets(found)), key=len, reverse=True)

    def value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.plain(value)
        return MASK if self._all and value is not None else value

    def plain(self, text: str | None) -> str | None:
        """A text in which nothing is a variable."""
        if not text:
            return text
        if self._all:
            return MASK
        for secret in self._hidden:
            if len(secret) > 3 or secret == text:
                text = text.replace(secret, MASK)
        text = _PASSWORD.sub(rf"\g<head>{MASK}", text)
        return text if "\n" in text else mask_line(text)

    def text(self, text: str) -> str:
        """A text as written: names of variables stay, so that one sees where a secret comes from."""
        try:
            parts = list(pieces(text))
        except ValueError:  # a default that is not taken may be anything
            return MASK if self._all else self.plain(text) or ""
        out = ""
        for piece in parts:
            if isinstance(piece, str):
                out += MASK if self._all and piece.strip() else piece.replace("$", "$$")
            elif not piece.braced:
                out += f"${piece.name}"
            else:
                secret = (self._all or self._is_secret(piece.name)) and piece.operand and piece.operator[-1] != "?"
                out += f"${{{piece.name}{piece.operator}{MASK if secret else self.text(piece.operand)}}}"
        return _PASSWORD.sub(_masked_url, out)

    def use(self, use: Use) -> Use:
        secret = self._all or self._is_secret(use.name)

        def shown(value: str | None, source: str = "") -> str | None:
            if secret and value:
                return MASK
            return self.text(value) if value and source == DEFAULT else self.plain(value)

        return Use(
            name=use.name,
            value=shown(use.value),
            place=use.place,
            source=use.source,
            taken=None if use.taken is None else MASK if secret and use.taken else self.text(use.taken),
            text=MASK if secret and use.text and "$" not in use.text else self.text(use.text),
            uses=tuple(map(self.use, use.uses)),
            lost=tuple(Said(shown(said.value, said.source), said.place, said.source) for said in use.lost),
        )

    def _is_secret(self, name: str) -> bool:
        return is_secret(name) or name in self._names

    def _secrets(self, found: Explanation) -> Iterator[str]:
        for use in _every(found.uses):
            values = (use.value, use.taken, *(said.value for said in use.lost))
            if self._is_secret(use.name):
                yield from (value for value in values if value)
            yield from _passwords(values)
        yield from _passwords((found.value, *(said.value for said in found.lost)))


def _is_secret(path: Path) -> bool:
    names = [part for part in path if isinstance(part, str)]
    return bool(names) and len(path) > 2 and (is_secret(names[-1]) or (names[0], names[-1]) == ("secrets", "content"))


def _every(uses: Iterable[Use]) -> Iterator[Use]:
    for use in uses:
        yield use
        yield from _every(use.uses)


def _passwords(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str) and "://" in value:
            yield from (url["password"] for url in _PASSWORD.finditer(value) if "$" not in url["password"])


def _masked_url(url: re.Match[str]) -> str:
    password = url["password"]
    return url["head"] + (password if _ONLY_NAMES.fullmatch(password) else MASK)

"""A command written as one string, split into words the way Compose splits it."""

from __future__ import annotations

_SPACE = frozenset(" \t\r\n")
_ENDS = frozenset(";&|<>")


def split(line: str) -> list[str]:
    """The words of `line`; ValueError for an open quote or a stray parenthesis.

    Not a shell: the line ends silently at an unquoted ; & | < or >, # starts no comment, \\n is a newline.
    """
    words: list[str] = []
    word = ""
    open_word = escaped = False
    quote = ""
    for char in line:
        if escaped:
            word += {"t": "\t", "n": "\n"}.get(char, char)
            escaped, open_word = False, True
        elif char == "\\":
            if quote == "'":
                word += char
            else:
                escaped = True
        elif char in _SPACE:
            if quote:
                word += char
            elif open_word:
                words.append(word)
                word, open_word = "", False
        elif char in "'\"" and quote in ("", char):
            open_word = open_word or bool(quote)
            quote = "" if quote else char
        elif char == "`" and quote in ("", "`"):
            quote = "" if quote else char
            word, open_word = word + char, True
        elif char == "(" and not quote:
            if not word.endswith("$"):
                raise ValueError("a parenthesis outside quotes")
            quote, word = ")", word + char
        elif char == ")" and quote in ("", ")"):
            if not quote:
                raise ValueError("a parenthesis outside quotes")
            quote, word, open_word = "", word + char, True
        elif char in _ENDS and not quote:
            if char == ">" and word[:1].isdigit():
                open_word = False
            break
        else:
            word, open_word = word + char, True
    if escaped or quote:
        raise ValueError("a quote or a backslash is left open" if quote != ")" else "a parenthesis is left open")
    return [*words, word] if open_word else words

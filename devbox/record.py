"""`dataclass` for the core types: the standard one, made on import in a tenth of the time.

The standard decorator compiles six methods for each class, about 1 ms; over a hundred classes were a third of a short
verb. Here the methods that need no code of their own are shared, and `__init__` is compiled when first called.
Only the forms `frozen=True, slots=True[, kw_only=True]` exist; type checkers see the standard decorator.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass as dataclass
    from typing import Any
else:

    def dataclass(*, frozen: bool, slots: bool, kw_only: bool = False):
        """As dataclasses.dataclass for frozen classes with slots, whose fields all belong to `__init__`."""
        if not (frozen and slots):
            raise TypeError("a record is frozen and has slots")
        return lambda cls: _record(cls, kw_only)


def _record(cls: type, kw_only: bool) -> Any:
    cls.__doc__ = cls.__doc__ or cls.__name__  # else the standard decorator spends longest on a signature for it
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=kw_only)(cls)
    fields = dataclasses.fields(made)
    names = tuple(field.name for field in fields)
    inherited = {name for base in made.__mro__[1:] for name in vars(base).get("__slots__", ())}
    body = {name: value for name, value in vars(made).items() if name not in (*names, "__dict__", "__weakref__")}
    compared = tuple(field.name for field in fields if field.compare)
    key = attrgetter(*compared) if compared else type
    body |= {
        "__slots__": tuple(name for name in names if name not in inherited),
        "__qualname__": made.__qualname__,
        "__init__": _first_init,
        "__repr__": _repr,
        "__eq__": lambda self, other: key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented,
        "__hash__": lambda self: hash(key(self)),
        "__setattr__": _refuse,
        "__delattr__": _refuse,
        "__getstate__": _state,
        "__setstate__": _restore,
    }
    metaclass: Any = type(made)
    return metaclass(made.__name__, made.__bases__, body)


def _first_init(self: Any, *args: Any, **kwargs: Any) -> None:
    """Stands in for `__init__` until the first call compiles it."""
    cls = next(one for one in type(self).__mro__ if vars(one).get("__init__") is _first_init)
    init = _init(cls)
    type.__setattr__(cls, "__init__", init)
    init(self, *args, **kwargs)


def _init(cls: Any) -> Callable[..., None]:
    names: dict[str, Any] = {"_set": object.__setattr__, "_missing": dataclasses.MISSING}
    positional: list[str] = ["self"]
    keywords: list[str] = []
    lines: list[str] = []
    for field in dataclasses.fields(cls):
        parameter, value = field.name, field.name
        if field.default is not dataclasses.MISSING:
            names[f"_default_{field.name}"] = field.default
            parameter += f"=_default_{field.name}"
        elif field.default_factory is not dataclasses.MISSING:
            names[f"_make_{field.name}"] = field.default_factory
            parameter += "=_missing"
            value = f"_make_{field.name}() if {field.name} is _missing else {field.name}"
        (keywords if field.kw_only else positional).append(parameter)
        lines.append(f" _set(self, {field.name!r}, {value})\n")
    if keywords:
        keywords.insert(0, "*")
    if hasattr(cls, "__post_init__"):
        lines.append(" self.__post_init__()\n")
    source = f"def __init__({', '.join(positional + keywords)}):\n{''.join(lines) or ' pass'}"
    exec(source, names)  # as the standard library does
    init: Callable[..., None] = names["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


def _repr(self: Any) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse(self: Any, name: str, value: object = None) -> None:
    raise dataclasses.FrozenInstanceError(f"{type(self).__name__} is frozen; {name!r} cannot be changed")


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _restore(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)

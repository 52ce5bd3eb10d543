"""The SDK's client, `APIClient`, imported without what it never uses: 20 ms of the 90 that its import takes."""

from __future__ import annotations

import importlib.util
import sys
import warnings
from types import ModuleType
from typing import Any

DETECTORS = ("chardet", "charset_normalizer")
"""requests guesses the encoding of text with one of these; without them it is UTF-8, as all that the engine says."""
TOP = ("DockerClient", "from_env", "from_context", "Context", "ContextAPI", "TLSConfig", "APIClient", "__version__")
"""Names in the package docker itself, most of them of the object model upon the client."""


class _Docker(ModuleType):
    """The package docker, its own code being run when one of its names is wanted, not by the import of a part."""

    def __getattr__(self, name: str) -> Any:
        if name not in TOP or self.__spec__ is None or self.__spec__.loader is None:
            raise AttributeError(name)
        self.__spec__.loader.exec_module(self)
        return vars(self)[name]


def _spared() -> list[str]:
    """Take the detectors, and the object model, out of the way; which names to give back afterwards."""
    if "docker" not in sys.modules and (spec := importlib.util.find_spec("docker")) is not None:
        package = _Docker("docker")
        package.__spec__, package.__path__ = spec, list(spec.submodule_search_locations or ())
        package.__file__, package.__package__, package.__loader__ = spec.origin, "docker", spec.loader
        sys.modules["docker"] = package
    if "requests" in sys.modules:
        return []
    warnings.filterwarnings("ignore", "Unable to find acceptable character detection")
    absent = [name for name in DETECTORS if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type] # None: an import of it fails
    return absent


_absent = _spared()
try:
    from docker.api.client import APIClient
finally:
    for _name in _absent:
        del sys.modules[_name]

__all__ = ["APIClient"]

"""What watches folders in watchfiles. The package itself imports a command line, multiprocessing and more: 15 ms."""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watchfiles._rust_notify import RustNotify as RustNotify
    from watchfiles._rust_notify import WatchfilesRustInternalError as WatchfilesRustInternalError
else:
    _NAME = "watchfiles._rust_notify"
    if _NAME not in sys.modules:
        package = find_spec("watchfiles")
        found = PathFinder.find_spec(_NAME, package.submodule_search_locations) if package else None
        if found is None:
            raise ImportError("watchfiles is not installed")
        sys.modules[_NAME] = module_from_spec(found)
        found.loader.exec_module(sys.modules[_NAME])
    RustNotify = sys.modules[_NAME].RustNotify
    WatchfilesRustInternalError = sys.modules[_NAME].WatchfilesRustInternalError

"""Where the files of a load lie on this machine, and how they are called in what the user reads."""

from __future__ import annotations

import posixpath

from devbox.compose.remote import Fetched, GitFile, Malformed, Remote, is_remote, parse, without_password
from devbox.compose.report import Path, Report
from devbox.compose.source import Files
from devbox.errors import Place, RemoteFailed


class Located:
    """Fetches each remote file of a load once."""

    def __init__(self, files: Files, report: Report) -> None:
        self._files = files
        self._report = report
        self._paths: dict[str, str] = {}
        self._roots: dict[str, Remote] = {}

    def path(self, file: str, asked: Place | None = None, path: Path = ()) -> str:
        """The absolute path of a file that may be remote; "" after a fault at the place where it is asked for."""
        if not is_remote(file):
            return file
        if file not in self._paths:
            fetched = self._fetched(file, asked, path)
            self._paths[file] = fetched.file if fetched else ""
        return self._paths[file]

    def folder(self, file: str) -> str:
        """The folder of a file that was located."""
        return posixpath.dirname(self.path(file))

    def root(self, file: str) -> str:
        """The folder that what a service extends from there is relative to: of a repository its top, as in Compose."""
        path = self.path(file)
        if not is_remote(file):
            return posixpath.dirname(path)
        return max((root for root in self._roots if _within(path, root)), key=len)

    def shown(self, path: str) -> str:
        """A path as the user knows it: of what was fetched, the address and the path there."""
        for root, remote in self._roots.items():
            if _within(path, root):
                inner = posixpath.relpath(path, root)
                if isinstance(remote, GitFile):
                    return str(GitFile(repository=remote.repository, ref=remote.ref, path=inner))
                return f"{remote}/{inner}"
        return path

    def _fetched(self, file: str, asked: Place | None, path: Path) -> Fetched | None:
        try:
            remote = parse(file)
            fetched = self._files.fetch(remote)
        except Malformed as error:
            self._report.fault(f"{without_password(file)}: {error}", place=asked, path=path)
        except RemoteFailed as error:
            self._report.fault(error.message, place=asked, path=path, hint=error.hint)
        else:
            self._roots[fetched.root] = remote
            return fetched
        self._report.broken = True
        return None


def _within(path: str, root: str) -> bool:
    return path.startswith(f"{root}/")

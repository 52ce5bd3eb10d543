"""Commits of git repositories as folders, through the git program."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from devbox.compose.discover import NAMES
from devbox.compose.masking import mask_line
from devbox.compose.remote import Fetched, GitFile
from devbox.errors import RemoteFailed

_SHA = re.compile(r"[0-9a-f]{40}")
_NO_SUCH_REF = 2
_OF_ANOTHER = frozenset(("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"))
"""What git sets for its hooks: the repository that devbox is called from, which is not the one to fetch."""
_ANSWER, _TRANSFER = 60, 600
"""Seconds until a repository must have answered, or sent a commit."""
_ACCESS = (
    "check the address, the network and your access; git asks for no password here: "
    "set up a credential helper or an SSH key, or try `git ls-remote` by hand"
)


def fetch(file: GitFile, cache: Path, environ: Mapping[str, str]) -> Fetched:
    """The folder of the commit that `ref` names now, and the file in it (RemoteFailed)."""
    git = _Git(file, environ)
    commit = file.ref if _SHA.fullmatch(file.ref) else git.commit()
    root = cache / commit
    if not _is_complete(root):
        git.check_out(commit, root)
    return Fetched(root=str(root), file=str(_meant(file, root)))


class _Git:
    """The git program for one repository; nobody is asked anything."""

    def __init__(self, file: GitFile, environ: Mapping[str, str]) -> None:
        self._file = file
        own = {name: value for name, value in environ.items() if name not in _OF_ANOTHER}
        ssh = {} if "GIT_SSH" in own else {"GIT_SSH_COMMAND": "ssh -o ControlMaster=no -o BatchMode=yes"}
        self._environ = {**ssh, **own, "GIT_TERMINAL_PROMPT": "0"}

    def commit(self) -> str:
        """What the ref names now: a branch before a tag of the same name."""
        ref = self._file.ref
        out = self._run(["ls-remote", "--exit-code", "--", self._file.repository, ref], _ANSWER, no_such_ref=True)
        named = {name: sha for sha, _, name in (line.partition("\t") for line in out.splitlines())}
        found = next((named[name] for name in (ref, f"refs/heads/{ref}", f"refs/tags/{ref}") if name in named), "")
        if not _SHA.fullmatch(found):
            raise self._without_ref()
        return found

    def check_out(self, commit: str, root: Path) -> None:
        """Make the folder; it stands there whole or not at all, unless it was begun by another program."""
        folder = root if root.exists() else Path(tempfile.mkdtemp(prefix=".fetching-", dir=root.parent))
        try:
            self._run(["init", "--quiet", str(folder)], _ANSWER)
            words = ["-C", str(folder), "fetch", "--quiet", "--depth=1", "--", self._file.repository, commit]
            self._run(words, _TRANSFER)
            self._run(["-C", str(folder), "checkout", "--quiet", "--detach", "FETCH_HEAD"], _TRANSFER)
            if folder != root:
                _settle(folder, root)
        finally:
            if folder != root:
                shutil.rmtree(folder, ignore_errors=True)

    def _run(self, words: Sequence[str], seconds: int, *, no_such_ref: bool = False) -> str:
        try:
            done = subprocess.run(
                ["git", *words],
                env=self._environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=seconds,
                check=False,
            )
        except (FileNotFoundError, PermissionError) as error:
            raise RemoteFailed(
                f"{self._file} needs the program git, which is not here",
                hint="install git (Debian: apt-get install git), or fetch the files yourself and name them with -f",
            ) from error
        except subprocess.TimeoutExpired as error:
            raise RemoteFailed(f"{self._file}: no answer within {seconds} s", hint=_ACCESS) from error
        if no_such_ref and done.returncode == _NO_SUCH_REF:
            raise self._without_ref()
        if done.returncode:
            said = [mask_line(line) for line in done.stderr.decode(errors="replace").splitlines() if line.strip()]
            raise RemoteFailed(f"{self._file} cannot be fetched; git says: {' '.join(said)}", hint=_ACCESS)
        return done.stdout.decode(errors="replace")

    def _without_ref(self) -> RemoteFailed:
        bare = GitFile(repository=self._file.repository)
        if self._file.ref == "HEAD":
            return RemoteFailed(f"{bare} has no default branch", hint="name a branch or a tag behind a #")
        return RemoteFailed(
            f"{bare} has no branch or tag {self._file.ref}",
            hint="correct what stands behind the #; a commit is named by all of its 40 digits",
        )


def _is_complete(root: Path) -> bool:
    """Whether a commit is checked out there: until then HEAD names a branch."""
    try:
        return bool(_SHA.fullmatch((root / ".git" / "HEAD").read_text().strip()))
    except OSError:
        return False


def _settle(folder: Path, root: Path) -> None:
    try:
        folder.rename(root)
    except OSError as error:
        if not _is_complete(root):  # else another process was faster
            raise RemoteFailed(f"{root} cannot be made: {error.strerror}") from error


def _meant(file: GitFile, root: Path) -> Path:
    path = root / file.path
    if path.is_dir():
        for name in NAMES:
            if (path / name).is_file():
                return path / name
        raise RemoteFailed(f"{file} holds no Compose file", hint=_choice(path))
    if not path.is_file():
        above = next(parent for parent in path.parents if parent.is_dir())
        raise RemoteFailed(f"{file}: there is no such path", hint=_choice(above))
    return path


def _choice(folder: Path) -> str:
    names = sorted(one.name for one in folder.iterdir() if one.suffix in (".yaml", ".yml") or one.is_dir())
    kept = [name for name in names if name != ".git"]
    return f"name one behind #REF: there are {', '.join(kept)}" if kept else "name the file behind #REF:"

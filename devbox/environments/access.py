"""Who may read a file, by its mode and its access list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """`users` and `groups` are the entries of the file's own access list, number -> whether it may read."""

    owner: int
    group: int
    owner_reads: bool
    group_reads: bool
    others_read: bool
    users: Mapping[int, bool] = field(default_factory=dict)
    groups: Mapping[int, bool] = field(default_factory=dict)
    sheltered: bool = False
    """Its folder lets nobody else in, so that only who is handed the file itself (a container) gets at it."""

    @property
    def is_public(self) -> bool:
        """Whether everybody on this machine may read it."""
        return self.others_read and not self.sheltered

    def lets(self, uid: int, gid: int | None) -> bool:
        """Whether a process of that user, to which the file is handed, may read it."""
        if uid == self.owner:
            return self.owner_reads
        if uid in self.users:
            return self.users[uid]
        own = [self.group_reads] if gid == self.group else []
        found = [*own, *(reads for group, reads in self.groups.items() if group == gid)]
        return any(found) if found else self.others_read

"""Where a Space's data lies: on what was asked for, on a volume, or on its own disk."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from lemm_catalog.model.space import Mount

# File systems of the system itself: nobody keeps data there, or they are memory.
_NOT_STORAGE = frozenset(
    {"autofs", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts"}
    | {"devtmpfs", "fusectl", "hugetlbfs", "mqueue", "nsfs", "overlay", "proc"}
    | {
        "tracefs",
        "pstore",
        "ramfs",
        "rootfs",
        "securityfs",
        "squashfs",
        "sysfs",
        "tmpfs",
    }
)
_SYSTEM = (
    *("/boot", "/dev", "/etc", "/proc", "/run", "/snap", "/sys", "/usr"),
    "/tmp",  # noqa: S108 - no data is to lie there
)
USUAL = "/data"
# Buckets are mounted as one of these, and may know neither locks nor renames.
_REMOTE = ("fuse", "nfs", "9p", "virtiofs", "cifs", "smb")


def is_remote(kind: str) -> bool:
    """Whether a file system is another machine's, or a program's."""
    return kind.startswith(_REMOTE)


def volumes_among(
    mounts: Sequence[Mount], home: str | None, *, on_a_space: bool
) -> list[Mount]:
    """Return the mounts that may hold the data, the best first.

    ``home`` is what HF_HOME says: a user who put the Hub's cache on a volume means
    that one to last. Elsewhere than on a Space only ``/data`` is meant for us: a
    workstation has many disks.
    """
    found: dict[str, Mount] = {}
    for mount in mounts:  # what is mounted later hides what was before
        found[mount.path] = mount
    fitting = [m for m in found.values() if _is_storage(m)]
    if not on_a_space:
        return [mount for mount in fitting if mount.path == USUAL]
    return sorted(
        fitting,
        key=lambda m: (not _holds(m, home), m.path != USUAL, m.path),
    )


def mount_of(path: str, mounts: Sequence[Mount]) -> Mount | None:
    """Return the mount that a path lies on, if one is known."""
    above = [m for m in mounts if PurePosixPath(path).is_relative_to(m.path)]
    return max(above, key=lambda m: len(m.path), default=None)


def _is_storage(mount: Mount) -> bool:
    path = PurePosixPath(mount.path)
    is_system = mount.path == "/" or any(map(path.is_relative_to, _SYSTEM))
    return not is_system and mount.kind not in _NOT_STORAGE


def _holds(mount: Mount, home: str | None) -> bool:
    return bool(home) and PurePosixPath(home or "").is_relative_to(mount.path)

"""A catalog as it is in a revision of git, laid out in a folder.

Git is asked for the bytes of each file as they were committed: no filter, hook or
attribute of the repository has a say, and nothing is fetched.
"""

import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from lemm_catalog.errors import UsageError

_MEMBERS = frozenset({"datasets", "licenses", "policies", "locks"})
_MOST = 256_000_000
_PLAIN = frozenset({b"100644", b"100755"})
# A partial clone must not ask its server for what is not here.
_OPTIONS = (
    *("--no-optional-locks", "-c", "core.fsmonitor=false"),
    *("-c", "protocol.allow=never"),
)


def lay_out(revision: str, folder: str, target: Path, repository: Path) -> None:
    """Write the catalog that a folder of a revision is into an empty folder.

    What lies beside manifests and is no YAML is laid out empty: that it is there is
    all that is asked of it.

    Raises:
        UsageError: if there is no such revision, or no catalog in it.

    """
    commit = _commit(revision, repository)
    place = folder.strip("/")
    listed = _git(repository, "ls-tree", "-r", "-l", "-z", f"{commit}:{place}")
    if listed is None:
        raise UsageError(f"{revision} has no folder {place!r}")
    wanted = list(_wanted(listed))
    if not wanted:
        raise UsageError(f"{revision} has no catalog in {place!r}")
    read = [(name, path) for name, path in wanted if path.suffix in {".yaml", ".json"}]
    for _, path in wanted:
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).touch()
    for (_, path), data in zip(read, _blobs(repository, read), strict=True):
        (target / path).write_bytes(data)


def _commit(revision: str, repository: Path) -> str:
    if revision.startswith("-") or not revision.isprintable() or not revision:
        raise UsageError(f"{revision!r} is no name of a revision")
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options")
    found = _git(repository, *asked, f"{revision}^{{commit}}")
    if found is None:
        message = f"{revision!r} is neither a folder nor a revision of git here"
        raise UsageError(message, mend="name a catalog's folder, a branch or a commit")
    return found.decode("ascii").strip()


def _wanted(listed: bytes) -> Iterator[tuple[bytes, PurePosixPath]]:
    """Give name and path of each file of a catalog among what `ls-tree` lists."""
    for row in filter(None, listed.split(b"\0")):
        facts, _, raw = row.partition(b"\t")
        mode, _, name, size = facts.split()
        path = PurePosixPath(os.fsdecode(raw))
        is_ours = path.parts[0] in _MEMBERS or str(path) == "phases.yaml"
        is_safe = ".." not in path.parts and "\\" not in str(path)
        if mode in _PLAIN and is_ours and is_safe and int(size) <= _MOST:
            yield name, path


def _blobs(
    repository: Path, files: Sequence[tuple[bytes, PurePosixPath]]
) -> Iterator[bytes]:
    asked = b"".join(name + b"\n" for name, _ in files)
    answer = _git(repository, "cat-file", "--batch", given=asked) or b""
    at = 0
    for _ in files:
        end = answer.index(b"\n", at)
        size = int(answer[at:end].split()[2])
        yield answer[end + 1 : end + 1 + size]
        at = end + 2 + size


def _git(repository: Path, *words: str, given: bytes = b"") -> bytes | None:
    """Return what git says; None if it refuses."""
    try:
        done = subprocess.run(  # noqa: S603 - a list of words, and no shell
            ["git", *_OPTIONS, "-C", str(repository), *words],  # noqa: S607
            input=given,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        mend = "install git, or name two folders"
        raise UsageError("git cannot be run", mend=mend) from error
    return done.stdout if done.returncode == 0 else None

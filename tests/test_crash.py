"""The store is broken at step 1, 2, 3 … n; the next run ends as if nothing had been.

After each break: no partial or wrong file under a final name, no receipt for what is
not there, no state that cannot be read.
"""

import errno
import gc
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from lemm_catalog.api.catalog import Catalog
from lemm_catalog.errors import LocalError
from lemm_catalog.settings import Settings
from lemm_catalog.store.store import Store
from tests.broken_disk import (
    StoppedDiskError,
    fails_at,
    killed_at,
    quick_disk,
    stops_at,
    watched,
)
from tests.stores import (
    MORE,
    NEWER,
    NOTES,
    a_catalog,
    a_file,
    an_archive,
    settings,
    state,
    tar,
    zipped,
)

Verb = Callable[[Catalog, Settings], object]
_ERRORS = (errno.ENOSPC, errno.EIO, errno.EMFILE, errno.EACCES, errno.EXDEV)
_MOST_STEPS = 400

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills need a fork")


def pull(catalog: Catalog, chosen: Settings) -> int:
    return catalog.pull("notes", settings=chosen).exit_code


def pull_part(catalog: Catalog, chosen: Settings) -> int:
    return catalog.pull("notes/late", settings=chosen).exit_code


def refresh(catalog: Catalog, chosen: Settings) -> int:
    return catalog.refresh("notes", settings=chosen).exit_code


def remove(catalog: Catalog, chosen: Settings) -> int:
    catalog.remove("notes", settings=chosen)
    return 0


@dataclass(frozen=True)
class Scene:
    """A store as it was, and what is done with it; `old` and `new` are catalogs."""

    new: Catalog
    work: Verb
    again: Verb
    old: Catalog | None = None
    before: Verb = pull

    def first(self, cache: Path) -> None:
        if self.old:
            self.before(self.old, settings(cache))


_ONE = [an_archive("a.tar.gz", tar(NOTES))]
_OTHER = an_archive("b.tar.gz", tar(MORE, mtime=1_500_000_000))
_PLAIN = a_file("plain.txt", b"plain")
_MANY = [*_ONE, _OTHER, _PLAIN, an_archive("z.zip", zipped({"top/z.txt": b"z" * 100}))]
_UPDATED = [
    an_archive("a.tar.gz", tar(NEWER)),
    a_file("plain.txt", b"plainer"),
    an_archive("moved.zip", zipped({"top/z.txt": b"Z" * 100, "top/c.txt/in": b"a"})),
]


def scenes(root: Path, name: str) -> Scene:
    """Return a scene by its name."""
    if name == "one archive":
        return Scene(a_catalog(root / "new", _ONE), pull, pull)
    if name == "many files":
        return Scene(a_catalog(root / "new", _MANY), pull, pull)
    if name == "an update":
        old, new = a_catalog(root / "old", _MANY), a_catalog(root / "new", _UPDATED)
        return Scene(new, pull, pull, old)
    if name == "a part is added":
        parts = [{**file, "part": "early"} for file in _ONE]
        parts += [{**file, "part": "late"} for file in (_OTHER, _PLAIN)]
        new = a_catalog(root / "new", parts)
        return Scene(new, pull_part, pull, new, before=pull_early)
    new = a_catalog(root / "new", [*_ONE, _PLAIN])
    if name == "a file adopted":
        return Scene(new, pull, pull, new, before=put_by_hand)
    if name == "removed, then removed":
        return Scene(new, remove, remove, new)
    if name == "removed, then pulled":
        return Scene(new, remove, pull, new)
    assert name == "refreshed"
    return Scene(new, refresh, pull, new)


def pull_early(catalog: Catalog, chosen: Settings) -> None:
    catalog.pull("notes/early", settings=chosen)


def put_by_hand(catalog: Catalog, chosen: Settings) -> None:
    """Put one file in place as a person does, who has no other copy."""
    place = chosen.cache_dir / "notes"
    place.mkdir(parents=True)
    (place / "plain.txt").write_bytes(b"plain")


SCENES = [
    "one archive",
    "many files",
    "an update",
    "a part is added",
    "a file adopted",
    "removed, then removed",
    "removed, then pulled",
    "refreshed",
]


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """Let what a stopped disk left open be collected here, not in a later test."""
    yield
    gc.collect()


@pytest.fixture
def place() -> Iterator[Path]:
    """Give a folder in memory, where there is such a thing: stores come and go."""
    memory = Path("/dev/shm")
    has_room = memory.is_dir() and os.access(memory, os.W_OK)
    with TemporaryDirectory(dir=memory if has_room else None) as folder:
        yield Path(folder)


@pytest.fixture(params=SCENES)
def scene(request: pytest.FixtureRequest, place: Path) -> Scene:
    return scenes(place, request.param)


# What a killed process left open is nobody's fault.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_stopped_at_any_step_the_next_run_ends_the_same(
    scene: Scene, place: Path
) -> None:
    """As after a kill: from the step on nothing reaches the disk any more."""

    def stopped(number: int, cache: Path) -> bool:
        stop = stops_at(number)
        with watched(cache, stop, flushes=False) as disk, suppress(StoppedDiskError):
            scene.work(scene.new, settings(cache))
        return disk.steps >= number

    break_each_step(scene, place, stopped)


@needs_fork
def test_killed_at_some_steps_the_next_run_ends_the_same(
    scene: Scene, place: Path
) -> None:
    def killed(number: int, cache: Path) -> bool:
        work = partial(scene.work, scene.new, settings(cache))
        return killed_at(number, cache, work)

    break_each_step(scene, place, killed, stride=13)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_failing_disk_is_told_in_words_and_the_next_run_ends_the_same(
    scene: Scene, place: Path
) -> None:
    def failed(number: int, cache: Path) -> bool:
        code = _ERRORS[number // 3 % len(_ERRORS)]
        fault = fails_at(number, code, for_good=number % 2 == 0)
        with watched(cache, fault) as disk:
            ended_in_words(partial(scene.work, scene.new, settings(cache)))
        return disk.steps >= number

    break_each_step(scene, place, failed, stride=3)


def break_each_step(
    scene: Scene, root: Path, broken: Callable[[int, Path], bool], stride: int = 1
) -> None:
    """Break a scene at each step that it has, run again, and compare."""
    with quick_disk():
        expected = undisturbed(scene, root)
        for number in range(1, _MOST_STEPS, stride):
            cache = prepared(root)
            was_broken = broken(number, cache)
            if was_broken:
                assert_nothing_half_made(scene, cache, number)
            assert scene.again(scene.new, settings(cache)) == 0
            assert_the_same(cache, expected, number)
            if not was_broken:
                assert number > 15, "there were hardly any steps"
                return
        pytest.fail("it never came to an end")


def undisturbed(scene: Scene, root: Path) -> dict[str, object]:
    """Return the state after both runs, and keep that before them in a template."""
    (root / "template").mkdir()
    scene.first(root / "template")
    cache = prepared(root)
    scene.work(scene.new, settings(cache))
    assert scene.again(scene.new, settings(cache)) == 0
    return state(cache)


def prepared(root: Path) -> Path:
    """Return the store as it was before, always at the same place."""
    shutil.rmtree(root / "cache", ignore_errors=True)
    shutil.copytree(root / "template", root / "cache")
    return root / "cache"


def ended_in_words(work: Callable[[], object]) -> None:
    """See that work is done, or fails as an error of this machine, in a sentence."""
    try:
        code = work()
    except LocalError as error:
        assert error.exit_code == 4
        assert "Traceback" not in str(error)
        assert "Errno" not in str(error)
        return
    assert code in {0, 4}


def assert_nothing_half_made(scene: Scene, cache: Path, number: int) -> None:
    store = Store(cache)
    right = contents_of(scene)
    for path in files_of(cache / "notes"):
        name = path.relative_to(cache / "notes").as_posix()
        assert path.read_bytes() in right.get(name, set()), f"step {number}: {name}"
    assert store.unreadable("notes") is None, f"step {number}"
    receipt = store.receipt("notes")
    # While a decision to publish is carried out, files may be of the old or the new.
    if receipt is None or store.layout.pending_receipt("notes").exists():
        return
    for artifact in receipt.artifacts:
        lines = store.ledger("notes", artifact.path)
        assert lines is not None, f"step {number}: {artifact.path}"
        for line in lines:
            assert (cache / "notes" / line.path).is_file(), f"step {number}: {line}"


def contents_of(scene: Scene) -> dict[str, set[bytes]]:
    """Return the right bytes of each path: those of the old or of the new."""
    right: dict[str, set[bytes]] = {"plain.txt": {b"plain", b"plainer"}}
    for files in (NOTES, MORE, NEWER, {"top/z.txt": b"z" * 100}):
        for name, data in files.items():
            right.setdefault(name.removeprefix("top/"), set()).add(data)
    right["z.txt"].add(b"Z" * 100)
    right["c.txt/in"] = {b"a"}
    return right


def files_of(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def assert_the_same(cache: Path, expected: dict[str, object], number: int) -> None:
    found = state(cache)
    stray = {name for name in found if "/.new-" in name or name.startswith(".new-")}
    rest = {name: content for name, content in found.items() if name not in stray}
    assert rest == expected, f"step {number}"
    # A temporary file of a killed process is dropped by gc, and harmless until then.
    assert len(stray) <= 1, f"step {number}: {stray}"

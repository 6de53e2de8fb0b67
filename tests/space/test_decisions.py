"""How much may be taken, and where it goes: decisions over values."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lemm_catalog.model.space import Mount, SpaceBudget
from lemm_catalog.rules.budget import FLAVOR_DISKS, budget_of, flavor_disk
from lemm_catalog.rules.placing import is_remote, mount_of, volumes_among
from lemm_catalog.settings import Settings
from lemm_catalog.space import place as placing
from lemm_catalog.space.mounts import mounts, why_not
from lemm_catalog.space.place import find_place
from tests.space.running import IS_ROOT

GB = 10**9
TABLE = """\
27 1 254:0 / / rw,relatime - overlay overlay rw,lowerdir=/a
28 27 0:21 / /proc rw,relatime - proc proc rw
29 27 0:22 / /tmp rw,relatime - tmpfs tmpfs rw
30 27 0:23 / /etc/hosts rw,relatime - ext4 /dev/sda rw
31 27 0:24 / /data rw,relatime shared:1 - fuse.hf hf rw
32 27 0:25 / /mnt/my\\040data rw,relatime - ext4 /dev/sdb rw
33 27 0:26 / /models ro,relatime - fuse.hf hf rw
34 27 0:27 / /sets rw,relatime - nfs4 server:/x ro,vers=4.2
broken
"""


def budget(**changes: int | None) -> SpaceBudget:
    known: dict[str, int | None] = {"free": 200 * GB, "used": 0, "granted": 50 * GB}
    known |= {"max_storage": None, "reserve": None, **changes}
    return budget_of(flavor="cpu-basic", **known)  # type: ignore[arg-type]


def test_what_the_flavor_grants_counts_although_the_node_has_more() -> None:
    found = budget()
    assert (found.total, found.left, found.bound_by) == (45 * GB, 45 * GB, "flavor")


def test_what_is_free_counts_where_it_is_less() -> None:
    found = budget(free=10 * GB, used=10 * GB)
    assert (found.total, found.left, found.bound_by) == (18 * GB, 8 * GB, "disk")


def test_a_limit_that_was_set_needs_no_reserve() -> None:
    found = budget(max_storage=20 * GB, used=5 * GB)
    assert (found.total, found.left, found.bound_by) == (20 * GB, 15 * GB, "setting")


def test_the_reserve_can_be_set() -> None:
    assert budget(reserve=0).total == 50 * GB
    assert budget(reserve=60 * GB).total == 0


def test_a_volume_is_not_bounded_by_the_flavor() -> None:
    assert budget(granted=None).total == 195 * GB


SIZES = st.integers(0, 10**13)


@given(SIZES, SIZES, st.none() | SIZES, st.none() | SIZES, st.none() | SIZES)
def test_a_budget_is_never_more_than_any_bound(
    free: int, used: int, granted: int | None, limit: int | None, reserve: int | None
) -> None:
    found = budget(
        free=free, used=used, granted=granted, max_storage=limit, reserve=reserve
    )
    assert 0 <= found.left <= free
    assert found.total <= max(0, free + used - found.reserve)
    for bound in (granted, limit):
        assert bound is None or found.total <= bound


def test_flavors_are_the_hubs_and_one_unknown_has_the_least() -> None:
    from huggingface_hub import SpaceHardware

    assert FLAVOR_DISKS.keys() <= {str(one.value) for one in SpaceHardware}
    assert flavor_disk("A100-Large") == 1000 * GB
    assert flavor_disk("") == flavor_disk("abacus") == min(FLAVOR_DISKS.values())


@pytest.fixture
def table(tmp_path: Path) -> list[Mount]:
    path = tmp_path / "mountinfo"
    path.write_text(TABLE)
    return mounts(path)


def test_the_mount_table_is_read_as_the_kernel_writes_it(table: list[Mount]) -> None:
    found = {mount.path: mount for mount in table}
    assert len(found) == 8
    assert found["/mnt/my data"] == Mount("/mnt/my data", "ext4", writable=True)
    assert not found["/models"].writable
    assert not found["/sets"].writable  # the file system itself is read-only
    assert is_remote(found["/data"].kind)
    assert mount_of("/data/x", table) == found["/data"]
    assert mount_of("/datax", table) == found["/"]


def test_data_comes_first_unless_the_cache_is_elsewhere(table: list[Mount]) -> None:
    def order(home: str | None) -> list[str]:
        return [m.path for m in volumes_among(table, home, on_a_space=True)]

    assert order(None) == ["/data", "/mnt/my data", "/models", "/sets"]
    assert order("/mnt/my data/hf")[0] == "/mnt/my data"


def test_a_workstations_disks_are_not_ours(table: list[Mount]) -> None:
    found = volumes_among(table, None, on_a_space=False)
    assert [mount.path for mount in found] == ["/data"]


def test_without_a_table_data_must_be_a_mount(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert mounts(tmp_path / "none") == []
    monkeypatch.setattr(os.path, "ismount", lambda path: path == "/data")
    assert [mount.path for mount in mounts(tmp_path / "none")] == ["/data"]


def where(
    monkeypatch: pytest.MonkeyPatch, table: list[Mount], **environ: str
) -> tuple[str, str, list[str]]:
    monkeypatch.setattr(placing, "mounts", lambda: table)
    place, remarks = find_place(Settings(), {"SPACE_ID": "a/b", **environ})
    return place.path, place.chosen, remarks


def test_a_volume_that_can_hold_a_store_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    volume = tmp_path / "volume"
    volume.mkdir()
    table = [Mount("/", "overlay", True), Mount("/models", "fuse.hf", False)]
    table.append(Mount(str(volume), "ext4", True))
    monkeypatch.setattr("lemm_catalog.rules.placing._SYSTEM", ())
    path, chosen, remarks = where(monkeypatch, table)
    assert (path, chosen) == (str(volume / "datasets"), "volume")
    assert remarks == ["the volume /models is not used: it is mounted read-only"]
    assert list((volume / "datasets").iterdir()) == []


def test_a_volume_that_lacks_what_a_store_needs_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def unable(descriptor: int) -> None:
        raise OSError(95, "Operation not supported")

    volume = tmp_path / "bucket"
    volume.mkdir()
    monkeypatch.setattr(os, "fsync", unable)
    assert why_not(volume) == ("it lacks what a store needs: Operation not supported")
    assert list(volume.iterdir()) == []


def test_where_nothing_is_mounted_the_disk_is_named_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(placing, "mounts", list)
    place, _ = find_place(Settings(), {"SPACE_ID": "a/b"})
    assert (place.path, place.lasts) == (str(tmp_path / "datasets"), False)
    assert "lost at every restart" in place.warning
    place, _ = find_place(Settings(), {})
    assert (place.lasts, place.warning) == (None, "")


def test_what_was_asked_for_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = [Mount("/", "overlay", True), Mount("/data", "ext4", True)]
    monkeypatch.setattr(placing, "mounts", lambda: table)
    told = Settings(cache_dir=Path("/home/me"), is_placed=True)
    place, remarks = find_place(told, {"SPACE_ID": "a/b"})
    assert (place.path, place.chosen, place.lasts) == ("/home/me", "setting", False)
    assert remarks == [
        "the volume /data is mounted and would last; another folder was asked for"
    ]
    told = Settings(cache_dir=Path("/data/mine"), is_placed=True)
    assert find_place(told, {"SPACE_ID": "a/b"})[0].lasts is None


def test_a_folder_is_no_volume_and_a_mount_is(tmp_path: Path) -> None:
    place = tmp_path / "volume"
    place.mkdir()
    assert str(place) not in [mount.path for mount in mounts()]
    if not IS_ROOT or sys.platform != "linux":
        return
    subprocess.run(["mount", "--bind", str(place), str(place)], check=True)
    try:
        assert str(place) in [mount.path for mount in mounts()]
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)

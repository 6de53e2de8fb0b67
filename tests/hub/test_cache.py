"""The cache of the Hub's own client: it finds what we put there, and we what it did."""

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import hf_hub_download, scan_cache_dir

from lemm_catalog import Catalog
from lemm_catalog.errors import LocalError
from lemm_catalog.store.files import copy_file
from tests.cli.running import run
from tests.hub.site import REPO, HubSite, hf
from tests.hub.standin import Hub, Storage
from tests.pulling import a_file, some_bytes
from tests.servers.http import HttpServer

NAME = f"datasets/{REPO}"
DATA = some_bytes(2_000_000)
FILES = {"deep/a.bin": DATA, "b.txt": b"two notes\n"}


@pytest.fixture
def cached(site: HubSite, hub: Hub, tmp_path: Path) -> str:
    """Have a commit, all of whose files are in the cache; put there by its client."""
    commit = hub.commit(NAME, FILES)
    site.hub_cache = tmp_path / "home" / "hub"
    for path in FILES:
        _download(site, hub, path, commit)
    site.write(*(a_file(path, data, hf(path, commit)) for path, data in FILES.items()))
    return commit


def _download(site: HubSite, hub: Hub, path: str, revision: str) -> str:
    return str(
        hf_hub_download(
            REPO,
            path,
            repo_type="dataset",
            revision=revision,
            cache_dir=site.hub_cache,
            endpoint=hub.origin,
            token=False,
        )
    )


def test_what_the_hub_s_client_has_is_not_fetched_again(
    site: HubSite, hub: Hub, storage: Storage, cached: str
) -> None:
    hub.forget()
    before = storage.sent()
    plan = Catalog.load(site.catalog).plan("notes", settings=site.settings)
    reasons = {action.reason for action in plan.datasets[0].actions}
    outcome = site.pull()

    wanted = "the Hugging Face cache has a file of this size; verify it first"
    assert (reasons, plan.totals.to_fetch_bytes) == ({wanted}, 0)
    assert (outcome.result, outcome.message) == ("pulled", "")
    assert all(site.published(path) == data for path, data in FILES.items())
    assert hub.requests == []
    assert storage.sent() == before


def test_even_offline(site: HubSite, hub: Hub, cached: str) -> None:
    hub.close()
    home = str(site.hub_cache and site.hub_cache.parent)
    done = _pull_with_config(site, "--offline", HF_HOME=home, HF_ENDPOINT=hub.origin)

    assert done.code == 0, done
    assert site.published("deep/a.bin") == DATA


def test_nothing_of_it_is_used_unless_that_is_asked_for(
    site: HubSite, hub: Hub, cached: str
) -> None:
    site.hub_cache = None
    hub.forget()
    assert site.pull().result == "pulled"
    assert hub.requests != []


def test_a_copy_is_taken_and_no_link(site: HubSite, cached: str) -> None:
    assert site.pull().result == "pulled"
    ours = site.cache / "notes" / "deep" / "a.bin"
    blob = _blob(site, DATA)

    assert ours.stat().st_ino != blob.stat().st_ino
    assert ours.stat().st_nlink == blob.stat().st_nlink == 1
    with ours.open("r+b") as file:
        file.write(b"somebody writes into the dataset")
    assert blob.read_bytes() == DATA


def test_damage_in_the_cache_is_seen_and_the_hub_is_asked(
    site: HubSite, hub: Hub, cached: str
) -> None:
    with _blob(site, DATA).open("r+b") as file:
        file.write(b"X")
    hub.forget()
    outcome = site.pull()

    assert (outcome.result, outcome.message) == ("pulled", "")
    assert site.published("deep/a.bin") == DATA
    assert "gave bytes whose sha256 is" in site.said()
    assert [r.path for r in hub.requests] == [f"/{NAME}/resolve/{cached}/deep/a.bin"]


def test_damage_in_the_cache_is_said_offline(
    site: HubSite, hub: Hub, cached: str
) -> None:
    with _blob(site, DATA).open("r+b") as file:
        file.write(b"X")
    hub.forget()
    home = str(site.hub_cache and site.hub_cache.parent)
    done = _pull_with_config(site, "--offline", HF_HOME=home, HF_ENDPOINT=hub.origin)

    assert done.code == 3
    assert "gave bytes whose sha256 is" in " ".join(done.out.split())
    assert hub.requests == []


def test_a_blob_is_found_by_its_sha256_wherever_it_came_from(
    site: HubSite, cached: str
) -> None:
    site.write(a_file("other.bin", DATA, "https://a.invalid/other.bin"))
    assert site.pull().result == "pulled"
    assert site.published("other.bin") == DATA


def test_a_blob_in_the_shared_store_is_found(site: HubSite, cached: str) -> None:
    blob = _blob(site, DATA)
    assert site.hub_cache is not None
    shared = site.hub_cache / "blobs" / "ab" / ("ab" + "0" * 62)
    shared.parent.mkdir(parents=True)
    blob.rename(shared)
    blob.symlink_to(os.path.relpath(shared, blob.parent))
    site.endpoint = "http://127.0.0.1:1"

    assert site.pull().result == "pulled"
    assert site.published("deep/a.bin") == DATA


def test_a_link_that_leads_out_of_the_cache_is_not_followed(
    site: HubSite, hub: Hub, cached: str, tmp_path: Path
) -> None:
    blob = _blob(site, DATA)
    blob.rename(tmp_path / "elsewhere")
    blob.symlink_to(tmp_path / "elsewhere")
    hub.forget()

    assert site.pull().result == "pulled"
    assert [r.path for r in hub.requests] == [f"/{NAME}/resolve/{cached}/deep/a.bin"]


def test_what_we_fetch_is_what_the_hub_s_client_finds(
    site: HubSite, hub: Hub, tmp_path: Path
) -> None:
    commit = hub.commit(NAME, FILES)
    site.write({"path": "data/", "source": hf("")})
    assert site.lock().code == 0
    home = tmp_path / "home"
    done = _pull_with_config(site, HF_HOME=str(home), HF_ENDPOINT=hub.origin)
    assert done.code == 0, done
    site.hub_cache = home / "hub"
    hub.close()

    for path, data in FILES.items():
        found = _find(site, path, commit)
        assert Path(found).read_bytes() == data
    (repo,) = scan_cache_dir(site.hub_cache).repos
    assert (repo.repo_id, repo.repo_type, repo.nb_files) == (REPO, "dataset", 2)
    (revision,) = repo.revisions
    assert revision.commit_hash == commit
    assert {file.file_name for file in revision.files} == {"a.bin", "b.txt"}
    assert scan_cache_dir(site.hub_cache).warnings == []
    # Nothing is half there, and the cache has bytes of its own.
    assert list(site.hub_cache.rglob("*.incomplete")) == []
    ours = site.cache / "notes" / "data" / "deep" / "a.bin"
    assert not _blob(site, DATA).samefile(ours)


def test_a_cache_without_room_is_a_remark(
    site: HubSite, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = hub.commit(NAME, FILES)
    site.write(a_file("a.bin", DATA, hf("deep/a.bin", commit)))
    site.hub_cache = tmp_path / "hub"
    real = shutil.disk_usage

    def full(path: Any) -> Any:
        is_there = Path(path).is_relative_to(tmp_path / "hub")
        return real(path)._replace(free=1_000_000_000) if is_there else real(path)

    monkeypatch.setattr(shutil, "disk_usage", full)
    assert site.pull().result == "pulled"
    assert "not shared with the Hub's cache: " in site.said()
    assert "has no room for a.bin" in site.said()
    assert list((tmp_path / "hub").rglob("*.incomplete")) == []


def test_a_cache_that_cannot_be_written_is_a_remark(
    site: HubSite, hub: Hub, tmp_path: Path
) -> None:
    commit = hub.commit(NAME, FILES)
    site.write(a_file("a.bin", DATA, hf("deep/a.bin", commit)))
    site.hub_cache = tmp_path / "hub"
    site.hub_cache.write_text("a file stands here")

    assert site.pull().result == "pulled"
    assert "not shared with the Hub's cache: " in site.said()


def test_what_comes_from_elsewhere_is_not_shared(site: HubSite, tmp_path: Path) -> None:
    with HttpServer({"/a.bin": DATA}) as server:
        site.write(a_file("a.bin", DATA, server.url("/a.bin")))
        site.hub_cache = tmp_path / "hub"
        assert site.pull().result == "pulled"
    assert not site.hub_cache.exists()


@pytest.mark.parametrize("way", ["kernel", "refused", "missing"])
def test_a_file_is_copied_by_whatever_can(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(DATA)

    def refuse(*_: int) -> int:
        raise OSError(22, "cannot copy between these")

    if way == "refused":
        monkeypatch.setattr(os, "copy_file_range", refuse, raising=False)
    if way == "missing":
        monkeypatch.delattr(os, "copy_file_range", raising=False)
    copy_file(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == DATA


def test_a_copy_that_fails_is_no_file(
    site: HubSite, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lemm_catalog.hub_cache import HubCache
    from lemm_catalog.model.hub import HubPlace

    def fail(*_: int) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "copy_file_range", fail, raising=False)
    (tmp_path / "a").write_bytes(DATA)
    place = HubPlace.parse(hf("a.bin", "a" * 40))
    assert place is not None
    with pytest.raises(LocalError, match="no space is left"):
        HubCache(tmp_path / "hub").put(place, tmp_path / "a", len(DATA), _sha(DATA))
    assert [p for p in (tmp_path / "hub").rglob("*") if not p.is_dir()] == []


def _pull_with_config(site: HubSite, *words: str, **env: str) -> Any:
    config = site.root / "config.yaml"
    config.write_text("datasets: {use_hf_cache: true}\n")
    where = ("--catalog", site.catalog, "--cache-dir", site.cache, "--config", config)
    return run("pull", "notes", *words, *where, env=env)


def _find(site: HubSite, path: str, revision: str) -> str:
    return str(
        hf_hub_download(
            REPO,
            path,
            repo_type="dataset",
            revision=revision,
            cache_dir=site.hub_cache,
            local_files_only=True,
            token=False,
        )
    )


def _blob(site: HubSite, data: bytes) -> Path:
    assert site.hub_cache is not None
    return site.hub_cache / "datasets--acme--tones" / "blobs" / _sha(data)


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

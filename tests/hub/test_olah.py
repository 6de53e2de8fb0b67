"""The Hub's own client and our engine, side by side, on a server that neither made."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import hf_hub_download, snapshot_download

from tests.hub.olah import Olah
from tests.hub.site import REPO, HubSite, hf
from tests.hub.standin import Hub, Storage
from tests.pulling import MiB, a_file, sha256, some_bytes
from tests.servers.answers import Flip

FILES = {
    "README.md": b"# Tones\n",
    "data/a.wav": some_bytes(3 * MiB, 1),
    "data/deep/b.csv": b"a,b\n",
}


@pytest.fixture(scope="session")
def olah(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Olah]:
    with Olah(tmp_path_factory.mktemp("olah")) as server:
        yield server


@pytest.fixture
def site(olah: Olah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HubSite:
    monkeypatch.chdir(tmp_path)
    return HubSite(tmp_path, olah.origin)


def test_both_get_the_same_files(site: HubSite, olah: Olah) -> None:
    commit = olah.commit(REPO, FILES)
    site.write({"path": "tones/", "source": hf("")})
    done = site.lock()
    assert done.code == 0, done
    assert site.locked["commits"] == {f"hf://datasets/{REPO}@main": commit}
    outcome = site.pull()
    assert (outcome.result, outcome.message) == ("pulled", "")

    theirs = snapshot_download(
        REPO,
        repo_type="dataset",
        revision=commit,
        local_dir=site.root / "theirs",
        endpoint=olah.origin,
        token=False,
    )
    for path, data in FILES.items():
        assert (Path(theirs) / path).read_bytes() == data
        assert site.published(f"tones/{path}") == data


def test_a_branch_that_moves_is_seen_and_its_commit_stays(
    site: HubSite, olah: Olah
) -> None:
    olah.commit(REPO, FILES)
    site.write({"path": "tones/", "source": hf("data/")})
    assert site.lock().code == 0
    later = olah.commit(REPO, {**FILES, "data/a.wav": b"other notes"})

    assert site.pull().result == "pulled"
    assert site.published("tones/a.wav") == FILES["data/a.wav"]
    checked = site.lock("--check")
    assert checked.code == 1
    assert f"{later[:12]} now" in checked.out


def test_a_repository_that_is_not_there_is_said(site: HubSite, olah: Olah) -> None:
    site.write({"path": "x/", "source": hf("", repo="acme/nothing")})
    done = site.lock()

    assert done.code == 3
    page = f"{olah.origin}/datasets/acme/nothing"
    assert f"no such repository, or it is private: see {page}" in _flat(done.out)


def test_a_server_killed_on_the_way_fails_in_words_and_ends_in_the_right_bytes(
    site: HubSite, olah: Olah
) -> None:
    data = some_bytes(32 * MiB, 3)
    commit = olah.commit("acme/large", {"large.wav": data})
    url = hf("large.wav", commit, repo="acme/large")
    site.write(a_file("large.wav", data, url))
    site.limit_rate = 16 * MiB  # so that it is under way when the server dies
    staging = site.cache / ".lemm" / "staging" / "notes"

    def kill() -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if any(part.stat().st_size > MiB for part in staging.glob("*/data")):
                break
            time.sleep(0.01)
        olah.kill()

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    outcome = site.pull()
    killer.join(60)
    assert (outcome.result, outcome.exit_code) == ("failed", 3)
    assert f"{url}: cannot be reached" in outcome.message
    assert not (site.cache / "notes").exists()

    olah.start()
    site.limit_rate = None
    outcome = site.pull()
    assert (outcome.result, outcome.message) == ("pulled", "")
    assert site.published("large.wav") == data


def test_a_flipped_byte_that_the_hub_s_client_takes_is_refused_here(
    tmp_path: Path, hub: Hub, storage: Storage
) -> None:
    data = some_bytes(300_000, 4)
    commit = hub.commit(f"datasets/{REPO}", {"a.wav": data})
    storage.script(f"/{sha256(data)}", Flip(at=150_000))
    ours = HubSite(tmp_path, hub.origin)
    ours.write(a_file("a.wav", data, hf("a.wav", commit)))

    theirs = hf_hub_download(
        REPO,
        "a.wav",
        repo_type="dataset",
        revision=commit,
        cache_dir=tmp_path / "theirs",
        endpoint=hub.origin,
        token=False,
    )
    taken = Path(theirs).read_bytes()
    assert (len(taken), taken != data) == (len(data), True)

    outcome = ours.pull()
    assert (outcome.result, outcome.exit_code) == ("failed", 3)
    assert "gave bytes whose sha256 is" in outcome.message
    assert not (ours.cache / "notes").exists()


def _flat(text: str) -> str:
    return " ".join(text.split())

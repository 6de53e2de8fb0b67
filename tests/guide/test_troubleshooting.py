"""What the guide's troubleshooting section says, the tool says when it happens."""

import json
from pathlib import Path

import pytest

from lemm_catalog import Catalog, DatasetManager
from lemm_catalog.errors import RefusedError
from lemm_catalog.render.guide import failure_text
from lemm_catalog.settings import Settings
from tests.cli.running import spawn
from tests.guide.managers import a_manager, a_shelf
from tests.pulling import write_manifest as a_pulled
from tests.replicas import Replica, write_catalog
from tests.servers.answers import Status
from tests.servers.http import HttpServer
from tests.stores import a_file, settings, write_dataset


def test_failed_to_download_the_true_cause_comes_first(
    server: HttpServer,
    root: Path,
    replicas: dict[str, Replica],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    write_catalog(root, replicas, f"{server.origin}/gone", tmp_path / "catalog")
    assert not DatasetManager().download_dataset("lakh_midi")
    cause, *checks = caplog.records[-1].getMessage().splitlines()
    url = f"{server.origin}/gone/lakh-midi/lmd_full.tar.gz"
    assert cause.startswith(f"Failed to download dataset lakh-midi: {url}: ")
    assert "404" in cause
    assert checks[0].startswith("  check: does this machine reach the internet")
    assert checks[-1].startswith("  check: is there room? ")
    assert len(checks) == 2, "nothing of it comes from the Hub"


@pytest.mark.parametrize(
    ("exit_code", "from_hub", "checks"),
    [
        (3, True, ["internet", "Hugging Face Hub", "room"]),
        (3, False, ["internet", "room"]),
        (4, True, ["room"]),
        (1, True, []),
        (2, False, []),
    ],
)
def test_only_what_may_be_the_matter_is_to_be_checked(
    exit_code: int, from_hub: bool, checks: list[str]
) -> None:
    text = failure_text(
        "notes", "it broke", exit_code=exit_code, from_hub=from_hub, free_bytes=10
    )
    first, *others = text.splitlines()
    assert first == "Failed to download dataset notes: it broke"
    assert len(others) == len(checks)
    assert all(word in line for word, line in zip(checks, others, strict=True))


def test_what_exists_and_is_not_detected_is_named_with_the_reason(
    tmp_path: Path,
) -> None:
    root = a_shelf(tmp_path / "catalog", "right", "short", "folder", "loose", "none")
    cache = tmp_path / "cache"
    for name in ("right", "short", "folder"):
        (cache / name).mkdir(parents=True)
    (cache / "right" / "right.bin").write_bytes(b"right" * 1000)
    (cache / "short" / "short.bin").write_bytes(b"short")
    (cache / "folder" / "other.txt").write_text("somebody's")
    (cache / "loose.tar.gz").write_bytes(b"loose" * 1000)
    (cache / "none.tar.gz").write_bytes(b"no")

    told = a_manager(tmp_path).not_counted()
    assert sorted(told) == [
        "folder: its folder is here, but no receipt says that it was verified",
        f"loose: {cache}/loose.tar.gz has the size of loose.bin: it counts once a "
        "download has compared its digest",
        f"none: {cache}/none.tar.gz has 2 bytes, as no file of the manifest: it does "
        "not count, and nothing needs it",
        "right: right.bin lies there unverified: pull looks at it first",
        "short: short.bin lies there with 5 bytes, and the manifest says 5,000",
    ]
    standing = {
        one.id: one.reason
        for one in Catalog.load(root).status(settings=settings(cache))
    }
    assert all(f"{name}: {standing[name]}" in told for name in ("right", "short"))
    assert a_manager(tmp_path).download_dataset("right")
    assert a_manager(tmp_path).status["downloaded"].keys() == {"right"}


def a_ladder_of(tmp_path: Path) -> Path:
    """Write a catalog with 1 kB on the first rung, and ten more on each of two."""
    root = tmp_path / "catalog"
    for name, phase, size in (
        ("small", "minimal", 1000),
        ("middle", "balanced", 10_000),
        ("large", "comprehensive", 10_000),
        ("old", "sample", 5000),
    ):
        write_dataset(root, [a_file("data.bin", b"x" * size)], name, phase=phase)
    return root


def test_out_of_storage_names_phases_that_fit_the_limit_and_what_could_go(
    tmp_path: Path,
) -> None:
    catalog, cache = Catalog.load(a_ladder_of(tmp_path)), tmp_path / "cache"
    assert catalog.pull("old", settings=settings(cache)).exit_code == 0
    tight = settings(cache, max_storage=17_000)
    with pytest.raises(RefusedError) as caught:
        catalog.pull("comprehensive", settings=tight)
    assert "9.00 kB (8.79 KiB) too little" in caught.value.message
    ways = str(caught.value.mend).split("; or ")
    assert ways == [
        "--fit takes small, middle (11.00 kB (10.74 KiB) at its peak) and leaves large",
        "raise --max-storage (max_storage_gb) to 26.00 kB (25.39 KiB)",
        "use --cache-dir on a larger disk",
        "take the phase balanced (11.00 kB (10.74 KiB) at its peak)",
        "take the phase minimal (1.00 kB (1000 B) at its peak)",
        "remove what you do not need: `remove old` frees 5.00 kB (4.88 KiB)",
    ]
    planned = catalog.plan("comprehensive", settings=tight)
    assert planned.problems[-1].hint == caught.value.mend
    assert catalog.pull("small", settings=tight).exit_code == 0
    hint = catalog.plan("comprehensive", settings=tight).problems[-1].hint
    assert "`remove old` frees" in hint, "what is asked for is not to be removed"
    # What is said to help does.
    assert catalog.plan("balanced", settings=tight).limits.fits
    assert catalog.remove("old", settings=tight) == {"old": 5000}
    roomy = settings(cache, max_storage=21_000)
    assert catalog.pull("comprehensive", settings=roomy).exit_code == 0


def test_out_of_storage_is_told_by_the_manager_once_for_a_phase(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    a_ladder_of(tmp_path)
    manager = a_manager(tmp_path, max_storage=12_000)
    assert manager.download_phase("comprehensive") == (0, 3)
    [record] = caplog.records
    assert "Failed to download dataset comprehensive: needs 21.00 kB" in (
        record.getMessage()
    )
    assert "take the phase balanced" in record.getMessage()
    assert manager.status["failed"].keys() == {"large", "middle", "small"}
    assert not (tmp_path / "cache").exists(), "refused before anything is written"
    assert manager.download_phase("balanced") == (2, 0)
    assert manager.status["failed"].keys() == {"large"}


def test_a_refused_source_is_in_the_log_file_without_secrets(tmp_path: Path) -> None:
    with HttpServer({"/a.bin": b"a"}, {"/a.bin": [Status(code=403)]}) as server:
        url = f"{server.origin}/a.bin?X-Signature=hush"
        file = {**a_file("a.bin", b"a"), "source": [url]}
        del file["x-data"]
        a_pulled(tmp_path / "catalog", "notes", file)
        chosen = Settings(
            cache_dir=tmp_path / "cache", catalog=(str(tmp_path / "catalog"),)
        )
        assert not DatasetManager(settings=chosen).download_dataset("notes")
    [log] = (tmp_path / "cache" / "logs").glob("lemm_*.log")
    text = log.read_text()
    assert "ERROR" in text
    assert "403" in text
    assert "hush" not in text


def test_the_history_names_what_is_here_and_what_failed(tmp_path: Path) -> None:
    root = a_shelf(tmp_path / "catalog", "one", "two")
    for file in (root / "datasets" / "bytes").iterdir():
        if file.read_bytes().startswith(b"two"):
            file.write_bytes(b"x" * 3000)
    done = spawn(
        *("pull", "minimal", "--catalog", root, "--cache-dir", tmp_path / "cache")
    )
    assert done.code == 3
    assert not a_manager(tmp_path).download_dataset("two")
    saved = json.loads((tmp_path / "cache" / "dataset_status.json").read_text())
    assert saved["downloaded"].keys() == {"one"}
    assert saved["failed"].keys() == {"two"}

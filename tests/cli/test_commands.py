"""Each command's happy path, on the builtin catalog and its sample."""

import re
from pathlib import Path

import pytest

from tests.cli.running import run, snapshot, write_manifest

HEADERS = ("id", "phase", "pri", "download", "commercial", "state", "license")
# Rung by rung, by priority, what is excluded last.
IDS = ["sample", "ljspeech", "nsynth", "fma-small", "urmp", "libritts"]


@pytest.fixture
def pulled() -> Path:
    """The cache directory, with the sample in it."""
    assert run("pull", "sample").code == 0
    return Path("datasets")


def test_list_has_a_line_for_each_dataset() -> None:
    done = run("list")
    lines = done.out.splitlines()
    assert (done.code, done.err) == (0, "")
    assert lines[0].split() == list(HEADERS)
    assert [line.split()[0] for line in lines[1:7]] == IDS
    assert [line.split()[1] for line in lines[-2:]] == ["excluded", "excluded"]


def test_list_counts_a_dataset_without_what_stands_beside_its_phase() -> None:
    # fma_metadata.zip of 358 MB is in the phase of the companions.
    lines = run("list").out.splitlines()
    small = next(line for line in lines if line.startswith("fma-small"))
    assert "7.68 GB" in small
    assert small.endswith("LicenseRef-FMA-per-track")


def test_list_of_a_phase_has_no_excluded_dataset() -> None:
    assert "maestro" not in run("list", "comprehensive").out
    assert "maestro" in run("list").out


def test_a_piped_list_cuts_nothing() -> None:
    assert "CC-BY-4.0 AND LicenseRef-Underlying-Works\n" in run("list").out


def test_a_markdown_list_is_a_table_in_which_titles_are_no_markup() -> None:
    write_manifest(Path("mine"), "odd", title="A|B *c* [d](e) <f>")
    lines = run("list", "--markdown", "--catalog", "mine").out.splitlines()
    assert lines[0].startswith("| dataset |")
    assert r"A\|B \*c\* \[d\](e) \<f\>" in lines[2]


def test_show_tells_files_sources_and_checksums() -> None:
    text = run("show", "LibriTTS").out
    assert "train-clean-100.tar.gz  7.72 GB (7.19 GiB)" in text
    assert re.search(r"from https://\S+/dev-clean.tar.gz", text)
    assert "(weak)" not in text or "md5:" in text


def test_show_knows_excluded_datasets() -> None:
    assert "excluded: CC-BY-NC-SA-4.0 forbids" in run("show", "maestro").out


def test_search_finds_all_words_in_any_case() -> None:
    done = run("search", "MIDI", "classical")
    assert (done.code, "musicnet" in done.out, "sample" in done.out) == (0, True, False)


def test_a_search_without_a_find_says_so_and_fails() -> None:
    done = run("search", "midi", "zebra")
    assert (done.code, done.out) == (1, "")
    assert done.err == "no dataset has all of: midi zebra\n"


def test_plan_shows_actions_totals_and_room() -> None:
    done = run("plan", "sample")
    assert (done.code, done.err) == (0, "")
    assert "  fetch  166.54 kB  sample.tar.gz: not here yet\n" in done.out
    assert re.search(r"^peak disk  360\.00 kB", done.out, re.M)
    assert done.out.endswith("fits       yes\n")


def test_a_verbose_plan_shows_every_mirror_and_checksum() -> None:
    quiet, verbose = run("plan", "libritts/dev-clean"), run("plan", "libritts", "-v")
    assert quiet.out.count("from http") == 1
    dev = verbose.out.split("dev-clean.tar.gz")[1].split("unpack")[0]
    assert "from http" in dev
    assert re.search(r"(sha256|md5):[0-9a-f]{32}", verbose.out)
    assert "catalog  builtin\n" in verbose.err


def test_pull_brings_the_sample_and_tells_a_line_a_step() -> None:
    done = run("pull", "sample")
    assert (done.code, done.out) == (
        0,
        "sample  pulled, 166.54 kB (162.64 KiB) fetched\n",
    )
    assert "fetching sample/sample.tar.gz of 166.54 kB\n" in done.err
    assert "publishing sample: done\n" in done.err
    assert Path("datasets/sample/metadata.csv").is_file()


def test_pull_writes_a_log_and_a_second_pull_writes_nothing(pulled: Path) -> None:
    logs = list((pulled / "logs").glob("lemm_*.log"))
    assert len(logs) == 1
    line = logs[0].read_text("utf-8").splitlines()[0]
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ INFO fetching sample/", line)
    before = snapshot(pulled)
    done = run("pull", "sample")
    assert (done.code, done.out, done.err) == (0, "sample  present\n", "")
    assert snapshot(pulled) == before


def test_quiet_pull_says_only_the_result() -> None:
    done = run("pull", "sample", "-q")
    assert (done.out.count("\n"), done.err) == (1, "")


def test_path_prints_the_folder(pulled: Path) -> None:
    done = run("path", "sample")
    assert (done.code, done.out, done.err) == (
        0,
        f"{pulled.absolute() / 'sample'}\n",
        "",
    )


def test_path_takes_one_dataset_and_no_phase() -> None:
    done = run("path", "minimal")
    assert (done.code, done.out) == (2, "")
    assert "there is no dataset 'minimal'" in done.err


def test_status_says_what_is_here(pulled: Path) -> None:
    lines = run("status").out.splitlines()
    states = {line.split()[0]: line.split()[1] for line in lines[1:]}
    assert states.pop("sample") == "present"
    assert set(states.values()) == {"missing"}


def test_verify_finds_the_sample_whole(pulled: Path) -> None:
    done = run("verify")
    assert (done.code, done.out) == (0, "sample  whole\n")
    assert run("verify", "--quick", "sample").code == 0


def test_verify_of_nothing_says_so() -> None:
    done = run("verify")
    assert (done.code, done.out) == (0, "none of these datasets is here\n")


def test_verify_names_what_is_damaged_and_repair_mends_it(pulled: Path) -> None:
    victim = next((pulled / "sample" / "midi").iterdir())
    good = victim.read_bytes()
    victim.write_bytes(bytes(len(good)))
    done = run("verify", "sample")
    assert done.code == 1
    assert f"sample  1 file damaged or missing\n  midi/{victim.name}\n" == done.out
    assert "damaged" in run("status", "sample").out
    assert run("verify", "--repair").code == 0
    assert victim.read_bytes() == good


def test_refresh_brings_it_anew_and_remove_takes_it_away(pulled: Path) -> None:
    assert "sample  pulled" in run("refresh", "sample").out
    done = run("remove", "sample")
    assert done.out == "sample  removed, 193.46 kB (188.93 KiB) freed\n"
    assert not (pulled / "sample").exists()
    assert run("remove", "sample").out == "sample  was not here\n"


def test_gc_says_when_there_is_nothing_to_drop(pulled: Path) -> None:
    assert run("gc").out == "nothing to drop\n"


def test_version_names_program_schema_and_python() -> None:
    assert re.fullmatch(
        r"lemm-catalog \S+ \(manifest schema 1, Python 3\.\d+\.\d+\)\n",
        run("--version").out,
    )

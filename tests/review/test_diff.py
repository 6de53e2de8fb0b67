"""``diff``: what a reviewer must see between two catalogs."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.builders import OTHER_SHA, a_claim, a_file
from tests.cli.running import run, write_manifest


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def git(*words: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    done = subprocess.run(
        ["git", *who, *words], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def a_license(expression: str) -> dict[str, Any]:
    return {
        "expression": expression,
        "attribution": "Notes by A",
        "claims": [a_claim(expression)],
    }


def test_equal_catalogs_have_no_difference() -> None:
    write_manifest(Path("old"), "notes")
    write_manifest(Path("new"), "notes")
    done = run("diff", "old", "new")
    assert (done.code, done.out) == (0, "old → new: no dataset differs\n")


def test_other_bytes_under_one_version_and_url_are_an_error() -> None:
    write_manifest(Path("old"), "notes", version="1")
    other = a_file(checksums={"sha256": OTHER_SHA}, size=2000)
    write_manifest(Path("new"), "notes", version="1", files=[other])
    done = run("diff", "old", "new", "--json")
    assert done.code == 1
    assert done.json["schema"] == "lemm-catalog/diff@1"
    codes = [one["code"] for one in done.json["findings"]]
    assert codes == ["digest-without-version", "same-url-new-digest"]
    [dataset] = done.json["datasets"]
    [file] = dataset["files"]
    assert file["same_url"] is True
    assert (file["old_bytes"], file["new_bytes"]) == (1000, 2000)
    minimal = next(one for one in done.json["phases"] if one["phase"] == "minimal")
    assert minimal["new"]["download_bytes"] - minimal["old"]["download_bytes"] == 1000
    assert minimal["new"]["peak_disk_bytes"] - minimal["old"]["peak_disk_bytes"] == 1000
    comment = run("diff", "old", "new", "--format", "markdown").out
    assert "🔴 **notes/notes.tar.gz**" in comment
    assert "**same URL, new digest**" in comment


def test_a_new_version_at_a_new_url_is_no_finding() -> None:
    write_manifest(Path("old"), "notes", version="1")
    other = a_file(checksums={"sha256": OTHER_SHA}, source="https://example.org/2")
    write_manifest(Path("new"), "notes", version="2", files=[other])
    done = run("diff", "old", "new")
    assert done.code == 0
    assert "version: 1 → 2" in done.out
    assert "same URL" not in done.out


def test_a_file_that_moved_to_another_path_is_known_by_its_url() -> None:
    write_manifest(Path("old"), "notes", version="1")
    other = a_file(path="b.tar.gz", checksums={"sha256": OTHER_SHA})
    write_manifest(Path("new"), "notes", version="2", files=[other])
    found = run("diff", "old", "new", "--json").json["findings"]
    assert [one["code"] for one in found] == ["same-url-new-digest"]


def test_what_came_and_went_and_what_verdicts_became_is_told() -> None:
    write_manifest(Path("old"), "gone")
    write_manifest(Path("old"), "notes", license=a_license("CC-BY-NC-4.0"))
    write_manifest(Path("new"), "notes", license=a_license("CC-BY-4.0"))
    write_manifest(Path("new"), "added")
    done = run("diff", "old", "new")
    assert "3 datasets: 1 added, 1 removed, 1 changed" in done.out
    assert "license: CC-BY-NC-4.0 → CC-BY-4.0" in done.out
    assert "verdict: denied → allowed" in done.out
    assert "[verdict-loosened]" in done.out
    assert done.code == 0


def test_revisions_are_compared_with_each_other_and_with_folders() -> None:
    git("init", "-q", "-b", "main")
    git("commit", "-q", "--allow-empty", "-m", "empty")
    path = write_manifest(Path("catalog"), "notes", version="1")
    # What git would change on the way out must not change what is compared.
    Path(".gitattributes").write_text("*.yaml export-ignore text eol=crlf\n")
    git("add", ".")
    git("commit", "-q", "-m", "one")
    assert "no dataset differs" in run("diff", "HEAD", "catalog").out
    other = a_file(checksums={"sha256": OTHER_SHA})
    write_manifest(Path("catalog"), "notes", version="1", files=[other])
    assert run("diff", "main", "catalog").code == 1
    git("commit", "-q", "-a", "-m", "two")
    assert run("diff", "HEAD~1", "HEAD").code == 1
    assert run("diff", "HEAD~1:catalog", "HEAD:catalog").code == 1
    assert path.is_file()
    assert run("diff", "HEAD~2", "HEAD").code == 2


@pytest.mark.parametrize("name", ["--output=stolen", "-x", "nothing", "", "a\nb"])
def test_what_is_no_revision_is_refused(name: str) -> None:
    git("init", "-q")
    done = run("diff", "--", name, "builtin")
    assert done.code == 2
    assert not Path("stolen").exists()


def test_what_cannot_be_read_is_told_and_the_rest_compared() -> None:
    write_manifest(Path("old"), "notes")
    write_manifest(Path("old"), "wrong", priority=9)
    write_manifest(Path("new"), "notes")
    done = run("diff", "old", "new")
    assert done.code == 0
    assert "not read: old: " in done.out


def test_a_comment_notifies_nobody_and_breaks_out_of_nothing() -> None:
    write_manifest(Path("old"), "notes", version="1")
    evil = "@everyone](https://evil.example) <img> | `x`"
    write_manifest(Path("new"), "notes", version=evil)
    comment = run("diff", "old", "new", "--format", "markdown").out
    assert "@everyone" not in comment
    assert "<img>" not in comment.replace("\\<", "")
    assert "](https" not in comment.replace("\\]", "")
    assert json.dumps(evil)[1:-1] in run("diff", "old", "new", "--json").out

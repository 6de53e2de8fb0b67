"""The ten-minute path of CONTRIBUTING.md, walked by its own commands on a fresh clone.

What stands in for the world: the hosts of the page are on loopback, so that `new` gets
`--allow-private`; and a person's editor is played by taking over the blocks to settle.
"""

import copy
import functools
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from lemm_catalog.harvest.places import Services
from lemm_catalog.render.manifest_yaml import manifest_yaml
from tests.cli.running import CHECKOUT, Done, run
from tests.review.sources import Sources, sources

PAGE = CHECKOUT / "CONTRIBUTING.md"
WHO = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
KINDS = {"record": "https://zenodo.org", "hub": "", "url": "https://example.org"}


class Block(NamedTuple):
    """What follows a mark: its words, the block, and the output shown below it."""

    words: list[str]
    lines: list[str]
    shown: list[str]


def blocks(mark: str) -> list[Block]:
    """Return the marked blocks of the page, in order."""
    found = re.findall(
        rf"<!-- {mark}(.*?) -->\n\n```(?:sh|yaml)\n(.*?)```\n(?:\n```text\n(.*?)```)?",
        PAGE.read_text("utf-8"),
        re.S,
    )
    assert found, mark
    return [
        Block(rest.removeprefix(":").split(), lines.splitlines(), shown.splitlines())
        for rest, lines, shown in found
    ]


def block(mark: str, kind: str) -> Block:
    [one] = [one for one in blocks(mark) if one.words[0] == kind]
    return one


def git(*words: str) -> None:
    subprocess.run(["git", *WHO, *words], check=True, capture_output=True)


class Walker:
    """Types the page's commands, in a clone, with the world on loopback."""

    def __init__(self, world: Sources) -> None:
        self._world = world

    def type(self, line: str, kind: str) -> Done:
        """Do one line; its output has the hosts that the page has."""
        program, *words = shlex.split(line)
        if program == "git":
            git(*words)
            return Done(0, "", "")
        assert program == "lemm-catalog", line
        web = self._world.web.origin
        words = [word.replace("https://example.org", web) for word in words]
        extra = ["--allow-private"] if words[0] == "new" else []
        done = run(*words, *extra, env={"HF_ENDPOINT": self._world.hub.origin})
        public = KINDS[kind] or web
        said = [text.replace(web, public) for text in (done.out, done.err)]
        return Done(done.code, *said)

    def draft(self, kind: str) -> Path:
        """Have a draft made, and settle it as a person would."""
        new = block("new", kind)
        done = self.type(new.lines[0], kind)
        # What is said of a license, or of a checksum, is a doubt: 1.
        assert done.code == (0 if kind == "record" else 1), done.err
        assert missing(new.shown, done) == []
        todo = block("settle", kind)
        path = Path(f"catalog/datasets/{todo.words[1]}.yaml")
        data = yaml.safe_load(path.read_text("utf-8"))
        assert data.pop("x-todo")
        path.write_text(manifest_yaml(merged(data, todo.lines)), encoding="utf-8")
        return path

    def walk(self, kind: str) -> None:
        done = [self.type(line, kind) for line in block("walk", kind).lines]
        assert [one.code for one in done] == [0] * len(done), done
        together = Done(0, "".join(d.out for d in done), "".join(d.err for d in done))
        assert missing(block("walk", kind).shown, together) == []


def merged(data: dict[str, Any], lines: list[str]) -> dict[str, Any]:
    """Return a manifest with the keys of a block; files by their place."""
    given = yaml.safe_load("\n".join(lines))
    changed = copy.deepcopy(data)
    for key, value in given.items():
        if key == "files":
            for file, more in zip(changed["files"], value, strict=True):
                file |= more
        elif key == "license":
            changed[key] |= value
        else:
            changed[key] = value
    for claim in changed["license"].get("claims", []):
        claim["seen"] = str(claim["seen"])  # a date, to other readers of YAML
    order = [key for key in data if key in changed]
    return {key: changed[key] for key in [*order, *changed]}


def missing(shown: list[str], done: Done) -> list[str]:
    """Return the lines of the page that were not said, wherever they are broken."""
    said = " ".join((done.out + done.err).split())
    return [line for line in shown if " ".join(line.split()) not in said]


@pytest.fixture
def walker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Walker]:
    clone = tmp_path / "clone"
    clone.mkdir()
    # What a clone has of this very tree, committed or not.
    shutil.copytree(CHECKOUT / "catalog", clone / "catalog")
    shutil.copy(CHECKOUT / ".gitignore", clone)
    monkeypatch.chdir(clone)
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "one")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_TELEMETRY", True)
    with sources() as world:
        zenodo = functools.partial(Services, zenodo=world.web.origin)
        monkeypatch.setattr("lemm_catalog.api.drafting.Services", zenodo)
        walker = Walker(world)
        for line in blocks("begin")[0].lines:
            walker.type(line, "record")
        yield walker


@pytest.mark.parametrize("kind", KINDS)
def test_the_path_can_be_walked(kind: str, walker: Walker) -> None:
    path = walker.draft(kind)
    walker.walk(kind)
    name = path.stem
    manifest = yaml.safe_load(path.read_text("utf-8"))
    assert "x-todo" not in manifest
    has_files = {p.name for p in Path("datasets", name).rglob("*") if p.is_file()}
    expected = {
        "record": {f"{number}.wav" for number in range(12)},
        "hub": {"1.wav", "table.csv"},
        "url": {"notes.csv"},
    }
    assert has_files == expected[kind]
    left = subprocess.run(
        ["git", "status", "--porcelain"], check=True, capture_output=True, text=True
    )
    assert left.stdout == ""
    changed = subprocess.run(
        ["git", "diff", "--name-only", "main", "HEAD"],
        check=True,
        capture_output=True,
        text=True,
    )
    lock = [f"catalog/locks/{name}.json"] if kind == "hub" else []
    assert changed.stdout.split() == [path.as_posix(), *lock]


def test_a_broken_contribution_is_told_as_the_page_shows(walker: Walker) -> None:
    path = walker.draft("record")
    good = yaml.safe_load(path.read_text("utf-8"))
    broken = blocks("broken")
    assert {one.words[0] for one in broken} == {"validate", "pull"}
    for one in broken:
        text = manifest_yaml(merged(good, one.lines))
        path.write_text(text, encoding="utf-8")
        verb = one.words[0]
        named = "example-notes --catalog catalog" if verb == "pull" else path.as_posix()
        done = walker.type(f"lemm-catalog {verb} {named}", "record")
        assert done.code == (1 if verb == "validate" else 3), done
        assert one.shown
        assert missing(one.shown, done) == [], done.out + done.err
        assert not Path("datasets/example-notes/0.wav").exists()


def test_the_codes_of_the_page_have_their_paragraph() -> None:
    rules = (CHECKOUT / "docs" / "rules.md").read_text("utf-8")
    shown = [line for one in blocks("broken") for line in one.shown]
    codes = {code for line in shown for code in re.findall(r"\[([a-z-]+)\]$", line)}
    assert len(codes) >= 3
    assert [code for code in codes if f"### {code}\n" not in rules] == []

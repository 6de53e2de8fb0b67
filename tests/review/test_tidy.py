"""``validate --fix``: what is put in order reads the same, and stays so."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lemm_catalog.load.files import UnreadableError
from lemm_catalog.load.strict_yaml import parse
from lemm_catalog.load.tidy import tidied, tidy
from lemm_catalog.model.manifest import Manifest
from tests.builders import SHA, a_file, manifest_data
from tests.cli.running import run, snapshot, write_manifest

CHECKOUT = Path(__file__).resolve().parents[2]
MANIFESTS = sorted((CHECKOUT / "catalog" / "datasets").glob("*.yaml"))
EXAMPLES = [*MANIFESTS, *sorted((CHECKOUT / "tests/examples").rglob("*.yaml"))]


def data_of(text: str) -> Any:
    return parse(Path("-"), text).data


def comments_of(text: str) -> list[str]:
    """Return the comment lines of a text, whatever their order."""
    lines = (line.rstrip() for line in text.splitlines())
    return sorted(line for line in lines if line.lstrip().startswith("#"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_no_example_reads_otherwise_when_it_is_in_order(path: Path) -> None:
    try:
        text = path.read_bytes().decode("utf-8-sig")
        once = tidy(text, "manifest")
    except (UnicodeDecodeError, UnreadableError):
        assert tidied(path, "manifest") is None
        return
    assert tidy(once, "manifest") == once
    assert _bare(data_of(once)) == _bare(data_of(text))
    assert comments_of(once) == comments_of(text)


def _bare(data: Any) -> Any:
    """Return data without capital letters, its keys in order."""
    if isinstance(data, dict):
        return sorted((k, _bare(v)) for k, v in data.items())
    if isinstance(data, list):
        return [_bare(one) for one in data]
    return repr(data).lower()


@st.composite
def untidy(draw: st.DrawFn) -> str:
    """Return a manifest with keys in any order, comments, spaces and odd ends."""
    data: dict[str, Any] = manifest_data(
        files=[a_file(checksums={"sha256": draw(st.sampled_from([SHA, SHA.upper()]))})],
        homepage="https://example.org",
        layout=draw(st.sampled_from(["a\nb \n", "a\n\n", "one line", "a  \n\n# b\n"])),
        size={"members": 3, "unpacked": 1000},
        citation="@misc{a,\n  title = {A},\n}\n",
    )
    data["x-own"] = {"b": 1, "a": 2}
    names = draw(st.permutations(sorted(data)))
    space = st.sampled_from(["", "", " ", "  \t"])
    style = draw(st.sampled_from(["|", None]))
    pieces = [
        part
        for name in names
        for part in (
            draw(
                st.sampled_from(["", "\n", f"# about {name}\n", f"\n# on {name}  \n"])
            ),
            _spaced(
                yaml.dump(
                    shuffled(draw, {name: data[name]}),
                    default_style=None,
                    sort_keys=False,
                    default_flow_style=False,
                    allow_unicode=True,
                ),
                draw(space) if style is None else "",
            ),
        )
    ]
    end = draw(st.sampled_from(["", "\n", "\n\n", "# the end\n"]))
    text = (
        "# yaml-language-server: $schema=s\n"
        + "".join(pieces).rstrip("\n")
        + "\n"
        + end
    )
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


def _spaced(text: str, space: str) -> str:
    """Return lines that end with spaces, as far as that means nothing."""
    plain = all(c not in text for c in "|'\"")
    return text.replace("\n", f"{space}\n") if plain else text


def shuffled(draw: st.DrawFn, data: Any) -> Any:
    if isinstance(data, Mapping):
        return {k: shuffled(draw, data[k]) for k in draw(st.permutations(sorted(data)))}
    return [shuffled(draw, one) for one in data] if isinstance(data, list) else data


@given(untidy())
def test_in_order_it_reads_the_same_and_twice_is_once(text: str) -> None:
    try:
        before = data_of(text)
    except UnreadableError:
        return
    once = tidy(text, "manifest")
    after = data_of(once)
    for file in before["files"]:
        file["checksums"] = {k: v.lower() for k, v in file["checksums"].items()}
    assert after == before
    assert tidy(once, "manifest") == once
    assert comments_of(once) == comments_of(text)
    assert Manifest.model_validate(after) == Manifest.model_validate(before)


def test_keys_spaces_ends_and_checksums_are_put_in_order() -> None:
    text = (
        "# yaml-language-server: $schema=s\n"
        "schema_version: 1\n"
        "title: Notes   \n"
        "# why this id\n"
        "id: notes\n"
        "layout: |\n"
        "  keeps its space \n"
        "size:\n"
        "  members: 3 # three\n"
        "  unpacked: 1000\n"
        f"files: [{{path: a, checksums: {{sha256: {SHA.upper()}}}}}]\n\n\n"
    )
    assert tidy(text, "manifest") == (
        "# yaml-language-server: $schema=s\n"
        "schema_version: 1\n"
        "# why this id\n"
        "id: notes\n"
        "title: Notes\n"
        "size:\n"
        "  unpacked: 1000\n"
        "  members: 3 # three\n"
        "layout: |\n"
        "  keeps its space \n"
        f"files: [{{path: a, checksums: {{sha256: {SHA}}}}}]\n"
    )


def test_a_comment_above_the_first_key_keeps_it_there() -> None:
    text = "# about all of it, or about the title\ntitle: A\nid: a\n"
    assert tidy(text, "manifest") == text


def test_the_command_mends_tells_and_leaves_the_rest_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = write_manifest(Path("mine"), "notes")  # its keys are in alphabetical order
    other = write_manifest(Path("mine"), "others", colour="red")
    path.chmod(0o640)
    done = run("validate", "--fix", "mine")
    assert f"{path}: put in order" in done.err
    assert "'colour' is not a key here" in done.out  # it is no guess at what is meant
    assert "colour: red" in other.read_text("utf-8")
    assert path.read_text("utf-8").startswith("schema_version: 1\nid: notes\n")
    assert path.stat().st_mode & 0o777 == 0o640
    seen = snapshot(Path("mine"))
    assert "put in order" not in run("validate", "--fix", "mine").err
    assert snapshot(Path("mine")) == seen

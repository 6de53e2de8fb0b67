"""The writer of manifests: what it writes is read back as the same, by anybody."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lemm_catalog.harvest.values import clean
from lemm_catalog.load.strict_yaml import parse
from lemm_catalog.render.manifest_yaml import manifest_yaml

HERE = Path("x.yaml")
CATALOG = Path(__file__).parents[2] / "catalog" / "datasets"
TRAPS = [
    "no", "Yes", "on", "y", "~", "null", "1.10", "12:30:00", "0x1f", "1e3", "30_000",
    ".inf", "2026-11-22", "2026-11-22 10:00", "- a", "a: b", "a #b", "#b", "*a", "&a",
    "!a", "%a", "@a", "`a", "{a}", "[a]", "a,b", "'a'", '"a"', "a\\b", " a", "a ", "",
    "a\nb", "a\n", "\na", "  a\nb", "a\n\n", "a\r\nb", "a\tb", "---", "...", "a: ",
    "é ü 日本 🎵", "x" * 300, ("word " * 60).strip(), "a  b " * 40, "=", "<<", "?", "-",
    "https://x.org/a?b=c&d=e#f", "https://x.org/a: b", "https://x.org/a:",
    "hf://datasets/o/n@0123/a%20b", "key: >-", "| a", "> a", "\x85", "\u2028", "\ufeff",
    "a" * 90 + " #b", "- " * 60, ("# comment " * 20).strip(), ": " * 60, "\x7f",
]  # fmt: skip


def read_back(text: str) -> Any:
    ours = parse(HERE, text).data
    assert yaml.load(text, Loader=yaml.BaseLoader) == as_text(ours)
    return ours


def as_text(data: Any) -> Any:
    """Return data with every scalar as a reader without types has it."""
    if isinstance(data, dict):
        return {key: as_text(value) for key, value in data.items()}
    if isinstance(data, list):
        return [as_text(value) for value in data]
    if isinstance(data, bool):
        return str(data).lower()
    return "null" if data is None else str(data)


@pytest.mark.parametrize("trap", TRAPS, ids=ascii)
def test_no_text_is_taken_for_anything_else(trap: str) -> None:
    data = {
        "title": trap,
        "tasks": [trap, "b"],
        "files": [{"path": trap, "source": [trap]}],
        "size": {"about": trap},
        "x-todo": [trap, {"a": trap}],
    }
    assert read_back(manifest_yaml(data)) == data
    if trap != "2026-11-22":  # the catalog's own files write dates as they are
        assert yaml.safe_load(manifest_yaml(data)) == data


TEXT = st.text(max_size=120).filter(lambda text: not _odd(text))
SCALARS = st.none() | st.booleans() | st.integers(-(10**17), 10**17) | TEXT
KEYS = st.sampled_from(["title", "size", "tasks", "media", "md5", "no", "a b", "x-y"])
DATA = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS | TEXT, inner, max_size=4)
    ),
    max_leaves=20,
)


def _odd(text: str) -> bool:
    """Whether a text holds what no file of ours may hold, escaped or not."""
    return any(
        ord(letter) > 0xFFFF or 0xD800 <= ord(letter) < 0xE000 for letter in text
    )


@given(st.dictionaries(KEYS, DATA, min_size=1, max_size=6), st.lists(TEXT, max_size=3))
def test_whatever_is_written_is_read_back(
    data: dict[str, Any], said: list[str]
) -> None:
    assert parse(HERE, manifest_yaml(data, said)).data == data


@given(st.text())
def test_a_clean_text_is_written_and_read_back(text: str) -> None:
    data = {"title": clean(text), "x-todo": [clean(text)]}
    assert parse(HERE, manifest_yaml(data, [text])).data == data


@pytest.mark.parametrize("path", sorted(CATALOG.glob("*.yaml")), ids=lambda p: p.stem)
def test_the_catalog_s_own_files_can_be_written(path: Path) -> None:
    data = parse(path, path.read_text("utf-8")).data
    text = manifest_yaml(data)
    assert parse(HERE, text).data == data
    assert text.startswith(path.read_text("utf-8").splitlines()[0])


def test_a_comment_stays_one() -> None:
    text = manifest_yaml({"id": "a"}, ["one\nid: b", "two\u2028id: c", "\x1b[31m"])
    assert parse(HERE, text).data == {"id": "a"}
    assert len(text.splitlines()) == 5

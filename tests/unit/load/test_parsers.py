"""libyaml's parser and PyYAML's own say the same, so that either may read a catalog."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from lemm_catalog.load import strict_yaml
from lemm_catalog.load.files import UnreadableError, read_bytes, text_of
from lemm_catalog.load.strict_yaml import parse

CHECKOUT = Path(__file__).resolve().parents[3]
FILES = sorted(
    path
    for name in ("catalog", "tests/examples")
    for path in (CHECKOUT / name).rglob("*.yaml")
)


def read_by(loader: Any, path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(strict_yaml, "_LOADER", loader)
    try:
        found = parse(path, text_of(path, read_bytes(path)))
    except UnreadableError as error:
        # Where PyYAML itself refuses, its two parsers use different words.
        return error.problem.code, error.problem.line
    return found.data, found.places, found.plain


@pytest.mark.skipif(not hasattr(yaml, "CSafeLoader"), reason="PyYAML has no libyaml")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_both_parsers_say_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = read_by(yaml.CSafeLoader, path, monkeypatch)
    assert fast == read_by(yaml.SafeLoader, path, monkeypatch)

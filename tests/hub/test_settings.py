"""Where the Hub's client keeps its things is where we look for them."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lemm_catalog.settings import Settings, settings_from

CONFIG = "datasets: {use_hf_cache: true}\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text(CONFIG)
    return tmp_path / "config.yaml"


def read(config: Path | None = None, **environ: Any) -> Settings:
    return settings_from(environ, config, {})


@pytest.mark.parametrize(
    ("environ", "cache", "token_file"),
    [
        ({"HOME": "/h"}, "/h/.cache/huggingface/hub", "/h/.cache/huggingface/token"),
        (
            {"HOME": "/h", "XDG_CACHE_HOME": "/x"},
            "/x/huggingface/hub",
            "/x/huggingface/token",
        ),
        ({"HOME": "/h", "HF_HOME": "/f"}, "/f/hub", "/f/token"),
        ({"HF_HOME": "/f", "HF_HUB_CACHE": "/c"}, "/c", "/f/token"),
        ({"HF_HOME": "/f", "HUGGINGFACE_HUB_CACHE": "/c"}, "/c", "/f/token"),
        ({"HF_HOME": "/f", "HF_TOKEN_PATH": "/t"}, "/f/hub", "/t"),
    ],
)
def test_the_places_are_those_of_its_client(
    environ: dict[str, str], cache: str, token_file: str, config: Path
) -> None:
    found = read(config, **environ)
    assert found.hub_cache == Path(cache)
    assert found.network.hub_token_file == Path(token_file)


def test_the_places_agree_with_its_client(
    config: Path,
) -> None:
    told = "print(c.HF_HUB_CACHE, c.HF_TOKEN_PATH)"
    code = f"from huggingface_hub import constants as c; {told}"
    for environ in (
        {"HF_HOME": "/f"},
        {"XDG_CACHE_HOME": "/x", "HOME": "/h"},
        {"HOME": "/h"},
    ):
        done = subprocess.run(
            [sys.executable, "-c", code], env=environ, capture_output=True, text=True
        )
        found = settings_from(environ, config, {})
        ours = f"{found.hub_cache} {found.network.hub_token_file}"
        assert (done.stdout.strip(), done.returncode) == (ours, 0), done.stderr


def test_the_cache_is_used_only_when_the_config_says_so() -> None:
    assert read(HF_HOME="/f").hub_cache is None


def test_without_any_home_there_is_no_place(config: Path) -> None:
    found = read(config)
    assert (found.hub_cache, found.network.hub_token_file) == (None, None)


@pytest.mark.parametrize(
    ("environ", "token"),
    [
        ({"HF_TOKEN": " hf_a\r\n"}, "hf_a"),
        ({"HUGGING_FACE_HUB_TOKEN": "hf_b"}, "hf_b"),
        ({"HF_TOKEN": "hf_a", "HUGGING_FACE_HUB_TOKEN": "hf_b"}, "hf_a"),
        ({"HF_TOKEN": ""}, None),
        ({"HF_TOKEN": "hf_a", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"}, None),
        ({"HF_TOKEN": "hf_a", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "0"}, "hf_a"),
    ],
)
def test_the_token_is_the_one_its_client_would_send(
    environ: dict[str, str], token: str | None
) -> None:
    found = settings_from({"HOME": "/h", **environ}, None, {})
    assert found.network.hub_token == token
    is_refused = environ.get("HF_HUB_DISABLE_IMPLICIT_TOKEN") == "1"
    assert (found.network.hub_token_file is None) == is_refused
    assert "hf_a" not in repr(found)

"""Flag over environment over config file over default."""

import os
import pickle
from pathlib import Path
from typing import Any

import pytest

from lemm_catalog.errors import UsageError
from lemm_catalog.settings import Settings, settings_from

CONFIG = """
datasets:
  phase: balanced
  cache_dir: from-config
  max_storage_gb: 1.5
  priorities: {nsynth: 5}
  mirrors: {"https://a.example/": "file:///mnt/a/"}
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


def read(config: Path | None = None, **environ: Any) -> Settings:
    return settings_from(environ, config, {})


def test_without_anything_the_defaults_hold() -> None:
    found = read()
    assert (found.phase, found.cache_dir, found.catalog) == (
        "minimal",
        Path("datasets"),
        (),
    )
    assert (found.max_storage, found.offline, found.jobs) == (None, False, 1)


def test_the_config_file_is_over_the_defaults(config: Path) -> None:
    found = read(config)
    assert (found.phase, found.cache_dir) == ("balanced", Path("from-config"))
    assert found.max_storage == 1_500_000_000
    assert found.priorities == {"nsynth": 5}
    assert found.mirrors == {"https://a.example/": "file:///mnt/a/"}


def test_the_environment_is_over_the_config_file(config: Path) -> None:
    found = read(
        config,
        LEMM_DATASET_PHASE="comprehensive",
        LEMM_CACHE_DIR="from-environment",
        LEMM_MAX_STORAGE_GB="2",
    )
    assert (found.phase, found.cache_dir) == ("comprehensive", Path("from-environment"))
    assert found.max_storage == 2_000_000_000


def test_a_flag_is_over_the_environment(config: Path) -> None:
    found = read(config, LEMM_DATASET_PHASE="comprehensive", LEMM_OFFLINE="1")
    flags: dict[str, Any] = {"phase": "sample", "offline": None, "max_storage": 7}
    chosen = found.having(**flags)
    assert (chosen.phase, chosen.offline, chosen.max_storage) == ("sample", True, 7)


def test_an_empty_variable_says_nothing(config: Path) -> None:
    names = ("LEMM_DATASET_PHASE", "LEMM_CACHE_DIR", "LEMM_MAX_STORAGE_GB")
    empty: dict[str, Any] = dict.fromkeys((*names, "LEMM_CATALOG", "LEMM_OFFLINE"), "")
    found = read(config, **empty)
    assert (found.phase, found.offline, found.catalog) == ("balanced", False, ())


def test_the_catalog_variable_is_a_list_of_paths() -> None:
    found = read(LEMM_CATALOG=os.pathsep.join(["builtin", "mine/", ""]))
    assert found.catalog == ("builtin", "mine/")


def test_the_config_variable_names_the_file(config: Path) -> None:
    assert read(LEMM_CONFIG=str(config)).phase == "balanced"


def test_config_yaml_in_its_usual_place_is_found(config: Path, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    config.rename(tmp_path / "config" / "config.yaml")
    assert read().phase == "balanced"


def test_a_config_file_that_is_asked_for_must_be_there() -> None:
    with pytest.raises(UsageError, match=r"there is no config file no\.yaml"):
        read(Path("no.yaml"))


@pytest.mark.parametrize("name", ["LEMM_OFFLINE", "HF_HUB_OFFLINE"])
@pytest.mark.parametrize(
    ("text", "expected"), [("1", True), ("TRUE", True), ("on", True), ("0", False)]
)
def test_either_variable_takes_the_tool_offline(
    name: str, text: str, expected: bool
) -> None:
    assert expected == settings_from({name: text}, None, {}).offline


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("LEMM_OFFLINE", "maybe", "LEMM_OFFLINE is 'maybe', and must be 1 or 0"),
        *[
            (
                "LEMM_MAX_STORAGE_GB",
                text,
                f"LEMM_MAX_STORAGE_GB is {text!r}, and must be a number of GB",
            )
            for text in ("150GB", "-1", "0", "nan", "inf")
        ],
    ],
)
def test_a_variable_that_makes_no_sense_is_refused(
    name: str, text: str, sentence: str
) -> None:
    with pytest.raises(UsageError) as caught:
        settings_from({name: text}, None, {})
    assert sentence == str(caught.value)


def test_a_home_directory_is_spelled_out() -> None:
    assert read(LEMM_CACHE_DIR="~/data").cache_dir == Path.home() / "data"


def test_a_bucket_is_no_folder_and_the_mend_is_told() -> None:
    with pytest.raises(UsageError, match="is a URL, and must be a folder") as caught:
        read(LEMM_CACHE_DIR="s3://bucket/prefix")
    assert caught.value.mend == "mount the bucket and name the folder"


def test_the_hubs_own_variables_are_honored() -> None:
    found = read(HF_ENDPOINT="https://hub.example", HF_TOKEN="hf_secret")
    network = found.network
    assert (network.hub_endpoint, network.hub_token) == (
        "https://hub.example",
        "hf_secret",
    )
    assert read().network.hub_endpoint == "https://huggingface.co"


def test_no_secret_is_shown_with_the_settings() -> None:
    assert "hf_secret" not in repr(read(HF_TOKEN="hf_secret"))


def test_proxies_come_from_the_caller() -> None:
    found = settings_from({}, None, {"https": "http://proxy.example:3128"})
    assert found.network.proxies == {"https": "http://proxy.example:3128"}


def test_the_planner_gets_its_options() -> None:
    found = Settings(fit=True, jobs=3, max_storage=9, keep_archives=True).options
    assert (found.fit, found.jobs, found.max_storage, found.keep_archives) == (
        *(True, 3, 9, True),
    )


def test_settings_can_be_given_to_another_process() -> None:
    settings = settings_from({"LEMM_OFFLINE": "1"}, None, {"https": "http://proxy"})
    assert pickle.loads(pickle.dumps(settings)) == settings
    assert pickle.loads(pickle.dumps(Settings())) == Settings()

"""The guide's `config/config.yaml`, read as strictly as a manifest."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from lemm_catalog.errors import CatalogError
from lemm_catalog.load.check import check
from lemm_catalog.load.document import read_yaml
from lemm_catalog.load.files import UnreadableError
from lemm_catalog.model.base import Declared, Line


class DatasetsConfig(Declared):
    """The section ``datasets:``; everything in it is optional."""

    auto_download: bool = True
    phase: Line | None = None
    cache_dir: Line | None = None
    use_hf_cache: bool = False
    max_storage_gb: Annotated[float, Field(gt=0, strict=False)] | None = None
    priorities: dict[str, Annotated[int, Field(ge=1, le=5)]] = Field(
        default_factory=dict
    )
    mirrors: dict[str, str] = Field(default_factory=dict)


class Config(Declared):
    """A configuration file; sections other than ``datasets`` are LEMM's own."""

    model_config = ConfigDict(extra="ignore")

    datasets: DatasetsConfig = DatasetsConfig()


def read_config(path: Path) -> DatasetsConfig:
    """Return the datasets section of a configuration file.

    Raises:
        CatalogError: if the file is wrong, with every place.

    """
    try:
        document: Any = read_yaml(path)
    except UnreadableError as error:
        raise CatalogError((error.problem,)) from error
    value, problems = check(document, "config", Config)
    if value is None:
        raise CatalogError(problems)
    return value.datasets

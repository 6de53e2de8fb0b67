"""The formats in which can be shown how sources stand."""

from collections.abc import Callable, Sequence

from lemm_catalog.model.probe import Probe
from lemm_catalog.render.probes import issue, json, text

FORMATS: dict[str, Callable[[Sequence[Probe], int | None], str]] = {
    "text": text.render,
    "json": json.render,
    "issue": issue.render,
}

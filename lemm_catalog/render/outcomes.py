"""How a pull ended: as text for people, as data for programs."""

from dataclasses import asdict
from typing import Any

from lemm_catalog.model.outcome import Outcome
from lemm_catalog.render.lines import wrapped
from lemm_catalog.sizes import format_size


def outcome_data(outcome: Outcome) -> dict[str, Any]:
    """Return how a pull ended, for JSON."""
    datasets = [asdict(dataset) for dataset in outcome.datasets]
    return {"datasets": datasets, "exit_code": outcome.exit_code}


def outcome_text(outcome: Outcome, width: int) -> str:
    """Return how a pull ended, a line for each dataset."""
    lines = []
    for dataset in outcome.datasets:
        text = str(dataset.result)
        if dataset.result == "pulled" and dataset.bytes_fetched:
            text += f", {format_size(dataset.bytes_fetched)} fetched"
        if dataset.message:
            text += f": {dataset.message}"
        lines.append(wrapped(text, width, first=f"{dataset.id}  ", rest="  "))
    return "\n".join(lines) or "nothing to do"

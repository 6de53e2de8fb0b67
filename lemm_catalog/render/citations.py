"""Citations as one BibTeX file, and as data."""

from collections.abc import Sequence
from typing import Any

from lemm_catalog.model.citation import Citation


def citations_bibtex(citations: Sequence[Citation]) -> str:
    """Return the entries, each below the ids of the datasets it is for."""
    return "\n\n".join(
        f"% {', '.join(one.datasets)}\n{one.bibtex}" for one in citations
    )


def citations_data(citations: Sequence[Citation]) -> list[dict[str, Any]]:
    """Return the entries, for JSON."""
    return [
        {
            "key": one.key,
            "type": one.kind,
            "datasets": one.datasets,
            "bibtex": one.bibtex,
        }
        for one in citations
    ]

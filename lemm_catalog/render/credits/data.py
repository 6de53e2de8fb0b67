"""Credits as JSON for programs, written as it comes: works may be 100,000."""

from collections.abc import Callable, Iterable, Iterator

from lemm_catalog.model.credit import Credit, Missing
from lemm_catalog.model.plain import plain
from lemm_catalog.render.credits.base import batches
from lemm_catalog.render.data import dumped


def render(
    selection: Iterable[str],
    due: Iterable[Credit],
    missing: Callable[[], Iterable[Missing]],
    *,
    pulled: bool,
) -> Iterator[str]:
    """Give the document piece by piece; ``missing`` is asked when all are told."""
    yield "{"
    yield ' "schema": "lemm-catalog/attribution@1",'
    yield f' "selection": {dumped(list(selection))},'
    yield f' "pulled": {dumped(pulled)},'
    yield ' "datasets": ['
    comma = ""
    for credit in due:
        yield f"{comma}{_open(credit)}"
        yield from _works(credit)
        yield " ]}"
        comma = ","
    yield " ],"
    yield f' "missing": {dumped(tuple(missing()))}'
    yield "}"


def _open(credit: Credit) -> str:
    """Return a dataset up to its works, which come last."""
    content = plain(credit._replace(items=()))
    del content["items"]
    return dumped(content).rstrip("\n}") + ',\n  "items": ['


def _works(credit: Credit) -> Iterator[str]:
    comma = ""
    for batch in batches(credit.items):
        yield comma + ",\n".join(dumped(item) for item in batch)
        comma = ","

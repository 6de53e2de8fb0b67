"""URLs alone: the first of each file on a line, or a table with size and digest."""

from collections.abc import Iterator, Sequence

from lemm_catalog.digest import LENGTHS
from lemm_catalog.model.export import Exported, Form
from lemm_catalog.render.exports.base import ONE_LINE, Kind

_HEADERS = ("path", "size", "digest", "url", "mirrors", "token_env")
_FORM = Form(
    name="a list of URLs",
    algorithms={name: name for name in LENGTHS},
    paths=ONE_LINE,
)


def _lines(datasets: Sequence[Exported]) -> Iterator[str]:
    """Give the first URL of each file."""
    for one in datasets:
        for file in one.files:
            yield file.places[0].url


def _table(datasets: Sequence[Exported]) -> Iterator[str]:
    """Give a header and a row for each file; mirrors have spaces between them."""
    yield "\t".join(_HEADERS)
    for one in datasets:
        for file in one.files:
            first, *others = file.places
            tokens = dict.fromkeys(p.token_env for p in file.places if p.token_env)
            row = (
                f"{one.id}/{file.path}",
                str(file.size),
                str(file.digests[0]),
                first.url,
                " ".join(place.url for place in others),
                " ".join(tokens),
            )
            yield "\t".join(row)


KIND = Kind(form=_FORM, render=_lines)
TABLE = Kind(form=_FORM, render=_table)

"""A difference as JSON, in the shape of ``lemm-catalog/diff@1``."""

from lemm_catalog.model.difference import Difference
from lemm_catalog.render.data import to_json


def render(difference: Difference) -> str:
    """Return all of it."""
    return to_json("diff", difference._asdict())

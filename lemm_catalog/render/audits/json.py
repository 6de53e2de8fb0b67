"""An audit as JSON, in the shape of ``lemm-catalog/licenses@1``."""

from lemm_catalog.model.audit import Audit
from lemm_catalog.render.audits.base import Page
from lemm_catalog.render.data import to_json


def render(audit: Audit, page: Page) -> str:
    """Return all of an audit."""
    content = {
        "policy": audit.policy,
        "datasets": audit.datasets,
        "counts": audit.counts,
    }
    return to_json("licenses", content)

"""An audit as a bill of materials in CycloneDX 1.6: each part a component of data."""

from typing import Any

from lemm_catalog.model.audit import Audit, Audited
from lemm_catalog.render.audits.base import Page, duties, evidence, quoted
from lemm_catalog.render.data import dumped
from lemm_catalog.version import __version__

_OURS = "lemm-catalog"


def render(audit: Audit, page: Page) -> str:
    """Return the bill; without serial number and time, so that it is always the same.

    Both are optional, and who files the bill can add them.
    """
    tool = {"type": "application", "name": _OURS, "version": __version__}
    return dumped(
        {
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "metadata": {
                "tools": {"components": [tool]},
                "properties": [_property("policy", audit.policy)],
            },
            "components": [_component(one) for one in audit.datasets],
        }
    )


def _component(one: Audited) -> dict[str, Any]:
    references = [
        {"type": "license", "url": quoted(claim.url), "comment": evidence(claim)}
        for claim in one.claims
    ]
    if one.homepage:
        references.insert(0, {"type": "website", "url": quoted(one.homepage)})
    found = {
        "type": "data",
        "bom-ref": one.name,
        "name": one.name,
        "version": one.version or "",
        "description": one.title,
        "licenses": [{"expression": one.expression, "acknowledgement": "concluded"}],
        "externalReferences": references,
        "properties": [
            _property("verdict", one.verdict),
            *(_property("reason", reason) for reason in one.reasons),
            *(_property("duty", duty) for duty in duties(one)),
            *(_property("note", note) for note in (one.note,) if note),
            *(_property("part", part) for part in one.parts),
            _property("bytes", str(one.bytes)),
        ],
        "data": [{"type": "dataset", "name": one.title}],
    }
    return {name: value for name, value in found.items() if value}


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": f"{_OURS}:{name}", "value": value}

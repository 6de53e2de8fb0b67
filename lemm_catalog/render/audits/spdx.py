"""An audit as an SPDX 3.0.1 document in JSON-LD, each part a dataset package.

What publishers declare and what the catalog concludes are told apart: the former is
in the claims, the latter the license of the manifest. Conformance to the dataset
profile is not stated, since it demands the times of building and release, and the
originator, which no manifest has.
"""

import hashlib
from typing import Any

from lemm_catalog.model.audit import Audit, Audited
from lemm_catalog.render.audits.base import Page, duties, quoted
from lemm_catalog.render.data import dumped
from lemm_catalog.version import __version__

_CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
_SPACE = "https://lemm-catalog.example/spdx/"
_NOBODY_SAID = "expandedlicensing_NoAssertionLicense"
_PROFILES = ["core", "software", "simpleLicensing"]
_MADE = "_:creation"
# The kinds of data SPDX knows, by the beginning of a media type.
_KINDS = {"audio": "audio", "image": "image", "text": "text", "video": "video"}
_EXACT = {"application/json": "structured", "text/csv": "structured"}


def render(audit: Audit, page: Page) -> str:
    """Return the document; the same audit of the same time gives the same bytes."""
    return dumped({"@context": _CONTEXT, "@graph": _Graph(audit, page).elements()})


class _Graph:
    """The elements of a document, whose ids begin with the digest of its content."""

    def __init__(self, audit: Audit, page: Page) -> None:
        content = dumped([audit, page.created])
        self._space = f"{_SPACE}{hashlib.sha256(content.encode()).hexdigest()[:32]}#"
        self._audit, self._created = audit, page.created
        self._licenses: dict[str, dict[str, Any]] = {}

    def elements(self) -> list[dict[str, Any]]:
        """Return all elements: the document, whoever made it, packages, licenses."""
        packages = [self._package(one) for one in self._audit.datasets]
        about = [e for one in self._audit.datasets for e in self._about(one)]
        agent = self._element("SoftwareAgent", "agent", name="lemm-catalog")
        tool = self._element("Tool", "tool", name=f"lemm-catalog {__version__}")
        rest = [agent, tool, *packages, *self._licenses.values(), *about]
        document = self._element(
            "SpdxDocument",
            "document",
            name=f"Licenses under the policy {self._audit.policy}",
            profileConformance=_PROFILES,
            rootElement=[package["spdxId"] for package in packages],
            element=[one["spdxId"] for one in rest],
        )
        creation = {
            "type": "CreationInfo",
            "@id": _MADE,
            "specVersion": "3.0.1",
            "created": self._created,
            "createdBy": [agent["spdxId"]],
            "createdUsing": [tool["spdxId"]],
        }
        return [creation, document, *rest]

    def _package(self, one: Audited) -> dict[str, Any]:
        given = {
            "software_packageVersion": one.version,
            "software_homePage": one.homepage and quoted(one.homepage),
            "comment": one.note,
        }
        credit = [one.attribution] if one.attribution else []
        return self._element(
            "dataset_DatasetPackage",
            f"data-{one.name}",
            name=one.name,
            summary=one.title,
            software_primaryPurpose="data",
            software_attributionText=credit,
            dataset_datasetType=_kinds(one),
            dataset_datasetSize=one.bytes,
            **{name: value for name, value in given.items() if value},
        )

    def _about(self, one: Audited) -> list[dict[str, Any]]:
        """Return the licenses of a package, and the verdict on it."""
        package = self._id(f"data-{one.name}")
        declared = [self._license(claim.expression) for claim in one.claims]
        both = {
            "hasDeclaredLicense": list(dict.fromkeys(declared)) or [_NOBODY_SAID],
            "hasConcludedLicense": [self._license(one.expression)],
        }
        told = [f"{one.verdict} under the policy {self._audit.policy}", *one.reasons]
        verdict = self._element(
            "Annotation",
            f"verdict-{one.name}",
            annotationType="review",
            subject=package,
            statement="; ".join([*told, *duties(one)]),
        )
        relations = [
            self._element(
                "Relationship",
                f"{kind}-{one.name}",
                relationshipType=kind,
                to=licenses,
                **{"from": package},
            )
            for kind, licenses in both.items()
        ]
        return [*relations, verdict]

    def _license(self, expression: str) -> str:
        """Return the id of the element of a license expression, made once."""
        if expression not in self._licenses:
            self._licenses[expression] = self._element(
                "simplelicensing_LicenseExpression",
                f"license-{len(self._licenses) + 1}",
                simplelicensing_licenseExpression=expression,
            )
        return str(self._licenses[expression]["spdxId"])

    def _element(self, kind: str, label: str, **given: Any) -> dict[str, Any]:
        made = {"type": kind, "spdxId": self._id(label), "creationInfo": _MADE}
        return {**made, **{key: value for key, value in given.items() if value != []}}

    def _id(self, label: str) -> str:
        return self._space + label


def _kinds(one: Audited) -> list[str]:
    """Return the kinds of data a package holds, in the words of SPDX."""
    found = (
        _EXACT.get(media) or _KINDS.get(media.partition("/")[0], "other")
        for media in one.media
    )
    return list(dict.fromkeys(found)) or ["noAssertion"]

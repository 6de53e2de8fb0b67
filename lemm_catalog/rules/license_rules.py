"""The rules about licenses: known, credited, and borne out by those who say so.

What makes a verdict uncertain is a warning, since the verdict then says `review`.
"""

from collections.abc import Iterator

from lemm_catalog.model.catalog import Catalog
from lemm_catalog.model.manifest import Claim, License, Manifest
from lemm_catalog.rules.finding import Finding, Key
from lemm_catalog.rules.licensing import (
    UNSAID,
    Judge,
    agree,
    known_in,
    license_ids,
)

_PERMISSIONS = ("commercial-use", "derivatives", "redistribution", "model-training")
_FOR_EXAMPLE = "for example CC-BY-4.0, or LicenseRef-Name with a file of its own"
_BY_ID = "name a license by its SPDX id, or describe it in licenses/"


def licenses_of(manifest: Manifest) -> Iterator[tuple[Key, License]]:
    """Give the license of a dataset and those its parts have of their own."""
    yield ("license",), manifest.license
    for name, part in manifest.parts.items():
        if part.license:
            yield ("parts", name, "license"), part.license


class LicenseRules:
    """The rules about licenses, for the manifests of one catalog.

    What the catalog knows is gathered once: there may be ten thousand manifests.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._known = known_in(catalog.licenses)
        self._one_by_one = {name: Judge(self._known, [name]) for name in _PERMISSIONS}

    def findings(self, manifest: Manifest) -> Iterator[Finding]:
        """Give all that is wrong with the licenses of a manifest."""
        for key, declared in licenses_of(manifest):
            yield from self._is_known(key, declared)
            yield from self._is_credited(key, declared, manifest)
            if not _claims_about(key, declared, manifest):
                yield from _nobody_says_so(key, declared, manifest)
            for index, claim in enumerate(declared.claims):
                yield from self._bears_out((*key, "claims", index), claim, declared)

    def _is_known(self, key: Key, declared: License) -> Iterator[Finding]:
        ids = license_ids(declared.expression)
        if ids is None:
            yield Finding(
                key=key,
                code="bad-expression",
                message=f"{declared.expression!r} is not an SPDX license expression",
                hint=_FOR_EXAMPLE,
            )
        for name in ids or ():
            license_, _, added = name.partition(" WITH ")
            if not self._knows(license_):
                yield Finding(
                    key=key,
                    code="unknown-license",
                    message=f"no file in licenses/ knows {license_}",
                    hint=_BY_ID,
                )
            if added and not self._knows(added):
                yield Finding(
                    key=key,
                    code="unknown-exception",
                    message=f"no file in licenses/ knows the exception {added}",
                    hint="describe it in licenses/, with exception: true",
                    severity="warning",
                )

    def _knows(self, name: str) -> bool:
        folded = name.casefold()
        either = (folded, folded.removesuffix("+"))
        return folded in UNSAID or any(one in self._known for one in either)

    def _is_credited(
        self, key: Key, declared: License, manifest: Manifest
    ) -> Iterator[Finding]:
        if declared.attribution or manifest.license.attribution:
            return
        judge = self._one_by_one["redistribution"]
        names = license_ids(declared.expression) or ()
        if any("attribution" in judge.expression(name).duties for name in names):
            yield Finding(
                key=key,
                code="attribution-missing",
                message=f"{declared.expression} asks for credit and none is given",
                hint='add attribution: "Title by Author"',
            )

    def _bears_out(
        self, key: Key, claim: Claim, declared: License
    ) -> Iterator[Finding]:
        if not claim.verified:
            yield _warning(
                key,
                "claim-unverified",
                f"nobody has verified what {claim.url} says",
                "open the page, and take verified: false away if it says so",
            )
        names = license_ids(claim.expression)
        if names is None:
            message = f"{claim.expression!r} is not an SPDX license expression"
            yield _warning(key, "claim-unclear", message, _FOR_EXAMPLE)
            return
        for name in names:
            license_ = name.partition(" WITH ")[0]
            if not self._knows(license_):
                message = f"no file in licenses/ knows {license_}, which is claimed"
                yield _warning(key, "claim-unknown-license", message, _BY_ID)
        if not declared.note and not agree(claim.expression, declared.expression):
            yield from self._is_not_looser(key, claim, declared)

    def _is_not_looser(
        self, key: Key, claim: Claim, declared: License
    ) -> Iterator[Finding]:
        looser = [
            name.replace("-", " ")
            for name, judge in self._one_by_one.items()
            if judge.expression(declared.expression).decision == "allowed"
            and judge.expression(claim.expression).decision != "allowed"
        ]
        if looser:
            yield _warning(
                key,
                "looser-than-claim",
                f"{declared.expression} permits {', '.join(looser)}; {claim.url} says "
                f"{claim.expression}, which does not",
                "take the stricter license, or say in license.note why it is not",
            )


def _claims_about(key: Key, declared: License, manifest: Manifest) -> bool:
    """Whether anybody says what the license of a dataset, or of a part, is."""
    of_part = key[1] if key[0] == "parts" else None
    return bool(declared.claims) or any(
        claim.part == of_part for claim in manifest.license.claims if of_part
    )


def _nobody_says_so(
    key: Key, declared: License, manifest: Manifest
) -> Iterator[Finding]:
    # What travels with the catalog is the catalog's own to license.
    if all(source.path for file in manifest.files for source in file.source):
        return
    yield _warning(
        key,
        "no-claim",
        f"nobody is named who says that it is under {declared.expression}",
        "add claims: [{expression: …, url: …, seen: …}], the page that says so",
    )


def _warning(key: Key, code: str, message: str, hint: str) -> Finding:
    return Finding(key=key, code=code, message=message, hint=hint, severity="warning")

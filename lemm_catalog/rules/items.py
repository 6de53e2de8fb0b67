"""From selected files to the items of a plan: artifacts, license, what is barred."""

from collections.abc import Iterable, Mapping

from lemm_catalog.errors import UsageError
from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.catalog import Catalog
from lemm_catalog.model.item import Item
from lemm_catalog.model.license import Policy, Verdict
from lemm_catalog.model.manifest import License, Manifest
from lemm_catalog.rules.artifacts import artifacts_of
from lemm_catalog.rules.licensing import judge, worst
from lemm_catalog.rules.selection import Wanted


def items_of(
    catalog: Catalog, wanted: Iterable[Wanted], enforced: Policy | None = None
) -> tuple[Item, ...]:
    """Return one item for each dataset; an enforced policy bars what it must."""
    return tuple(_item(catalog, one, enforced) for one in wanted)


def policy_named(catalog: Catalog, name: str) -> Policy:
    """Return a policy of the catalog.

    Raises:
        UsageError: if it has none of this name.

    """
    policy = catalog.policies.get(name)
    if policy is None:
        known = ", ".join(sorted(catalog.policies))
        raise UsageError(f"there is no policy {name!r}", mend=f"known: {known}")
    return policy


def license_of(manifest: Manifest, part: str | None) -> License:
    """Return the license of a part, which is the dataset's unless it has its own.

    What the dataset's claims say of the part goes with it.
    """
    own = manifest.parts.get(part or "")
    if own is None or own.license is None:
        return manifest.license
    said = tuple(claim for claim in manifest.license.claims if claim.part == part)
    return own.license.model_copy(update={"claims": (*own.license.claims, *said)})


def _item(catalog: Catalog, wanted: Wanted, enforced: Policy | None) -> Item:
    manifest = wanted.manifest
    lock = catalog.locks.get(manifest.id)
    artifacts = artifacts_of(manifest, wanted.files, lock)
    commercial = catalog.policies.get("commercial")
    # Of the files: a set of which a lock lists nothing has no artifacts.
    licenses = {f.part: license_of(manifest, f.part) for f in wanted.files}
    verdict = worst(_verdicts(catalog, licenses, commercial))
    return Item(
        id=manifest.id,
        title=manifest.title,
        version=manifest.version,
        phase=manifest.phase,
        priority=wanted.priority,
        license=" AND ".join(dict.fromkeys(_grouped(licenses.values()))),
        verdict=verdict,
        artifacts=artifacts,
        barred=_barred(catalog, manifest, artifacts, enforced),
    )


def _grouped(licenses: Iterable[License]) -> list[str]:
    """Return expressions that can be joined by AND without changing their sense."""
    found = list(dict.fromkeys(declared.expression for declared in licenses))
    if len(found) == 1:
        return found
    return [f"({text})" if " " in text else text for text in found]


def _verdicts(
    catalog: Catalog, licenses: Mapping[str | None, License], policy: Policy | None
) -> list[Verdict]:
    if policy is None:
        reason = "the catalog has no policy named commercial"
        return [Verdict(decision="review", reasons=(reason,))]
    return [
        judge(declared, catalog.licenses, policy, part)
        for part, declared in licenses.items()
    ]


def _barred(
    catalog: Catalog,
    manifest: Manifest,
    artifacts: Iterable[Artifact],
    policy: Policy | None,
) -> dict[str, str]:
    if policy is None:
        return {}
    barred: dict[str, str] = {}
    for artifact in artifacts:
        declared = license_of(manifest, artifact.part)
        verdict = judge(declared, catalog.licenses, policy, artifact.part)
        if verdict.decision != "allowed":
            reasons = "; ".join(verdict.reasons)
            barred[artifact.path] = f"{policy.id}: {verdict.decision}: {reasons}"
    return barred

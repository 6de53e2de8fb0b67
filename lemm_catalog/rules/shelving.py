"""From manifests, locks, licenses and policies to what the shelf has of them."""

from functools import cache
from urllib.parse import urlsplit

from lemm_catalog.model.catalog import Catalog
from lemm_catalog.model.entry import Dossier, Entry, Judged, Shelf
from lemm_catalog.model.manifest import File, License, Manifest
from lemm_catalog.model.source import Source
from lemm_catalog.model.verdict import Verdict
from lemm_catalog.rules.artifacts import artifacts_of
from lemm_catalog.rules.licensing import judge


def shelved(catalog: Catalog) -> Shelf:
    """Return what there is to select, plan, list and search in a catalog."""
    shelver = Shelver(catalog)
    manifests = catalog.manifests
    return Shelf(
        ladder=catalog.ladder,
        policies=tuple(catalog.policies),
        entries={name: shelver.entry(one) for name, one in manifests.items()},
        dossiers={name: shelver.dossier(one) for name, one in manifests.items()},
    )


class Shelver:
    """Puts manifests of one catalog on the shelf; judges each license once."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._verdicts = cache(self._judged_by_all)

    def entry(self, manifest: Manifest) -> Entry:
        """Return what a dataset is selected by."""
        home = self._catalog.homes.get(manifest.id)
        return Entry(
            id=manifest.id,
            phase=manifest.phase,
            priority=manifest.priority,
            state=manifest.status.state,
            reason=manifest.status.reason,
            rungs={file.part: phase_of(manifest, file) for file in manifest.files},
            home=str(home) if home else "",
        )

    def dossier(self, manifest: Manifest) -> Dossier:
        """Return what a plan, a list and a search need of a dataset."""
        lock = self._catalog.locks.get(manifest.id)
        return Dossier(
            title=manifest.title,
            summary=manifest.summary,
            homepage=manifest.homepage,
            version=manifest.version,
            tasks=manifest.tasks,
            host=_host(manifest.files[0].source[0]),
            licenses=tuple(
                self._judged(manifest, part)
                for part in dict.fromkeys(file.part for file in manifest.files)
            ),
            artifacts=artifacts_of(manifest, manifest.files, lock),
            words=_words(manifest),
        )

    def _judged(self, manifest: Manifest, part: str | None) -> Judged:
        declared = license_of(manifest, part)
        return Judged(
            part=part,
            license=declared.expression,
            verdicts=self._verdicts(declared, part),
        )

    def _judged_by_all(self, declared: License, part: str | None) -> dict[str, Verdict]:
        facts, policies = self._catalog.licenses, self._catalog.policies
        return {
            name: judge(declared, facts, policy, part)
            for name, policy in policies.items()
        }


def phase_of(manifest: Manifest, file: File) -> str:
    """Return the phase in which a file first appears."""
    part = manifest.parts.get(file.part or "")
    return part.phase if part and part.phase else manifest.phase


def license_of(manifest: Manifest, part: str | None) -> License:
    """Return the license of a part, which is the dataset's unless it has its own.

    What the dataset's claims say of the part goes with it.
    """
    own = manifest.parts.get(part or "")
    if own is None or own.license is None:
        return manifest.license
    said = tuple(claim for claim in manifest.license.claims if claim.part == part)
    return own.license.model_copy(update={"claims": (*own.license.claims, *said)})


def _words(manifest: Manifest) -> str:
    return " ".join(
        [
            *(manifest.id, manifest.title, manifest.summary, manifest.layout or ""),
            *manifest.tasks,
            *manifest.languages,
            *manifest.format.media,
            *manifest.notes,
            *manifest.parts,
            manifest.license.expression,
        ]
    ).casefold()


def _host(source: Source) -> str:
    if source.url:
        parts = urlsplit(source.url)
        return "huggingface.co" if parts.scheme == "hf" else parts.hostname or ""
    return "by hand" if source.is_manual else "the catalog"

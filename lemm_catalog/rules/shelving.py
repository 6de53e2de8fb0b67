"""From manifests, locks, licenses and policies to what the shelf has of them."""

from functools import cache
from urllib.parse import urlsplit

from lemm_catalog.model.catalog import Catalog
from lemm_catalog.model.entry import Dossier, Entry, Judged, Shelf
from lemm_catalog.model.manifest import File, Manifest
from lemm_catalog.model.source import Source
from lemm_catalog.model.terms import Claimed, Consent, Terms
from lemm_catalog.model.verdict import Verdict
from lemm_catalog.rules.artifacts import artifacts_of
from lemm_catalog.rules.licensing import Judge, known_in
from lemm_catalog.rules.naming import asking_in, named_in


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
        known = known_in(catalog.licenses)
        self._judges = {
            name: Judge(known, policy.permits)
            for name, policy in catalog.policies.items()
        }
        self._verdicts = cache(self._judged_by_all)
        self._named = cache(lambda text: named_in(text, known))
        self._asking = cache(lambda text: asking_in(text, known))

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
        terms = terms_of(manifest)
        return Dossier(
            title=manifest.title,
            summary=manifest.summary,
            homepage=manifest.homepage,
            version=manifest.version,
            tasks=manifest.tasks,
            media=manifest.format.media,
            languages=manifest.languages,
            host=_host(manifest.files[0].source[0]),
            licenses=tuple(
                Judged(
                    part=one.part,
                    license=one.expression,
                    verdicts=self._verdicts(one),
                    named=self._named(one.expression),
                    asking=self._asking(one.expression),
                )
                for one in terms
            ),
            terms=terms,
            artifacts=artifacts_of(manifest, manifest.files, lock),
            words=_words(manifest),
        )

    def _judged_by_all(self, terms: Terms) -> dict[str, Verdict]:
        return {name: judge.terms(terms) for name, judge in self._judges.items()}


def phase_of(manifest: Manifest, file: File) -> str:
    """Return the phase in which a file first appears."""
    part = manifest.parts.get(file.part or "")
    return part.phase if part and part.phase else manifest.phase


def terms_of(manifest: Manifest) -> tuple[Terms, ...]:
    """Return the terms of each part that has files, in their order."""
    parts = dict.fromkeys(file.part for file in manifest.files)
    return tuple(_terms_of_part(manifest, part) for part in parts)


def _terms_of_part(manifest: Manifest, part: str | None) -> Terms:
    """Return the terms of a part, which are the dataset's unless it has its own.

    What the dataset's claims say of the part goes with its own.
    """
    own = manifest.parts[part].license if part in manifest.parts else None
    declared = own or manifest.license
    claims = declared.claims
    if own:
        claims += tuple(one for one in manifest.license.claims if one.part == part)
    accept = declared.accept
    return Terms(
        part=part,
        expression=declared.expression,
        attribution=declared.attribution or manifest.license.attribution,
        claims=tuple(
            Claimed(one.expression, one.url, one.seen, one.note, one.verified)
            for one in claims
            if one.part in {None, part}
        ),
        note=declared.note,
        accept=Consent(accept.terms, accept.url) if accept else None,
        items=declared.items.table if declared.items else None,
    )


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

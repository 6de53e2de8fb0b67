"""What no manifest shows by itself: what two of one catalog have to do with each other.

Only `validate` asks this, since it takes all manifests; that is why all of it is
warnings: an index that reads but what changed must come to the same catalog.
"""

from collections.abc import Collection, Iterator

from lemm_catalog.model.catalog import Catalog
from lemm_catalog.rules.finding import Finding, near


def between_datasets(
    catalog: Catalog, known: Collection[str]
) -> Iterator[tuple[str, Finding]]:
    """Give what is found, each with the id it is about.

    ``known`` has the ids of datasets that are there and were not read.
    """
    owners: dict[str, str] = {}
    for name, manifest in catalog.manifests.items():
        other = manifest.status.replaced_by
        if other and other not in catalog.manifests and other not in known:
            yield (
                name,
                Finding(
                    key=("status", "replaced_by"),
                    code="unknown-dataset",
                    message=f"there is no dataset {other!r} in this catalog",
                    hint=near(other, catalog.manifests),
                    severity="warning",
                ),
            )
        for index, file in enumerate(manifest.files):
            for number, source in enumerate(file.source):
                if not source.url or source.is_manual:
                    continue
                owner = owners.setdefault(source.url, name)
                if owner != name:
                    yield (
                        name,
                        Finding(
                            key=("files", index, "source", number),
                            code="repeated-url",
                            message=f"the dataset {owner} has the same URL",
                            hint="make it one dataset, or name each file's own URL",
                            severity="warning",
                        ),
                    )

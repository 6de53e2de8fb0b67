"""Whether a table of items that a manifest declares can be had and be read."""

from collections.abc import Iterator

from lemm_catalog.model.catalog import Catalog
from lemm_catalog.model.license_items import LicenseItems
from lemm_catalog.model.manifest import Manifest
from lemm_catalog.rules.finding import Finding, Key, near
from lemm_catalog.rules.licensing import license_ids


def items_can_be_read(manifest: Manifest, catalog: Catalog) -> Iterator[Finding]:
    """Give what is wrong with tables of items, and with the words they are read by."""
    for key, parts, items in _declared(manifest):
        yield from _table_is_there(manifest, key, parts, items)
        for spelling, expression in items.words.items():
            if license_ids(expression) is None:
                yield Finding(
                    key=(*key, "words", spelling),
                    code="bad-expression",
                    message=f"{expression!r} is not an SPDX license expression",
                    hint="leave the spelling out, and it counts as not understood",
                )


def _declared(
    manifest: Manifest,
) -> Iterator[tuple[Key, frozenset[str | None], LicenseItems]]:
    """Give each table with its key and the parts whose items it names."""
    own = {name for name, part in manifest.parts.items() if part.license}
    if items := manifest.license.items:
        yield ("license", "items"), frozenset({None, *manifest.parts} - own), items
    for name, part in manifest.parts.items():
        if part.license and part.license.items:
            key = ("parts", name, "license", "items")
            yield key, frozenset({name}), part.license.items


def _table_is_there(
    manifest: Manifest, key: Key, parts: frozenset[str | None], items: LicenseItems
) -> Iterator[Finding]:
    where = "inside" if items.inside else "file"
    name = items.inside or items.file
    brings = next((file for file in manifest.files if file.path == name), None)
    if brings is None:
        known = [file.path for file in manifest.files]
        yield Finding(
            key=(*key, where),
            code="unknown-table",
            message=f"no file of this dataset is {name!r}",
            hint=near(name, known) or "name one of the files, as it stands there",
        )
    elif (brings.unpack is None) == bool(items.inside):
        what = "is not unpacked" if items.inside else "is unpacked, and not kept"
        yield Finding(
            key=(*key, where),
            code="unknown-table",
            message=f"{name!r} {what}, so that the table is not there",
            hint="inside names an archive with unpack, file alone a file without",
        )
    elif brings.part in parts:
        yield Finding(
            key=(*key, where),
            code="table-among-items",
            message=f"{name!r} is itself under the licenses that its table names",
            hint="put it into a part with a license of its own",
        )

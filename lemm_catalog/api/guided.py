"""What there is and how it stands, in the words and the shape of the guide."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from lemm_catalog.api.catalog import Catalog
from lemm_catalog.api.looking import as_received, holding
from lemm_catalog.api.loose import loose_files, told
from lemm_catalog.model.listing import Listed
from lemm_catalog.model.records import Records
from lemm_catalog.rules.items import items_of
from lemm_catalog.rules.selection import own_parts
from lemm_catalog.rules.standing import NOTHING, standing_of
from lemm_catalog.settings import Settings
from lemm_catalog.store.contents import Contents
from lemm_catalog.store.summary import forgotten, read_summary, record_of

_LACKING = frozenset({"missing", "partial"})


def offered(catalog: Catalog, settings: Settings) -> list[Listed]:
    """Return the lines of the datasets that may be downloaded."""
    entries = catalog.entries
    listed = catalog.listed(settings=settings)
    return [one for one in listed if entries[one.id].is_offered]


def proven(
    catalog: Catalog, store: Contents, settings: Settings
) -> dict[str, dict[str, Any]]:
    """Return the records of the datasets that are here as a whole, by id."""
    found = {}
    for receipt in store.receipts():
        # Where no manifest says what else there should be, what is here is all.
        is_known = receipt.id in catalog.entries
        if not is_known or _is_present(catalog, store, receipt.id, settings):
            found[receipt.id] = record_of(store.layout, receipt)
    return found


def available(
    catalog: Catalog,
    store: Contents,
    settings: Settings,
    downloaded: Collection[str],
    failed: Collection[str],
) -> list[dict[str, Any]]:
    """Return what may be downloaded, by priority, each as the guide has it."""
    own = Records[int](settings.priorities)
    doubted = forgotten(store.layout)

    def state(one: Listed) -> str:
        if one.id in downloaded:
            return "downloaded"
        if one.id in failed and (one.id in doubted or one.state in _LACKING):
            return "failed"
        is_missing = one.id in doubted or one.state in {"present", "missing"}
        return "not_downloaded" if is_missing else one.state

    found = [
        {
            "id": one.id,
            "key": one.id.replace("-", "_"),
            "name": one.title,
            "status": state(one),
            "phase": one.phase,
            "size_gb": round(one.download_bytes / 1e9, 6),
            "download_bytes": one.download_bytes,
            "unpacked_bytes": one.unpacked_bytes,
            "license": one.license,
            "commercial": one.commercial,
            "priority": own.get(one.id, one.priority),
            "type": one.tasks[0] if one.tasks else "",
            "description": one.summary,
        }
        for one in offered(catalog, settings)
    ]
    return sorted(found, key=lambda one: -int(one["priority"]))


def in_figures(
    catalog: Catalog,
    store: Contents,
    settings: Settings,
    downloaded: Mapping[str, Any],
    failed: Mapping[str, str],
) -> dict[str, Any]:
    """Return what is here and what failed; ``_gb`` are 10^9 bytes."""
    here = [r.bytes_on_disk for r in store.receipts() if r.id in downloaded]
    return {
        "total_available": len(offered(catalog, settings)),
        "downloaded": len(downloaded),
        "failed": len(failed),
        "downloaded_size_gb": round(sum(here) / 1e9, 6),
        "downloaded_bytes": sum(here),
        "free_bytes": store.free_bytes(),
        "max_storage_bytes": settings.max_storage,
        "datasets": dict(downloaded),
        "failures": dict(failed),
    }


def not_counted(catalog: Catalog, store: Contents, settings: Settings) -> Iterator[str]:
    """Give what lies in a cache and does not count, with the reason."""
    yield from _of_another_tool(store)
    for item in catalog.items(settings=settings):
        for loose in loose_files(store.layout, item):
            yield told(item, loose)
    for one in catalog.status(settings=settings):
        if one.state != "present" and one.reason != NOTHING:
            yield f"{one.id}: {one.reason}"


def _is_present(
    catalog: Catalog, store: Contents, name: str, settings: Settings
) -> bool:
    """Whether all of it that its own phase has, and a policy allows, is here."""
    own = items_of(catalog, [own_parts(catalog.entries[name])])
    [item] = as_received(catalog, own, settings)
    place = store.layout.dataset(name)
    return standing_of(item, holding(store, item), place).state == "present"


def about_summary(store: Contents) -> Iterator[str]:
    """Give what is to be said of a summary that is not ours."""
    place = store.layout.summary
    found = read_summary(place)
    if found.kind in {"odd", "older"}:
        yield f"{place}: {found.reason}; it proves nothing, and will be set aside"


def _of_another_tool(store: Contents) -> Iterator[str]:
    """Give the records of another tool, and why each is no proof."""
    place = store.layout.summary
    found = read_summary(place)
    for name, record in found.downloaded.items() if found.kind == "older" else ():
        source = record.get("source") if isinstance(record, dict) else None
        why = "its word is no proof"
        if source == "huggingface":
            why = "it lies converted in the Hub's cache, without the pinned bytes"
        yield f"{name}: {place} of another tool has it, but {why}"

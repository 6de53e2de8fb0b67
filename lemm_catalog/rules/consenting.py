"""Terms that must be agreed to before anything is fetched, and who agreed to which.

Laws, each a test: nothing is fetched whose terms ask for consent that was not given;
consent is to the terms as they read: where they changed, it is asked for again; what
is here already stays.
"""

from collections.abc import Iterable, Mapping, Sequence

from lemm_catalog.errors import UsageError
from lemm_catalog.model.entry import Dossier, Judged, Shelf
from lemm_catalog.model.item import Item
from lemm_catalog.model.receipt import Acceptance, Receipt, ReceivedArtifact
from lemm_catalog.model.terms import Demand, How, Terms

# Ids without upper case, and how each of them was said.
Said = Mapping[str, How]

ASKS = "asks you to agree: "


def said_by(flags: Iterable[str], environment: Iterable[str]) -> dict[str, How]:
    """Return what was agreed to; a flag counts before the environment."""
    said: dict[str, How] = {_folded(name): "environment" for name in environment}
    return said | dict.fromkeys(map(_folded, flags), "flag")


def demands_of(
    dataset: str, dossier: Dossier, said: Said
) -> dict[str | None, tuple[Demand, ...]]:
    """Return what must be agreed to by part, with the consent that was given."""
    both = zip(dossier.terms, dossier.licenses, strict=True)
    found = {
        terms.part: tuple(_demands(dataset, terms, judged, said))
        for terms, judged in both
        if terms.accept or judged.asking
    }
    return {part: demands for part, demands in found.items() if demands}


def asked_of(dataset: str, dossier: Dossier) -> tuple[Demand, ...]:
    """Return all that must be agreed to before all of a dataset is fetched."""
    demands = demands_of(dataset, dossier, {}).values()
    return tuple(dict.fromkeys(one for some in demands for one in some))


def refusal(demands: Sequence[Demand], receipt: Receipt | None) -> str | None:
    """Return why a part may not be fetched, or None if all was agreed to."""
    open_ = demands and [one for one in demands if not _is_met(one, receipt)]
    if not open_:
        return None
    asked = "; and ".join(
        f"{one.terms.rstrip('.')} ({one.url})" if one.url else one.terms.rstrip(".")
        for one in open_
    )
    flags = dict.fromkeys(f"--accept {one.ids[0]}" for one in open_)
    return f"{ASKS}{asked}; agree with {' '.join(flags)}"


def permitted(item: Item, receipt: Receipt | None) -> Item:
    """Return an item without the artifacts whose terms nobody agreed to."""
    free = tuple(
        artifact
        for artifact in item.artifacts
        if refusal(item.demands.get(artifact.part, ()), receipt) is None
    )
    return item._replace(artifacts=free)


def acceptances(
    item: Item, received: Iterable[ReceivedArtifact], before: Receipt | None
) -> tuple[Acceptance, ...]:
    """Return what a receipt tells of consent once some artifacts were fetched.

    It was given before the first of them came, so that is the time it bears.
    """
    told = before.accepted if before else ()
    for artifact in sorted(received, key=lambda one: one.fetched):
        for one in item.demands.get(artifact.part, ()):
            if one.said and one.how and not _is_known(one, told):
                new = Acceptance(
                    one.said, one.terms, one.url, one.how, artifact.fetched
                )
                told = (*told, new)
    return told


def check_words(names: Iterable[str], where: str) -> None:
    """Refuse what would agree to anything.

    Raises:
        UsageError: if a name is a pattern.

    """
    for name in names:
        if any(mark in name for mark in "*?["):
            raise UsageError(
                f"{where}: {name!r} would agree to terms nobody has seen",
                mend="name each license or dataset",
            )


def unknown_to(shelf: Shelf, names: Iterable[str]) -> tuple[str, ...]:
    """Return the names that are neither a dataset nor the license of one."""
    waiting = {name: _folded(name) for name in names}
    for name, folded in tuple(waiting.items()):
        if folded in shelf.entries:
            del waiting[name]
    if not waiting:  # the rest asks each of ten thousand dossiers
        return ()
    licenses = {_folded(name) for name in _licenses(shelf)}
    return tuple(name for name, folded in waiting.items() if folded not in licenses)


def check_known(shelf: Shelf, names: Iterable[str]) -> None:
    """Refuse what names no dataset and no license.

    Raises:
        UsageError: with what may have been meant.

    """
    for name in unknown_to(shelf, names):
        from difflib import get_close_matches  # for those who mistyped only

        known = {_folded(one): one for one in (*shelf.entries, *_licenses(shelf))}
        near = get_close_matches(_folded(name), known, n=3, cutoff=0.5)
        meant = ", ".join(known[one] for one in near)
        mend = f"did you mean {meant}?" if near else "see `plan` for what asks"
        message = f"--accept: {name!r} is no dataset and no license of one"
        raise UsageError(message, mend=mend)


def _demands(
    dataset: str, terms: Terms, judged: Judged, said: Said
) -> Iterable[Demand]:
    named = {one.id: one for one in judged.named}
    if terms.accept:
        demand = Demand(terms.accept.terms, terms.accept.url, (dataset, *named))
        # The environment speaks to every run, so a common license named there does
        # not stand for what one dataset asks on top of it.
        common = {_folded(id_) for id_ in named if not id_.startswith("LicenseRef-")}
        ours = {
            name: how
            for name, how in said.items()
            if how == "flag" or name not in common
        }
        yield _heard(demand, ours)
    for group in judged.asking:
        asking = [named[name] for name in group if name in named]
        words = " or ".join(f"{one.id}, {one.title}" for one in asking)
        url = next((one.url for one in asking if one.url), None)
        yield _heard(Demand(words, url, (*group, dataset)), said)


def _heard(demand: Demand, said: Said) -> Demand:
    """Return a demand with the consent that was given to it."""
    for name in demand.ids:
        if how := said.get(_folded(name)):
            return demand._replace(said=name, how=how)
    return demand


def _is_met(demand: Demand, receipt: Receipt | None) -> bool:
    if demand.said and demand.how:
        return True
    return receipt is not None and _is_known(demand, receipt.accepted)


def _is_known(demand: Demand, accepted: Iterable[Acceptance]) -> bool:
    return any((one.terms, one.url) == (demand.terms, demand.url) for one in accepted)


def _licenses(shelf: Shelf) -> dict[str, None]:
    return {
        named.id: None
        for dossier in shelf.dossiers.values()
        for judged in dossier.licenses
        for named in judged.named
    }


def _folded(name: str) -> str:
    # As in a selection; no license has an underscore.
    return name.strip().casefold().replace("_", "-")

"""Where a Space's data lies and what it may take, in words."""

from lemm_catalog.model.space import Space, SpaceBudget, SpacePlace
from lemm_catalog.render.pages.html import joined, sentence, tag, text
from lemm_catalog.sizes import format_decimal, format_size


def disk(space: Space) -> str:
    """Return the section on place and budget."""
    if space.place is None:
        return ""
    rows = _place(space.place) + (_budget(space.budget) if space.budget else [])
    terms = joined(tag("dt", text(name)) + tag("dd", words) for name, words in rows)
    warning = (
        tag("p", text(sentence(space.place.warning)), ".", class_="note of-warn")
        if space.place.warning
        else ""
    )
    return tag(
        "section",
        tag("h2", "Disk"),
        tag("div", tag("dl", terms), warning, class_="card"),
    )


def bound(budget: SpaceBudget) -> str:
    """Return what bounds a budget, in words."""
    reserve = f"less {format_decimal(budget.reserve)} in reserve"
    if budget.bound_by == "setting":
        return "the limit that is set"
    if budget.bound_by == "flavor":
        disk = format_decimal(budget.flavor_disk or 0)
        return f"the {disk} disk of {budget.flavor}, {reserve}"
    return f"what the disk can hold, {reserve}"


def _place(place: SpacePlace) -> list[tuple[str, str]]:
    lasts = {True: "yes", False: "no", None: "as that folder does"}[place.lasts]
    return [
        ("Data lies in", tag("code", text(place.path))),
        ("That is", text(place.reason)),
        ("Lasts over a restart", text(lasts)),
    ]


def _budget(budget: SpaceBudget) -> list[tuple[str, str]]:
    return [
        ("Budget", text(f"{format_size(budget.total)}: {bound(budget)}")),
        ("Used when it began", text(format_size(budget.used))),
        ("Left for the rest", text(format_size(budget.left))),
        ("Free on that disk", text(format_size(budget.free))),
    ]

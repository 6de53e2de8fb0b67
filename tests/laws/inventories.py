"""Generated items, and what a store may hold of them."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from lemm_catalog.model.artifact import Artifact
from lemm_catalog.model.inventory import Holding, Inventory, Staged
from lemm_catalog.model.item import Item, Options
from lemm_catalog.model.receipt import Acceptance
from lemm_catalog.model.terms import Demand
from tests.builders import (
    OTHER_SHA,
    WHEN,
    a_receipt,
    a_source,
    an_artifact,
    an_item,
    received,
)

sizes = st.integers(0, 3000)
SOURCES = [
    {"url": "https://example.org/x"},
    {"url": "https://example.org/x"},
    {"path": "x"},
    {"manual": "Ask."},
]
STATES = [
    *("nothing", "here", "damaged", "outdated", "begun", "lying", "begun and lying"),
    *("recorded", "recorded otherwise"),
]
options = st.builds(
    Options,
    max_storage=st.none() | st.integers(0, 20_000),
    fit=st.booleans(),
    keep_archives=st.booleans(),
    offline=st.booleans(),
    jobs=st.integers(1, 3),
)

DEMANDS = [Demand(terms, None, ("notes",)) for terms in ("Agree.", "Sign.")]
DEMANDS += [demand._replace(said="notes", how="flag") for demand in DEMANDS]
asked = st.lists(st.sampled_from(DEMANDS), max_size=2).map(tuple)


@st.composite
def artifacts(draw: st.DrawFn, dataset: str, index: int) -> Artifact:
    size = draw(sizes)
    keys: dict[str, Any] = {"size": size, "expected": size}
    if draw(st.booleans()):
        keys |= {"unpack": True, "unpacked": draw(sizes)}
    if draw(st.integers(0, 9)) == 0:
        keys |= {"size": None, "digests": (), "unresolved": "nothing pins it"}
    source = a_source(draw(st.sampled_from(SOURCES)))
    return an_artifact(f"{index}.tar", dataset=dataset, sources=(source,), **keys)


@st.composite
def items(draw: st.DrawFn) -> list[Item]:
    found = []
    for number in range(draw(st.integers(1, 4))):
        name = f"set-{number}"
        count = draw(st.integers(0, 3))
        own = [draw(artifacts(name, index)) for index in range(count)]
        barred = {a.path: "no" for a in own if draw(st.integers(0, 7)) == 0}
        demands = {None: draw(asked)} if draw(st.integers(0, 4)) == 0 else {}
        found.append(
            an_item(id=name, artifacts=tuple(own), barred=barred, demands=demands)
        )
    return found


@st.composite
def holdings(draw: st.DrawFn, own: Sequence[Artifact]) -> Holding:
    here, damaged, staged, lying = [], {}, {}, {}
    for artifact in own:
        size = artifact.size or 0
        right = received(artifact)
        wrong = received(artifact, checksums={"sha256": OTHER_SHA})
        state = draw(st.sampled_from(STATES))
        if state in {"here", "damaged", "outdated"}:
            here.append(wrong if state == "outdated" else right)
        if state == "damaged":
            damaged[artifact.path] = "a bit is flipped"
        if state in {"recorded", "recorded otherwise"}:
            record = right if state == "recorded" else wrong
            staged[artifact.path] = Staged(done=size, record=record)
        if state in {"begun", "begun and lying"}:
            staged[artifact.path] = Staged(done=draw(st.integers(0, size)))
        if state in {"lying", "begun and lying"}:
            lying[artifact.path] = size
    receipt = None
    if here:
        receipt = a_receipt([], id=own[0].dataset)
        terms = draw(st.sampled_from([(), ("Agree.",), ("Agree.", "Sign.")]))
        accepted = tuple(Acceptance("notes", one, None, "flag", WHEN) for one in terms)
        receipt = receipt._replace(artifacts=tuple(here), accepted=accepted)
    return Holding(receipt=receipt, staged=staged, lying=lying, damaged=damaged)


@st.composite
def inventories(draw: st.DrawFn, of: Sequence[Item]) -> Inventory:
    return Inventory(
        holdings={item.id: draw(holdings(item.artifacts)) for item in of},
        used=draw(st.integers(0, 5000)),
        free=draw(st.integers(0, 30_000)),
    )

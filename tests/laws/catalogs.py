"""Generated manifests and what a catalog has of them."""

from typing import Any

from hypothesis import strategies as st

from lemm_catalog.model.entry import Shelf
from lemm_catalog.model.manifest import Manifest
from lemm_catalog.rules.shelving import shelved
from tests.builders import a_catalog, a_file, a_manifest

PHASES = ["sample", "minimal", "balanced", "comprehensive"]
STATES = ["active", "active", "active", "deprecated", "excluded", "withdrawn"]
PARTS = ["audio", "midi"]


@st.composite
def manifests(draw: st.DrawFn, name: str) -> Manifest:
    parts: dict[str, Any] = {
        part: draw(st.sampled_from([{}, *({"phase": p} for p in PHASES)]))
        for part in PARTS
    }
    files = [
        a_file(path=f"{index}.tar", part=draw(st.sampled_from([None, *PARTS])))
        for index in range(draw(st.integers(1, 3)))
    ]
    return a_manifest(
        id=name,
        phase=draw(st.sampled_from(PHASES)),
        priority=draw(st.integers(1, 5)),
        parts=parts,
        files=files,
        status={"state": draw(st.sampled_from(STATES)), "reason": "So."},
    )


@st.composite
def shelves(draw: st.DrawFn) -> Shelf:
    count = draw(st.integers(1, 5))
    return shelved(
        a_catalog(*(draw(manifests(f"set-{index}")) for index in range(count)))
    )

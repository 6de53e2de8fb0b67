"""``lemm-catalog plan``."""

from pathlib import Path

from lemm_catalog import garbage
from lemm_catalog.cli.common import Run
from lemm_catalog.cli.declared import Option, Takes
from lemm_catalog.cli.options import JSON, PHASE_WORDS, PLANNING, SHARED

TAKES: Takes = (
    PHASE_WORDS,
    JSON,
    Option(
        name="out",
        flags=("--out",),
        kind="path",
        metavar="FILE",
        help="Save the plan, for `pull --plan FILE`.",
    ),
    *PLANNING,
    *SHARED,
)


def run(
    run: Run, *, selection: tuple[str, ...], as_json: bool, out: Path | None
) -> int:
    """Say what a pull would do: needs no network, writes nothing.

    Each action comes with its reason, bytes and source; then the totals, the most
    disk the pull needs at any moment, and whether that fits. With -v, each file's
    mirrors and checksums too. Fails with 1 if something is refused or does not fit.

        lemm-catalog plan comprehensive
        lemm-catalog plan balanced --max-storage 150GB --fit
        lemm-catalog plan minimal libritts/dev-clean --out plan.json
    """
    catalog = run.catalog()
    with garbage.for_good():
        plan = catalog.plan(*selection, settings=run.settings)
    if out:
        from lemm_catalog.render.data import dumped
        from lemm_catalog.store.files import write_atomically

        write_atomically(out, dumped(plan) + "\n")
    if as_json:
        from lemm_catalog.render.data import dumped

        run.console.result(dumped(plan))
    else:
        from lemm_catalog.render.plans import Origins, plan_text

        origins: Origins = {}
        if run.console.verbose and plan.datasets:
            ids = [dataset.id for dataset in plan.datasets]
            items = catalog.items(ids, run.settings)
            origins = {(i.id, a.path): a for i in items for a in i.artifacts}
        run.console.result(plan_text(plan, run.console.width, origins))
    if out:
        run.console.talk(f"saved; lemm-catalog pull --plan {out} carries it out")
    return 1 if plan.problems else 0

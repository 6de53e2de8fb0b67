"""``lemm-catalog cite``."""

from pathlib import Path

from lemm_catalog.api.crediting import citations
from lemm_catalog.cli.common import Run
from lemm_catalog.cli.declared import Takes
from lemm_catalog.cli.options import JSON, OUT, PULLED, SHARED, WORDS
from lemm_catalog.render.citations import citations_bibtex, citations_data
from lemm_catalog.render.data import to_json

TAKES: Takes = (WORDS, PULLED, OUT, JSON, *SHARED)


def run(
    run: Run,
    *,
    selection: tuple[str, ...],
    pulled: bool,
    out: Path | None,
    as_json: bool,
) -> int:
    """Write the BibTeX of exactly these datasets, each entry once.

    Datasets that share a paper share its entry. One that says nothing of how to cite
    it gets an entry made of its title, version, homepage and license. An excluded
    dataset may be named; where there is nothing to cite, nothing is written.

        lemm-catalog cite nsynth libritts
        lemm-catalog cite --pulled --out datasets.bib
    """
    found = citations(run.catalog(), selection, run.settings, pulled=pulled)
    if as_json:
        content = {"selection": selection, "pulled": pulled}
        document = to_json("cite", content | {"citations": citations_data(found)})
        run.write([document], out)
    else:
        run.write([citations_bibtex(found)] if found else [], out)
    if not found:
        run.console.talk(run.nothing(pulled=pulled))
    return 0

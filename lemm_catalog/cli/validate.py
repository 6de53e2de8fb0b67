"""``lemm-catalog validate``."""

from dataclasses import replace
from pathlib import Path

from lemm_catalog import garbage
from lemm_catalog.api.tidying import fixed
from lemm_catalog.cli.common import Run
from lemm_catalog.cli.declared import Argument, Option, Takes
from lemm_catalog.cli.options import JSON, SHARED, format_chosen, formats
from lemm_catalog.load.catalog import Loaded, load, load_paths
from lemm_catalog.load.roots import folders_of
from lemm_catalog.problems import Problem, errors_in
from lemm_catalog.render.findings.table import FORMATS

TAKES: Takes = (
    Argument(
        name="paths",
        metavar="PATH",
        kind="path",
        help="Manifests, folders of them, or catalogs; none: the catalog in use.",
    ),
    formats(FORMATS, "How problems are shown; default: text."),
    JSON,
    Option(
        name="fix",
        flags=("--fix",),
        help="First mend what cannot mean anything: spaces, order of keys, checksums "
        "in capitals.",
    ),
    *SHARED,
)


def run(
    run: Run,
    *,
    paths: tuple[Path, ...],
    form: str | None,
    as_json: bool,
    fix: bool,
) -> int:
    """Check files against schema and rules.

    Tells every problem of every file at once: file:line:column, what is wrong and
    how to mend it. Fails with 1 if there is an error; warnings do not count. Each
    code in brackets has a paragraph in docs/rules.md. No comment is ever touched.

        lemm-catalog validate catalog/datasets/nsynth.yaml
        lemm-catalog validate --format github catalog
        lemm-catalog validate --fix catalog/datasets
    """
    chosen = format_chosen(form, as_json=as_json)
    if fix:
        for path in fixed(paths or folders_of(run.settings.catalog)):
            run.console.talk(f"{path}: put in order")
    with garbage.for_good():
        loaded: Loaded = load_paths(paths) if paths else load(run.settings.catalog)
    for note in loaded.notes:
        run.console.talk(note)
    here = Path.cwd()
    problems = [_seen_from(here, problem) for problem in loaded.problems]
    run.console.result(FORMATS[chosen](problems, loaded.files))
    return 1 if errors_in(problems) else 0


def _seen_from(here: Path, problem: Problem) -> Problem:
    """Name a file below here as from here: code hosts show only such places."""
    path = Path(problem.path)
    if path.is_absolute() and path.is_relative_to(here):
        return replace(problem, path=path.relative_to(here).as_posix())
    return problem

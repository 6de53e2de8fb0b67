"""The walls between the rooms, held by reading the imports.

The tables say what docs and house rules say; whoever changes a room's neighbors
changes them here, with the reason.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "lemm_catalog"
# A room imports from its own floor (itself apart, see NEVER) and those below it.
FLOORS = (
    ("version", "problems", "progress", "codes", "garbage"),
    ("errors",),
    ("processes", "conduit"),
    ("digest", "sizes", "archives"),
    ("model",),
    ("rules",),
    ("load", "render", "backends", "store"),
    ("unpacking",),
    ("settings", "transfer", "unpack", "resolve", "itemize", "hub_cache", "probing"),
    ("means",),
    ("bring", "harvest"),
    ("bring_small",),
    ("execute", "verify", "mend"),
    ("api",),
    ("space",),
    ("cli",),
    # A front as the command line is: it has the settings of the process, too.
    ("dataset_manager",),
    ("", "__main__"),
)
# Room, rooms it never imports although they lie below or beside it.
NEVER = {
    "model": {"rules", "archives"},
    "rules": {"load", "store", "backends", "archives", "progress"},
    "backends": {"store", "archives", "rules", "load", "render"},
    "archives": {"store", "backends", "model"},
    "store": {"backends", "rules", "load", "render"},
    "render": {"rules", "load", "store", "backends", "archives"},
    "load": {"store", "backends", "archives", "render"},
    "transfer": {"archives", "rules", "load", "render"},
    "itemize": {"load", "render", "backends"},
    "harvest": {"rules", "load", "store", "render", "archives"},
    "probing": {"store", "archives", "load", "render"},
}
# Library: the only modules that know it.
DOORS = {
    "typer": ("cli.full",),
    "rich": ("cli.progress",),
    "click": (),
    "yaml": ("load",),
    "jsonschema": ("load.schema",),
    "fsspec": ("backends.fsspec",),
    "huggingface_hub": ("backends",),
    "urllib3": (),  # the engine speaks HTTP itself
    "license_expression": ("rules.licensing",),
    "blake3": ("digest",),
    "pydantic": ("model", "load"),
}
# What a decision never touches: the world, the clock, the log, chance.
IMPURE = {"os", "io", "time", "datetime", "logging", "random", "subprocess", "socket"}
# A kind of a family knows its base and what is named after it, such as tar_fields,
# but never another kind.
KINDS = {
    "archives": ({"tar", "zip"}, {"base", "names", "decoders", "decompressors"}),
    "backends": (
        {"fsspec", "http", "hub", "local"},
        {"address", "base", "network", "reply"},
    ),
    "harvest": (
        {"croissant", "datacite", "datapackage", "dataverse", "figshare"}
        | {"hub", "zenodo"},
        {"base", "values"},
    ),
    "render.credits": ({"text", "html", "markdown", "data"}, {"base"}),
    "render.exports": (
        {"croissant", "datapackage", "aria2", "metalink", "urls"},
        {"base"},
    ),
    "render.differences": ({"text", "json", "markdown"}, {"base"}),
    "render.probes": ({"text", "json", "issue"}, {"base"}),
    "render.findings": ({"text", "json", "github", "sarif"}, set[str]()),
    "render.audits": (
        {"text", "json", "markdown", "csv", "spdx", "cyclonedx"},
        {"base"},
    ),
}
HEAVY = ("pydantic", "typer", "rich", "jsonschema", "urllib3", "fsspec", "yaml")


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


@cache
def imports(module: str) -> frozenset[str]:
    """Return the full names of what a module imports, whatever for and wherever."""
    found = set()
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            ours = {n for n in whole if n.removeprefix("lemm_catalog.") in MODULES}
            found |= ours or {node.module or ""}
    return frozenset(found)


def our_imports(module: str) -> set[str]:
    whole = (name for name in imports(module) if name.startswith("lemm_catalog"))
    return {name.removeprefix("lemm_catalog").removeprefix(".") for name in whole}


def room(module: str) -> str:
    return module.partition(".")[0]


def floor(module: str) -> int:
    return next(i for i, rooms in enumerate(FLOORS) if room(module) in rooms)


def is_within(module: str, places: tuple[str, ...]) -> bool:
    return any(module == place or module.startswith(f"{place}.") for place in places)


def functions(module: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree_of(module)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


@pytest.mark.parametrize("module", MODULES)
def test_a_room_imports_only_from_lower_floors(module: str) -> None:
    higher = {
        other
        for other in our_imports(module)
        if floor(other) > floor(module)
        or (floor(other) == floor(module) and room(other) != room(module))
    }
    allowed = {"api"} if module == "" else set()  # the package's public name
    assert higher - allowed == set()


@pytest.mark.parametrize("module", MODULES)
def test_no_room_imports_what_it_must_never_know(module: str) -> None:
    rooms = {room(other) for other in our_imports(module)}
    assert rooms & NEVER.get(room(module), set()) == set()


def test_no_import_runs_in_a_circle() -> None:
    graph = {module: our_imports(module) & MODULES.keys() for module in MODULES}
    assert len(list(TopologicalSorter(graph).static_order())) == len(MODULES)


@pytest.mark.parametrize("library", DOORS)
def test_a_library_has_one_door(library: str) -> None:
    knowing = {
        module
        for module in MODULES
        if any(name.partition(".")[0] == library for name in imports(module))
    }
    assert {m for m in knowing if not is_within(m, DOORS[library])} == set()


@pytest.mark.parametrize("module", [m for m in MODULES if room(m) == "rules"])
def test_a_decision_touches_nothing_of_the_world(module: str) -> None:
    assert {name.partition(".")[0] for name in imports(module)} & IMPURE == set()
    assert "pathlib.Path" not in {
        f"{node.module}.{alias.name}"
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


@pytest.mark.parametrize("family", KINDS)
def test_a_kind_knows_its_base_and_no_other_kind(family: str) -> None:
    kinds, base = KINDS[family]
    for kind in kinds:
        known = {
            other.removeprefix(f"{family}.")
            for other in our_imports(f"{family}.{kind}")
            if other.startswith(family)
        }
        own = {other for other in known if other.startswith(f"{kind}_")}
        assert known - base - own == set(), kind


@pytest.mark.parametrize("module", [m for m in MODULES if room(m) != "cli"])
def test_only_the_command_line_speaks_reads_the_environment_and_exits(
    module: str,
) -> None:
    spoken = []
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            spoken += [node.func.id] if node.func.id in {"print", "input"} else []
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            name = f"{node.value.id}.{node.attr}"
            outside = {"os.environ", "os.getenv", "sys.exit", "sys.stdout", "sys.argv"}
            spoken += [name] if name in outside else []
    assert spoken == []


@pytest.mark.parametrize("module", MODULES)
def test_files_and_functions_stay_small(module: str) -> None:
    lines = len(MODULES[module].read_text(encoding="utf-8").splitlines())
    assert lines <= 300
    long = {f.name for f in functions(module) if (f.end_lineno or 0) - f.lineno >= 50}
    assert long == set()


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = f"import sys, lemm_catalog; print({HEAVY!r} & sys.modules.keys())"
    code = code.replace(repr(HEAVY), repr(set(HEAVY)))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"

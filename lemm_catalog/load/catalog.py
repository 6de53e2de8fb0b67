"""Catalog roots to one catalog, with every problem of every file."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lemm_catalog.errors import CatalogError
from lemm_catalog.load.around import (
    catalog_around,
    ids_around,
    listed,
    missing_companions,
    unsettled,
)
from lemm_catalog.load.check import Model, check
from lemm_catalog.load.document import Document, read_json, read_yaml
from lemm_catalog.load.files import UnreadableError
from lemm_catalog.load.roots import MEMBERS, builtin_root, folders_of
from lemm_catalog.model.catalog import Catalog, Phases
from lemm_catalog.model.license import LicenseFacts, Policy
from lemm_catalog.model.lock import Lock
from lemm_catalog.model.manifest import Manifest
from lemm_catalog.problems import Problem, errors_in
from lemm_catalog.rules.consistency import finder, ladder_findings
from lemm_catalog.rules.facts import claimed_twice, facts_findings
from lemm_catalog.rules.finding import Finding
from lemm_catalog.rules.neighbors import between_datasets


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A catalog, the problems of its files, how many were read, and remarks."""

    catalog: Catalog
    problems: tuple[Problem, ...]
    files: int
    notes: tuple[str, ...] = ()


def load(roots: Sequence[str | Path] = ()) -> Loaded:
    """Read all files of the catalog roots, a later one overriding an earlier.

    A root without phases, licenses or policies of its own has the builtin ones.
    """
    reader, builtin = Reader(), builtin_root()
    for folder in folders_of(roots):
        reader.read_root(folder, builtin)
    return reader.whole()


def load_paths(paths: Iterable[Path]) -> Loaded:
    """Read manifests, folders of manifests, or whole catalogs.

    Manifests on their own are judged within the phases, licenses, policies and locks
    of the catalog they lie in, or else within the builtin one's.
    """
    reader = Reader()
    builtin = builtin_root()
    chosen = list(paths)
    reader.read_shared(builtin)
    for home in dict.fromkeys(filter(None, map(catalog_around, chosen))):
        reader.read_shared(home)
        reader.read_locks(home)
    reader.files = 0
    for path in chosen:
        if (path / "datasets").is_dir():
            reader.read_root(path, builtin)
        elif path.is_dir():
            for manifest in listed(path, ".yaml", reader.problems):
                reader.read_manifest(manifest)
        else:
            reader.read_manifest(path)
    return reader.whole(ids_around(chosen))


def read_manifest(path: Path) -> Manifest:
    """Return one manifest, checked by itself.

    Raises:
        CatalogError: if it is wrong, with every place.

    """
    reader = Reader()
    reader.read_manifest(path)
    if errors := errors_in(reader.problems):
        raise CatalogError(errors)
    ((manifest, _),) = reader.manifests.values()
    return manifest


@dataclass
class Reader:
    """Gathers what the files say; `result` then looks at the whole.

    Manifests whose path is among ``known``, with their id, are not read again;
    ``kept`` has those of them that no other overrides.
    """

    known: Mapping[str, str] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    files: int = 0
    phases: Phases | None = None
    phases_document: Document | None = None
    manifests: dict[str, tuple[Manifest, Document]] = field(default_factory=dict)
    paths: dict[str, Path] = field(default_factory=dict)
    licenses: dict[str, LicenseFacts] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    locks: dict[str, Lock] = field(default_factory=dict)

    def read_root(self, root: Path, builtin: Path) -> None:
        """Read a catalog; what it lacks is taken from the builtin one."""
        if not root.is_dir():
            message = "is not a folder; a catalog is one, with datasets/ in it"
            self.problems.append(
                Problem(path=str(root), code="unreadable", message=message)
            )
            return
        if not any((root / name).exists() for name in MEMBERS):
            message = f"holds no catalog: none of {', '.join(MEMBERS)}"
            self.problems.append(
                Problem(path=str(root), code="unreadable", message=message)
            )
            return
        self.read_shared(builtin, missing_in=root)
        self.read_shared(root)
        for path in listed(root / "datasets", ".yaml", self.problems):
            self.read_manifest(path)
        self.read_locks(root)

    def read_locks(self, root: Path) -> None:
        """Read the locks of a catalog."""
        for path in listed(root / "locks", ".json", self.problems):
            document, lock = self._read(path, "lock", Lock)
            if lock and document:
                self._expect_name(document, lock.id)
                self.locks[lock.id] = lock

    def read_shared(self, root: Path, *, missing_in: Path | None = None) -> None:
        """Read ladder, licenses and policies; or only those another root lacks."""

        def wants(name: str) -> bool:
            return missing_in is None or not (missing_in / name).exists()

        if wants("phases.yaml") and (root / "phases.yaml").exists():
            document, phases = self._read(root / "phases.yaml", "phases", Phases)
            if phases and document:
                self.phases, self.phases_document = phases, document
        if wants("licenses"):
            self._read_licenses(root / "licenses")
        if wants("policies"):
            for path in listed(root / "policies", ".yaml", self.problems):
                document, policy = self._read(path, "policy", Policy)
                if policy and document:
                    self._expect_name(document, policy.id)
                    self.policies[policy.id] = policy

    def _read_licenses(self, folder: Path) -> None:
        """Read license facts; those of one folder must not claim the same."""
        read = dict[str, tuple[Document, LicenseFacts]]()
        for path in listed(folder, ".yaml", self.problems):
            document, facts = self._read(path, "license", LicenseFacts)
            if facts and document:
                read[path.stem] = document, facts
                self.problems += [_placed(document, f) for f in facts_findings(facts)]
        found = {name: facts for name, (_, facts) in read.items()}
        self.licenses.update(found)
        for name, message in claimed_twice(found):
            problem = read[name][0].problem(("ids",), "claimed-twice", message)
            self.problems.append(problem)

    def read_manifest(self, path: Path) -> None:
        """Read a manifest, unless it is known."""
        if name := self.known.get(str(path)):
            self._override(name, path)
            self.kept.add(name)
            return
        document, manifest = self._read(path, "manifest", Manifest)
        if manifest is None or document is None:
            return
        self._expect_name(document, manifest.id)
        self._override(manifest.id, path)
        self.manifests[manifest.id] = manifest, document
        self.problems.extend(missing_companions(manifest, document))
        self.problems.extend(unsettled(document))

    def _override(self, name: str, path: Path) -> None:
        """Let a manifest take the place of one of the same id, and say so."""
        if other := self.paths.get(name):
            if other.parent == path.parent and other != path:
                message = f"the id {name!r} is that of {other.name} as well"
                self.problems.append(
                    Problem(path=str(path), code="duplicate-id", message=message)
                )
            self.notes.append(f"{name}: {path} overrides {other}")
            # It pins the sources of the other one.
            self.locks.pop(name, None)
            self.manifests.pop(name, None)
            self.kept.discard(name)
        self.paths[name] = path

    def _expect_name(self, document: Document, name: str) -> None:
        path = Path(document.path)
        if name != path.stem:
            message = f"the id is {name!r}, the file is named {path.name!r}"
            hint = f"rename the file to {name}{path.suffix}"
            self.problems.append(
                document.problem(("id",), "id-mismatch", message, hint=hint)
            )

    def _read(
        self, path: Path, kind: str, model: type[Model]
    ) -> tuple[Document | None, Model | None]:
        self.files += 1
        try:
            document = read_json(path) if kind == "lock" else read_yaml(path)
        except UnreadableError as error:
            self.problems.append(error.problem)
            return None, None
        value, problems = check(document, kind, model)
        self.problems.extend(problems)
        return document, value

    def result(self) -> Loaded:
        """Return what was read, judged as a whole."""
        catalog = Catalog(
            manifests={
                name: self.manifests[name][0] for name in sorted(self.manifests)
            },
            phases=self.phases.phases if self.phases else {},
            licenses=self.licenses,
            policies=self.policies,
            locks=self.locks,
            homes={
                name: Path(document.path).parent
                for name, (_, document) in self.manifests.items()
            },
        )
        problems = [*self.problems, *self._consistency(catalog)]
        return Loaded(
            catalog=catalog,
            problems=tuple(sorted(set(problems))),
            files=self.files,
            notes=tuple(self.notes),
        )

    def whole(self, ids: Collection[str] = ()) -> Loaded:
        """Return what was read, and what datasets have to do with each other.

        ``ids`` are of manifests that are there and were not read.
        """
        loaded = self.result()
        found = {
            _placed(self.manifests[name][1], finding)
            for name, finding in between_datasets(loaded.catalog, ids)
        }
        return replace(loaded, problems=tuple(sorted({*loaded.problems, *found})))

    def _consistency(self, catalog: Catalog) -> Iterator[Problem]:
        if self.phases_document:
            for finding in ladder_findings(catalog):
                yield _placed(self.phases_document, finding)
        findings = finder(catalog)
        for manifest, document in self.manifests.values():
            for finding in findings(manifest):
                yield _placed(document, finding)


def _placed(document: Document, finding: Finding) -> Problem:
    return document.problem(
        finding.key,
        finding.code,
        finding.message,
        hint=finding.hint,
        severity=finding.severity,
    )

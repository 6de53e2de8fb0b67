"""What ``--json`` prints: one document, in the shape of the contract."""

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.cli.running import Done, a_plain_file, run, write_manifest

COUNT = {"type": "integer", "minimum": 0}
TEXT = {"type": "string"}
WHEN = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
VERDICT = {"enum": ["allowed", "denied", "review"]}
STATE = {"enum": ["present", "partial", "missing", "damaged", "outdated"]}
KINDS = ["fetch", "resume", "unpack", "keep", "ask", "refuse", "skip"]


def obj(**keys: Any) -> dict[str, Any]:
    """Return the schema of an object that has at least these keys."""
    return {"type": "object", "required": list(keys), "properties": keys}


def each(item: Any) -> dict[str, Any]:
    return {"type": "array", "items": item}


ACTION = obj(
    action={"enum": KINDS},
    path=TEXT,
    bytes=COUNT,
    source={"type": ["string", "null"]},
    reason=TEXT,
)
PLANNED = obj(
    id=TEXT,
    phase=TEXT,
    priority={"enum": [1, 2, 3, 4, 5]},
    license=TEXT,
    commercial=VERDICT,
    download_bytes=COUNT,
    unpacked_bytes=COUNT,
    actions=each(ACTION),
)
LIMIT = {"type": ["integer", "null"]}
OUTCOME = obj(id=TEXT, result=TEXT, bytes_fetched=COUNT, message=TEXT, exit_code=COUNT)
LISTED = obj(
    id=TEXT, phase=TEXT, license=TEXT, commercial=VERDICT, download_bytes=COUNT
)
STANDING = obj(
    id=TEXT,
    state=STATE,
    bytes=COUNT,
    path={"type": ["string", "null"]},
    verified={"anyOf": [WHEN, {"type": "null"}]},
)
NULLABLE = {"type": ["string", "null"]}
LICENSE = obj(id=TEXT, title=NULLABLE, url=NULLABLE, duties=each(TEXT))
CREDITED = obj(
    id=TEXT,
    title=TEXT,
    source=NULLABLE,
    version=NULLABLE,
    pulled=NULLABLE,
    parts=each(
        obj(
            parts=each(NULLABLE),
            expression=TEXT,
            licenses=each(LICENSE),
            attribution=NULLABLE,
            note=NULLABLE,
        )
    ),
    changes=each(TEXT),
    accepted=each(obj(id=TEXT, terms=TEXT, how=TEXT, accepted=WHEN)),
    items=each(obj(path=TEXT, author=NULLABLE, expression=TEXT)),
)
PROBLEM = obj(
    path=TEXT,
    line=COUNT,
    column=COUNT,
    key=TEXT,
    severity={"enum": ["error", "warning"]},
    code=TEXT,
    message=TEXT,
    hint=TEXT,
)
SHAPES: dict[str, dict[str, Any]] = {
    "plan": obj(
        selection=each(TEXT),
        datasets=each(PLANNED),
        totals=obj(
            datasets=COUNT,
            download_bytes=COUNT,
            to_fetch_bytes=COUNT,
            unpacked_bytes=COUNT,
            peak_disk_bytes=COUNT,
        ),
        limits=obj(max_storage_bytes=LIMIT, free_bytes=COUNT, fits={"type": "boolean"}),
        problems=each(obj(code=TEXT, message=TEXT, hint=TEXT)),
    ),
    "list": obj(datasets=each(LISTED)),
    "search": obj(words=each(TEXT), datasets=each(LISTED)),
    "show": obj(manifest=obj(id=TEXT, files={"type": "array"}), summary=LISTED),
    "path": obj(id=TEXT, path=TEXT, state=STATE),
    "status": obj(datasets=each(STANDING)),
    "pull": obj(datasets=each(OUTCOME), exit_code=COUNT),
    "refresh": obj(datasets=each(OUTCOME), exit_code=COUNT),
    "verify": obj(
        datasets=each(obj(id=TEXT, whole={"type": "boolean"}, verified=WHEN)),
        missing=each(TEXT),
        partial=each(TEXT),
        repair={"type": ["object", "null"]},
    ),
    "remove": obj(freed_bytes={"type": "object", "additionalProperties": COUNT}),
    "gc": obj(freed_bytes={"type": "object", "additionalProperties": COUNT}),
    "attribution": obj(
        selection=each(TEXT),
        pulled={"type": "boolean"},
        datasets=each(CREDITED),
        missing=each(obj(dataset=TEXT, message=TEXT)),
    ),
    "cite": obj(
        selection=each(TEXT),
        pulled={"type": "boolean"},
        citations=each(obj(key=TEXT, type=TEXT, datasets=each(TEXT), bibtex=TEXT)),
    ),
    "validate": obj(files=COUNT, problems=each(PROBLEM)),
}


def checked(command: str, done: Done) -> Any:
    """Return the document, if it has the command's shape."""
    document = done.json
    assert document["schema"] == f"lemm-catalog/{command}@1"
    jsonschema.Draft202012Validator(SHAPES[command]).validate(document)
    return document


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("list", 0),
        ("list balanced", 0),
        ("show nsynth", 0),
        ("show maestro", 0),
        ("search midi", 0),
        ("search zebra", 1),
        ("path sample", 1),
        ("plan sample", 0),
        ("plan libritts/dev-clean ljspeech --max-storage 1GB", 1),
        ("status", 0),
        ("verify", 0),
        ("verify sample", 1),
        ("remove sample", 0),
        ("gc", 0),
        ("validate", 0),
        ("attribution", 0),
        ("attribution fma-small musdb18", 0),
        ("attribution --pulled", 0),
        ("cite", 0),
        ("cite --pulled", 0),
        ("pull sample", 0),
        ("refresh sample", 0),
    ],
)
def test_a_command_prints_one_document_of_its_shape(line: str, code: int) -> None:
    done = run(*line.split(), "--json")
    assert done.code == code
    checked(line.split()[0], done)


def test_a_plan_has_the_totals_of_its_actions() -> None:
    plan = checked("plan", run("plan", "comprehensive", "--json"))
    actions = [a for dataset in plan["datasets"] for a in dataset["actions"]]
    fetched = sum(a["bytes"] for a in actions if a["action"] in {"fetch", "resume"})
    assert plan["totals"]["to_fetch_bytes"] == fetched
    assert plan["totals"]["datasets"] == len(plan["datasets"]) == 8


def test_status_tells_when_it_was_verified_in_utc() -> None:
    run("pull", "sample")
    status = checked("status", run("status", "sample", "--json"))
    assert status["datasets"][0]["verified"]
    assert status["datasets"][0]["path"].endswith("sample")


def test_verify_and_repair_print_one_document() -> None:
    run("pull", "sample")
    victim = next(Path("datasets/sample/midi").iterdir())
    victim.unlink()
    found = checked("verify", run("verify", "--repair", "--json"))
    assert found["datasets"][0]["whole"] is False
    assert found["repair"]["datasets"][0]["result"] == "pulled"
    assert victim.is_file()


def test_an_error_leaves_stdout_empty() -> None:
    done = run("plan", "nsinth", "--json")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: there is no dataset or phase 'nsinth'\n")


def test_json_is_plain_ascii_whatever_a_manifest_holds() -> None:
    data = b"x"
    Path("mine/datasets").mkdir(parents=True)
    Path("mine/datasets/x.bin").write_bytes(data)
    title = "Größe 音楽 \U0001f3b5"
    file = a_plain_file("x.bin", data, "x.bin")
    write_manifest(Path("mine"), "odd", title=title, files=[file])
    for command in (["list"], ["show", "odd"], ["plan", "odd"], ["status"]):
        done = run(*command, "--json", "--catalog", "mine")
        assert re.fullmatch(r"[\x20-\x7e\n]*", done.out)
        assert title in str(done.json)

"""What asks for consent is refused until it is named, and the receipt keeps it."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from lemm_catalog import Catalog
from lemm_catalog.settings import Settings
from tests.cli.running import Done, a_plain_file, run, snapshot, write_manifest

CATALOG = Path("mine")
FORM: dict[str, Any] = {"terms": "Fill in the form.", "url": "https://e.org/form"}


@pytest.fixture(autouse=True)
def _catalog(_own_folder: None) -> None:
    """A dataset behind a form, one under an agreement, and a free one."""
    Path("mine/datasets").mkdir(parents=True)
    Path("mine/licenses").mkdir()
    Path("mine/datasets/x.bin").write_bytes(b"x")
    write_license("CC0-1.0", title="Zero")
    url = "https://e.org/eula"
    write_license("LicenseRef-E", title="E", url=url, requires=["acceptance"])
    put("form", {"expression": "CC0-1.0", "accept": FORM})
    put("eula", "LicenseRef-E")
    put("free", "CC0-1.0")


def write_license(name: str, **keys: Any) -> None:
    data = {"schema_version": 1, "ids": [name]} | keys
    text = yaml.safe_dump(data)
    Path(f"mine/licenses/{name.lower()}.yaml").write_text(text, encoding="utf-8")


def put(name: str, license_: Any) -> None:
    file = a_plain_file("x.bin", b"x", "x.bin")
    write_manifest(CATALOG, name, license=license_, files=[file])


def mine(*words: str, **env: str) -> Done:
    return run(*words, "--catalog", "mine", env=env)


def kinds(done: Done) -> dict[str, str]:
    return {d["id"]: d["actions"][0]["action"] for d in done.json["datasets"]}


def results(done: Done) -> dict[str, str]:
    return {d["id"]: d["result"] for d in done.json["datasets"]}


def accepted(name: str) -> list[dict[str, Any]]:
    text = Path(f"datasets/.lemm/receipts/{name}.json").read_text("utf-8")
    found: list[dict[str, Any]] = json.loads(text)["accepted"]
    return found


def test_a_plan_refuses_what_asks_and_says_how_to_agree() -> None:
    done = mine("plan", "minimal", "--json")
    assert done.code == 1
    assert kinds(done) == {"form": "refuse", "eula": "refuse", "free": "fetch"}
    reasons = {d["id"]: d["actions"][0]["reason"] for d in done.json["datasets"]}
    assert reasons["form"] == (
        "asks you to agree: Fill in the form (https://e.org/form); "
        "agree with --accept form"
    )
    assert reasons["eula"] == (
        "asks you to agree: LicenseRef-E, E (https://e.org/eula); "
        "agree with --accept LicenseRef-E"
    )


def test_a_pull_refuses_it_and_brings_the_others() -> None:
    done = mine("pull", "minimal", "--json")
    assert done.code == 1
    expected = {"form": "refused", "eula": "refused", "free": "pulled"}
    assert results(done) == expected
    assert not Path("datasets/form").exists()
    assert not Path("datasets/.lemm/staging/form").exists()


def test_named_by_flag_or_environment_it_is_pulled_and_kept_in_the_receipt() -> None:
    done = mine(
        "pull", "minimal", "--accept", "form", LEMM_ACCEPT_LICENSES="x,LicenseRef-E"
    )
    assert done.code == 0, done.err
    (form,), (eula,) = accepted("form"), accepted("eula")
    when = form.pop("accepted")
    assert form == FORM | {"id": "form", "how": "flag"}
    assert when.endswith("Z")
    assert (eula["id"], eula["how"]) == ("LicenseRef-E", "environment")
    assert accepted("free") == []


def test_what_is_here_stays_and_a_second_pull_writes_nothing() -> None:
    mine("pull", "form", "--accept", "form")
    before = snapshot(Path("datasets/form"))
    done = mine("pull", "form")
    assert (done.code, done.out) == (0, "form  present\n")
    assert snapshot(Path("datasets/form")) == before
    assert mine("status", "form").out.count("present") == 1


def test_a_refresh_asks_again_where_the_terms_have_changed() -> None:
    mine("pull", "form", "--accept", "form")
    assert mine("refresh", "form").code == 0
    put("form", {"expression": "CC0-1.0", "accept": FORM | {"terms": "Pay."}})
    assert kinds(mine("plan", "form", "--json")) == {"form": "keep"}
    done = mine("refresh", "form", "--json")
    assert (done.code, results(done)) == (1, {"form": "refused"})
    assert mine("plan", "form").code == 0, "what is here counts as before"
    assert mine("refresh", "form", "--accept", "form").code == 0
    assert [one["terms"] for one in accepted("form")] == ["Fill in the form.", "Pay."]


def test_a_repair_fetches_nothing_under_terms_nobody_agreed_to() -> None:
    put("form", "CC0-1.0")
    mine("pull", "form")
    put("form", {"expression": "CC0-1.0", "accept": FORM})
    Path("datasets/form/x.bin").write_bytes(b"y")
    done = mine("verify", "form", "--repair")
    assert done.code == 1
    assert "asks you to agree: Fill in the form" in done.out
    assert Path("datasets/form/x.bin").read_bytes() == b"y"
    done = mine("verify", "form", "--repair", LEMM_ACCEPT_LICENSES="form")
    assert done.code == 0, done.err
    assert Path("datasets/form/x.bin").read_bytes() == b"x"


def test_with_a_saved_plan_whoever_pulls_has_to_agree() -> None:
    done = mine("plan", "form", "--accept", "form", "--out", "plan.json")
    assert done.code == 0, done.err
    refused = mine("pull", "--plan", "plan.json", "--json")
    assert (refused.code, results(refused)) == (1, {"form": "refused"})
    assert mine("pull", "--plan", "plan.json", "--accept", "form").code == 0


@pytest.mark.parametrize("word", ["LicenseRef-F", "from"])
def test_an_unknown_id_is_a_wrong_usage(word: str) -> None:
    done = mine("plan", "minimal", "--accept", word)
    assert (done.code, done.out) == (2, "")
    said = f"error: --accept: {word!r} is no dataset and no license of one\n"
    assert done.err.startswith(said)
    assert "did you mean" in done.err


@pytest.mark.parametrize("word", ["*", "LicenseRef-*"])
def test_nothing_accepts_everything(word: str) -> None:
    for done in (
        mine("plan", "form", "--accept", word),
        mine("plan", "form", LEMM_ACCEPT_LICENSES=f"free {word}"),
    ):
        assert (done.code, done.out) == (2, "")
        assert f"{word!r} would agree to terms nobody has seen" in done.err


def test_the_environment_may_name_what_other_catalogs_have() -> None:
    quiet = mine("plan", "free", LEMM_ACCEPT_LICENSES="other, form")
    assert (quiet.code, quiet.err) == (0, "")
    told = mine("plan", "free", "-v", LEMM_ACCEPT_LICENSES="other, form")
    lines = [line for line in told.err.splitlines() if "LEMM_ACCEPT" in line]
    assert lines == ["LEMM_ACCEPT_LICENSES: other is unknown here, and means nothing"]


def test_show_says_what_is_asked() -> None:
    asked = "Fill in the form. (https://e.org/form); agree with --accept form"
    assert asked in mine("show", "form").out
    assert "agree with --accept LicenseRef-E" in mine("show", "eula").out
    assert "--accept" not in mine("show", "free").out
    (one,) = mine("show", "form", "--json").json["asks"]
    assert (one["terms"], one["ids"]) == ("Fill in the form.", ["form", "CC0-1.0"])


def test_a_program_agrees_by_its_settings() -> None:
    catalog = Catalog.load("mine")
    assert catalog.pull("form").exit_code == 1
    assert catalog.pull("form", settings=Settings(accept=("form",))).exit_code == 0
    assert accepted("form")[0]["how"] == "flag"


def test_the_index_remembers_what_asks(tmp_path: Path) -> None:
    for _ in range(2):  # made, and read back
        shelf = Catalog.load("mine", index=tmp_path / "index")
        assert shelf.dossiers["eula"].licenses[0].asking == (("LicenseRef-E",),)
        assert shelf.dossiers["eula"] == Catalog.load("mine").dossiers["eula"]
        assert shelf.plan("eula").problems

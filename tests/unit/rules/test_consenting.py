"""Consent: who must agree to what, by which names, and what is kept of it."""

import json

import pytest

from lemm_catalog.errors import UsageError
from lemm_catalog.model.entry import Shelf
from lemm_catalog.model.inventory import Holding
from lemm_catalog.model.item import Item, Options
from lemm_catalog.model.plain import plain, read
from lemm_catalog.model.receipt import Receipt
from lemm_catalog.rules.consenting import (
    acceptances,
    check_known,
    check_words,
    demands_of,
    permitted,
    refusal,
    said_by,
    unknown_to,
)
from lemm_catalog.rules.items import items_of
from lemm_catalog.rules.planning import make_plan
from lemm_catalog.rules.selection import select
from lemm_catalog.rules.shelving import shelved
from tests.builders import (
    OTHER_SHA,
    a_catalog,
    a_file,
    a_manifest,
    a_receipt,
    an_inventory,
    facts,
    received,
)

FORM = {"terms": "Fill in the form.", "url": "https://example.org/form"}
EULA = facts("LicenseRef-EULA", title="The Agreement", requires=["acceptance"])
FILES = [a_file(path="a.tar"), a_file(path="b.tar", part="free")]


def shelf(terms: str = FORM["terms"], expression: str = "CC0-1.0") -> Shelf:
    accept = FORM | {"terms": terms}
    form = a_manifest(
        id="my-form",
        license={"expression": expression, "accept": accept},
        files=FILES,
        parts={"free": {"license": "CC0-1.0"}},
    )
    other = a_manifest(id="eula", license="LicenseRef-EULA")
    return shelved(
        a_catalog(form, other, licenses={"eula": EULA, "cc0": facts("CC0-1.0")})
    )


def item(name: str = "my-form", *flags: str, **keys: str) -> Item:
    own = shelf(**keys)
    (one,) = items_of(own, select(own, [name]), None, said_by(flags, ()))
    return one


def actions(one: Item, holding: Holding | None = None) -> list[tuple[str, str]]:
    held = {one.id: holding} if holding else {}
    inventory = an_inventory()._replace(holdings=held)
    (planned,) = make_plan(["x"], [one], inventory, Options()).datasets
    return [(action.action, action.path) for action in planned.actions]


def test_what_asks_is_refused_and_the_rest_of_the_dataset_is_not() -> None:
    assert actions(item()) == [("refuse", "a.tar"), ("fetch", "b.tar")]


def test_the_reason_says_to_what_where_and_how() -> None:
    assert refusal(item().demands[None], None) == (
        "asks you to agree: Fill in the form (https://example.org/form); "
        "agree with --accept my-form"
    )
    assert refusal(item("eula").demands[None], None) == (
        "asks you to agree: LicenseRef-EULA, The Agreement; "
        "agree with --accept LicenseRef-EULA"
    )


@pytest.mark.parametrize("word", ["my-form", "my_form", "MY-FORM", "CC0-1.0"])
def test_the_id_of_the_dataset_or_of_its_license_lifts_it(word: str) -> None:
    assert actions(item("my-form", word)) == [("fetch", "a.tar"), ("fetch", "b.tar")]


def test_a_common_license_in_the_environment_lifts_no_form_of_a_dataset() -> None:
    """The environment speaks to every run, and so to datasets nobody has looked at."""
    dossier = shelf().dossiers["my-form"]
    for word, is_heard in (("CC0-1.0", False), ("my-form", True)):
        (demand,) = demands_of("my-form", dossier, said_by([], [word]))[None]
        assert (demand.how == "environment") == is_heard, word


@pytest.mark.parametrize("word", ["LicenseRef-EULA", "licenseref-eula", "eula"])
def test_terms_of_a_license_are_agreed_to_by_its_id_or_the_dataset(word: str) -> None:
    assert [kind for kind, _ in actions(item("eula", word))] == ["fetch"]


@pytest.mark.parametrize("word", ["eula", "LicenseRef-Other", "form", ""])
def test_other_ids_lift_nothing(word: str) -> None:
    assert actions(item("my-form", word))[0] == ("refuse", "a.tar")


def test_both_what_the_dataset_and_what_its_license_asks_are_asked() -> None:
    both = item(expression="LicenseRef-EULA").demands[None]
    said = refusal(both, None)
    assert said is not None
    assert "Fill in the form (https://example.org/form); and LicenseRef-EULA" in said
    assert said.endswith("agree with --accept my-form --accept LicenseRef-EULA")
    lifted = item("my-form", "my-form", expression="LicenseRef-EULA")
    assert refusal(lifted.demands[None], None) is None


def test_a_flag_counts_before_the_environment() -> None:
    assert said_by(["A"], ["a", "B"]) == {"a": "flag", "b": "environment"}


def agreed(one: Item) -> Receipt:
    """Return the receipt of an item of which all is here."""
    artifacts = [received(artifact) for artifact in one.artifacts]
    return a_receipt(one.artifacts, id=one.id)._replace(
        accepted=acceptances(one, artifacts, None)
    )


def test_the_receipt_keeps_what_how_and_when() -> None:
    (one,) = agreed(item("my-form", "my_form")).accepted
    assert (one.id, one.terms, one.url) == ("my-form", FORM["terms"], FORM["url"])
    assert (one.how, one.accepted) == ("flag", "2026-11-22T13:00:00Z")


def test_what_nobody_asked_for_is_not_kept() -> None:
    one = item("my-form", "my-form")
    free = [received(artifact) for artifact in one.artifacts if artifact.part]
    assert acceptances(one, free, None) == ()


def test_a_second_acceptance_of_the_same_terms_leaves_the_first() -> None:
    one, receipt = item("my-form", "my-form"), agreed(item("my-form", "my-form"))
    later = received(one.artifacts[0], fetched="2027-01-01T00:00:00Z")
    assert acceptances(one, [later], receipt) == receipt.accepted


def test_what_is_here_stays_without_consent_and_under_new_terms() -> None:
    holding = Holding(receipt=agreed(item("my-form", "my-form")))
    kept = [("keep", "a.tar"), ("keep", "b.tar")]
    assert actions(item(), holding) == kept
    assert actions(item(terms="Something else."), holding) == kept
    never = Holding(receipt=a_receipt(item().artifacts, id="my-form"))
    assert actions(item(), never) == kept


def test_fetching_anew_asks_again_only_if_the_terms_changed() -> None:
    receipt = agreed(item("my-form", "my-form"))
    holding = Holding(receipt=receipt, damaged={"a.tar": "a bit is flipped"})
    assert actions(item(), holding)[0] == ("fetch", "a.tar")
    assert actions(item(terms="Something else."), holding)[0] == ("refuse", "a.tar")
    changed = item("my-form", "my-form", terms="Something else.")
    again = acceptances(changed, [received(changed.artifacts[0])], receipt)
    assert [one.terms for one in again] == ["Fill in the form.", "Something else."]


def test_repair_leaves_alone_what_nobody_agreed_to() -> None:
    assert [a.path for a in permitted(item(), None).artifacts] == ["b.tar"]
    receipt = agreed(item("my-form", "my-form"))
    assert len(permitted(item(), receipt).artifacts) == 2


def test_a_file_that_was_fetched_under_other_bytes_asks_too() -> None:
    other = [received(a, checksums={"sha256": OTHER_SHA}) for a in item().artifacts]
    receipt = a_receipt([], id="my-form")._replace(artifacts=tuple(other))
    assert actions(item(), Holding(receipt=receipt))[0] == ("refuse", "a.tar")


def test_many_files_of_one_dataset_are_one_problem() -> None:
    many = a_manifest(
        license={"expression": "CC0-1.0", "accept": {"terms": "Agree!"}},
        files=[a_file(path=f"{n}.tar") for n in range(3)],
    )
    own = shelved(a_catalog(many))
    chosen = items_of(own, select(own, ["notes"]))
    (problem,) = make_plan(["x"], chosen, an_inventory(), Options()).problems
    assert problem.message == (
        "notes: 0.tar and 2 more are refused: asks you to agree: Agree!; "
        "agree with --accept notes"
    )
    assert problem.hint == (
        "read the terms and agree, or take the rest with --exclude notes"
    )


@pytest.mark.parametrize("word", ["*", "LicenseRef-*", "a?", "[ab]"])
def test_nobody_agrees_to_what_they_have_not_seen(word: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_words(["CC0-1.0", word], "--accept")
    assert caught.value.message == (
        f"--accept: {word!r} would agree to terms nobody has seen"
    )


def test_an_unknown_id_gets_a_did_you_mean() -> None:
    own = shelf()
    check_known(own, ["my_form", "cc0-1.0", "LicenseRef-eula"])
    with pytest.raises(UsageError) as caught:
        check_known(own, ["LicenseRef-EUAL"])
    assert caught.value.mend == "did you mean LicenseRef-EULA?"
    assert unknown_to(own, ["x", "my-form", "CC0-1.0", "y"]) == ("x", "y")


def test_a_receipt_of_before_is_read_and_a_new_one_comes_back_the_same() -> None:
    receipt = agreed(item("my-form", "my-form"))
    assert read(Receipt, json.loads(json.dumps(plain(receipt)))) == receipt
    old = plain(receipt)
    del old["accepted"]
    assert read(Receipt, old) == receipt._replace(accepted=())


@pytest.mark.parametrize("change", [{"how": "guessed"}, {"accepted": "today"}])
def test_an_acceptance_that_makes_no_sense_is_not_read(change: dict[str, str]) -> None:
    data = plain(agreed(item("my-form", "my-form")))
    data["accepted"][0] |= change
    with pytest.raises(ValueError, match=r"accepted\.0\."):
        read(Receipt, data)

"""Records by dataset id, in which ``_`` and ``-`` are the same."""

import json

import pytest

from lemm_catalog.model.records import Records


def test_both_spellings_are_one_id() -> None:
    records = Records({"fma_small": 1})
    assert records == {"fma-small": 1}
    assert "fma_small" in records
    assert "fma-small" in records
    assert records["fma_small"] == records.get("fma-small") == 1
    assert records.setdefault("fma_small", 2) == 1
    assert records.setdefault("a_b", 2) == records.pop("a-b") == 2
    assert records.pop("a_b", None) is None
    assert not Records.__contains__(records, 3)
    del records["fma_small"]
    assert records == {}
    with pytest.raises(KeyError):
        del records["fma_small"]


def test_only_a_call_of_clear_clears() -> None:
    records = Records({"a": 1, "b": 2, "c": 3})
    del records["a"]
    assert records.cleared == set()
    records.clear()
    assert records.cleared == {"b", "c"}
    records["b"] = 2
    assert records.cleared == {"c"}
    records.reset({"d": 4})
    assert (records, records.cleared) == ({"d": 4}, set())


def test_it_is_a_dict_to_those_who_write_json() -> None:
    assert json.dumps({"downloaded": Records({"a_b": 1})}) == (
        '{"downloaded": {"a-b": 1}}'
    )

import json
import xml.etree.ElementTree as ET

import pytest

from benchmarks.judging import Comparison, Measured, Row
from benchmarks.report.table import FORMS
from benchmarks.results import this_machine
from tests.unit.benchmarks.making import a_result, a_row, measured

CURL = Comparison(peer=measured("curl & co", 2.0, 4.0, 6.0), target=0.65)
ABSENT = Comparison(
    peer=Measured(name="aria2c", reason="aria2c is not installed (apt install aria2)"),
    target=0.30,
)
FLOOR = Comparison(
    peer=measured("the limit", 1.0, 2.0, 3.0), target=1.15, is_floor=True
)
SLOW = Comparison(peer=measured("fast one", 0.1, 0.2, 0.3), target=1.0)
RESULT = a_result(a_row(CURL, ABSENT, FLOOR, SLOW, most_rss=120))
SVG = "{http://www.w3.org/2000/svg}"


def test_json_has_medians_ratios_and_verdicts() -> None:
    document = json.loads(FORMS["json"](RESULT))
    assert document["schema"] == "lemm-catalog/benchmarks@1"
    row = document["rows"][0]
    assert (row["ours"]["seconds"], row["memory"]) == (2.0, "met")
    found = [(p["name"], p["ratio"], p["verdict"]) for p in row["peers"]]
    assert found == [
        ("curl & co", 0.5, "met"),
        ("aria2c", None, "not measured"),
        ("the limit", 1.0, "met"),
        ("fast one", 10.0, "missed"),
    ]
    assert row["peers"][1]["reason"] == ABSENT.peer.reason
    assert len(row["peers"][0]["samples"]) == 3


def test_every_line_of_the_markdown_table_has_the_same_columns() -> None:
    table = [s for s in FORMS["markdown"](RESULT).splitlines() if s.startswith("|")]
    columns = {line.replace("\\|", "").count("|") for line in table}
    assert (len(table), columns) == (2 + 5, {9})
    assert "1 GiB \\| http · lemm-catalog" in table[2]
    assert "| curl & co | 4.00 (2.00–6.00) | 0.50 | ≤ 0.65 met |" in table[2]  # noqa: RUF001
    assert "aria2c is not installed (apt install aria2)" in table[3]
    assert "≤ 1.00 **missed**" in table[5]
    assert "| peak memory |  |  | ≤ 120 MB met |" in table[6]


def test_the_text_says_what_is_missing_and_that_small_targets_do_not_bind() -> None:
    text = FORMS["text"](a_result(a_row(CURL, ABSENT), size="small"))
    assert "  lemm-catalog / curl & co: 2.00 (1.00–3.00) s / 4.00" in text  # noqa: RUF001
    assert "not measured: aria2c is not installed (apt install aria2)" in text
    assert text.endswith("size small: the targets are for the full size\n")


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_a_workload_that_cannot_be_run_is_one_line_with_its_reason(form: str) -> None:
    ours = Measured(name="lemm-catalog", reason="nginx is not installed")
    row = Row(workload="lossy", title="t", ours=ours, comparisons=(CURL,))
    said = FORMS[form](a_result(row))
    assert said.count("nginx is not installed") == 1
    assert "curl & co" not in said


def test_the_chart_has_a_bar_for_each_rival_that_was_measured() -> None:
    root = ET.fromstring(FORMS["chart"](RESULT))
    bars = root.findall(f"{SVG}rect")
    assert [bar.get("class") for bar in bars] == ["faster", "slower"]
    assert all(float(bar.get("width", "")) > 0 for bar in bars)
    assert len(root.findall(f"{SVG}line[@class='target']")) == 2


def test_the_chart_is_accessible_and_follows_the_color_scheme() -> None:
    text = FORMS["chart"](RESULT)
    root = ET.fromstring(text)
    assert root.get("role") == "img"
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert "1 GiB | http: 0.50 of curl & co" in (description.text or "")
    assert "prefers-color-scheme: dark" in text


def test_a_chart_of_nothing_is_still_a_chart() -> None:
    assert "Nothing was measured" in FORMS["chart"](a_result())


def test_the_machine_is_known() -> None:
    machine = this_machine()
    assert machine.cores >= 1
    assert machine.memory_mb > 100

"""The forms of a report, by the option that asks for them."""

from collections.abc import Callable, Mapping

from benchmarks.report.json import json
from benchmarks.report.markdown import markdown
from benchmarks.report.svg import svg
from benchmarks.report.text import text
from benchmarks.results import Result

FORMS: Mapping[str, Callable[[Result], str]] = {
    "text": text,
    "json": json,
    "markdown": markdown,
    "chart": svg,
}

"""The report for programs."""

import json as codec
from dataclasses import asdict
from typing import Any

from benchmarks.judging import Comparison, Measured, Row, ratio, verdict
from benchmarks.results import Result


def json(result: Result) -> str:
    """Return one document: medians, all samples, ratios and verdicts."""
    document = {
        "schema": "lemm-catalog/benchmarks@1",
        "when": result.when,
        "size": result.size,
        "rounds": result.rounds,
        "machine": asdict(result.machine),
        "versions": dict(result.versions),
        "rows": [_row(row) for row in result.rows],
    }
    return codec.dumps(document, indent=1) + "\n"


def _row(row: Row) -> dict[str, Any]:
    return {
        "workload": row.workload,
        "title": row.title,
        "ours": _measured(row.ours),
        "most_rss_mb": row.most_rss,
        "memory": verdict(row.ours.rss, row.most_rss),
        "peers": [_comparison(row, comparison) for comparison in row.comparisons],
    }


def _comparison(row: Row, comparison: Comparison) -> dict[str, Any]:
    value = ratio(row.ours, comparison.peer)
    return {
        **_measured(comparison.peer),
        "is_floor": comparison.is_floor,
        "ratio": value,
        "target": comparison.target,
        "verdict": verdict(value, comparison.target),
    }


def _measured(measured: Measured) -> dict[str, Any]:
    return {
        "name": measured.name,
        "seconds": measured.wall,
        "spread": measured.spread,
        "cpu_seconds": measured.cpu,
        "rss_mb": measured.rss,
        "samples": [asdict(sample) for sample in measured.samples],
        "reason": measured.reason or None,
    }

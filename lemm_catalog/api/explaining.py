"""What a license text means, and what a policy makes of it."""

from collections.abc import Mapping

from lemm_catalog.model.license import LicenseFacts, Policy
from lemm_catalog.model.reading import Explained
from lemm_catalog.rules.wording.reading import judge_reading, read


def explain(text: str, facts: Mapping[str, LicenseFacts], policy: Policy) -> Explained:
    """Return what any license text, id or URL says, and the verdict of a policy."""
    reading = read(text, facts)
    verdict = judge_reading(reading, facts, policy)
    return Explained(
        text=text,
        expression=reading.expression,
        verdict=verdict.decision,
        permits=reading.permits,
        requires=reading.requires,
        forbids=reading.forbids,
        reasons=verdict.reasons,
    )

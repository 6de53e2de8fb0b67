"""What a license text means, and what a policy makes of it."""

from collections.abc import Mapping

from lemm_catalog.model.license import LicenseFacts, Policy
from lemm_catalog.model.reading import Explained
from lemm_catalog.rules.licensing import Judge, known_in
from lemm_catalog.rules.wording.reading import Reader, judge_reading


def explain(text: str, facts: Mapping[str, LicenseFacts], policy: Policy) -> Explained:
    """Return what any license text, id or URL says, and the verdict of a policy."""
    reading = Reader(facts).read(text)
    verdict = judge_reading(reading, Judge(known_in(facts), policy.permits))
    return Explained(
        text=text,
        expression=reading.expression,
        verdict=verdict.decision,
        permits=reading.permits,
        requires=reading.requires,
        forbids=reading.forbids,
        reasons=verdict.reasons,
    )

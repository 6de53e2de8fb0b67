"""The one error nobody forgives: a text that is called allowed and is not."""

import pytest

from tests.wording.facts import reading, verdict
from tests.wording.tricky import FREE, TRICKY


class TestTheUnforgivableError:
    @pytest.mark.parametrize("text", TRICKY)
    def test_a_tricky_text_is_not_allowed(self, text: str) -> None:
        assert verdict(text) != "allowed"

    @pytest.mark.parametrize("text", FREE)
    def test_a_plain_text_is_allowed(self, text: str) -> None:
        assert verdict(text) == "allowed", reading(text).doubts

    @pytest.mark.parametrize("free", FREE)
    @pytest.mark.parametrize(
        "restriction",
        [
            "non-commercial",
            "noncommerical use only",
            "research only",
            "except the audio",
            "with permission",
            "unless otherwise noted",
            "(code)",
            "no AI training",
            "expired",
            "verify",
            "?",
            "*",
            "NC",
            "ask us",
            "https://example.org/terms",
        ],
    )
    def test_a_restriction_anywhere_beside_it_is_seen(
        self, free: str, restriction: str
    ) -> None:
        assert verdict(f"{free} {restriction}") != "allowed"
        assert verdict(f"{restriction} {free}") != "allowed"
        assert verdict(f"{free}\n\n{restriction.upper()}") != "allowed"

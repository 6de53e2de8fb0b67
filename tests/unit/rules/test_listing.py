"""What a sieve keeps of a list."""

import itertools
from typing import Any

import pytest

from lemm_catalog.errors import UsageError
from lemm_catalog.load.catalog import load
from lemm_catalog.model.entry import Shelf
from lemm_catalog.model.listing import Listed, Sieve
from lemm_catalog.model.verdict import Decision
from lemm_catalog.rules.listing import sifted
from lemm_catalog.rules.shelving import shelved

WORDS = {
    "tasks": ("text-to-speech", "transcription"),
    "media": ("midi", "audio/wav"),
    "languages": ("es", "en-NG"),
    "phases": ("speech", "scores"),
    "verdicts": ("allowed", "review"),
}


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return shelved(load().catalog)


def line(shelf: Shelf, name: str, commercial: Decision = "allowed") -> Listed:
    entry, dossier = shelf.entries[name], shelf.dossiers[name]
    return Listed(
        id=name,
        title=dossier.title,
        summary=dossier.summary,
        homepage=None,
        host="",
        phase=entry.phase,
        status=entry.state,
        priority=1,
        tasks=dossier.tasks,
        media=dossier.media,
        languages=dossier.languages,
        license="",
        commercial=commercial,
        reasons=(),
        download_bytes=sum(a.expected for a in dossier.artifacts),
        unpacked_bytes=0,
        state="missing",
    )


@pytest.fixture(scope="module")
def lines(shelf: Shelf) -> tuple[Listed, ...]:
    kinds: tuple[Decision, ...] = ("allowed", "review", "denied")
    verdicts = itertools.cycle(kinds)
    return tuple(line(shelf, name, next(verdicts)) for name in shelf.entries)


def sieve_of(**words: Any) -> Sieve:
    return Sieve(**words)


def ids(lines: tuple[Listed, ...]) -> list[str]:
    return [one.id for one in lines]


def test_an_open_sieve_keeps_all(shelf: Shelf, lines: tuple[Listed, ...]) -> None:
    assert sifted(lines, Sieve(), shelf) == lines


@pytest.mark.parametrize("field", WORDS)
def test_words_of_one_field_add_up(
    field: str, shelf: Shelf, lines: tuple[Listed, ...]
) -> None:
    one, other = WORDS[field]
    either, first, second = (
        set(ids(sifted(lines, sieve_of(**{field: words}), shelf)))
        for words in ((one, other), (one,), (other,))
    )
    assert first
    assert second
    assert either == first | second != set(ids(lines))


@pytest.mark.parametrize(("one", "other"), [*itertools.combinations(WORDS, 2)])
def test_of_several_fields_each_must_fit(
    one: str, other: str, shelf: Shelf, lines: tuple[Listed, ...]
) -> None:
    narrow = {one: WORDS[one], other: WORDS[other]}
    both, first, second = (
        ids(sifted(lines, sieve_of(**words), shelf))
        for words in (narrow, {one: WORDS[one]}, {other: WORDS[other]})
    )
    assert both == [name for name in first if name in second]


@pytest.mark.parametrize(
    ("sieve", "name", "stays"),
    [
        (Sieve(languages=("es",)), "openslr-73-peruvian-spanish", True),
        (Sieve(languages=("ES-pe",)), "openslr-73-peruvian-spanish", True),
        (Sieve(languages=("es-CL",)), "openslr-73-peruvian-spanish", False),
        (Sieve(languages=("es-PE",)), "common-voice-6-1", False),
        (Sieve(media=("audio",)), "vctk", True),
        (Sieve(media=("flac",)), "vctk", True),
        (Sieve(media=("Audio/FLAC",)), "vctk", True),
        (Sieve(media=("audio/wav",)), "vctk", False),
        (Sieve(tasks=("text_to_speech",)), "vctk", True),
        (Sieve(max_bytes=924_219), "cmudict", True),
        (Sieve(max_bytes=924_218), "cmudict", False),
        (Sieve(max_bytes=0), "cmudict", False),
    ],
)
def test_what_a_word_means(sieve: Sieve, name: str, stays: bool, shelf: Shelf) -> None:
    assert ids(sifted([line(shelf, name)], sieve, shelf)) == [name] * stays


@pytest.mark.parametrize(
    ("sieve", "message", "mend"),
    [
        (Sieve(tasks=("transcripton",)), "task 'transcripton'", "transcription"),
        (Sieve(media=("audio/wave",)), "media type 'audio/wave'", "audio/wav"),
        (Sieve(languages=("es-AR",)), "language 'es-AR'", "es-PR"),
        (Sieve(phases=("spech",)), "phase 'spech'", "speech"),
        (
            Sieve(verdicts=("maybe",)),
            "verdict 'maybe'",
            "known: allowed, denied, review",
        ),
    ],
)
def test_a_word_that_nothing_has_is_an_error_with_what_is_near(
    sieve: Sieve, message: str, mend: str, shelf: Shelf
) -> None:
    with pytest.raises(UsageError) as caught:
        sifted([], sieve, shelf)
    assert caught.value.message == f"there is no {message}"
    assert mend in (caught.value.mend or "")

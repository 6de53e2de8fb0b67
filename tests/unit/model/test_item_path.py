import time

import pytest

from lemm_catalog.model.item_path import placer, template

FMA = "fma_small/{key:06[:3]}/{key:06}.mp3"


@pytest.mark.parametrize(
    ("text", "key", "path"),
    [
        (FMA, "2", "fma_small/000/000002.mp3"),
        (FMA, "155320", "fma_small/155/155320.mp3"),
        (FMA, "000002", "fma_small/000/000002.mp3"),
        (FMA, "0000000002", "fma_small/000/000002.mp3"),
        ("{key}", "train/a b.wav", "train/a b.wav"),
        ("audio/{key[3:]}.{key[:3]}", "wavBell", "audio/Bell.wav"),
        ("{key:03}", "0", "000"),
        ("a/{key[1:4]}", "012345", "a/123"),
    ],
)
def test_a_key_becomes_a_path(text: str, key: str, path: str) -> None:
    assert path == placer(template(text))(key)


@pytest.mark.parametrize(
    "text",
    [
        *("audio/all.wav", "", "{}", "{key!r}", "{key.__class__}", "{key[0]}"),
        *("{key:6}", "{key:06d}", "{key:>6}", "{key:00}", "{key:020}", "{key[:3][:2]}"),
        *("{{key}}", "{key}}", "a/{other}/{key}", "{key[-1:]}", "{key[:1000]}"),
        *("/{key}", "../{key}", "a/../{key}", "a//{key}", "{key}\n", "a\\{key}"),
        *("{key}/./b", "a:{key}", "{key} ", "{key}" * 9),
    ],
)
def test_what_is_no_template_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        template(text)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "x",
        "-1",
        "1.0",
        "1e3",
        " 2",
        "\uff12",
        "9" * 21,
        "../../etc",
        "a/b",
        "1\x002",
    ],
)
def test_a_key_that_is_no_number_has_no_path(key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        placer(FMA)(key)


@pytest.mark.parametrize(
    "key",
    [
        *("../x", "/etc/passwd", "a/../../b", "a//b", "..", "", "a\\b", "C:x", "a\nb"),
        *("a\0b", "x" * 2000, "a.", "n" * 300),
    ],
)
def test_a_key_that_leads_elsewhere_has_no_path(key: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        placer("{key}")(key)


def test_a_key_of_which_nothing_is_left_has_no_path() -> None:
    with pytest.raises(ValueError, match="nothing is left of the key '12'"):
        placer("a/{key[5:]}/b")("12")


def test_no_template_and_no_key_takes_long() -> None:
    begun = time.process_time()
    for text in ("{key" * 250, "{key:0" * 150, "{key[" * 200 + "}", "{" * 999):
        with pytest.raises(ValueError, match=r"brace|key"):
            template(text)
    for key in ("9" * 1_000_000, "a/" * 500_000):
        with pytest.raises(ValueError, match="key"):
            placer("{key}/{key}/{key}")(key)
    assert time.process_time() - begun < 1

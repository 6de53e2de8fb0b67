"""On which shelf a dataset belongs, by the words of its source.

The shelves are phases beside the ladder, so that a draft which nobody judged makes no
rung of it larger. A guess is for a person to look at; without a word there is none.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from lemm_catalog.model.draft import Found
from lemm_catalog.rules.media import media_of_name

# In the order in which they win where as much speaks for one as for another.
_WORDS: Final = {
    "scores": "score scores sheet midi musicxml mxl kern humdrum abc notation symbolic "
    "chorale chorales tune tunes folksong folksongs lead engraved sonatas",
    "speech": "speech voice voices spoken speaker speakers speaking asr tts utterance "
    "utterances pronunciation pronouncing audiobook audiobooks dialect dialects accent "
    "accents accented words sentences phonetic phonemes languages language",
    "music": "music musical song songs singing singer vocal vocals instrument "
    "instruments piano guitar melody track tracks genre genres drum drums chord chords "
    "beat beats tempo note notes orchestral recordings performance",
    "sound": "sound sounds noise noises acoustic scene scenes environmental reverb "
    "reverberation impulse room rooms echo audio-captioning ambient urban event events",
}
_SHELVES: Final = {word: name for name in _WORDS for word in _WORDS[name].split()}
_MEDIA: Final = {
    "audio/midi": "scores",
    "application/vnd.recordare.musicxml+xml": "scores",
    "application/vnd.recordare.musicxml": "scores",
    "text/x-humdrum": "scores",
    "text/vnd.abc": "scores",
}
_WORD = re.compile(r"[a-z]+")
_MOST_LETTERS = 600
_IN_TITLE, _IN_TASKS, _IN_MEDIA = 3, 3, 2


def shelf_of(found: Found) -> str | None:
    """Return the shelf that most speaks for; None if nothing speaks for any."""
    points = dict.fromkeys(_WORDS, 0)
    for shelf, weight in _said(found):
        points[shelf] += weight
    best = max(points, key=lambda name: points[name])
    return best if points[best] else None


def _said(found: Found) -> Iterator[tuple[str, int]]:
    """Give each thing that speaks for a shelf, and how much."""
    for shelf in _shelves([found.title, found.name]):
        yield shelf, _IN_TITLE
    for shelf in _shelves([*found.tasks, *found.keywords]):
        yield shelf, _IN_TASKS
    for shelf in _shelves([found.description[:_MOST_LETTERS]]):
        yield shelf, 1
    media = {*found.media, *(media_of_name(one.name) for one in found.files)}
    for one in media:
        if one in _MEDIA:
            yield _MEDIA[one], _IN_MEDIA


def _shelves(texts: Iterable[str]) -> Iterator[str]:
    """Give the shelf of each word that has one; a word counts once."""
    words = {word for text in texts for word in _WORD.findall(text.lower())}
    return (_SHELVES[word] for word in sorted(words) if word in _SHELVES)

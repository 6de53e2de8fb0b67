"""Words that are meant to say noncommercial, however they are spelled."""

from functools import lru_cache

_WORDS = ("commercial", "commercially", "comercial", "kommerziell", "commerciale")

_MOST = 2


def is_noncommercial(words: tuple[str, ...]) -> bool:
    """Whether one or two words are some spelling of noncommercial."""
    if not words[0].startswith("n"):
        return False
    if len(words) == 2:
        return words[0] == "non" and is_commercial(words[1])
    word = words[0]
    starts = (word[:size] for size in (3, 2) if word[:size] in {"non", "no", "nc"})
    return any(is_commercial(word[len(start) :]) for start in starts)


@lru_cache(maxsize=4096)
def is_commercial(word: str) -> bool:
    """Whether a word is commercial, up to two letters wrong, missing or swapped."""
    if not 7 <= len(word) <= 15 or word[0] not in "ck":
        return False
    return any(_distance(word, meant) <= _MOST for meant in _WORDS)


def _distance(one: str, other: str) -> int:
    """Return how many letters to add, drop, change or swap to get from one to other."""
    if abs(len(one) - len(other)) > _MOST:
        return _MOST + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, meant in enumerate(other, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != meant))
            swapped = i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == meant
            row.append(min(cost, older[j - 2] + 1) if swapped else cost)
    return row[-1]

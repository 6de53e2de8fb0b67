"""FMA's tracks.csv, faithful in its shape: header rows, columns, quotes, spellings.

python -m tests.item_tables big.zip      fma_metadata.zip, with a table of full size
"""

import csv
import io
import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

# Spellings of upstream's table, and how many of its 106,574 tracks each has. The ten
# most frequent counts are upstream's; the others share what is left.
SPELLINGS = {
    "Attribution-Noncommercial-Share Alike 3.0 United States": 19_250,
    "Attribution-NonCommercial-NoDerivatives (aka Music Sharing) 3.0 International": (
        17_732
    ),
    "Attribution-NonCommercial-ShareAlike 3.0 International": 15_260,
    "Creative Commons Attribution-NonCommercial-NoDerivatives 4.0": 12_133,
    "Attribution-Noncommercial-No Derivative Works 3.0 United States": 10_584,
    "Attribution-NonCommercial-ShareAlike": 6_907,
    "Attribution": 4_991,
    "Attribution-NonCommercial 3.0 International": 3_570,
    "Attribution-NonCommercial": 3_409,
    "Attribution-ShareAlike": 1_549,
    "Attribution 3.0 International": 2_000,
    "Attribution-ShareAlike 3.0 International": 1_500,
    "Attribution 3.0 United States": 1_000,
    "CC0 1.0 Universal": 500,
    "Attribution-NoDerivatives 4.0 International": 400,
    "FMA-Limited: Download Only": 300,
    "": 87,
    **{f"Attribution 2.5 Port {number}": 55 for number in range(97)},
}
# The replicas have few tracks: one of each of these, again and again.
FEW = (
    "Attribution 3.0 International",
    "Attribution-NonCommercial-ShareAlike 3.0 International",
    "CC0 1.0 Universal",
    "Attribution-Noncommercial-Share Alike 3.0 United States",
    "Attribution",
    "Creative Commons Attribution-NonCommercial-NoDerivatives 4.0",
    "Attribution-ShareAlike 3.0 International",
    "",
)
_COLUMNS = {
    "album": (
        *("comments", "date_created", "date_released", "engineer", "favorites", "id"),
        *("information", "listens", "producer", "tags", "title", "tracks", "type"),
    ),
    "artist": (
        *("active_year_begin", "active_year_end", "associated_labels", "bio"),
        *("comments", "date_created", "favorites", "id", "latitude", "location"),
        *("longitude", "members", "name", "related_projects", "tags", "website"),
        "wikipedia_page",
    ),
    "set": ("split", "subset"),
    "track": (
        *("bit_rate", "comments", "composer", "date_created", "date_recorded"),
        *("duration", "favorites", "genre_top", "genres", "genres_all"),
        *("information", "interest", "language_code", "license", "listens"),
        *("lyricist", "number", "publisher", "tags", "title"),
    ),
}
_NAMES = [(top, name) for top, names in _COLUMNS.items() for name in names]
Track = tuple[int, str, str]
FULL_SIZE = 106_574


def tracks_csv(tracks: Iterable[Track], rng: Random, life: int = 3) -> Iterator[bytes]:
    """Give the table of tracks: number, subset and license of each, in pieces.

    ``life`` says of how many lines what is told of each artist is.
    """
    text = io.StringIO()
    write = csv.writer(text, lineterminator="\n").writerow
    write(["", *(top for top, _ in _NAMES)])
    write(["", *(name for _, name in _NAMES)])
    write(["track_id", *("" for _ in _NAMES)])
    words = [rng.randbytes(rng.randrange(1, 5)).hex() for _ in range(4_000)]
    told = ""
    for number, subset, license_ in tracks:
        cells = dict.fromkeys(_NAMES, "")
        cells |= dict.fromkeys([("album", "id"), ("artist", "id")], str(number // 9))
        if not number % 9 or not told:
            lines = (" ".join(rng.choices(words, k=7)) for _ in range(life))
            told = "\n".join(f'<p class="life">{line}, she sings</p>' for line in lines)
        cells["artist", "bio"] = cells["album", "information"] = told
        cells["album", "date_created"] = "2008-11-26 01:44:45"
        cells["album", "title"] = f'An "album", no. {number // 9}'
        cells["artist", "name"] = f"Artist {number // 9}, & others"
        cells["artist", "tags"] = "['awol']"
        cells["set", "split"], cells["set", "subset"] = "training", subset
        cells["track", "license"] = license_
        cells["track", "genres_all"] = "[21, 10]"
        cells["track", "title"] = f"Track,\nthe {number}th"
        write([number, *cells.values()])
        if text.tell() > 1 << 18:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def all_tracks(rng: Random) -> list[Track]:
    """Return as many tracks as upstream has, with as many of each spelling."""
    licenses = [name for name, count in SPELLINGS.items() for _ in range(count)]
    licenses = (licenses + ["Attribution-ShareAlike"] * FULL_SIZE)[:FULL_SIZE]
    rng.shuffle(licenses)
    subsets = ["small"] * 8_000 + ["medium"] * 17_000
    subsets += ["large"] * (FULL_SIZE - len(subsets))
    rng.shuffle(subsets)
    # Upstream's numbers have gaps: the last is 155320.
    numbers = sorted(rng.sample(range(2, 155_321), FULL_SIZE))
    return list(zip(numbers, subsets, licenses, strict=True))


def write_full_size(target: Path) -> int:
    """Write an archive with a table of upstream's size; return the table's bytes."""
    rng = Random(20261122)
    size = 0
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_BZIP2) as archive,
        archive.open("fma_metadata/tracks.csv", "w") as out,
    ):
        for piece in tracks_csv(all_tracks(rng), rng, life=14):
            size += out.write(piece)
    return size


if __name__ == "__main__":
    sys.stdout.write(f"{write_full_size(Path(sys.argv[1])):,} bytes of table\n")

"""What upstream's archives hold, in upstream's layout: fewer and shorter files.

One function per archive; `CONTENTS` says which archive a manifest's file stands for.
Layouts are those of the guide's ten data sets, fact by fact.
"""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable
from random import Random

from tests.item_tables import FEW, Track, tracks_csv
from tests.replica_media import midi, mp3, wav

Members = dict[str, bytes]
Builder = Callable[[Random, int], Members]


def nsynth(split: str, notes: int) -> Builder:
    """Return the builder of one of NSynth's three splits."""

    def build(rng: Random, scale: int) -> Members:
        root = f"nsynth-{split}"
        members: Members = {}
        examples = {}
        for number in range(notes * scale):
            pitch, speed = 24 + number % 72, (25, 50, 75, 100, 127)[number % 5]
            name = f"guitar_acoustic_{number // 72:03}-{pitch:03}-{speed:03}"
            sound = wav(rng, rate=16_000, bits=16, seconds=0.5)
            members[f"{root}/audio/{name}.wav"] = sound
            examples[name] = {
                "note": number,
                "note_str": name,
                "pitch": pitch,
                "velocity": speed,
                "sample_rate": 16_000,
                "instrument_family_str": "guitar",
                "instrument_source_str": "acoustic",
                "qualities_str": [],
            }
        members[f"{root}/examples.json"] = json.dumps(examples, indent=2).encode()
        return members

    return build


def ljspeech(rng: Random, scale: int) -> Members:
    """Build LJSpeech-1.1.tar.bz2; metadata.csv has bars, no header, no quotes."""
    members: Members = {"LJSpeech-1.1/README": b"LJ Speech Dataset, Version 1.1\n"}
    lines = []
    for number in range(12 * scale):
        name = f"LJ{number // 400 + 1:03}-{number % 400 + 1:04}"
        text = f"Sentence {number}, “read” aloud"
        lines.append(f"{name}|{text}.|{text}.\n")
        sound = wav(rng, rate=22_050, bits=16, seconds=1)
        members[f"LJSpeech-1.1/wavs/{name}.wav"] = sound
    members["LJSpeech-1.1/metadata.csv"] = "".join(lines).encode()
    return members


_PIECES = (
    ("01_Jupiter", "vn_vc"),
    ("02_Sonata", "vn_vn"),
    ("12_Spring", "vn_vn_vc"),
    ("15_Surprise", "tpt_tpt_tbn"),
    ("44_K515", "vn_vn_va_va_vc"),
)


def urmp(rng: Random, scale: int) -> Members:
    """Build Dataset.tar.gz of URMP: one folder a piece, with stems, score and video."""
    members: Members = {}
    for number in range(len(_PIECES) * scale):
        piece, players = _PIECES[number % len(_PIECES)]
        if number >= len(_PIECES):
            piece = f"{number + 45}_{piece.partition('_')[2]}"
        members |= _urmp_piece(rng, piece, players)
    return members


def _urmp_piece(rng: Random, piece: str, players: str) -> Members:
    name = f"{piece}_{players}"
    root = f"Dataset/{name}"
    members = {
        f"{root}/AuMix_{name}.wav": wav(rng, rate=48_000, bits=24, seconds=0.3),
        f"{root}/Sco_{name}.mid": midi(rng, notes=80),
        f"{root}/Sco_{name}.pdf": b"%PDF-1.4\n%%EOF\n",
        f"{root}/Vid_{name}.mp4": b"\0\0\0\x14ftypmp42" + rng.randbytes(60_000),
    }
    for number, player in enumerate(players.split("_"), start=1):
        # Upstream's own slip: the third part of Surprise is a trombone by the name
        # of a trumpet.
        shown = "tpt" if piece.endswith("Surprise") else player
        stem = f"{number}_{shown}_{piece}"
        sound = wav(rng, rate=48_000, bits=24, seconds=0.2)
        members[f"{root}/AuSep_{stem}.wav"] = sound
        members[f"{root}/F0s_{stem}.txt"] = b"0.000\t440.00\n0.010\t440.12\n"
        members[f"{root}/Notes_{stem}.txt"] = b"0.500\t440.00\t0.480\n"
    return members


def fma(size: str, tracks: int) -> Builder:
    """Return the builder of an archive of clips, such as fma_small.zip."""

    def build(rng: Random, scale: int) -> Members:
        clips: Members = {}
        for track in _numbers(tracks * scale):
            clips[f"{track // 1000:03}/{track:06}.mp3"] = mp3(rng, frames=70)
        return _fma_folder(f"fma_{size}", clips)

    return build


def _fma_folder(root: str, files: Members) -> Members:
    """Return upstream's folder: README.txt, `checksums` with sha1 lines, the files."""
    sums = (
        f"{hashlib.sha1(data).hexdigest()}  {name}\n" for name, data in files.items()
    )
    found = {"README.txt": b"FMA: A Dataset For Music Analysis\n"}
    found["checksums"] = "".join(sums).encode()
    return {f"{root}/{name}": data for name, data in (found | files).items()}


def fma_metadata(rng: Random, scale: int) -> Members:
    """Build fma_metadata.zip; tracks.csv has three header rows, features.csv four."""
    features: list[list[object]] = [
        ["feature", "chroma_cens", "chroma_cens"],
        ["statistics", "kurtosis", "kurtosis"],
        ["number", "01", "02"],
        ["track_id", "", ""],
    ]
    for number in range(200 * scale):
        features.append([2 + number, rng.uniform(-2, 9), rng.uniform(-2, 9)])
    raw = {f"raw_{name}.csv": b"id\n" for name in ("albums", "artists", "tracks")}
    genres = _csv([["genre_id", "#tracks", "parent", "title", "top_level"]])
    files = raw | {
        "raw_genres.csv": b"id\n",
        "tracks.csv": b"".join(tracks_csv(fma_tracks(scale), rng)),
        "genres.csv": genres,
        "features.csv": _csv(features),
        "echonest.csv": _csv(features),
    }
    return _fma_folder("fma_metadata", files)


def fma_tracks(scale: int) -> list[Track]:
    """Return the tracks of tracks.csv: number, subset, license as upstream spells it.

    All clips of both archives have a row, but for the last one of each.
    """
    small, large = _numbers(24 * scale), _numbers(60 * scale)
    subsets = dict.fromkeys(sorted({*small, *large}), "medium")
    subsets |= dict.fromkeys(large[::2], "large") | dict.fromkeys(small, "small")
    del subsets[small[-1]], subsets[large[-1]]
    return [
        (track, subset, FEW[index % len(FEW)])
        for index, (track, subset) in enumerate(subsets.items())
    ]


def _numbers(tracks: int) -> list[int]:
    return [2 + number * (3 if number % 2 else 47) for number in range(tracks)]


def _csv(rows: Iterable[list[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


# What stands at the top of each of LibriTTS's seven archives, byte for byte the same.
_LIBRITTS_TOP = {
    "BOOKS.txt": b";ID|TITLE\n2397|A Book\n",
    "CHAPTERS.txt": b";ID|READER|MINUTES|SUBSET\n121123|84|10.2|dev-clean\n",
    "LICENSE.txt": b"CC BY 4.0\n",
    "NOTE.txt": b"See README_libritts.txt\n",
    "README_librispeech.txt": b"LibriSpeech\n",
    "README_libritts.txt": b"LibriTTS\n",
    "SPEAKERS.txt": b";ID|SEX|SUBSET|MINUTES|NAME\n84|F|dev-clean|8.02|A Reader\n",
    "reader_book.tsv": b"reader\tbook\n84\t2397\n",
    "speakers.tsv": b"READER\tGENDER\tSUBSET\tNAME\n84\tF\tdev-clean\tA Reader\n",
}


def libritts(subset: str, utterances: int) -> Builder:
    """Return the builder of one of LibriTTS's seven subsets."""

    def build(rng: Random, scale: int) -> Members:
        members = {f"LibriTTS/{name}": data for name, data in _LIBRITTS_TOP.items()}
        for number in range(utterances * scale):
            speaker, chapter = 84 + number // 6, 121_123 + number // 3
            folder = f"LibriTTS/{subset}/{speaker}/{chapter}"
            name = f"{speaker}_{chapter}_{number:06}_000001"
            text = f"Utterance {number}."
            sound = wav(rng, rate=24_000, bits=16, seconds=0.6)
            members[f"{folder}/{name}.wav"] = sound
            members[f"{folder}/{name}.normalized.txt"] = text.encode()
            members[f"{folder}/{name}.original.txt"] = text.upper().encode()
            listing = f"{folder}/{speaker}_{chapter}.trans.tsv"
            line = f"{name}\t{text.upper()}\t{text}\n".encode()
            members[listing] = members.get(listing, b"") + line
        return members

    return build


def musicnet(rng: Random, scale: int) -> Members:
    """Build musicnet.tar.gz: float WAV and CSV labels, for training and test."""
    members: Members = {}
    labels = b"start_time,end_time,instrument,note,start_beat,end_beat,note_value\n"
    labels += b"9182,90078,43,53,4.0,1.5,Dotted Quarter\n"
    for number in range(6 * scale):
        split = "test" if number % 6 == 5 else "train"
        sound = wav(rng, rate=44_100, bits=32, seconds=0.5)
        members[f"musicnet/{split}_data/{1727 + number}.wav"] = sound
        members[f"musicnet/{split}_labels/{1727 + number}.csv"] = labels
    return members


def musicnet_midis(rng: Random, scale: int) -> Members:
    """Build musicnet_midis.tar.gz: one folder a composer."""
    people = ("Bach", "Beethoven", "Brahms")
    return {
        f"musicnet_midis/{people[n % 3]}/{1727 + n}_op{n}_1.mid": midi(rng, notes=150)
        for n in range(6 * scale)
    }


def musicnet_metadata(rng: Random, scale: int) -> bytes:
    """Build musicnet_metadata.csv, a plain file."""
    rows: list[list[object]] = [
        ["id", "composer", "composition", "movement", "ensemble", "source", "seconds"]
    ]
    for number in range(6 * scale):
        piece = ["Schubert", "Piano Quintet in A major", "2. Andante", "Piano Quintet"]
        rows.append(
            [1727 + number, *piece, "European Archive", rng.randrange(100, 900)]
        )
    return _csv(rows)


def lakh(rng: Random, scale: int) -> Members:
    """Build lmd_full.tar.gz: each file is named by its md5, below its first digit."""
    songs = (midi(rng, notes=400) for _ in range(150 * scale))
    named = sorted((hashlib.md5(song).hexdigest(), song) for song in songs)
    return {f"lmd_full/{name[0]}/{name}.mid": song for name, song in named}


_LIBRITTS_SUBSETS = {
    "dev-clean": 8,
    "dev-other": 6,
    "test-clean": 8,
    "test-other": 6,
    "train-clean-100": 10,
    "train-clean-360": 16,
    "train-other-500": 24,
}

CONTENTS: dict[str, Builder] = {
    "nsynth-train.jsonwav.tar.gz": nsynth("train", 40),
    "nsynth-valid.jsonwav.tar.gz": nsynth("valid", 8),
    "nsynth-test.jsonwav.tar.gz": nsynth("test", 5),
    "LJSpeech-1.1.tar.bz2": ljspeech,
    "Dataset.tar.gz": urmp,
    "fma_small.zip": fma("small", 24),
    "fma_large.zip": fma("large", 60),
    "fma_metadata.zip": fma_metadata,
    "musicnet.tar.gz": musicnet,
    "musicnet_midis.tar.gz": musicnet_midis,
    "lmd_full.tar.gz": lakh,
    **{
        f"{subset}.tar.gz": libritts(subset, utterances)
        for subset, utterances in _LIBRITTS_SUBSETS.items()
    },
}

PLAIN: dict[str, Callable[[Random, int], bytes]] = {
    "musicnet_metadata.csv": musicnet_metadata,
}

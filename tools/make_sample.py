"""Synthesize the sample dataset and write its archive.

Everything is computed with whole numbers, so that every machine makes the same bytes:
the last bit of a floating-point sine differs between C libraries. Only the gzip
stream may differ between versions of zlib; the tar inside does not.

Usage: python tools/make_sample.py [TARGET]
"""

import gzip
import hashlib
import io
import struct
import sys
import tarfile
from pathlib import Path

TARGET = Path(__file__).parent.parent / "catalog" / "datasets" / "sample.tar.gz"
RATE = 16_000
FRAMES = 12_000  # three quarters of a second
ATTACK = 160
PEAK = 12_000
TURN = 1 << 24  # one full turn of phase

# Partials of each timbre: thousandths of the fundamental, weight, decay in percent.
TIMBRES = {
    "flute": ((1000, 100, 40), (2000, 12, 60)),
    "clarinet": ((1000, 100, 50), (3000, 45, 60), (5000, 20, 70)),
    "string": ((1000, 100, 70), (2000, 50, 80), (3000, 33, 90), (4000, 25, 95)),
    "bell": ((1000, 100, 90), (2756, 60, 97), (5404, 30, 99)),
}
# MIDI pitch and its frequency in thousandths of a hertz.
PITCHES = {57: 220_000, 64: 329_628}
SCALE = (60, 62, 64, 65, 67, 69, 71, 72)
ARPEGGIO = (57, 60, 64, 69, 64, 60, 57, 57)

README = """\
LEMM sample: eight synthesized notes and two MIDI files, for trying the tool.

notes/<timbre>-<pitch>.wav   16 kHz, mono, 16 bit, 0.75 s
midi/*.mid                   one track each, 120 beats a minute
metadata.csv                 file, timbre, MIDI pitch, seconds

Made by tools/make_sample.py of lemm-catalog.
"""
LICENSE = """\
CC0 1.0 Universal (SPDX-License-Identifier: CC0-1.0)

To the extent possible under law, the authors of lemm-catalog have waived all
copyright and related or neighboring rights to this dataset. It is published from no
recording: all sounds are computed.

https://creativecommons.org/publicdomain/zero/1.0/
"""


def sine(phase: int) -> int:
    """Return a sine of amplitude 1000 in whole numbers, after Bhaskara."""
    half = TURN // 2
    position = phase % TURN
    sign = 1 if position < half else -1
    product = (position % half) * (half - position % half)
    return sign * (16_000 * product // (5 * half * half - 4 * product))


def note(timbre: str, millihertz: int) -> bytes:
    """Return a note as a WAV file."""
    partials = TIMBRES[timbre]
    total = sum(weight for _, weight, _ in partials)
    steps = [
        millihertz * ratio * TURN // (RATE * 1_000_000) for ratio, _, _ in partials
    ]
    samples = bytearray()
    for n in range(FRAMES):
        attack = min(n, ATTACK)
        rest = FRAMES - n
        value = 0
        for step, (_, weight, decay) in zip(steps, partials, strict=True):
            # From a straight fall to a cubic one, as the partial decays faster.
            curve = decay * 1000 * rest * rest // (FRAMES * FRAMES)
            fall = (100 - decay) * 1000 + curve
            value += sine(step * n) * weight * fall // 100_000
        level = PEAK * attack * rest // (ATTACK * FRAMES)
        samples += struct.pack("<h", value * level // (total * 1000))
    head = struct.pack("<4sI4s", b"RIFF", 36 + len(samples), b"WAVE")
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE, 2 * RATE, 2, 16)
    return head + form + struct.pack("<4sI", b"data", len(samples)) + samples


def melody(pitches: tuple[int, ...]) -> bytes:
    """Return quarter notes as a Standard MIDI File of one track."""
    events = b"\x00\xff\x51\x03" + (500_000).to_bytes(3, "big")
    for pitch in pitches:
        events += bytes((0, 0x90, pitch, 80, 96, 0x80, pitch, 0))
    events += b"\x00\xff\x2f\x00"
    head = struct.pack(">4sIHHH", b"MThd", 6, 0, 1, 96)
    return head + struct.pack(">4sI", b"MTrk", len(events)) + events


def contents() -> dict[str, bytes]:
    """Return all files of the sample by name."""
    files = {"README.md": README.encode(), "LICENSE": LICENSE.encode()}
    rows = ["file,timbre,pitch,seconds"]
    for timbre in TIMBRES:
        for pitch, millihertz in PITCHES.items():
            name = f"notes/{timbre}-{pitch}.wav"
            files[name] = note(timbre, millihertz)
            rows.append(f"{name},{timbre},{pitch},{FRAMES / RATE}")
    files["midi/scale.mid"] = melody(SCALE)
    files["midi/arpeggio.mid"] = melody(ARPEGGIO)
    files["metadata.csv"] = ("\n".join(rows) + "\n").encode()
    return files


def archive(files: dict[str, bytes]) -> bytes:
    """Return a tar whose bytes depend on names and contents only."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in sorted(files):
            member = tarfile.TarInfo(f"lemm-sample/{name}")
            member.size, member.mode = len(files[name]), 0o644
            tar.addfile(member, io.BytesIO(files[name]))
    return out.getvalue()


def main() -> None:
    """Write the archive and print what its manifest must say."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    files = contents()
    packed = gzip.compress(archive(files), compresslevel=9, mtime=0)
    target.write_bytes(packed)
    print(f"size: {len(packed)}")
    print(f"sha256: {hashlib.sha256(packed).hexdigest()}")
    print(f"unpacked: {sum(map(len, files.values()))}, members: {len(files)}")


if __name__ == "__main__":
    main()

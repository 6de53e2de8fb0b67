"""Small real media files: WAV, MP3 and MIDI bytes from a seeded random source."""

import struct
from random import Random

_PCM, _FLOAT = 1, 3


def wav(
    rng: Random, *, rate: int, bits: int, seconds: float, channels: int = 1
) -> bytes:
    """Return a WAV file of quiet noise; 32 bits are floats, fewer are integers."""
    frames = int(rate * seconds)
    width = bits // 8
    if bits == 32:
        samples = [rng.uniform(-0.1, 0.1) for _ in range(frames * channels)]
        data = struct.pack(f"<{len(samples)}f", *samples)
    else:
        data = rng.randbytes(frames * channels * width)
    kind = _FLOAT if bits == 32 else _PCM
    block = channels * width
    form = struct.pack("<HHIIHH", kind, channels, rate, rate * block, block, bits)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form
    body += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def mp3(rng: Random, *, frames: int) -> bytes:
    """Return an MP3 file of silent frames whose ancillary data is noise.

    A frame of MPEG-1 layer III with 128 kbit/s at 44.1 kHz has 417 bytes: a header,
    side information (all zero: nothing to decode) and what is left.
    """
    header, side = b"\xff\xfb\x90\x64", bytes(32)
    # A byte of 0xff could be taken for the next header.
    noise = (rng.randbytes(381).replace(b"\xff", b"\xfe") for _ in range(frames))
    return b"".join(header + side + rest for rest in noise)


def midi(rng: Random, *, notes: int) -> bytes:
    """Return a MIDI file of one track with that many notes."""
    events = b"\x00\xff\x51\x03\x07\xa1\x20"
    for _ in range(notes):
        key, speed = rng.randrange(36, 96), rng.randrange(30, 110)
        events += bytes([rng.randrange(96), 0x90, key, speed])
        events += bytes([rng.randrange(1, 96), 0x80, key, 0])
    events += b"\x00\xff\x2f\x00"
    head = b"MThd" + struct.pack(">IHHH", 6, 0, 1, 480)
    return head + b"MTrk" + struct.pack(">I", len(events)) + events

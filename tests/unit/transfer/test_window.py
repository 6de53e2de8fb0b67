"""A window holds what is still needed, in order, and never more than its width."""

import threading
import time
from random import Random

from lemm_catalog.store.part import SEGMENT
from lemm_catalog.transfer.window import FOLLOWER, HASHER, Window
from tests.pulling import some_bytes

DATA = some_bytes(3 * SEGMENT + 12_345)


def pour(window: Window, data: bytes, stop: threading.Event) -> None:
    rng, at = Random(3), 0
    while at < len(data):
        index = at // SEGMENT
        room = index * SEGMENT + window.length(index) - at
        piece = memoryview(data)[at : at + min(room, rng.randrange(1, 60_000))]
        window.await_room(len(piece), stop)
        if stop.is_set():
            return
        window.write(index, piece)
        at += len(piece)


def drain(window: Window, reader: str, seed: int) -> bytes:
    rng, found = Random(seed), bytearray()
    buffer = memoryview(bytearray(50_000))
    while len(found) < window.size:
        if window.done == len(found):
            time.sleep(0.0005)
            continue
        most = rng.randrange(1, len(buffer))
        count = window.read_into(len(found), buffer[:most])
        found += buffer[:count]
        window.let_go(reader, len(found))
    return bytes(found)


def test_two_readers_of_unlike_speed_read_all_of_it() -> None:
    window = Window(len(DATA), width=100_000)
    found: dict[str, bytes] = {}

    def read(reader: str, seed: int) -> None:
        found[reader] = drain(window, reader, seed)

    crew = [
        threading.Thread(target=pour, args=(window, DATA, threading.Event())),
        threading.Thread(target=read, args=(HASHER, 1)),
        threading.Thread(target=read, args=(FOLLOWER, 2)),
    ]
    for one in crew:
        one.start()
    for one in crew:
        one.join(30)
    assert found == {HASHER: DATA, FOLLOWER: DATA}


def test_a_reader_that_lags_stops_the_writer() -> None:
    window, stop = Window(len(DATA), width=100_000), threading.Event()
    writer = threading.Thread(target=pour, args=(window, DATA, stop))
    writer.start()
    window.let_go(HASHER, len(DATA))
    time.sleep(0.2)
    assert 0 < window.done <= 100_000
    stop.set()
    writer.join(5)
    assert not writer.is_alive()


def test_rewinding_forgets_what_cannot_be_read_again() -> None:
    window = Window(len(DATA), width=100_000)
    window.write(0, memoryview(DATA)[:50_000])
    assert (window.done, window.count(0)) == (50_000, 50_000)
    assert window.rewind() == 50_000
    assert (window.done, window.first_gap(0, window.segments)) == (0, 0)


def test_counts_are_those_of_a_file_that_grows_in_order() -> None:
    window = Window(len(DATA))
    for index in range(window.segments):
        assert window.first_gap(0, window.segments) == index
        start = index * SEGMENT
        window.write(index, memoryview(DATA)[start : start + window.length(index)])
        assert window.count(index) == window.length(index)
    assert window.first_gap(0, window.segments) is None

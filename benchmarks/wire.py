"""A wire in user space: packets between two TUN devices, late and sometimes lost.

    python wire.py DEVICE DEVICE DELAY_MS LOSS

It stands in for `tc netem`, which not every kernel has. It ends when its standard
input does, so that it never outlives whoever started it; the devices go with it.
"""

import fcntl
import os
import select
import struct
import sys
import time
from collections import deque
from random import Random

_TUNSETIFF, _TUNSETOFFLOAD = 0x400454CA, 0x400454D0
_IFF_TUN, _IFF_NO_PI, _IFF_VNET_HDR = 0x0001, 0x1000, 0x4000
_TUN_F_CSUM, _TUN_F_TSO4 = 0x01, 0x02
_MOST = 1 << 17
_BATCH = 64


class Wire:
    """Two devices, and what is under way between them."""

    def __init__(self, names: tuple[str, str], delay: float, loss: float) -> None:
        # Without loss the kernel hands over up to 64 KiB at once, cut into packets in
        # name only, which spares the processor; one lost packet must stay one packet.
        self._devices = [_device(name, in_bulk=loss == 0) for name in names]
        self._under_way: list[deque[tuple[float, bytes]]] = [deque(), deque()]
        self._delay = delay
        self._loss = loss
        self._random = Random(0)

    def carry(self, until: int) -> None:
        """Carry packets until a descriptor can be read."""
        while True:
            waiting = self._deliver()
            ready, _, _ = select.select([*self._devices, until], [], [], waiting)
            if until in ready:
                return
            for side, device in enumerate(self._devices):
                if device in ready:
                    self._take(device, self._under_way[1 - side])

    def _take(self, device: int, queue: deque[tuple[float, bytes]]) -> None:
        due = time.monotonic() + self._delay
        for _ in range(_BATCH):
            try:
                packet = os.read(device, _MOST)
            except BlockingIOError:
                return
            if self._random.random() >= self._loss:
                queue.append((due, packet))

    def _deliver(self) -> float | None:
        """Deliver what is due, and return the seconds until something else is."""
        now = time.monotonic()
        next_due = None
        for device, queue in zip(self._devices, self._under_way, strict=True):
            while queue and queue[0][0] <= now:
                try:
                    os.write(device, queue.popleft()[1])
                except OSError:  # the device is down or full: a packet is lost
                    continue
            if queue and (next_due is None or queue[0][0] < next_due):
                next_due = queue[0][0]
        return None if next_due is None else max(0.0, next_due - time.monotonic())


def _device(name: str, *, in_bulk: bool) -> int:
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    flags = _IFF_TUN | _IFF_NO_PI | (_IFF_VNET_HDR if in_bulk else 0)
    fcntl.ioctl(descriptor, _TUNSETIFF, struct.pack("16sH22x", name.encode(), flags))
    if in_bulk:
        fcntl.ioctl(descriptor, _TUNSETOFFLOAD, _TUN_F_CSUM | _TUN_F_TSO4)
    return descriptor


def main(one: str, other: str, delay_ms: str, loss: str) -> None:
    """Make the devices, say so, and carry packets."""
    wire = Wire((one, other), float(delay_ms) / 1000, float(loss))
    print("ready", flush=True)
    wire.carry(sys.stdin.fileno())


if __name__ == "__main__":
    main(*sys.argv[1:5])

"""A slow or lossy path: two network namespaces, and the wire between them."""

import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.errors import NotMeasurable
from benchmarks.tools import lacking, where

_WIRE = Path(__file__).with_name("wire.py")
# Reserved for benchmarks (RFC 2544), so that it is nobody's network.
_CLIENT, _SERVER = "198.18.0.1", "198.18.0.2"
_SETTINGS = "/proc/sys/net/ipv4"


class Link:
    """A path with a round-trip time, in seconds, and a share of packets lost.

    Neither the machine's own network nor its routes are touched.
    """

    server = _SERVER

    def __init__(self, *, rtt: float, loss: float = 0.0, control: str = "") -> None:
        self._one_way_ms = rtt * 500
        self._loss = loss
        self._control = control
        mark = f"lb{os.getpid()}"
        self._namespaces = (f"{mark}c", f"{mark}s")
        self._made: list[str] = []
        self._wire: subprocess.Popen[bytes] | None = None

    @property
    def at_client(self) -> tuple[str, ...]:
        """What to put before a command to run it on the client's side."""
        return self._within(0)

    @property
    def at_server(self) -> tuple[str, ...]:
        """What to put before a command to run it on the server's side."""
        return self._within(1)

    def __enter__(self) -> Self:
        if reason := lacking(["ip"]):
            raise NotMeasurable(reason)
        if os.geteuid() != 0:
            raise NotMeasurable("network namespaces need root here")
        if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
            raise NotMeasurable("/dev/net/tun is not here (modprobe tun)")
        try:
            self._set_up()
        except BaseException:
            self._take_down()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._take_down()

    def _set_up(self) -> None:
        for name in self._namespaces:
            self._ip("netns", "add", name)
            self._made.append(name)
        # The names of the devices are as long as the kernel allows, 15 bytes.
        devices = [f"{name[:13]}t" for name in self._namespaces]
        self._start_wire(devices)
        sides = zip(devices, self._namespaces, (_CLIENT, _SERVER), strict=True)
        for device, name, address in sides:
            self._ip("link", "set", device, "netns", name)
            self._ip("-n", name, "addr", "add", f"{address}/30", "dev", device)
            self._ip("-n", name, "link", "set", device, "txqueuelen", "10000", "up")
            self._ip("-n", name, "link", "set", "lo", "up")
            # Otherwise what one round learned of the path would speed up the next.
            self._write(name, "tcp_no_metrics_save", "1")
            if self._control:
                self._write(name, "tcp_congestion_control", self._control)

    def _start_wire(self, devices: list[str]) -> None:
        command = [sys.executable, "-P", str(_WIRE), *devices]
        self._wire = subprocess.Popen(
            [*command, str(self._one_way_ms), str(self._loss)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self._wire.stdout is not None
        if self._wire.stdout.readline() != b"ready\n":
            raise NotMeasurable("this kernel gives no TUN device")

    def _take_down(self) -> None:
        if self._wire is not None:
            assert self._wire.stdin is not None
            assert self._wire.stdout is not None
            self._wire.stdin.close()
            self._wire.stdout.close()
            try:
                self._wire.wait(5)
            except subprocess.TimeoutExpired:
                self._wire.kill()
                self._wire.wait()
            self._wire = None
        while self._made:
            name = self._made.pop()
            command = [where("ip") or "ip", "netns", "del", name]
            subprocess.run(command, check=False, capture_output=True)

    def _within(self, side: int) -> tuple[str, ...]:
        return (where("ip") or "ip", "netns", "exec", self._namespaces[side])

    def _write(self, namespace: str, setting: str, value: str) -> None:
        script = f"echo {value} > {_SETTINGS}/{setting}"
        self._ip("netns", "exec", namespace, "sh", "-c", script)

    def _ip(self, *words: str) -> None:
        command = [where("ip") or "ip", *words]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            said = done.stderr.strip() or f"exit code {done.returncode}"
            raise NotMeasurable(f"ip {' '.join(words)}: {said}")

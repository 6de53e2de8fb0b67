"""A small client without opinions, and the data that it asks for."""

import http.client
import socket
from dataclasses import dataclass

from tests.servers.http import HttpServer

DATA = bytes(range(256)) * 400
OTHER = DATA[::-1]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


def ask(server: HttpServer, path: str = "/a", /, **headers: str) -> Answer:
    return ask_by("GET", server, path, **headers)


def ask_by(method: str, server: HttpServer, path: str, /, **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    try:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers=names)
        with connection.getresponse() as response:
            found = {k.lower(): v for k, v in response.getheaders()}
            return Answer(response.status, found, response.read())
    finally:
        connection.close()


def read_raw(server: HttpServer, path: str = "/a") -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as raw:
        raw.sendall(f"GET {path} HTTP/1.1\r\nConnection: close\r\n\r\n".encode())
        found = b""
        while piece := raw.recv(65_536):
            found += piece
        return found

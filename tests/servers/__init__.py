"""Servers on loopback: a programmable HTTP one, a real nginx, and FTP."""

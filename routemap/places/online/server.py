"""The address of a server: https, or this machine."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self
from urllib.parse import urlsplit

from routemap.errors import ArgumentError, shorten

__all__ = ["PUBLIC_URL", "Server"]

PUBLIC_URL = "https://nominatim.openstreetmap.org"


@dataclass(frozen=True, slots=True)
class Server:
    """Where to ask: "https", "nominatim.example.org/path", and whether it is this machine."""

    scheme: str
    domain: str
    loopback: bool

    @classmethod
    def of(cls, url: str) -> Self:
        """Return the server at an address.

        Raises
        ------
        ArgumentError
            It is no https address, or has a user, a query or a fragment; or plain http to a host
            that is not this machine.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise ArgumentError(f"{shorten(url)!r} is no address of a server.") from error
        loopback = _is_loopback(host)
        safe = parts.scheme == "https" or (parts.scheme == "http" and loopback)
        if not safe or not host or port == 0 or set("@?# ") & set(url):
            raise ArgumentError(
                f"{shorten(url)!r} is no https address of a server (http only on this machine; "
                f"no user, no query). Give one such as {PUBLIC_URL}."
            )
        return cls(parts.scheme, (parts.netloc.lower() + parts.path).rstrip("/"), loopback)

    @property
    def public(self) -> bool:
        """Whether this is OpenStreetMap's own server, which all share."""
        return f"{self.scheme}://{self.domain}".startswith(PUBLIC_URL)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

"""One question to a Nominatim server, worded by geopy; nothing else imports geopy."""

from __future__ import annotations

import time
from functools import partial
from http.client import HTTPException, HTTPResponse
from importlib.metadata import metadata
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from geopy.adapters import BaseSyncAdapter, get_retry_after
from geopy.geocoders import Nominatim

from routemap.errors import GeocoderError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from routemap.places.online.server import Server

__all__ = ["ask", "user_agent"]

MOST_BYTES = 1_000_000
MOST_WAIT_S = 60.0
_CHUNK = 65_536
_DISTRIBUTION = "routemap-osint"
_OWN = "Name another server by its address, or pin the place by lon, lat and uncertainty_km."


class _BusyError(GeocoderError):
    """The server asks to come back later; `wait_s` is when, if it says so."""

    wait_s: float | None = None


def user_agent() -> str:
    """Return how routemap names itself to servers: its name, version and address."""
    facts = metadata(_DISTRIBUTION)
    links = [link.partition(", ")[2] for link in facts.get_all("Project-URL") or ()]
    return f"{_DISTRIBUTION}/{facts['Version']}" + (f" (+{links[0]})" if links else "")


def ask(
    server: Server, name: str, country: str | None, turn: Callable[[], None], **options: Any
) -> str:
    """Return a server's answer to a name, as it was sent.

    Parameters
    ----------
    server
        Where to ask.
    name, country
        All that is told: the name, and an ISO 3166 alpha-2 code.
    turn
        Called before each request; returns when it may go out.
    options
        ``timeout`` in seconds for the whole answer, and what geopy's ``geocode`` takes.

    Raises
    ------
    GeocoderError
        The server refuses, is busy, is not reached in time, sends another way, or sends too much.
    """
    kept: list[str] = []
    geocoder = Nominatim(
        scheme=server.scheme,
        domain=server.domain,
        user_agent=user_agent(),
        adapter_factory=partial(_Wire, server=server, turn=turn, kept=kept),
    )
    codes = country.lower() if country else None
    geocoder.geocode(name, exactly_one=False, country_codes=codes, **options)
    return kept[0]


class _Stay(HTTPRedirectHandler):
    """Follow no redirection: what was to be told to one server is told to no other."""

    def redirect_request(self, *_: Any) -> None:
        return None


class _Wire(BaseSyncAdapter):  # type: ignore[misc]  # geopy has no types
    """Carry one of geopy's requests, and keep the text of the answer.

    geopy is given an empty list: its own reading fails on the first row that it dislikes.
    """

    def __init__(
        self,
        *,
        proxies: Mapping[str, str] | None,
        ssl_context: Any,
        server: Server,
        turn: Callable[[], None],
        kept: list[str],
    ) -> None:
        super().__init__(proxies=proxies, ssl_context=ssl_context)
        self.opener = build_opener(_Stay(), ProxyHandler({} if server.loopback else None))
        self.server, self.turn, self.kept = server, turn, kept

    def get_json(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> list[Any]:
        """Keep the answer; see the class."""
        self.kept.append(self.get_text(url, timeout=timeout, headers=headers))
        return []

    def get_text(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> str:
        """Return the answer; of a server that is busy for a minute or less, at the second try."""
        request = Request(url, headers=dict(headers))  # noqa: S310 - Nominatim checked the scheme
        try:
            return self._sent(request, timeout)
        except _BusyError as busy:
            if busy.wait_s is None or busy.wait_s > MOST_WAIT_S:
                raise
            time.sleep(busy.wait_s)
        return self._sent(request, timeout)

    def _sent(self, request: Request, timeout: float) -> str:
        self.turn()
        deadline = time.monotonic() + timeout
        try:
            with self.opener.open(request, timeout=timeout) as page:
                return self._whole(page, deadline)
        except HTTPError as error:
            with error:
                raise self._refused(error) from error
        except UnicodeDecodeError as error:
            raise self._fault("sent text that is not UTF-8", _OWN) from error
        except (OSError, HTTPException) as error:
            if isinstance(error, GeocoderError):
                raise
            cause = getattr(error, "reason", error)
            late = isinstance(cause, TimeoutError)
            what = f"gave no answer in {timeout:g} s" if late else "was not reached"
            raise self._fault(what, "Ask again later, or work offline from the cache.") from error

    def _whole(self, page: HTTPResponse, deadline: float) -> str:
        body = b""
        while chunk := page.read1(_CHUNK):
            body += chunk
            if len(body) > MOST_BYTES:
                raise self._fault(f"sent more than {MOST_BYTES:,} bytes", _OWN)
            if time.monotonic() > deadline:
                raise TimeoutError
        return body.decode()

    def _refused(self, error: HTTPError) -> GeocoderError:
        status = error.code
        if status in {429, 503}:
            busy = _BusyError.of(
                f"{self.server.domain} has no time for the question (status {status}).",
                "Ask again later: what was answered so far is in the cache.",
            )
            busy.wait_s = get_retry_after(error.headers)
            return busy
        if status == 403:
            return self._fault("refuses to answer (status 403): its usage policy says why", _OWN)
        if 300 <= status < 400:
            what = f"sends elsewhere (status {status}), which is not followed"
            return self._fault(what, "Give the address of the server that answers.")
        return self._fault(f"did not answer (status {status})", _OWN)

    def _fault(self, what: str, cure: str) -> GeocoderError:
        return GeocoderError.of(f"{self.server.domain} {what}.", cure)

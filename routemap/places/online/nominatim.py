"""Nominatim, asked for what the shipped gazetteer does not hold."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from routemap.errors import ArgumentError, GeocoderError, shorten
from routemap.geography import country_code
from routemap.places.coordinates import coordinates, is_coordinates
from routemap.places.names import fault, fold
from routemap.places.online.cache import Answer, Answers, take_turn
from routemap.places.online.choice import MOST, decide
from routemap.places.online.results import read
from routemap.places.online.server import PUBLIC_URL, Server
from routemap.places.ranking import Question
from routemap.places.values import Location

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Nominatim"]

_LANGUAGE = "en"
_POLICY_S = 1.0
"""Least time between two questions to the public server, by its usage policy."""
_LICENCE = "Data © OpenStreetMap contributors, ODbL 1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Nominatim:
    """A Nominatim server with the file that keeps its answers.

    Attributes
    ----------
    cache
        SQLite file, made at the first question. An answer in it is never asked for again.
    url
        Address of the server: https, or http on this machine.
    offline
        Open no socket: answer from the cache alone.
    refresh
        Ask again also for what the cache holds.
    timeout_s
        Seconds in which an answer must be whole.
    interval_s
        Least seconds between two questions; the public server wants 1.

    Raises
    ------
    ArgumentError
        The address is no https address, the server would be asked too often, or both `offline`
        and `refresh` are set.

    Notes
    -----
    What goes out is a place's name and the ISO 3166 code of its country, with routemap's name and
    version: nothing else of a report or a case, not the kind, the mode or the point nearby. No
    redirection is followed.
    """

    cache: Path
    url: str = PUBLIC_URL
    offline: bool = False
    refresh: bool = False
    timeout_s: float = 20.0
    interval_s: float = _POLICY_S

    def __post_init__(self) -> None:
        """Refuse what cannot be asked, before anything is."""
        server = Server.of(self.url)
        if self.offline and self.refresh:
            raise ArgumentError("offline asks nothing, refresh asks all again. Choose one.")
        if server.public and not self.interval_s >= _POLICY_S:
            raise ArgumentError(f"{PUBLIC_URL} is asked once a second at most: interval_s is 1.")

    def locate(
        self,
        name: str,
        *,
        country: str | None = None,
        kind: str | None = None,
        mode: str | None = None,
        near: tuple[float, float] | None = None,
    ) -> Location:
        """Say which place a name means, by OpenStreetMap.

        Parameters
        ----------
        name
            A toponym in any script. Coordinates are read and not sent.
        country
            ISO 3166 code or English name. Without one no answer is taken.
        kind, mode, near
            As for `routemap.locate`; they weigh the answer and are not sent.

        Returns
        -------
        Location
            Resolved only for one clear place in the country; else ambiguous with the candidates.
            Their ids, ``osm:...``, cannot be pinned: pin lon, lat and uncertainty_km.

        Raises
        ------
        GeocoderError
            The server or the cache gives no answer that can be read; or geopy is not installed.
        """
        wrong = fault(name)
        if wrong:
            return Location(shorten(name), "error", None, wrong)
        query = unicodedata.normalize("NFC", " ".join(name.split()))
        if is_coordinates(query):
            return coordinates(query)
        code = country_code(country) if country else None
        if country and code is None:
            wrong = f"{shorten(country)!r} is no country. Give an ISO 3166 code or English name."
            return Location(query, "error", None, wrong)
        answer = self._answer(query, code)
        if answer is None:
            wrong = f"{self.cache} holds no answer for {shorten(query)!r}. Ask once online."
            return Location(query, "not_found", None, wrong)
        asked = Question(fold(query), code, kind, mode, near)
        return decide(query, asked, read(answer.body), answer.asked)

    def _answer(self, query: str, code: str | None) -> Answer | None:
        """Return the answer kept, else a new one, which is kept once it was read."""
        answers = Answers(self.cache)
        question = self._question(query, code)
        kept = None if self.refresh else answers.get(question)
        if kept or self.offline:
            return kept
        body = self._asked(answers, query, code)
        licence = next((one.licence for one in read(body) if one.licence), _LICENCE)
        answer = Answer(datetime.now(UTC).date(), licence, body)
        answers.put(question, answer)
        return answer

    def _question(self, query: str, code: str | None) -> str:
        """Return the address asked, with all parameters in order: the key of the cache."""
        asked = {
            "accept-language": _LANGUAGE,
            "addressdetails": 1,
            "extratags": True,
            "format": "json",
            "limit": MOST,
            "namedetails": 1,
            "q": query,
        }
        if code:
            asked["countrycodes"] = code.lower()
        server = Server.of(self.url)
        return f"{server.scheme}://{server.domain}/search?{urlencode(sorted(asked.items()))}"

    def _asked(self, answers: Answers, query: str, code: str | None) -> str:
        try:
            from routemap.places.online.wire import ask
        except ModuleNotFoundError as error:
            raise GeocoderError.of(
                "geopy, which asks online geocoders, is not installed.",
                'Run: pip install "routemap-osint[online]"',
            ) from error
        server = Server.of(self.url)
        return ask(
            server,
            query,
            code,
            partial(take_turn, answers, server.domain, self.interval_s),
            timeout=self.timeout_s,
            limit=MOST,
            language=_LANGUAGE,
            **dict.fromkeys(("addressdetails", "extratags", "namedetails"), True),
        )

"""Nominatim, asked through geopy at a stand-in server on this machine.

Rows have the fields and types of Nominatim's own documentation of its output (nominatim.org) and
of the answer for Berlin in issue 3760 of osm-search/Nominatim; places and numbers are made up.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from routemap.errors import ArgumentError
from routemap.places.online import PUBLIC_URL, GeocoderError, Nominatim
from routemap.places.online.cache import Answers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

LICENCE = "Data © OpenStreetMap contributors, ODbL 1.0. http://osm.org/copyright"


def row(name: str, lon: float, lat: float, country: str = "ru", **given: Any) -> dict[str, Any]:
    """Return one row as Nominatim sends it: lat, lon and box are texts."""
    tag = given.pop("tag", "place=town")
    box = given.pop("box", 0.01)
    sides = (lat - box, lat + box, lon - box, lon + box)
    category, _, kind = tag.partition("=")
    return {
        "place_id": 134060781,
        "licence": LICENCE,
        "osm_type": "node",
        "osm_id": 62422,
        "lat": f"{lat:.7f}",
        "lon": f"{lon:.7f}",
        "class": category,
        "type": kind,
        "place_rank": 18,
        "importance": 0.4,
        "addresstype": kind,
        "name": name,
        "display_name": f"{name}, Somewhere",
        "address": {"town": name, "country_code": country},
        "extratags": None,
        "namedetails": {"name": name},
        "boundingbox": [f"{side:.7f}" for side in sides],
        **given,
    }


@dataclass
class Reply:
    body: bytes = b"[]"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wait_s: float = 0.0


@dataclass
class StandIn:
    """A server that gives its replies in turn, the last of them again and again."""

    url: str = ""
    replies: list[Reply] = field(default_factory=lambda: [Reply()])
    asked: list[tuple[str, dict[str, str], float]] = field(default_factory=list)

    def says(self, *rows: dict[str, Any]) -> None:
        self.replies = [Reply(json.dumps(rows, ensure_ascii=False).encode())]

    def handler(self) -> type[BaseHTTPRequestHandler]:
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                stand_in.asked.append((self.path, dict(self.headers), time.time()))
                replies = stand_in.replies
                reply = replies.pop(0) if len(replies) > 1 else replies[0]
                time.sleep(reply.wait_s)
                self.send_response(reply.status)
                for key, value in reply.headers.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


@pytest.fixture
def server() -> Iterator[StandIn]:
    stand_in = StandIn()
    listening = ThreadingHTTPServer(("127.0.0.1", 0), stand_in.handler())
    stand_in.url = f"http://127.0.0.1:{listening.server_address[1]}"
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield stand_in
    listening.shutdown()
    thread.join()
    listening.server_close()


@pytest.fixture
def online(server: StandIn, tmp_path: Path) -> Nominatim:
    return Nominatim(cache=tmp_path / "kept.sqlite", url=server.url, interval_s=0.0)


def offline(online: Nominatim) -> Nominatim:
    return Nominatim(cache=online.cache, url=online.url, offline=True)


def answers(online: Nominatim) -> list[tuple[str, ...]]:
    with sqlite3.connect(online.cache) as file:
        found = file.execute("SELECT * FROM answer ORDER BY question").fetchall()
    file.close()
    return found


def test_one_place_in_its_country_is_resolved(server: StandIn, online: Nominatim) -> None:
    server.says(row("Dunay", 132.3345, 42.8834))
    place = online.locate("Dunay", country="RU").resolved()
    assert (place.name, place.country, place.kind, place.extent) == ("Dunay", "RU", "town", "point")
    assert (place.lon, place.lat) == (132.3345, 42.8834)
    assert place.id == "osm:node/62422"
    today = answers(online)[0][1]
    assert place.source == f"Nominatim, OpenStreetMap contributors (ODbL), asked {today}"
    assert "place=town" in place.reason


def test_only_the_name_and_the_country_go_out(server: StandIn, online: Nominatim) -> None:
    online.locate(" Дунай ", country="Russia", kind="port", mode="sea", near=(131.0, 43.0))
    ((path, headers, _),) = server.asked
    sent = {key: values[0] for key, values in parse_qs(urlsplit(path).query).items()}
    assert urlsplit(path).path == "/search"
    assert (sent.pop("q"), sent.pop("countrycodes")) == ("Дунай", "ru")
    options = {"addressdetails": "1", "extratags": "True", "namedetails": "1"}
    assert sent == {**options, "format": "json", "limit": "10", "accept-language": "en"}
    assert headers["User-Agent"].startswith("routemap-osint/")
    assert set(headers) == {"User-Agent", "Host", "Accept-Encoding", "Connection"}
    kept = parse_qs(urlsplit(answers(online)[0][0]).query)
    assert kept == parse_qs(urlsplit(path).query)


def test_offline_gives_the_same_and_opens_no_socket(server: StandIn, online: Nominatim) -> None:
    server.says(row("Dunay", 132.3345, 42.8834), row("Dunay", 30.9, 60.0, importance=0.3))
    first = online.locate("Dunay", country="RU")
    before = online.cache.read_bytes()
    assert offline(online).locate("Dunay", country="RU") == first
    assert online.locate("Dunay", country="RU") == first
    assert online.cache.read_bytes() == before
    assert len(server.asked) == 1
    missing = offline(online).locate("Khasan", country="RU")
    assert missing.status == "not_found"
    assert "kept.sqlite holds no answer for 'Khasan'" in missing.reason


def test_the_body_is_kept_as_it_was_sent(server: StandIn, online: Nominatim) -> None:
    body = json.dumps([row("Дунай", 132.3, 42.9)], ensure_ascii=False, indent=3)
    server.replies = [Reply(body.encode())]
    online.locate("Дунай", country="RU")
    assert answers(online)[0][2:] == (LICENCE, body)


def test_offline_without_a_cache_makes_none(online: Nominatim) -> None:
    assert offline(online).locate("Dunay").status == "not_found"
    assert not online.cache.exists()


def test_refresh_asks_again(server: StandIn, online: Nominatim) -> None:
    online.locate("Dunay", country="RU")
    server.says(row("Dunay", 132.3345, 42.8834))
    again = Nominatim(cache=online.cache, url=online.url, refresh=True, interval_s=0.0)
    assert again.locate("Dunay", country="RU").status == "resolved"
    assert offline(online).locate("Dunay", country="RU").status == "resolved"


def test_an_empty_list_is_not_found_and_kept(server: StandIn, online: Nominatim) -> None:
    assert online.locate("Nowhere", country="RU").status == "not_found"
    assert online.locate("Nowhere", country="RU").status == "not_found"
    assert len(server.asked) == 1


def test_without_a_country_nothing_is_taken(server: StandIn, online: Nominatim) -> None:
    server.says(row("Dunay", 132.3345, 42.8834))
    found = online.locate("Dunay")
    assert (found.status, found.place) == ("ambiguous", None)
    assert 'Write "Dunay, RU"' in found.reason


@pytest.mark.parametrize(("importance", "status"), [(0.041, "ambiguous"), (0.039, "resolved")])
def test_a_rival_of_a_tenth_is_a_rival(
    server: StandIn, online: Nominatim, importance: float, status: str
) -> None:
    server.says(row("Dunay", 132.3345, 42.8834), row("Dunay", 30.9, 60.0, importance=importance))
    found = online.locate("Dunay", country="RU")
    assert found.status == status
    assert len(found.candidates) == 2
    assert sum(one.score for one in found.candidates) == pytest.approx(1, abs=1e-3)


def test_results_within_ten_km_are_one_place_with_the_kind_asked(
    server: StandIn, online: Nominatim
) -> None:
    port = row("Port Dunay", 132.33, 42.87, tag="landuse=harbour", importance=0.1)
    server.says(row("Dunay", 132.3345, 42.8834), port)
    assert online.locate("Dunay", country="RU").resolved().kind == "town"
    place = online.locate("Dunay", country="RU", mode="sea").resolved()
    assert (place.kind, place.lon) == ("port", 132.33)
    assert "2 results within 10 km count as one place" in place.reason


def test_a_missing_kind_is_never_taken(server: StandIn, online: Nominatim) -> None:
    server.says(row("Dunay", 132.3345, 42.8834))
    found = online.locate("Dunay", country="RU", kind="port")
    assert (found.status, found.place) == ("ambiguous", None)
    assert "No port of that name is mapped" in found.reason


def test_near_weighs_but_is_not_sent(server: StandIn, online: Nominatim) -> None:
    server.says(row("Dunay", 30.9, 60.0), row("Dunay", 132.3345, 42.8834))
    assert online.locate("Dunay", country="RU").status == "ambiguous"
    near = online.locate("Dunay", country="RU", near=(132.0, 43.0)).resolved()
    assert near.lon == 132.3345


def test_another_country_is_named_and_not_taken(server: StandIn, online: Nominatim) -> None:
    server.says(row("Dunay", 18.9, 45.2, "hr"))
    found = online.locate("Dunay", country="RU")
    assert found.status == "not_found"
    assert [(one.country, one.score) for one in found.candidates] == [("HR", 0.0)]


def test_another_name_is_not_taken(server: StandIn, online: Nominatim) -> None:
    server.says(row("Fokino", 132.4, 42.97))
    found = online.locate("Dunay", country="RU")
    assert found.status == "ambiguous"
    assert "not known to bear the name 'Dunay'" in found.reason


@pytest.mark.parametrize("asked", ["Khasan", "Хасан", "Khasan station", "Hassan", "Tumen"])
def test_a_name_in_another_script_is_its_own(
    server: StandIn, online: Nominatim, asked: str
) -> None:
    names = {"name": "Хасан", "old_name:en": "Tumen;Hassan", "ref": "Other"}
    server.says(row("Хасан", 130.64, 42.43, tag="railway=station", namedetails=names))
    assert online.locate(asked, country="RU", mode="rail").resolved().kind == "station"


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"tag": "place=city"}, "town"),
        ({"tag": "railway=station"}, "station"),
        ({"tag": "aeroway=aerodrome"}, "airfield"),
        ({"tag": "barrier=border_control"}, "border-crossing"),
        ({"tag": "landuse=industrial", "extratags": {"industrial": "port"}}, "port"),
        ({"tag": "boundary=administrative", "addresstype": "city"}, "town"),
        ({"tag": "boundary=administrative", "addresstype": "state"}, "region"),
        ({"tag": "boundary=administrative", "addresstype": "city", "box": 2.0}, "region"),
        ({"tag": "waterway=river"}, "river"),
        ({"tag": "landuse=industrial"}, "point"),
    ],
)
def test_kinds(server: StandIn, online: Nominatim, given: dict[str, Any], kind: str) -> None:
    server.says(row("Dunay", 132.3, 42.9, **given))
    assert [one.kind for one in online.locate("Dunay", country="RU").candidates] == [kind]


@pytest.mark.parametrize("tag", ["waterway=river", "natural=strait", "military=barracks"])
def test_a_river_a_sea_or_a_nameless_kind_is_not_taken(
    server: StandIn, online: Nominatim, tag: str
) -> None:
    server.says(row("Dunay", 132.3, 42.9, tag=tag))
    assert online.locate("Dunay", country="RU").status == "ambiguous"


def test_streets_houses_and_shops_are_left_out(server: StandIn, online: Nominatim) -> None:
    tags = ("highway=residential", "place=house", "shop=bakery", "building=yes")
    server.says(*(row("Dunay", 132.3, 42.9, tag=tag) for tag in tags))
    found = online.locate("Dunay", country="RU")
    assert (found.status, found.candidates) == ("not_found", ())


def test_the_radius_is_the_boxs_and_at_least_that_of_the_kind(
    server: StandIn, online: Nominatim
) -> None:
    server.says(
        row("Dunay", 132.3, 0.0, box=0.1),
        row("Dunay", 30.0, 0.0, box=0.001, extratags={"population": "2000000"}),
        row("Dunay", 60.0, 0.0, tag="landuse=industrial", box=0.0001),
    )
    found = online.locate("Dunay", country="RU").candidates
    assert {one.lon: one.uncertainty_km for one in found} == {132.3: 15.7, 30.0: 15.0, 60.0: 1.0}


def test_a_shape_over_longitude_180_is_wide(server: StandIn, online: Nominatim) -> None:
    box = ["62.0", "73.0", "-180.0", "180.0"]
    given = {"tag": "boundary=administrative", "addresstype": "state", "boundingbox": box}
    server.says(row("Chukotka", 171.6, 66.0, **given))
    place = online.locate("Chukotka", country="RU").resolved()
    assert place.kind == "region"
    assert place.uncertainty_km > 5000


def test_texts_of_the_server_are_data(server: StandIn, online: Nominatim) -> None:
    canary = "{{7*191}} <b>x</b> \u202eyanuD\u2066 \x00\x1b[31m\u2028" + "x" * 5000
    hostile = {"type": "town</script>{{7*191}}", "osm_type": "<b>", "osm_id": 1}
    extra = {"extratags": {"harbour": "yes", "population": "9" * 50}}
    named = {"namedetails": {"name": "Dunay"}, "display_name": canary}
    server.says(row(canary, 132.3, 42.9, **hostile, **extra, **named))
    place = online.locate("Dunay", country="RU").resolved()
    assert place.name.startswith("{{7*191}} <b>x</b> yanuD [31m")
    assert len(place.name) <= 200
    assert place.id is None
    assert place.reason.startswith("another in OpenStreetMap")


def test_ten_candidates_at_most(server: StandIn, online: Nominatim) -> None:
    server.says(*(row("Dunay", 30.0 + n, 60.0) for n in range(30)))
    assert len(online.locate("Dunay", country="RU").candidates) == 10


BROKEN = {
    "html": (b"<html>{{7*191}}</html>", "not of Nominatim's format: json invalid"),
    "cut": (b'[{"lat": "42', "json invalid"),
    "error": (b'{"error": {"code": 400, "message": "<b>"}}', "list type"),
    "deep": (b"[" * 100_000, "json invalid"),
    "nan": (json.dumps([row("A", 1, 2), row("A", float("nan"), 2)]).encode(), "row 2, lon"),
    "far": (json.dumps([row("A", 1, 91)]).encode(), "row 1, lat"),
    "importance": (json.dumps([row("A", 1, 2, importance=1e999)]).encode(), "row 1, importance"),
    "box": (json.dumps([row("A", 1, 2, boundingbox=["1"])]).encode(), "row 1, boundingbox"),
    "country": (json.dumps([row("A", 1, 2, "../x")]).encode(), "row 1, address"),
    "many": (json.dumps([row("A", 1, 2)] * 51).encode(), "too long"),
    "latin": ("[é]".encode("latin-1"), "not UTF-8"),
    "large": (b"[" + b" " * 1_000_001 + b"]", "more than 1,000,000 bytes"),
}


@pytest.mark.parametrize("body", BROKEN)
def test_what_cannot_be_read_is_an_error_and_not_kept(
    server: StandIn, online: Nominatim, body: str
) -> None:
    sent, words = BROKEN[body]
    server.replies = [Reply(sent)]
    with pytest.raises(GeocoderError, match=words) as caught:
        online.locate("A", country="RU")
    assert "191" not in str(caught.value)
    assert "<b>" not in str(caught.value)
    assert answers(online) == []


@pytest.mark.parametrize(
    ("status", "headers", "words"),
    [
        (403, {}, "usage policy"),
        (429, {}, "has no time"),
        (429, {"Retry-After": "61"}, "has no time"),
        (503, {"Retry-After": "soon"}, "has no time"),
        (500, {}, "status 500"),
    ],
)
def test_a_refusal_is_an_error_at_the_first_try(
    server: StandIn, online: Nominatim, status: int, headers: dict[str, str], words: str
) -> None:
    server.replies = [Reply(b"<b>no</b>", status, headers)]
    with pytest.raises(GeocoderError, match=words):
        online.locate("Dunay", country="RU")
    assert len(server.asked) == 1
    assert answers(online) == []


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_once_more(server: StandIn, online: Nominatim, status: int) -> None:
    busy = Reply(b"", status, {"Retry-After": "0"})
    good = Reply(json.dumps([row("Dunay", 132.3, 42.9)]).encode())
    server.replies = [busy, good]
    assert online.locate("Dunay", country="RU").status == "resolved"
    server.replies = [busy]
    with pytest.raises(GeocoderError, match=f"status {status}"):
        online.locate("Khasan", country="RU")
    assert len(server.asked) == 4


def test_no_redirection_is_followed(server: StandIn, online: Nominatim) -> None:
    server.replies = [Reply(b"", 302, {"Location": f"{server.url}/elsewhere"})]
    with pytest.raises(GeocoderError, match="sends elsewhere"):
        online.locate("Dunay", country="RU")
    assert len(server.asked) == 1


def test_a_slow_server_is_left(server: StandIn, online: Nominatim) -> None:
    server.replies = [Reply(wait_s=0.6)]
    hasty = Nominatim(cache=online.cache, url=online.url, interval_s=0.0, timeout_s=0.2)
    with pytest.raises(GeocoderError, match=r"no answer in 0\.2 s"):
        hasty.locate("Dunay", country="RU")


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    nobody = Nominatim(cache=tmp_path / "kept.sqlite", url="http://127.0.0.1:9", interval_s=0.0)
    with pytest.raises(GeocoderError, match=r"127\.0\.0\.1:9 was not reached"):
        nobody.locate("Dunay", country="RU")


def test_the_interval_is_kept_between_objects_and_tries(server: StandIn, tmp_path: Path) -> None:
    server.replies = [Reply(b"", 503, {"Retry-After": "0"}), Reply()]
    start = time.time()
    for name in ("a", "b"):
        path = tmp_path / f"{name}.sqlite"
        Nominatim(cache=path, url=server.url, interval_s=0.15).locate(name)
    late = [at - start for _, _, at in server.asked]
    assert len(late) == 3
    assert all(at >= 0.15 * n for n, at in enumerate(late))


ASK = """
import sys
from pathlib import Path
from routemap.places.online import Nominatim
for name in sys.argv[3:]:
    Nominatim(cache=Path(sys.argv[1]), url=sys.argv[2], interval_s=0.1).locate(name)
"""


def test_two_processes_share_a_cache_and_its_turns(server: StandIn, online: Nominatim) -> None:
    first = Answers(online.cache).reserve(urlsplit(server.url).netloc, time.time() + 1.5, 0.1)
    command = [sys.executable, "-c", ASK, str(online.cache), server.url]
    runs = [subprocess.Popen([*command, f"a{n}", f"b{n}", "both"]) for n in range(2)]
    assert [run.wait(60) for run in runs] == [0, 0]
    assert len(answers(online)) == 5
    late = sorted(at - first for _, _, at in server.asked)
    assert all(at >= 0.1 * n - 1e-6 for n, at in enumerate(late, start=1))


@pytest.mark.parametrize("content", ["text", "other", "version", "torn", "date"])
def test_a_cache_that_cannot_be_used_is_named(online: Nominatim, content: str) -> None:
    if content == "text":
        online.cache.write_text("sources:\n" * 200)
    elif content == "other":
        change(online.cache, "CREATE TABLE mine (a)")
    else:
        online.locate("Dunay", country="RU")
    if content == "version":
        change(online.cache, "PRAGMA user_version = 2")
    elif content == "date":
        change(online.cache, "UPDATE answer SET asked = '{{7*191}}'")
    elif content == "torn":
        whole = online.cache.read_bytes()
        online.cache.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    before = online.cache.read_bytes()
    for one in (online, offline(online)):
        with pytest.raises(GeocoderError, match=r"kept\.sqlite: the file .* Name another file"):
            one.locate("Dunay", country="RU")
    assert online.cache.read_bytes() == before


def change(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as file:
        file.execute(statement)
    file.close()


@pytest.mark.parametrize(
    "url",
    [
        *("http://nominatim.openstreetmap.org", "ftp://127.0.0.1", "file:///etc/hosts"),
        *("https://user@host.example", "https://host.example/?a=b", "https://", "https://[x"),
        *("http://127.0.0.1.example", "https://host.example:99999", "nominatim", ""),
    ],
)
def test_addresses_that_are_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(ArgumentError, match="address of a server"):
        Nominatim(cache=tmp_path / "kept.sqlite", url=url)


def test_settings_that_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "kept.sqlite"
    with pytest.raises(ArgumentError, match="Choose one"):
        Nominatim(cache=path, offline=True, refresh=True)
    for url in (PUBLIC_URL, "https://NOMINATIM.openstreetmap.org:443/"):
        with pytest.raises(ArgumentError, match="once a second"):
            Nominatim(cache=path, url=url, interval_s=0.5)


@pytest.mark.parametrize(
    ("name", "country", "status"),
    [
        ("", None, "error"),
        ("Du\u202enay", None, "error"),
        ("x" * 10_000, None, "error"),
        ("Dunay", "Ruritania", "error"),
        ("132.33, 42.88", None, "resolved"),
    ],
)
def test_what_is_never_sent(
    server: StandIn, online: Nominatim, name: str, country: str | None, status: str
) -> None:
    assert online.locate(name, country=country).status == status
    assert server.asked == []


def test_without_geopy_the_cure_is_named(
    server: StandIn, online: Nominatim, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.says(row("Dunay", 132.3345, 42.8834))
    online.locate("Dunay", country="RU")
    monkeypatch.delitem(sys.modules, "routemap.places.online.wire")
    monkeypatch.setitem(sys.modules, "geopy", None)
    monkeypatch.setitem(sys.modules, "geopy.adapters", None)
    with pytest.raises(GeocoderError, match=r'pip install "routemap-osint\[online\]"'):
        online.locate("Khasan", country="RU")
    assert offline(online).locate("Dunay", country="RU").status == "resolved"


def test_nothing_imports_it_unasked() -> None:
    asked = "import sys, routemap; routemap.locate('Dunay')"
    code = f"{asked}; print('routemap.places.online' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"

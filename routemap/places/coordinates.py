"""Coordinates as people write them: read where there is one reading, refused with a cure else."""

from __future__ import annotations

import re
from math import cos, hypot, radians

from routemap.places.values import Location, Place, default_uncertainty_km

__all__ = ["coordinates", "is_coordinates"]

_NUMBER = r"[-+]?\d+(?:\.\d*)?"
_PAIR = re.compile(rf"\s*({_NUMBER})\s*[,;]\s*({_NUMBER})\s*")
_COMMAS = re.compile(r"\s*([-+]?\d+,\d+)\s*;\s*([-+]?\d+,\d+)\s*")
_MARKS = r"\d\s.,;:+'\"\u00b0\u00ba\u2019\u201d\u2032\u2033\-"
_LIKE = re.compile(rf"[{_MARKS}NSEWnsew]*\d[{_MARKS}NSEWnsew]*")
_GRID = re.compile(
    r"\d{1,2}[C-HJ-NP-X](?:\s?[A-HJ-NP-Z]{2}(?:\s?\d{1,5}\s?\d{1,5})?|\s+\d{6,7}\D+\d{6,7}.*)",
    re.IGNORECASE,
)
_LETTER_LAST = re.compile(r"([^NSEW]+)([NSEW])[\s,;]*([^NSEW]+)([NSEW])")
_LETTER_FIRST = re.compile(r"([NSEW])([^NSEW]+?)[\s,;]*([NSEW])([^NSEW]+)")
_ONE = r"(\d{1,3}(?:[.,]\d+)?)"
_ANGLE = re.compile(rf"{_ONE}(?:°?|[°: ]{_ONE}(?:'?|[': ]{_ONE}\"?))")
_PLAIN = str.maketrans("\u00ba\u2019\u201d\u2032\u2033", "°'\"'\"")
_ROOM = re.compile(r"\s*([°:'\"\s])\s*")
_CURE = "Give LON,LAT in decimal degrees with a point, longitude first: 132.34,42.88."
_DEGREE_KM = 111.2
"""Length of a degree of latitude on the mean sphere."""

Angle = tuple[float, float]
"""Degrees, and the step in degrees to which they are written."""


def is_coordinates(text: str) -> bool:
    """Say whether a text is to be read as coordinates, and so never as a name."""
    return bool(_LIKE.fullmatch(text) or _GRID.fullmatch(text))


def coordinates(text: str) -> Location:
    """Read a pair of coordinates.

    Parameters
    ----------
    text
        ``LON,LAT`` in decimal degrees with a point, or ``LON; LAT`` with a comma; or with the
        letters N, S, E, W in either order, then also in degrees, minutes and seconds, or with a
        decimal comma.

    Returns
    -------
    Location
        A place without id, of kind "point"; or status "error" with the cure.

    Notes
    -----
    The radius is the largest error that rounding to the last digit leaves, at least 0.1 km:
    two decimals mean up to 0.8 km, whole degrees up to 79 km.
    """
    if _GRID.fullmatch(text):
        return _refused(text, f"{text!r} is a grid reference (MGRS or UTM), which is not read.")
    lettered = _LETTER_LAST.fullmatch(text.upper()) or _LETTER_FIRST.fullmatch(text.upper())
    if lettered:
        return _lettered(text, lettered.groups())
    found = _PAIR.fullmatch(text) or _COMMAS.fullmatch(text)
    if not found:
        return _refused(text, f"{text!r} is no pair of decimal degrees.")
    return _point(text, _decimal(found[1]), _decimal(found[2]))


def _lettered(text: str, parts: tuple[str, ...]) -> Location:
    """Read two angles with their letters, whichever of them comes first."""
    letters = [one for one in parts if one in "NSEW"]
    angles = [_angle(one) for one in parts if one not in "NSEW"]
    signed = {
        "NS" if letter in "NS" else "EW": (0.0 - angle[0] if letter in "SW" else angle[0], angle[1])
        for letter, angle in zip(letters, angles, strict=True)
        if angle
    }
    if len(signed) < 2:
        return _refused(text, f"{text!r} is no latitude and longitude.")
    return _point(text, signed["EW"], signed["NS"])


def _angle(text: str) -> Angle | None:
    """Return degrees, minutes and seconds as degrees; None for what is none."""
    plain = _ROOM.sub(r"\1", text.strip().translate(_PLAIN).replace("''", '"'))
    found = _ANGLE.fullmatch(plain)
    parts = [_decimal(one) for one in found.groups() if one] if found else []
    if any(step < 1 for _, step in parts[:-1]) or any(value >= 60 for value, _ in parts[1:]):
        return None
    degrees = sum(value / 60**n for n, (value, _) in enumerate(parts))
    return (degrees, parts[-1][1] / 60 ** (len(parts) - 1)) if parts else None


def _decimal(text: str) -> Angle:
    plain = text.replace(",", ".")
    return float(plain), 10.0 ** -len(plain.partition(".")[2])


def _point(text: str, lon_step: Angle, lat_step: Angle) -> Location:
    (lon, across), (lat, along) = lon_step, lat_step
    if abs(lat) > 90 and abs(lon) <= 90 and abs(lat) <= 180:
        swapped = f"lat {lat:g} is beyond 90: swapped? Longitude comes first: {lat:g},{lon:g}."
        return Location(text, "error", None, swapped)
    if abs(lon) > 180 or abs(lat) > 90:
        reason = f"({lon:g}, {lat:g}) is not on earth. lon is -180 to 180, lat -90 to 90."
        return Location(text, "error", None, reason)
    rounded_km = hypot(across * cos(radians(lat)), along) / 2 * _DEGREE_KM
    radius = max(default_uncertainty_km("point"), float(f"{rounded_km:.2g}"))
    name, reason = f"{lon:g},{lat:g}", f"coordinates as given, to {radius:g} km"
    place = Place(name, None, "point", "point", lon, lat, radius, "given", None, 1.0, reason)
    return Location(text, "resolved", place, reason, (place,))


def _refused(text: str, fault: str) -> Location:
    return Location(text, "error", None, f"{fault} {_CURE}")

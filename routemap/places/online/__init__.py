"""Online geocoders, asked only by name: one question a second, every answer kept for replay."""

from routemap.errors import GeocoderError
from routemap.places.online.nominatim import Nominatim
from routemap.places.online.server import PUBLIC_URL

__all__ = ["PUBLIC_URL", "GeocoderError", "Nominatim"]

"""Options that let an online geocoder be asked, by name and never by default."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.decorators import FC

__all__ = ["geocoder", "geocoder_options"]


def geocoder_options(command: FC) -> FC:
    """Add the options of online geocoders to a command."""
    url = "Its address, where it is not the public one."
    for option in (
        click.option("--offline", is_flag=True, help="Ask only what it answered before."),
        click.option("--geocoder-url", metavar="URL", help=url),
        click.option(
            "--geocoder-cache",
            type=click.Path(dir_okay=False, path_type=Path),
            metavar="FILE",
            help="File that keeps its answers; default in the user's cache folder.",
        ),
        click.option(
            "--geocoder",
            type=click.Choice(["nominatim"]),
            help="Ask it online for what the gazetteer does not settle: sends name and country.",
        ),
    ):
        command = option(command)
    return command


def geocoder(given: dict[str, Any]) -> Any:
    """Return the geocoder that the options name, taken out of them; None for none."""
    name, url = given.pop("geocoder"), given.pop("geocoder_url")
    cache, offline = given.pop("geocoder_cache"), given.pop("offline")
    if name is None:
        if url or cache or offline:
            raise click.UsageError("Name the geocoder: --geocoder nominatim.")
        return None
    from routemap.places.online import Nominatim

    address = {"url": url} if url else {}
    return Nominatim(cache=cache or _cache(), offline=offline, **address)


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME")
    folder = Path(home) if home else Path.home() / ".cache"
    return folder / "routemap" / "nominatim.sqlite"

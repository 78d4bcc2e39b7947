"""The model: legs that rest on claims, between places that were resolved, over real lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from routemap.routing import Constraint, Path, Price, Stretch

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import networkx as nx
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from routemap.claims import Case
    from routemap.errors import Problem
    from routemap.model.siting import ResolvedSite
    from routemap.model.standing import Standing

__all__ = ["LegConstraint", "RouteModel", "RoutedLeg"]


@dataclass(frozen=True, slots=True)
class LegConstraint:
    """A constraint on a leg: what it is, whose words it comes from, and what it costs.

    Attributes
    ----------
    constraint
        The constraint itself.
    by
        Ids of the leg, routes and claims that state it.
    words
        The words it comes from, as the case quotes them.
    price
        What it costs; None where the leg is not routed under it.
    """

    constraint: Constraint
    by: tuple[str, ...]
    words: tuple[str, ...]
    price: Price | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RoutedLeg:
    """One leg as it is drawn.

    Attributes
    ----------
    id, mode, routes
        As in the case; `routes` are the ids of the routes that it is part of.
    origin, destination
        The resolved ends; None where a place did not resolve.
    standing
        State, basis, grade, dates and denials, from the claims.
    path
        The route over the network; None where an end is an area or known only to over 100 km,
        and where there is no place or no route.
    link
        Where the leg is not routed: the two ends (lon, lat) of a schematic link, shape (n, 2).
    at_least_m
        Where the leg is not routed: the least distance between its ends in metres.
    constraints
        Everything that is said of the way taken.
    overruled
        The constraints could not all hold, and the line is drawn by the leg's own alone.
    """

    id: str
    mode: str
    routes: tuple[str, ...]
    origin: ResolvedSite | None
    destination: ResolvedSite | None
    standing: Standing
    path: Path | None = None
    link: npt.NDArray[np.float64] | None = None
    at_least_m: float | None = None
    constraints: tuple[LegConstraint, ...] = ()
    overruled: bool = False

    @property
    def coordinates(self) -> npt.NDArray[np.float64] | None:
        """The line as drawn, (n, 2) lon, lat; None where there is nothing to draw."""
        return self.link if self.path is None else self.path.coordinates

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """The parts of the line; the link of a leg that is not routed is one schematic stretch."""
        if self.path is not None:
            return self.path.stretches
        if self.link is None:
            return ()
        return (Stretch("schematic", None, self.at_least_m or 0.0, 0.0, 0, len(self.link) - 1),)


@dataclass(frozen=True, slots=True, eq=False)
class RouteModel:
    """A case as a graph of geocoded, sourced legs.

    Attributes
    ----------
    case
        The values that were read.
    routed
        The legs in the order of the case, those that claims made of their own last.
    sites
        The resolved places by id.
    at
        Id of the site of each claim about a place (`Claim.at`), by the claim's id.
    problems
        What was left out under ``partial``: rejected rows, places and routes not found.
    view
        The border view, "recognised" or "de-facto".
    """

    case: Case
    routed: tuple[RoutedLeg, ...]
    sites: Mapping[str, ResolvedSite]
    at: Mapping[str, str]
    problems: tuple[Problem, ...]
    view: str

    def __repr__(self) -> str:
        """Return the case's id and the sizes of the model."""
        problems = f", {len(self.problems)} problems" if self.problems else ""
        counts = (
            f"{len(self.routed)} legs, {len(self.sites)} places, {len(self.case.claims)} claims"
        )
        return f"<RouteModel {self.case.case}: {counts}{problems}>"

    @property
    def graph(self) -> nx.MultiDiGraph:
        """The legs as a new `networkx.MultiDiGraph` each time; see `routemap.model.graph`."""
        from routemap.model.graph import to_graph

        return to_graph(self)

    @property
    def legs(self) -> gpd.GeoDataFrame:
        """The legs, one a row, EPSG:4326; columns as in legs.geojson."""
        from routemap.model.graph import legs_frame

        return legs_frame(self)

    @property
    def places(self) -> gpd.GeoDataFrame:
        """The places, one a row, EPSG:4326; columns as in places.geojson."""
        from routemap.model.graph import places_frame

        return places_frame(self)

    @property
    def claims(self) -> pd.DataFrame:
        """The claims, one a row, with their texts as they were written."""
        from routemap.model.graph import claims_frame

        return claims_frame(self)

    def to_gdfs(self) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
        """Return the graph as (nodes, edges), as OSMnx does; inverse of `routemap.from_gdfs`."""
        from routemap.model.graph import to_gdfs

        return to_gdfs(self.graph)

    def _repr_html_(self) -> str:
        from routemap.webmap import to_iframe

        return to_iframe(self)

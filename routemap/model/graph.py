"""The model as a networkx graph and as GeoDataFrames, in OSMnx's convention."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import networkx as nx
import pandas as pd
from shapely.geometry import LineString, Point

from routemap import geography
from routemap.errors import ArgumentError
from routemap.model.records import (
    CLAIM_FIELDS,
    LEG_FIELDS,
    SITE_FIELDS,
    claim_record,
    leg_record,
    site_record,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from routemap.model.route_model import RoutedLeg, RouteModel

__all__ = ["claims_frame", "from_gdfs", "legs_frame", "places_frame", "to_gdfs", "to_graph"]

CRS = "EPSG:4326"
_EDGE_FIELDS = ("mode", "basis", "state", "contested", "claims", "grade")


def to_graph(model: RouteModel) -> nx.MultiDiGraph:
    """Return the legs of `model` as a graph that `osmnx.convert.graph_to_gdfs` reads.

    Nodes are place ids with ``x`` (lon), ``y`` (lat), ``name`` (as reported, so that a "near" is
    kept), ``kind``, ``country`` and ``uncertainty_km``; the x, y of an area is a label position and
    its uncertainty is None. Edges (u, v, key = leg id) have ``mode``, ``length`` (metres; None
    where the leg is not routed), ``geometry`` (longitudes run on past 180), ``basis``, ``state``,
    ``contested``, ``claims``, ``grade``. Legs whose ends did not resolve are not in it.
    """
    graph = nx.MultiDiGraph(crs=CRS, name=model.case.case)
    for site in model.sites.values():
        record = site_record(site)
        lon, lat = site.point
        node = {field: record[field] for field in ("kind", "country", "uncertainty_km")}
        graph.add_node(site.id, x=lon, y=lat, name=site.reported, **node)
    for leg in model.routed:
        if leg.origin is not None and leg.destination is not None:
            graph.add_edge(leg.origin.id, leg.destination.id, key=leg.id, **_edge(leg))
    return graph


def _edge(leg: RoutedLeg) -> dict[str, Any]:
    record = leg_record(leg)
    line = leg.coordinates
    return {
        **{field: record[field] for field in _EDGE_FIELDS},
        "length": None if leg.path is None else leg.path.length_m,
        "geometry": None if line is None else LineString(line),
    }


def to_gdfs(graph: nx.MultiDiGraph) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return (nodes, edges) of a graph: nodes by id, edges by (u, v, key), both in its CRS."""
    nodes = [
        {"id": node, **data, "geometry": Point(data["x"], data["y"])}
        for node, data in graph.nodes(data=True)
    ]
    edges = [
        {"u": u, "v": v, "key": key, **data}
        for u, v, key, data in graph.edges(keys=True, data=True)
    ]
    crs = graph.graph["crs"]
    node_columns = [
        "id",
        "x",
        "y",
        "name",
        "kind",
        "country",
        "extent",
        "uncertainty_km",
        "geometry",
    ]
    edge_columns = ["u", "v", "key", *_EDGE_FIELDS, "length", "geometry"]
    node_frame = gpd.GeoDataFrame(nodes, columns=None if nodes else node_columns, crs=crs)
    edge_frame = gpd.GeoDataFrame(
        edges, columns=None if edges else edge_columns, geometry="geometry", crs=crs
    )
    node_frame, edge_frame = node_frame.set_index("id"), edge_frame.set_index(["u", "v", "key"])
    node_frame.attrs = {"name": graph.graph.get("name")}
    return node_frame, edge_frame


def from_gdfs(nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame) -> nx.MultiDiGraph:
    """Return the graph of two frames in the form that `to_gdfs` gives: its inverse.

    Parameters
    ----------
    nodes
        Indexed by node id, with columns ``x``, ``y``.
    edges
        Indexed by (u, v, key).

    Raises
    ------
    ArgumentError
        A column or index level is missing, or an edge names a node that is not there.
    """
    missing = {"x", "y"} - set(nodes.columns)
    if missing or edges.index.nlevels != 3:
        what = f"nodes lack {', '.join(sorted(missing))}" if missing else "edges lack (u, v, key)"
        raise ArgumentError(f"{what}. Pass the two frames of to_gdfs().")
    graph = nx.MultiDiGraph(crs=str(nodes.crs or CRS))
    if nodes.attrs.get("name") is not None:
        graph.graph["name"] = nodes.attrs["name"]
    for node, row in nodes.drop(columns="geometry", errors="ignore").iterrows():
        graph.add_node(node, **_plain(row))
    for (u, v, key), row in edges.iterrows():
        if u not in graph or v not in graph:
            raise ArgumentError(f"edge ({u}, {v}, {key}) names a node that is not in `nodes`.")
        graph.add_edge(u, v, key=key, **_plain(row))
    return graph


def _plain(row: pd.Series) -> dict[str, Any]:
    """Return a row as plain Python values, with None for what is missing."""
    return {str(name): _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return value.item() if hasattr(value, "item") else value


def legs_frame(model: RouteModel) -> gpd.GeoDataFrame:
    """Return the legs as a GeoDataFrame indexed by id, lines cut at the antimeridian."""
    records = [leg_record(leg) for leg in model.routed]
    lines = [leg.coordinates for leg in model.routed]
    shapes = [None if line is None else geography.line_geometry(line) for line in lines]
    return _frame(records, LEG_FIELDS, shapes)


def places_frame(model: RouteModel) -> gpd.GeoDataFrame:
    """Return the places as a GeoDataFrame indexed by id: points and polygons."""
    sites = list(model.sites.values())
    shapes = [Point(site.point) if site.area is None else site.area for site in sites]
    return _frame([site_record(site) for site in sites], SITE_FIELDS, shapes)


def _frame(
    records: Sequence[Mapping[str, Any]], fields: Sequence[str], shapes: Sequence[Any]
) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(records, columns=list(fields))
    return gpd.GeoDataFrame(frame, geometry=list(shapes), crs=CRS).set_index("id")


def claims_frame(model: RouteModel) -> pd.DataFrame:
    """Return the claims as a DataFrame indexed by id, every value as it was written."""
    records = [claim_record(claim) for claim in model.case.claims]
    return pd.DataFrame(records, columns=list(CLAIM_FIELDS)).set_index("id")

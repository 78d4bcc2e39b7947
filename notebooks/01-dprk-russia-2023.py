# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Containers from North Korea to Russia, 2023
#
# What was reported in October 2023, as a route map in which every line answers: who says so, when, how
# reliable, or did the tool infer it. The claims are those of the case file; the lines between the reported
# places are routes that routemap computed, not observed tracks.

# %%
from pathlib import Path

import routemap

root = next(
    folder for folder in (Path.cwd(), *Path.cwd().parents) if (folder / "pyproject.toml").exists()
)
case = routemap.read_case(root / "data" / "dprk-russia-2023")
f"{case.title}: {len(case.sources)} sources, {len(case.claims)} claims, {len(case.legs)} legs"

# %% [markdown]
# ## From claims to a graph
# `build` finds the places, routes each leg under what its claims say, and derives how each leg stands.

# %%
model = routemap.build(case)
columns = ["mode", "origin_name", "destination_name", "length_km", "edtf", "grade", "state"]
model.legs[[*columns, "contested", "sources"]]

# %% [markdown]
# The graph is a networkx `MultiDiGraph` in OSMnx's convention, and two GeoDataFrames that give it back.

# %%
nodes, edges = model.to_gdfs()
assert routemap.from_gdfs(nodes, edges).edges == model.graph.edges
nodes[["name", "kind", "country", "uncertainty_km"]]

# %% [markdown]
# ## What a few words cost
# "Across Russia" is a constraint: without it, the shortest way by rail runs through China and Kazakhstan.

# %%
free = routemap.route("Dunay, RU", "Tikhoretsk, RU", mode="rail")
across = routemap.route("Dunay, RU", "Tikhoretsk, RU", mode="rail", only=["RU"])
for name, path in (("free", free), ("only RU", across)):
    countries = ", ".join(f"{code} {metres / 1000:,.0f}" for code, metres in path.countries.items())
    print(f"{name:8} {path.length_m / 1000:,.0f} km: {countries}")

# %% [markdown]
# ## What does not hold together

# %%
for finding in routemap.check(model):
    print(f"{finding.severity:8} {finding.message}")

# %% [markdown]
# ## The map
# Click a line for its sources, grades and denials. It is one offline page: `to_html` writes it to a file.

# %%
model

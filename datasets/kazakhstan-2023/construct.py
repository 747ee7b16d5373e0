#!/usr/bin/env python3
"""Construct shipments between the regions of Kazakhstan that agree with what was published about the real ones.

    python3 -m venv env
    env/bin/pip install numpy==2.2.6 scipy==1.15.3
    env/bin/python construct.py            # writes shipments.csv and SHA256SUMS
    env/bin/python construct.py --check    # writes nothing; status 1 when a file differs

The statistics themselves are not published. This program makes a table of the smallest information beyond the published
numbers: starting from who ships what to whom (lists below, chosen by hand to have the published numbers of links and of
industries) it is brought, by iterative proportional fitting, to the published

  * volumes of deliveries of the regions (V of Table 2, total of 17.3 thousand million USD),
  * shares of raw materials and supplies in the deliveries into a region (A of Table 2),
  * shares of the five largest product groups,
  * volumes of the five closest pairs of regions (Table 1, all years together).

Nothing else in the table means anything.
"""

import argparse
import csv
import hashlib
import io
import sys
from pathlib import Path

import numpy as np
from scipy.optimize import linprog

HERE = Path(__file__).resolve().parent

TOTAL = 17_300_000  # thousand USD, 2021
YEARS = range(2016, 2022)
VOLUME_OF_YEAR = {2016: 0.62, 2017: 0.74, 2018: 0.80, 2019: 0.84, 2020: 0.86, 2021: 1.0}

# Region: (destinations, industries shipped). Their numbers are R x 17 and Q x 29 of Table 2.
SHIPS = {
    "akmola": ("astana karaganda kostanay north pavlodar east almaty-city almaty aktobe turkestan shymkent west",
               "07 08 10 11 20 23 24 28 29 33"),
    "aktobe": ("atyrau west kostanay kyzylorda mangistau astana karaganda shymkent pavlodar",
               "06 07 10 20 23 24"),
    "almaty": ("almaty-city astana karaganda east jambyl shymkent turkestan kyzylorda pavlodar akmola kostanay north "
               "aktobe atyrau mangistau",
               "10 11 12 16 17 20 22 23 25 26 27 31 35"),
    "almaty-city": ("astana almaty east karaganda jambyl shymkent turkestan kyzylorda pavlodar akmola kostanay north "
                    "aktobe atyrau mangistau west",
                    "10 18 21"),
    "astana": ("almaty-city akmola karaganda pavlodar north kostanay east almaty aktobe shymkent turkestan atyrau west "
               "kyzylorda",
               "10 23 24 28 30"),
    "atyrau": ("mangistau west aktobe shymkent pavlodar", "06 19"),
    "east": ("karaganda almaty-city pavlodar astana almaty akmola kostanay shymkent turkestan", "05 07 08 10 16 23 24 29"),
    "jambyl": ("almaty almaty-city shymkent turkestan karaganda astana kyzylorda east", "08 10 13 15 20 23 24 32"),
    "karaganda": ("east astana pavlodar akmola kostanay aktobe almaty-city almaty jambyl shymkent north",
                  "05 07 08 10 13 14 20 22 23 24 25 27 28 35"),
    "kostanay": ("aktobe akmola astana karaganda north pavlodar almaty-city turkestan", "07 08 10 15 23 24 29"),
    "kyzylorda": ("shymkent turkestan aktobe karaganda pavlodar", "06 07 08 10 17 23"),
    "mangistau": ("atyrau west aktobe kyzylorda shymkent almaty-city", "06 20 23 30"),
    "north": ("akmola astana kostanay pavlodar karaganda almaty-city east", "07 10 11 14 28 31 33"),
    "pavlodar": ("astana karaganda east north akmola kostanay almaty-city shymkent aktobe",
                 "05 07 10 19 20 23 24 25 27 28 35"),
    "shymkent": ("turkestan kyzylorda jambyl almaty almaty-city astana karaganda aktobe atyrau mangistau",
                 "10 13 14 19 20 21 24 27 28"),
    "turkestan": ("shymkent kyzylorda jambyl almaty almaty-city karaganda astana aktobe atyrau mangistau east",
                  "07 10 13 20 23"),
    "west": ("atyrau aktobe mangistau astana", "06 10 19 25 28"),
}
# Destinations come nearest first: the weight of the n-th is this to the power n.
DISTANCE_DECAY = 0.85

LARGEST_GROUPS = {"24": 0.286, "19": 0.198, "06": 0.167, "07": 0.085, "10": 0.061}
# The start of the fitting: how large other industries are beside each other.
OTHER_GROUP = 0.01
PAIRS = [  # Table 1, thousand USD, all years together; the fourth by the text of the article
    ("almaty-city", "astana", 4_789_403),
    ("east", "karaganda", 3_562_167),
    ("almaty-city", "east", 3_243_403),
    ("almaty", "almaty-city", 2_809_405),
    ("atyrau", "mangistau", 2_763_181),
]
LARGEST_OTHER_PAIR = 2_500_000  # so that the five stay the first


def published():
    with open(HERE / "index_table2.csv", encoding="utf-8") as file:
        return {row["region"]: {name: float(row[name]) for name in "QAVRS"} for row in csv.DictReader(file)}


def industries():
    with open(HERE / "industries.csv", encoding="utf-8") as file:
        return {row["industry"]: row["use"] for row in csv.DictReader(file)}


def unrounded(table, regions, industry_count):
    """A and V within the rounding of Table 2, V with the mean 1, so that their sum with the exact Q and R rounds to S."""
    n = len(regions)
    exact = np.array([len(SHIPS[r][1].split()) / industry_count + len(SHIPS[r][0].split()) / n for r in regions])
    printed = {name: np.array([table[r][name] for r in regions]) for name in "AVS"}
    # Variables: A, V, and the margin by which every one of them keeps away from the next rounding.
    rows, limits = [], []
    for k in range(n):
        for sign in (1, -1):
            row = np.zeros(2 * n + 1)
            row[k] = row[n + k] = sign
            row[-1] = 1
            rows.append(row)
            limits.append(0.005 + sign * (printed["S"][k] - exact[k]))
        for offset, name in ((0, "A"), (n, "V")):
            for sign in (1, -1):
                row = np.zeros(2 * n + 1)
                row[offset + k] = sign
                row[-1] = 1
                rows.append(row)
                limits.append(0.005 + sign * printed[name][k])
    mean = np.zeros((1, 2 * n + 1))
    mean[0, n:2 * n] = 1 / n
    objective = np.zeros(2 * n + 1)
    objective[-1] = -1
    solution = linprog(objective, np.array(rows), np.array(limits), mean, [1.0], bounds=[(0, None)] * (2 * n + 1))
    if not solution.success or solution.x[-1] < 1e-4:
        raise SystemExit(f"Table 2 cannot be met: {solution.message}")
    return solution.x[:n], solution.x[n:2 * n]


def fitted(table, use, year_share):
    """The shipments of 2021: (origin, destination, industry) and their volumes in thousand USD."""
    regions = sorted(table)
    keys, start = [], []
    for origin in regions:
        destinations, goods = (text.split() for text in SHIPS[origin])
        for rank, destination in enumerate(destinations):
            for industry in goods:
                keys.append((origin, destination, industry))
                start.append(DISTANCE_DECAY ** rank * LARGEST_GROUPS.get(industry, OTHER_GROUP))
    position = {region: k for k, region in enumerate(regions)}
    origin = np.array([position[key[0]] for key in keys])
    destination = np.array([position[key[1]] for key in keys])
    industry = np.array([key[2] for key in keys])
    raw = np.array([use[key[2]] == "raw" for key in keys])
    raw_share, volume = unrounded(table, regions, len(use))
    wanted_out = volume / volume.sum() * TOTAL

    def of_pair(a, b):
        a, b = position[a], position[b]
        return ((origin == a) & (destination == b)) | ((origin == b) & (destination == a))

    groups = [(industry == code, share * TOTAL) for code, share in LARGEST_GROUPS.items()]
    pairs = [(of_pair(a, b), total * year_share) for a, b, total in PAIRS]
    others = [(of_pair(a, b), LARGEST_OTHER_PAIR * year_share) for k, a in enumerate(regions) for b in regions[k + 1:]
              if (a, b) not in {(p[0], p[1]) for p in PAIRS}]
    small = [(industry == code, 0.05 * TOTAL) for code in use if code not in LARGEST_GROUPS]

    x = np.array(start) * TOTAL / np.sum(start)
    ceilings = [1.0] * len(others + small)
    for _ in range(20_000):
        before = x.copy()
        for select, wanted in groups + pairs:
            x[select] *= wanted / x[select].sum()
        for k, (select, most) in enumerate(others + small):
            # A factor that only ever lowers; it is given back as far as it is not needed any more.
            x[select] /= ceilings[k]
            ceilings[k] = min(1.0, most / max(x[select].sum(), 1e-300))
            x[select] *= ceilings[k]
        for k, share in enumerate(raw_share):
            # Raw and finished deliveries into k in the ratio share : 1 - share, their mean growth being none.
            into = destination == k
            supplies, finished = x[into & raw].sum(), x[into & ~raw].sum()
            ratio = share * finished / ((1 - share) * supplies)
            x[into & raw] *= ratio ** (1 - share)
            x[into & ~raw] *= ratio ** -share
        x *= (wanted_out / np.bincount(origin, x, len(regions)))[origin]
        if np.max(np.abs(x / before - 1)) < 1e-12:
            break
    else:
        raise SystemExit("the fitting has not come to an end")
    return keys, x


def all_years(keys, latest):
    """Earlier years: smaller by the year's factor; what the pairs of Table 1 still lack is put into their largest flow."""
    amounts = {}
    for key, volume in zip(keys, latest):
        for year in YEARS:
            amounts[(*key, year)] = max(1, round(volume * VOLUME_OF_YEAR[year]))
    for a, b, total in PAIRS:
        of_pair = [key for key in amounts if {key[0], key[1]} == {a, b}]
        largest = max((key for key in of_pair if key[3] == YEARS[0]), key=lambda key: (amounts[key], key))
        amounts[largest] += total - sum(amounts[key] for key in of_pair)
        if amounts[largest] < 1:
            raise SystemExit(f"the pair {a}, {b} cannot be met")
    return amounts


def shipments():
    table, use = published(), industries()
    for region, row in table.items():
        destinations, goods = (text.split() for text in SHIPS[region])
        assert len(destinations) == round(row["R"] * len(table)) and region not in destinations, region
        assert len(goods) == round(row["Q"] * len(use)), region
        assert set(destinations) <= set(table) and set(goods) <= set(use), region
    assert {code for _, goods in SHIPS.values() for code in goods.split()} == set(use)
    keys, latest = fitted(table, use, 1 / sum(VOLUME_OF_YEAR.values()))
    amounts = all_years(keys, latest)
    text = io.StringIO()
    text.write("# Constructed, not observed: made by construct.py to agree with the published results.\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["origin", "destination", "industry", "year", "value"])
    for key in sorted(amounts):
        writer.writerow([*key, amounts[key]])
    return text.getvalue()


def checksums(files):
    return "".join(f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n" for name, text in sorted(files.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 when a file differs")
    check = parser.parse_args().check
    made = {"shipments.csv": shipments()}
    given = {path.name: path.read_text(encoding="utf-8") for path in HERE.glob("*.csv") if path.name not in made}
    made["SHA256SUMS"] = checksums({**given, "shipments.csv": made["shipments.csv"]})
    different = False
    for name, text in made.items():
        path = HERE / name
        if check:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                print(f"{name} differs", file=sys.stderr)
                different = True
        else:
            path.write_text(text, encoding="utf-8")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()

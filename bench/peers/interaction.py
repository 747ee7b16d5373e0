"""The index of interregional interaction by regio beside pandas and NumPy: the same shipments, in turns, in one run.

interaction.py <program interaction_peer> <file to write, Markdown>

All three read the same arrays and end with the index of every region and all pairs of regions, the largest volume first. pandas
groups a long table of shipments, as users do it, by two columns or by one code of both; NumPy counts such codes with weights.
Shipments as an array of origins, destinations and industries are summed by NumPy over its axes, or by products with ones, which
BLAS makes on all cores. Of several ways the fastest counts. Without pandas its column stays empty.
"""

import platform
import re
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from measurement import PAUSE, Program, Time, duration, processor, spread, timed, write_page

try:
    import pandas as pd
except ImportError:
    pd = None

ROUNDS, PEER_ROUNDS = 9, 3
REGIONS, INDUSTRIES = 1000, 100
SHIPMENTS = 20_000_000  # of a list
MEMORY_OF_FRAME = 14e9  # bytes that must be free for pandas to group all cells of the array, which are not 0


def index_and_pairs(flows, out_by_industry, deliveries_in, supplies_in):
    """From totals without shipments within regions: S = Q + A + V + R, and the pairs' volumes, the largest first."""
    regions = len(flows)
    out = flows.sum(1)
    index = (out_by_industry > 0).mean(1) + supplies_in / deliveries_in + out / out.mean() + (flows > 0).sum(1) / regions
    volume = (flows + flows.T)[np.triu_indices(regions, 1)]
    volume = volume[volume > 0]
    order = np.argsort(-volume, kind="stable")
    return index, flows, volume[order]


def pandas_by_columns(frame):
    between = frame[frame.origin != frame.destination]
    flows, out_by_industry = np.zeros((REGIONS, REGIONS)), np.zeros((REGIONS, INDUSTRIES))
    for totals, keys in ((flows, ["origin", "destination"]), (out_by_industry, ["origin", "industry"])):
        sums = between.groupby(keys, sort=False).value.sum().reset_index()
        totals[sums[keys[0]], sums[keys[1]]] = sums.value
    regions = range(REGIONS)
    into = between.groupby("destination").value.sum().reindex(regions, fill_value=0)
    supplies = between[between.raw].groupby("destination").value.sum().reindex(regions, fill_value=0)
    return index_and_pairs(flows, out_by_industry, into.to_numpy(), supplies.to_numpy())


def pandas_by_codes(frame):
    between = frame[frame.origin != frame.destination]
    origin, destination = between.origin.to_numpy(), between.destination.to_numpy()

    def totals(code, shape):
        sums = between.value.groupby(code, sort=False).sum()
        result = np.zeros(np.prod(shape))
        result[sums.index] = sums
        return result.reshape(shape)

    into = totals(destination * 2 + between.raw.to_numpy(), (REGIONS, 2))
    return index_and_pairs(totals(origin * REGIONS + destination, (REGIONS, REGIONS)),
                           totals(origin * INDUSTRIES + between.industry.to_numpy(), (REGIONS, INDUSTRIES)),
                           into.sum(1), into[:, 1])


def numpy_by_codes(columns):
    between = columns["origin"] != columns["destination"]
    origin, destination, industry, raw, value = (columns[name][between]
                                                 for name in ("origin", "destination", "industry", "raw", "value"))

    def totals(code, shape):
        return np.bincount(code, value, np.prod(shape)).reshape(shape)

    into = totals(destination * 2 + raw, (REGIONS, 2))
    return index_and_pairs(totals(origin * REGIONS + destination, (REGIONS, REGIONS)),
                           totals(origin * INDUSTRIES + industry, (REGIONS, INDUSTRIES)), into.sum(1), into[:, 1])


def of_array(table, raw, flows, out_by_industry, in_by_industry):
    """Sums that hold the shipments within regions lose them."""
    within = table[np.arange(REGIONS), np.arange(REGIONS)]
    np.fill_diagonal(flows, 0)
    in_by_industry = in_by_industry - within
    return index_and_pairs(flows, out_by_industry - within, in_by_industry.sum(1), in_by_industry[:, raw].sum(1))


def numpy_by_axes(table, raw):
    return of_array(table, raw, table.sum(2), table.sum(1), table.sum(0))


def numpy_by_einsum(table, raw):
    return of_array(table, raw, *(np.einsum(f"rsi->{kept}", table) for kept in ("rs", "ri", "si")))


def numpy_by_products(table, raw):
    ones = np.ones(REGIONS)
    return of_array(table, raw, table @ np.ones(INDUSTRIES), ones @ table,
                    (ones @ table.reshape(REGIONS, -1)).reshape(REGIONS, INDUSTRIES))


def check(expected, found):
    """Index, flows between regions and volumes of pairs, one behind the other in `found`."""
    index, flows, volumes = np.split(found, [REGIONS, REGIONS + REGIONS * REGIONS])
    flows = flows.reshape(REGIONS, REGIONS)
    np.fill_diagonal(flows, 0)
    for one, other in zip((index, flows, volumes), expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9)


class Work:
    """One problem: regio's times by threads, the peers' by library and form, and the share of the read bandwidth."""

    def __init__(self, name, programs, command, path):
        self.name, self.programs = name, programs
        self.size = {threads: program.ask(f"{command} {path}") for threads, program in programs.items()}
        self.own, self.peers = {threads: [] for threads in programs}, {}

    def measure(self, forms, folder):
        """In turns; the peers' few rounds stand between the first of regio's."""
        for number in range(ROUNDS):
            for threads, program in self.programs.items():
                time.sleep(PAUSE)
                clock, core, _ = program.ask(f"index {folder / 'found'}")
                self.own[threads].append(Time(clock, core))
            if number >= PEER_ROUNDS:
                continue
            for library, form, work in forms:
                answer = []
                times = self.peers.setdefault(library, {}).setdefault(form, [])
                times.append(timed(lambda: answer.extend(work())))
                if number == 0:
                    check(answer, np.fromfile(folder / "found"))

    def fastest(self, library):
        forms = self.peers.get(library, {})
        return min(forms.items(), key=lambda form: min(time_.clock for time_ in form[1]), default=(None, []))

    def row(self):
        best = min(time_.clock for times in self.own.values() for time_ in times)
        cells = [self.name]
        for times in self.own.values():
            cells.append(f"{spread([time_.clock for time_ in times])}; {duration(min(time_.core for time_ in times))}")
        cells.append(", ".join(f"{size / min(time_.clock for time_ in self.own[threads]) / bandwidth:.0%}"
                               for threads, (size, bandwidth) in self.size.items()))
        for library in ("pandas", "NumPy"):
            form, times = self.fastest(library)
            if form is None:
                cells += ["-", "-"]
                continue
            clock = [time_.clock for time_ in times]
            cells += [f"{spread(clock)}; {duration(min(time_.core for time_ in times))} ({form})", f"{min(clock) / best:.3g}"]
        return f"| {' | '.join(cells)} |"


def list_work(name, programs, folder, columns):
    path = folder / "list"
    with open(path, "wb") as file:
        for column in ("value", "origin", "destination", "industry", "raw"):
            columns[column].tofile(file)
    work = Work(name, programs, f"list {REGIONS} {INDUSTRIES} {len(columns['value'])}", path)
    path.unlink()
    forms = [("NumPy", "bincount", lambda: numpy_by_codes(columns))]
    if pd:
        frame = pd.DataFrame(columns)
        forms += [("pandas", "group-by of two columns", lambda: pandas_by_columns(frame)),
                  ("pandas", "group-by of codes", lambda: pandas_by_codes(frame))]
    work.measure(forms, folder)
    return work.row()


def list_works(programs, folder):
    random = np.random.default_rng(1)
    columns = {name: random.integers(0, count, SHIPMENTS, dtype=np.int32)
               for name, count in (("origin", REGIONS), ("destination", REGIONS), ("industry", INDUSTRIES))}
    columns["raw"] = random.random(SHIPMENTS) < 0.4
    columns["value"] = random.exponential(1000, SHIPMENTS)
    yield list_work(f"list of {SHIPMENTS:,} shipments in any order", programs, folder, columns)
    columns["origin"].sort()
    yield list_work(f"list of {SHIPMENTS:,} shipments by origin", programs, folder, columns)


def array_work(programs, folder):
    random = np.random.default_rng(2)
    table = random.random((REGIONS, REGIONS, INDUSTRIES))
    for flows in table:
        flows[flows < 0.125] = 0
    raw = random.random(INDUSTRIES) < 0.4
    path = folder / "table"
    with open(path, "wb") as file:
        table.tofile(file)
        raw.tofile(file)
    work = Work(f"array {REGIONS} x {REGIONS} x {INDUSTRIES}", programs, f"table {REGIONS} {INDUSTRIES}", path)
    path.unlink()
    forms = [("NumPy", "sum of axes", lambda: numpy_by_axes(table, raw)),
             ("NumPy", "einsum", lambda: numpy_by_einsum(table, raw)),
             ("NumPy", "products with ones", lambda: numpy_by_products(table, raw))]
    if pd and free_memory() > MEMORY_OF_FRAME:
        frame = long_table(table, raw)
        forms += [("pandas", "group-by of codes", lambda: pandas_by_codes(frame))]
    work.measure(forms, folder)
    return work.row()


def long_table(table, raw):
    """The cells that are not 0 as pandas holds shipments: a row each."""
    origin, destination, industry = (position.astype(np.int32) for position in np.nonzero(table))
    return pd.DataFrame({"origin": origin, "destination": destination, "industry": industry, "raw": raw[industry],
                         "value": table[table > 0]})


def free_memory():
    available = re.search(r"MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text())
    return int(available[1]) * 1024 if available else 0


def main():
    path, target = sys.argv[1], Path(sys.argv[2])
    programs = {1: Program(path, 1), 2: Program(path, 2)}
    with tempfile.TemporaryDirectory() as folder:
        rows = [*list_works(programs, Path(folder)), array_work(programs, Path(folder))]
    for program in programs.values():
        program.close()
    version = f"pandas {pd.__version__}" if pd else "pandas not installed"
    write_page(target, [
        "# The index of interaction beside pandas and NumPy", "",
        f"{version}, NumPy {np.__version__}, Python {platform.python_version()}; regio on {programs[2].description}; "
        f"processor {processor()}.", "",
        f"The index of {REGIONS} regions with its components, and all their pairs by volume, from the same shipments of {INDUSTRIES} "
        "industries, with or without use, in one run. On the clock the best of the rounds, in brackets the worst; then core time, "
        "best of the rounds. Of the peers the fastest of several ways, which is named. The share is that of the bandwidth of reading "
        "memory (measured in the same run, by one and by two threads) that reading the shipments once comes to: 8 bytes a shipment of "
        "an array, 21 of a list. pandas groups an array's cells as a table of those that are not 0. "
        "Both ends agree to 1e-9. Written by `scripts/bench --peers`.", "",
        "| shipments | regio, 1 thread | regio, 2 threads | share of the bandwidth | pandas | pandas / regio | NumPy | NumPy / regio |",
        "|---" * 8 + "|", *rows])


if __name__ == "__main__":
    main()

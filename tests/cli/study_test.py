"""Studies from their file to their result folder: what is written, that it agrees with itself, and that it repeats."""
import collections
import csv
import hashlib
import io
import json
import pathlib
import resource
import shutil
import sys
import unittest

from program import DONE, NOT_ALL_SOLVED, SANITIZED, SOURCE, STATES, UKRAINE, WRONG_USAGE, ProgramTest

GOLDEN = SOURCE / "tests/cli/golden"

COLUMNS = {
    "indicators.csv": "region,year,indicator,value,normalised",
    "indicator_dynamics.csv": "region,indicator,first,last,mean_growth,trend,volatility",
    "fills.csv": "region,year,indicator,value,rule",
    "clusters.csv": "group,year,region,cluster,distance",
    "centres.csv": "group,year,cluster,indicator,value,normalised",
    "choice_of_k.csv": "group,year,k,inertia,calinski_harabasz,davies_bouldin,silhouette,gap,gap_error,stability",
    "fits.csv": "group,year,k,inertia,iterations,outcome,restarts",
    "integral.csv": "group,year,region,value,rank",
    "unified.csv": "year,region,cluster,agreement",
    "contiguity.csv": "group,year,k,pairs,same_cluster,expected,ratio,p_value",
    "bootstrap.csv": "group,year,measure,subject,value",
    "counts.csv": "group,year,cluster,regions",
    "transitions.csv": "group,span,from_year,to_year,from,to,count",
    "mobility.csv": "group,from_year,to_year,moved,shorrocks,adjusted_rand",
    "regions.csv": "group,region,changes,distinct,modal_cluster,modal_share,class",
    "events.csv": "group,year,event,cluster,regions",
    "ranking.csv": "group,year,cluster,mean,rank",
}
OF_DYNAMICS = ("counts.csv", "transitions.csv", "mobility.csv", "regions.csv", "events.csv", "ranking.csv")


def table(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def without_run(manifest):
    """manifest.json but for what may differ from run to run."""
    document = json.loads(manifest.read_text(encoding="utf-8"))
    del document["run"]
    return document


class StudyTest(ProgramTest):
    def assert_same_results(self, first, second):
        names = sorted(path.relative_to(first) for path in first.rglob("*"))
        self.assertEqual(names, sorted(path.relative_to(second) for path in second.rglob("*")))
        for name in names:
            if (first / name).is_dir():
                continue
            if name == pathlib.Path("manifest.json"):
                self.assertEqual(without_run(first / name), without_run(second / name))
            else:
                self.assertEqual((first / name).read_bytes(), (second / name).read_bytes(), name)

    def assert_complete(self, folder, tables):
        """The documented files and no others, each as the manifest lists it."""
        found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        figures = {name for name in found if name.startswith("figures/")}
        self.assertEqual(found - figures, set(tables) | {"report.html", "manifest.json"})
        self.assertTrue(figures)
        for name in figures:
            specification = json.loads((folder / name).read_text(encoding="utf-8"))
            self.assertIn("vega-lite", specification["$schema"])
        for name in tables:
            self.assertEqual((folder / name).read_text(encoding="utf-8").split("\n")[0], COLUMNS[name])
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        self.assertEqual({entry["name"] for entry in manifest["files"]},
                         found - {"manifest.json"})
        for entry in manifest["files"]:
            content = (folder / entry["name"]).read_bytes()
            self.assertEqual((entry["bytes"], entry["sha256"]), (len(content), hashlib.sha256(content).hexdigest()))
        return manifest


class States(StudyTest):
    """The study of datasets/us-states-1970-1986, run once for the tests of this class."""

    folder_of_results = None

    def setUp(self):
        super().setUp()
        if States.folder_of_results is None:
            completed = self.regio("run", STATES / "study.toml", "--out", "results", "--json")
            States.document = json.loads(completed.stdout)
            States.folder_of_results = pathlib.Path(str(self.folder) + " kept")
            shutil.move(self.folder / "results", States.folder_of_results)
        self.results = States.folder_of_results

    @classmethod
    def tearDownClass(cls):
        if cls.folder_of_results is not None:
            shutil.rmtree(cls.folder_of_results)

    def test_every_documented_file_is_there_as_the_manifest_lists_it(self):
        manifest = self.assert_complete(self.results, COLUMNS)
        self.assertEqual(manifest["study"]["text"], (STATES / "study.toml").read_text(encoding="utf-8"))
        self.assertEqual(manifest["study"]["sha256"], hashlib.sha256((STATES / "study.toml").read_bytes()).hexdigest())
        self.assertEqual({entry["name"]: entry["sha256"] for entry in manifest["inputs"]},
                         {name: hashlib.sha256((STATES / name).read_bytes()).hexdigest()
                          for name in ("panel.csv", "regions.csv", "indicators.csv", "neighbours.csv", "states.geojson")})
        self.assertEqual(manifest["seed"], 1)
        self.assertEqual(set(manifest["run"]), {"started", "finished", "seconds", "device", "threads"})

    def test_the_json_document_tells_what_was_done(self):
        self.assertEqual(self.document["kind"], "cluster")
        self.assertEqual(self.document["regions"], 48)
        self.assertEqual(self.document["years"], list(range(1970, 1987)))
        self.assertEqual([group["group"] for group in self.document["groups"]], ["economy", "infrastructure"])
        self.assertEqual(self.document["outcomes"], {"converged": 34})
        self.assertLessEqual(set(COLUMNS), set(self.document["files"]))
        self.assertTrue(self.document["headline"])

    def test_tables_agree_with_each_other(self):
        clusters = table(self.results / "clusters.csv")
        self.assertEqual(len(clusters), 2 * 17 * 48)
        for row in table(self.results / "counts.csv"):
            members = [c for c in clusters
                       if (c["group"], c["year"], c["cluster"]) == (row["group"], row["year"], row["cluster"])]
            self.assertEqual(len(members), int(row["regions"]))
        label = {(c["group"], c["region"], c["year"]): c["cluster"] for c in clusters}
        for row in table(self.results / "regions.csv"):
            path = [label[row["group"], row["region"], str(year)] for year in range(1970, 1987)]
            self.assertEqual(int(row["changes"]), sum(a != b for a, b in zip(path, path[1:])))
            self.assertEqual(int(row["distinct"]), len(set(path)))
            self.assertEqual(path.count(row["modal_cluster"]) / 17, float(row["modal_share"]))
        for row in table(self.results / "transitions.csv"):
            moves = sum(1 for (group, region, year), cluster in label.items()
                        if (group, year, cluster) == (row["group"], row["from_year"], row["from"])
                        and label[group, region, row["to_year"]] == row["to"])
            self.assertEqual(int(row["count"]), moves)
        values = {(v["region"], v["year"], v["indicator"]): float(v["value"]) for v in table(self.results / "indicators.csv")}
        for row in table(self.results / "centres.csv"):
            members = [values[c["region"], c["year"], row["indicator"]] for c in clusters
                       if (c["group"], c["year"], c["cluster"]) == (row["group"], row["year"], row["cluster"])]
            self.assertAlmostEqual(float(row["value"]), sum(members) / len(members), delta=1e-9 * abs(max(members)))
        inertia = {}
        for c in clusters:
            inertia[c["group"], c["year"]] = inertia.get((c["group"], c["year"]), 0) + float(c["distance"]) ** 2
        for row in table(self.results / "fits.csv"):
            self.assertAlmostEqual(float(row["inertia"]), inertia[row["group"], row["year"]], delta=1e-9)

    def test_neighbours_that_share_a_cluster_are_counted(self):
        pairs = {frozenset((row["from"], row["to"])) for row in table(STATES / "neighbours.csv")}
        label = {(c["group"], c["year"], c["region"]): c["cluster"] for c in table(self.results / "clusters.csv")}
        rows = table(self.results / "contiguity.csv")
        self.assertEqual(len(rows), 2 * 17)
        for row in rows:
            clusters = {region: cluster for (group, year, region), cluster in label.items()
                        if (group, year) == (row["group"], row["year"])}
            sizes = collections.Counter(clusters.values())
            self.assertEqual(int(row["k"]), len(sizes))
            self.assertEqual(int(row["pairs"]), len(pairs))
            self.assertEqual(int(row["same_cluster"]), sum(len({clusters[region] for region in pair}) == 1 for pair in pairs))
            expected = len(pairs) * sum(n * (n - 1) for n in sizes.values()) / (48 * 47)
            self.assertAlmostEqual(float(row["expected"]), expected, delta=1e-12)
            self.assertAlmostEqual(float(row["ratio"]), int(row["same_cluster"]) / expected, delta=1e-12)
            self.assertGreaterEqual(float(row["p_value"]), 0.001)
            self.assertAlmostEqual(1000 * float(row["p_value"]), round(1000 * float(row["p_value"])), delta=1e-9)
        self.assertIn("do neighbours share a cluster?", (self.results / "report.html").read_text(encoding="utf-8"))

    def test_text_columns_that_nothing_uses_are_named(self):
        self.assertEqual(self.document["warnings"], [])
        shutil.copytree(STATES, self.folder / "states")
        regions = self.folder / "states" / "regions.csv"
        head, *lines = regions.read_text(encoding="utf-8").splitlines()
        lengthened = [head + ",coast,time_zone", *(line + ",none,unknown" for line in lines)]
        regions.write_text("\n".join(lengthened) + "\n", encoding="utf-8")
        completed = self.regio("run", self.folder / "states" / "study.toml", "--out", "lengthened", "--json")
        note = "Columns of regions.csv that nothing in this study uses: coast, time_zone."
        self.assertEqual(json.loads(completed.stdout)["warnings"], [note])
        self.assertIn(note, (self.folder / "lengthened" / "report.html").read_text(encoding="utf-8"))

    def test_small_tables_are_those_looked_at(self):
        for name in ("counts.csv", "regions.csv", "events.csv"):
            golden = GOLDEN / "us-states-1970-1986" / name
            if "--write-golden" in WRITE:
                golden.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(self.results / name, golden)
            self.assertEqual((self.results / name).read_text(encoding="utf-8"), golden.read_text(encoding="utf-8"), name)

    def test_any_number_of_threads_gives_the_same_bytes(self):
        for threads in ("1", "3"):
            self.regio("run", STATES / "study.toml", "--out", threads, "--threads", threads)
            self.assert_same_results(self.results, self.folder / threads)

    def test_another_seed_is_recorded_and_the_command_without_a_study_file_says_the_same(self):
        options = ["--indicators", STATES / "indicators.csv", "--regions", STATES / "regions.csv", "--boundaries",
                   STATES / "states.geojson", "--neighbours", STATES / "neighbours.csv", "--restarts", "100", "--target",
                   "output_per_worker", "--k-range", "2", "12"]
        self.regio("cluster", STATES / "panel.csv", *options, "--out", "flags")
        for name in set(COLUMNS) - {"manifest.json"}:
            self.assertEqual((self.folder / "flags" / name).read_bytes(), (self.results / name).read_bytes(), name)
        manifest = json.loads((self.folder / "flags/manifest.json").read_text(encoding="utf-8"))
        shutil.copytree(STATES, self.folder / "copy")
        study = self.write("copy/from-flags.toml", manifest["study"]["text"])
        self.regio("run", study, "--out", "again")
        self.assertEqual((self.folder / "again/clusters.csv").read_bytes(), (self.results / "clusters.csv").read_bytes())
        self.regio("run", study, "--seed", "7", "--out", "seeded")
        self.assertEqual(json.loads((self.folder / "seeded/manifest.json").read_text(encoding="utf-8"))["seed"], 7)

    def test_clusters_read_back_as_labels(self):
        self.regio("dynamics", self.results / "clusters.csv", "--out", "dynamics")
        for name in OF_DYNAMICS:
            if name != "ranking.csv":
                self.assertEqual((self.folder / "dynamics" / name).read_text(encoding="utf-8"),
                                 (self.results / name).read_text(encoding="utf-8"), name)


class Ukraine(StudyTest):
    def test_published_tables_come_out(self):
        self.regio("run", UKRAINE / "study.toml", "--out", "results")
        results = self.folder / "results"
        self.assert_complete(results, OF_DYNAMICS)
        counts = {(row["cluster"], row["year"]): row["regions"] for row in table(results / "counts.csv")}
        for row in table(UKRAINE / "cluster_counts.csv"):
            for year in range(2010, 2021):
                self.assertEqual(counts[row["cluster"], str(year)], row[str(year)])
        ranks = {(row["year"], row["cluster"]): row["rank"] for row in table(results / "ranking.csv")}
        for row in table(UKRAINE / "cluster_ranking.csv"):
            self.assertEqual(ranks[row["year"], row["cluster"]], row["rank"])
        regions = {row["region"]: row for row in table(results / "regions.csv")}
        self.assertEqual(regions["Lviv"]["changes"], "0")
        self.assertEqual(regions["Zhytomyr"]["changes"], "8")
        self.assertEqual(regions["Donetsk"]["class"], "unstable")

    def test_the_command_says_the_same_as_the_study(self):
        self.regio("run", UKRAINE / "study.toml", "--out", "run")
        self.regio("dynamics", UKRAINE / "clusters.csv", "--target", UKRAINE / "target.csv", "--out", "flags")
        for name in OF_DYNAMICS:
            self.assertEqual((self.folder / "run" / name).read_bytes(), (self.folder / "flags" / name).read_bytes())


PANEL = "region,year,income,schools\n" + "".join(
    f"R{region},{2000 + year},{region * region + year % 3},{(region * 7) % 5 + year}\n"
    for year in range(4) for region in range(9))


class Small(StudyTest):
    def test_results_stand_beside_the_input_and_a_folder_in_use_is_refused(self):
        self.write("data/my panel.csv", PANEL)
        completed = self.regio("cluster", "data/my panel.csv", "-k", "3")
        self.assertEqual(completed.stdout, "data/my panel-results/report.html\n")
        refused = self.regio("cluster", "data/my panel.csv", "-k", "3", status=2)
        self.assertIn("--force", refused.stderr)
        self.write("data/my panel-results/notes.txt", "mine")
        self.regio("cluster", "data/my panel.csv", "-k", "2", "--force")
        self.assertEqual((self.folder / "data/my panel-results/notes.txt").read_text(encoding="utf-8"), "mine")

    def test_without_an_indicators_file_every_series_is_an_indicator(self):
        self.write("panel.csv", PANEL)
        self.write("regions.csv", "region,label,area\n" + "".join(f"R{i},Region {i},{i + 1}\n" for i in range(9)))
        self.regio("cluster", "panel.csv", "-k", "2", "--regions", "regions.csv")
        rows = table(self.folder / "panel-results/indicators.csv")
        self.assertEqual({row["indicator"] for row in rows}, {"income", "schools"})
        self.assertEqual({row["group"] for row in table(self.folder / "panel-results/clusters.csv")}, {"all"})

    def test_a_fit_that_does_not_converge_is_status_3_and_results_are_written(self):
        lines = ["region,year,a,b"]
        state = 12345
        for region in range(400):
            values = []
            for _ in range(2):
                state = (state * 1103515245 + 12345) % 2 ** 31
                values.append(str(state / 2 ** 31))
            lines.append(f"R{region},2000,{','.join(values)}")
        self.write("panel.csv", "\n".join(lines) + "\n")
        completed = self.regio("cluster", "panel.csv", "-k", "6", "--max-iterations", "1", "--restarts", "1",
                               "--k-range", "2", "3", "--gap-references", "0", status=NOT_ALL_SOLVED)
        self.assertIn("not every problem converged", completed.stderr)
        self.assertEqual(table(self.folder / "panel-results/fits.csv")[0]["outcome"], "iteration_limit")

    def test_quiet_says_nothing(self):
        self.write("panel.csv", PANEL)
        completed = self.regio("cluster", "panel.csv", "-k", "3", "--quiet")
        self.assertEqual((completed.stdout, completed.stderr), ("", ""))

    def test_plain_progress_prints_lines(self):
        self.write("panel.csv", PANEL)
        completed = self.regio("cluster", "panel.csv", "-k", "3", "--progress", "plain")
        self.assertRegex(completed.stderr, r"(?m)^.+: \d+ \w+")
        self.assertNotIn("\r", completed.stderr)

    def test_bootstrap_fills_its_table(self):
        self.write("panel.csv", PANEL)
        self.regio("cluster", "panel.csv", "-k", "3", "--bootstrap", "20")
        rows = table(self.folder / "panel-results/bootstrap.csv")
        self.assertEqual({row["measure"] for row in rows}, {"agreement", "jaccard", "stability"})
        self.assertEqual(sum(row["measure"] == "stability" for row in rows), 4 * 9)

    @unittest.skipIf(SANITIZED, "a sanitizer takes memory of its own")
    def test_a_limit_of_memory_divides_the_work_and_changes_no_byte(self):
        # The labels of all restarts, 2 years x 4 k x 2000 restarts x 2000 regions x 4 bytes, would take 128 MB.
        self.write("panel.csv", "region,year,a\n" + "".join(
            f"R{region},{year},{(region * 7919 + year * 104729) % 1000}\n" for year in (1, 2) for region in range(2000)))
        study = ["cluster", "panel.csv", "-k", "3", "--k-range", "2", "4", "--restarts", "2000", "--max-iterations", "2",
                 "--gap-references", "0", "--threads", "2"]
        limit = 90_000_000
        self.regio(*study, "--out", "free")
        completed = self.regio(*study, "--out", "undivided", status=WRONG_USAGE,
                               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit)))
        self.assertIn("not enough memory", completed.stderr)
        self.regio(*study, "--out", "divided", "--memory", str(limit))
        self.assert_same_results(self.folder / "free", self.folder / "divided")

    def test_fills_are_listed(self):
        gap = PANEL.replace("R4,2002,18,", "R4,2002,,")
        self.assertNotEqual(gap, PANEL)
        self.write("panel.csv", gap)
        self.regio("cluster", "panel.csv", "-k", "3", "--missing", "interpolate")
        fills = table(self.folder / "panel-results/fills.csv")
        self.assertEqual([(row["region"], row["year"], row["indicator"]) for row in fills], [("R4", "2002", "income")])


WRITE = sys.argv[1:]
sys.argv = [argument for argument in sys.argv if argument != "--write-golden"]
if __name__ == "__main__":
    unittest.main()

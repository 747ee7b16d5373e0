"""regio cluster on a .npy file of points: labels, centres, choice of k, files that cannot be used, files that change, memory."""
import array
import csv
import json
import random
import signal
import struct
import subprocess
import time
import unittest

from program import INTERRUPTED, PROGRAM, SANITIZED, WRONG_USAGE, ProgramTest, environment

SEED = 20220901
# Three groups that no rounding can mix, in two features.
GROUPS = [(0, 0), (10, 0), (0, 10)]
TYPES = {"f": "<f4", "d": "<f8"}


def header(shape, kind="<f4", fortran=False):
    text = f"{{'descr': '{kind}', 'fortran_order': {fortran}, 'shape': {shape}, }}"
    text = text.ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


def npy(rows, letter="f"):
    values = array.array(letter, [number for row in rows for number in row])
    return header((len(rows), len(rows[0])), TYPES[letter]) + values.tobytes()


def grouped_points(count):
    generator = random.Random(SEED)
    return [[GROUPS[i % 3][j] + generator.uniform(-1, 1) for j in range(2)] for i in range(count)]


class PointsTest(ProgramTest):
    def rows(self, name, folder="points-results"):
        with open(self.folder / folder / name, encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def labels(self, count, folder="points-results"):
        content = (self.folder / folder / "labels.npy").read_bytes()
        self.assertIn(f"'descr': '<i4', 'fortran_order': False, 'shape': ({count},)".encode(), content[:128])
        self.assertEqual(len(content), 128 + 4 * count)
        return list(array.array("i", content[128:]))

    def refused(self, *options):
        completed = self.regio("cluster", "points.npy", *options, status=WRONG_USAGE)
        self.assertNotIn("defect", completed.stderr)
        self.assertFalse((self.folder / "points-results").exists())
        return completed.stderr


class Clusters(PointsTest):
    def test_groups_that_lie_apart_are_found_in_both_precisions(self):
        points = grouped_points(30)
        for letter in TYPES:
            self.write("points.npy", npy(points, letter))
            document = self.json_of("cluster", "points.npy", "-k", "3", "--out", letter)
            self.assertEqual((document["kind"], document["points"], document["features"], document["k"]), ("points", 30, 2, 3))
            self.assertEqual(document["outcomes"], {"converged": 1})
            labels = self.labels(30, letter)
            self.assertEqual(sorted(set(labels)), [1, 2, 3])
            for i, label in enumerate(labels):
                self.assertEqual(label, labels[i % 3])
            self.assertEqual([row["points"] for row in self.rows("sizes.csv", letter)], ["10"] * 3)
            for row in self.rows("centres.csv", letter):
                group = labels.index(int(row["cluster"]))
                members = points[group::3]
                mean = sum(member[int(row["feature"]) - 1] for member in members) / len(members)
                self.assertAlmostEqual(float(row["value"]), mean, delta=1e-6 if letter == "f" else 1e-12)

    def test_the_elbow_and_the_other_criteria_find_the_groups(self):
        self.write("points.npy", npy(grouped_points(60)))
        for criterion in ("elbow", "calinski-harabasz", "davies-bouldin", "simplified-silhouette"):
            document = self.json_of("cluster", "points.npy", "-k", criterion, "--k-range", "2", "6", "--force")
            self.assertEqual(document["k"], 3, criterion)
            self.assertEqual([row["k"] for row in self.rows("choice_of_k.csv") if row["chosen"] == "1"], ["3"])
        self.assertEqual([row["k"] for row in self.rows("fits.csv")], ["1", "2", "3", "4", "5", "6"])
        report = (self.folder / "points-results/report.html").read_text(encoding="utf-8")
        self.assertIn("regio cluster points.npy", report)
        self.assertTrue((self.folder / "points-results/figures/elbow.vl.json").exists())

    def test_the_fits_are_those_of_a_panel_of_one_year(self):
        points = grouped_points(40)
        self.write("points.npy", npy(points, "d"))
        self.write("panel.csv", "region,year,a,b\n" + "".join(f"R{i:02},2000,{row[0]!r},{row[1]!r}\n" for i, row in enumerate(points)))
        same = ["--k-range", "2", "5", "--restarts", "7", "--seed", "11"]
        self.regio("cluster", "points.npy", *same)
        self.regio("cluster", "panel.csv", *same, "--normalisation", "none", "--gap-references", "0", "--chain", "independent")
        ours, panels = self.rows("choice_of_k.csv"), self.rows("choice_of_k.csv", "panel-results")
        self.assertEqual([row["k"] for row in ours], [row["k"] for row in panels])
        for key in ("inertia", "calinski_harabasz", "davies_bouldin"):
            for our, panel in zip(ours, panels):
                self.assertEqual(bool(our[key]), bool(panel[key]), key)
                if our[key]:
                    self.assertAlmostEqual(float(our[key]) / float(panel[key]), 1, delta=1e-12)

    def test_weights_count_points_as_often_and_names_stand_in_the_centres(self):
        self.write("points.npy", npy([[0.0], [1.0], [10.0]]))
        self.write("weights.npy", header("(3,)") + array.array("f", [3, 1, 2]).tobytes())
        self.write("names.csv", "feature\nincome\n")
        self.regio("cluster", "points.npy", "-k", "2", "--weights", "weights.npy", "--features", "names.csv")
        self.assertEqual(sorted(float(row["value"]) for row in self.rows("centres.csv")), [0.25, 10])
        self.assertEqual({row["feature"] for row in self.rows("centres.csv")}, {"income"})
        self.assertEqual(self.rows("fits.csv")[0]["inertia"], "0.75")

    def test_results_do_not_depend_on_threads_and_a_study_repeats_the_command(self):
        self.write("points.npy", npy(grouped_points(100000)))
        self.regio("cluster", "points.npy", "--k-range", "2", "4", "--restarts", "2", "--threads", "1", "--out", "one")
        self.regio("cluster", "points.npy", "--k-range", "2", "4", "--restarts", "2", "--threads", "3", "--out", "three")
        self.write("study.toml", json.loads((self.folder / "one/manifest.json").read_text(encoding="utf-8"))["study"]["text"])
        self.regio("run", "study.toml", "--out", "study", "--memory", "200MB")
        for name in ("labels.npy", "centres.csv", "sizes.csv", "fits.csv", "choice_of_k.csv"):
            first = (self.folder / "one" / name).read_bytes()
            for other in ("three", "study"):
                self.assertEqual((self.folder / other / name).read_bytes(), first, name)

    def test_many_points_start_by_kmeans_parallel(self):
        self.write("points.npy", npy(grouped_points(90000)))
        document = self.json_of("cluster", "points.npy", "-k", "3", "--init", "k-means||", "--restarts", "2")
        self.assertEqual(document["results"][0]["sizes"], [30000] * 3)


class FilesThatCannotBeUsed(PointsTest):
    def test_headers_and_shapes(self):
        good = npy(grouped_points(6))
        for content, words in ((header((0, 2)), "points.npy: found '(0, 2)'"), (header((3, 0)), "found '(3, 0)'"),
                               (header("(4,)") + bytes(16), "two dimensions, points and features"),
                               (header((2, 2, 2)) + bytes(32), "found '(2, 2, 2)'"),
                               (header((3, 2), "<i4") + bytes(24), "'<f8' or '<f4'"),
                               (header((3, 2), ">f4") + bytes(24), "little-endian"),
                               (header((3, 2), fortran=True) + bytes(24), "Fortran order"),
                               (good[:-4], "cut short"), (b"", "points.npy: is empty"), (b"a,b\n1,2\n", "is no .npy file")):
            self.write("points.npy", content)
            self.assertIn(words, self.refused("-k", "2"))
        self.assertIn("no such file", self.regio("cluster", "absent.npy", status=WRONG_USAGE).stderr)

    def test_numbers_that_are_none_are_named_by_row_and_column(self):
        for letter in TYPES:
            for count in (6, 100000):
                points = grouped_points(count)
                points[4][1] = float("nan")
                points[5][0] = float("inf")
                self.write("points.npy", npy(points, letter))
                self.assertIn("points.npy: row 5, column 2: found 'NaN', expected a finite number", self.refused("-k", "2"))

    def test_options_that_do_not_fit(self):
        self.write("points.npy", npy(grouped_points(6)))
        self.assertIn("-k: found '7', expected at most the number of points, 6", self.refused("-k", "7"))
        self.assertIn("--k-range", self.refused("--k-range", "7", "9"))
        self.assertIn("--chain is no option for a .npy file", self.refused("--chain", "warm"))
        self.assertIn("--init", self.refused("-k", "2", "--init", "k-means||"))
        self.assertIn("--features is no option for a .csv file", self.regio("cluster", "panel.csv", "--features", "names.csv",
                                                                          status=WRONG_USAGE).stderr)
        self.write("names.csv", "feature\na\na\nb\n")
        refused = self.refused("--features", "names.csv")
        self.assertIn("names.csv:3", refused)
        self.assertIn("3 lines, where points.npy has 2 features", refused)

    def test_weights_that_do_not_fit(self):
        self.write("points.npy", npy(grouped_points(3)))
        for weights, words in (([1, 2], "a weight for each of 3 points"), ([0, 0, 0], "only weights of 0"),
                               ([1, -1, 1], "row 2: found '-1'"), ([1, 1, float("nan")], "row 3: found 'nan'")):
            self.write("weights.npy", header(f"({len(weights)},)", "<f8") + array.array("d", weights).tobytes())
            self.assertIn(words, self.refused("-k", "2", "--weights", "weights.npy"))
        self.assertIn("where points have weights", self.refused("-k", "davies-bouldin", "--weights", "weights.npy"))


class LargePoints(PointsTest):
    """Files of many points, written block by block."""

    def write_large(self, count, features=15):
        generator = random.Random(SEED)
        block = array.array("f", [generator.gauss(0, 1) for _ in range(10000 * features)]).tobytes()
        with open(self.folder / "points.npy", "wb") as file:
            file.write(header((count, features)))
            for _ in range(count // 10000):
                file.write(block)

    def start(self):
        return subprocess.Popen([PROGRAM, "cluster", "points.npy", "-k", "64", "--restarts", "100", "--tolerance", "0"],
                                cwd=self.folder, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def wait_for_the_fit(self, process):
        """The unfinished labels are there from the fit's start on."""
        while not list(self.folder.glob("points-results/.regio-part-*")):
            self.assertIsNone(process.poll(), process.stderr)
            time.sleep(0.01)

    def test_a_file_that_is_cut_or_written_to_while_it_is_read_is_named(self):
        for change in ("cut", "write"):
            self.write_large(500000)
            with self.start() as process:
                self.wait_for_the_fit(process)
                with open(self.folder / "points.npy", "r+b") as file:
                    if change == "cut":
                        file.truncate(100000)
                    else:
                        file.seek(1000)
                        file.write(b"1234")
                _, messages = process.communicate(timeout=120)
            self.assertEqual(process.returncode, WRONG_USAGE, messages)
            self.assertIn(b"points.npy: was changed while it was read", messages)
            self.assertFalse((self.folder / "points-results").exists())

    def test_ctrl_c_leaves_nothing_half_written(self):
        self.write_large(200000)
        with self.start() as process:
            self.wait_for_the_fit(process)
            process.send_signal(signal.SIGINT)
            _, messages = process.communicate(timeout=120)
        self.assertEqual(process.returncode, INTERRUPTED, messages)
        for name in ("labels.npy", "manifest.json", "report.html"):
            self.assertFalse((self.folder / "points-results" / name).exists())
        self.assertEqual(list(self.folder.glob("points-results/.regio-part-*")), [])

    @unittest.skipIf(SANITIZED, "a sanitizer takes memory of its own")
    def test_points_beyond_a_limit_of_the_data_are_neither_copied_nor_are_their_labels(self):
        """RLIMIT_DATA counts the private writable pages of the process: mapped files are none, a copy of the points would be."""
        self.write_large(2000000)
        self.assertGreater((self.folder / "points.npy").stat().st_size, 110_000_000)
        self.regio("cluster", "points.npy", "-k", "4", "--restarts", "1", "--init", "random", "--max-iterations", "5",
                   "--tolerance", "1e6", "--memory", "90MB", "--threads", "2")
        self.assertEqual(set(self.labels(2000000)), {1, 2, 3, 4})
        refused = self.regio("cluster", "points.npy", "-k", "4", "--memory", "64MB", "--out", "other", status=WRONG_USAGE)
        self.assertIn("--memory: found '64MB', expected at least", refused.stderr)


if __name__ == "__main__":
    unittest.main()

"""regio interaction: the published index from constructed shipments, files in every form, what is refused and how."""
import csv
import io
import json
import math
import shutil
import sys
import unittest

from program import DONE, SOURCE, WRONG_USAGE, ProgramTest

KAZAKHSTAN = SOURCE / "datasets/kazakhstan-2023"
GOLDEN = SOURCE / "tests/cli/golden/interaction"
WRITE = "--write-golden" in sys.argv
# The last digits of logarithms and sums differ between compilers.
SAME_NUMBER = 1e-9

SHIPMENTS = """origin,destination,industry,value,year,use
north,south,coal,30,2020,raw
north,south,bread,10,2020,finished
south,north,bread,20,2020,finished
south,east,cars,40,2020,finished
east,north,coal,5,2020,raw
north,south,coal,60,2021,raw
north,east,bread,10,2021,finished
south,north,bread,20,2021,finished
south,east,cars,50,2021,finished
east,north,coal,5,2021,raw
east,east,coal,999,2021,raw
"""


class Interaction(ProgramTest):
    def interaction(self, *options, shipments=SHIPMENTS, status=DONE):
        self.write("shipments.csv", shipments)
        return self.regio("interaction", "shipments.csv", "--device", "cpu", *options, status=status)

    def refused(self, *options, shipments=SHIPMENTS):
        return self.interaction(*options, shipments=shipments, status=WRONG_USAGE).stderr

    def table(self, name, folder="shipments-results"):
        return list(csv.DictReader(io.StringIO((self.folder / folder / name).read_text(encoding="utf-8"))))

    @staticmethod
    def published(name):
        return list(csv.DictReader(io.StringIO((KAZAKHSTAN / name).read_text(encoding="utf-8"))))

    def test_index_of_each_year_by_hand(self):
        self.interaction()
        index = {(row["year"], row["region"]): row for row in self.table("index.csv")}
        self.assertEqual(len(index), 6)
        south = index["2021", "south"]
        self.assertAlmostEqual(float(south["Q"]), 2 / 3)
        self.assertAlmostEqual(float(south["A"]), 1)
        self.assertAlmostEqual(float(south["V"]), 70 / (145 / 3))
        self.assertAlmostEqual(float(south["R"]), 2 / 3)
        self.assertAlmostEqual(float(south["S"]), sum(float(south[c]) for c in "QAVR"))
        self.assertEqual(south["rank"], "1")
        self.assertAlmostEqual(float(index["2020", "south"]["A"]), 0.75)

    def test_pairs_of_each_year_and_of_all(self):
        self.interaction()
        pairs = {(row["year"], row["a"], row["b"]): row for row in self.table("pairs.csv")}
        self.assertEqual(float(pairs["all", "north", "south"]["volume"]), 140)
        self.assertEqual(float(pairs["all", "north", "south"]["a_to_b"]), 100)
        self.assertEqual(float(pairs["2021", "south", "east"]["volume"]), 50)
        groups = self.table("groups.csv")
        self.assertEqual([(g["industry"], float(g["volume"]), g["rank"]) for g in groups],
                         [("coal", 65, "1"), ("cars", 50, "2"), ("bread", 30, "3")])

    def test_constructed_shipments_of_kazakhstan_have_the_published_index(self):
        self.regio("run", KAZAKHSTAN / "study.toml", "--out", "kazakhstan", "--device", "cpu")
        published = {row["region"]: row for row in self.published("index_table2.csv")}
        found = {row["region"]: row for row in self.table("index.csv", "kazakhstan") if row["year"] == "2021"}
        for region, row in published.items():
            for column in "QAVRS":
                self.assertEqual(f"{float(found[region][column]):.2f}", row[column], f"{column} of {region}")
        pairs = [row for row in self.table("pairs.csv", "kazakhstan") if row["year"] == "all"]
        for row, printed in zip(pairs, self.published("pairs_table1.csv")):
            self.assertEqual({row["a"], row["b"]}, {printed["a"], printed["b"]})
            self.assertEqual(float(row["volume"]), float(printed["volume"]))
        page = (self.folder / "kazakhstan/report.html").read_text(encoding="utf-8")
        self.assertIn("constructed shipments", page)
        for figure in ("index", "profile", "years", "flows", "groups", "similarity", "R-over-industries-shipped"):
            self.assertTrue((self.folder / "kazakhstan/figures" / f"{figure}.vl.json").exists(), figure)

    def test_json_names_tests_with_their_numbers(self):
        self.write("regions.csv", "region,label,product\nnorth,North,5\nsouth,South,9\neast,East,2\nwest,West,1\n")
        document = json.loads(self.interaction("--regions", "regions.csv", "--json", "--links", "either").stdout)
        west = document["index"][3]
        self.assertEqual((west["region"], west["Q"], west["A"], west["S"], west["rank"]), ("west", 0, None, None, None))
        tests = [(test["test"], test["x"], test["y"]) for test in document["tests"]]
        self.assertIn(("Kendall", "product", "R"), tests)
        for test in document["tests"]:
            self.assertTrue(0 <= test["p"] <= 1)
            self.assertGreaterEqual(test["adjusted_p"], test["p"])
        self.assertTrue(any("S on product" in sentence for sentence in document["left_out"]), document["left_out"])

    def test_merged_regions_are_computed_again(self):
        self.write("merge.csv", "into,region\ncoast,north\ncoast,east\n")
        self.interaction("--merge", "merge.csv")
        index = {(row["year"], row["region"]): row for row in self.table("index.csv")}
        self.assertEqual({region for _, region in index}, {"coast", "south"})
        self.assertAlmostEqual(float(index["2021", "coast"]["V"]), 60 / 65)
        self.assertAlmostEqual(float(index["2021", "coast"]["R"]), 1 / 2)

    def test_equal_regions_share_the_first_rank(self):
        names = ("a", "b", "c", "d", "e")
        shipments = "origin,destination,industry,value\n" + "".join(f"{x},{y},coal,1\n" for x in names for y in names if x != y)
        completed = self.interaction(shipments=shipments)
        self.assertIn("5 regions share the strongest interaction: S = 2.8.", completed.stdout + completed.stderr)
        self.assertEqual({row["rank"] for row in self.table("index.csv")}, {"1"})

    def test_classes_of_the_industries_file_hold_in_any_order(self):
        self.write("industries.csv", "industry,traded\ncoal,traded\nbread,local\ncars,conditional\n")
        self.write("employment.csv", "region,industry,value\nnorth,cars,10\nsouth,bread,30\nsouth,coal,10\n")
        self.interaction("--industries", "industries.csv", "--employment", "employment.csv")
        classes = {row["industry"]: row["class"] for row in self.table("industry_classes.csv")}
        self.assertEqual(classes, {"cars": "conditional", "bread": "local", "coal": "traded"})
        traded = {row["region"]: row for row in self.table("traded.csv")}
        self.assertEqual(float(traded["south"]["employment_share"]), 0.25)
        self.write("product.csv", "region,industry,value\nnorth,cars,10\nsouth,bread,30\nsouth,kohle,10\n")
        message = self.refused("--employment", "employment.csv", "--product-by-industry", "product.csv")
        for word in ("product.csv:4", "kohle", "an industry of the employment"):
            self.assertIn(word, message)

    def test_employment_gives_traded_industries(self):
        self.write("employment.csv", "region,industry,value\n" + "".join(
            f"{region},{industry},{value}\n" for region, row in
            {"north": (100, 50), "south": (100, 0), "east": (100, 0)}.items()
            for industry, value in zip(("shops", "mines"), row)))
        self.interaction("--employment", "employment.csv", "--leading-regions", "1")
        self.assertEqual([row["industries"] for row in self.table("traded.csv")], ["1", "0", "0"])
        classes = {row["industry"]: row["class"] for row in self.table("industry_classes.csv")}
        self.assertEqual(classes["mines"], "traded")

    def test_bootstrap_is_the_same_for_any_number_of_threads(self):
        self.interaction("--bootstrap", "50", "--threads", "1")
        first = (self.folder / "shipments-results/index_intervals.csv").read_bytes()
        self.interaction("--bootstrap", "50", "--threads", "2", "--force")
        self.assertEqual((self.folder / "shipments-results/index_intervals.csv").read_bytes(), first)

    def test_without_use_and_with_gaps_the_report_says_what_was_done(self):
        shipments = "origin,destination,industry,value,year\na,b,x,1,2010\nb,a,x,2,2013\n"
        self.interaction(shipments=shipments)
        page = (self.folder / "shipments-results/report.html").read_text(encoding="utf-8")
        self.assertIn("There are no shipments of 2011-2012", page)
        self.assertIn("all shipments count as finished", page)

    def test_one_region_and_nothing_shipped_are_no_errors(self):
        self.interaction(shipments="origin,destination,industry,value\na,a,x,5\n")
        self.assertEqual(self.table("index.csv")[0]["rank"], "")
        self.interaction("--force", shipments="origin,destination,industry,value\na,b,x,0\nb,c,x,0\n")
        self.assertEqual([row["R"] for row in self.table("index.csv")], ["0", "0", "0"])

    def test_bad_shipments_are_refused_with_their_place(self):
        for text, replacement, words in (
                ("30,2020", "-30,2020", ["shipments.csv:2", "-30", "not negative"]),
                ("30,2020", "many,2020", ["shipments.csv:2", "many"]),
                ("10,2020,finished", "10,2020,finishd", ["shipments.csv:3", "finishd", "raw or finished"]),
                ("30,2020", "30,2020.5", ["shipments.csv:2", "2020.5"]),
                ("north,south,bread,10,2020,finished", "north,south,coal,10,2020,raw",
                 ["shipments.csv:3", "line 2 has it already", "industry coal from north to south in 2020"]),
                ("value", "amount", ["amount", "value"])):
            with self.subTest(replacement):
                message = self.refused(shipments=SHIPMENTS.replace(text, replacement, 1))
                for word in words:
                    self.assertIn(word, message)
                self.assertFalse((self.folder / "shipments-results").exists())

    def test_unknown_codes_are_refused_with_a_suggestion(self):
        self.write("regions.csv", "region,label\nnorth,North\nsouth,South\neasst,East\n")
        self.assertIn("did you mean 'easst'", self.refused("--regions", "regions.csv"))
        self.write("industries.csv", "industry,label\ncoal,Coal\nbred,Bread\ncars,Cars\n")
        self.assertIn("did you mean 'bred'", self.refused("--industries", "industries.csv"))
        self.write("industries.csv", "industry,traded\ncoal,traded\nbread,lokal\ncars,local\n")
        self.assertIn("traded, conditional or local", self.refused("--industries", "industries.csv"))
        self.write("merge.csv", "into,region\ncoast,nort\n")
        self.assertIn("did you mean 'north'", self.refused("--merge", "merge.csv"))

    # Seven regions on a plane, with the product of each.
    PLACES = {"a": (0, 0, 9.0), "b": (100, 0, 4.5), "c": (40, 70, 2.0), "d": (200, 90, 7.0), "e": (150, 160, 1.5), "f": (10, 180, 3.0),
              "g": (260, 10, 6.0)}

    def distances(self):
        pairs = [(x, y) for x in self.PLACES for y in self.PLACES if x < y]
        return {(x, y): math.dist(self.PLACES[x][:2], self.PLACES[y][:2]) for x, y in pairs}

    def gravity_files(self):
        """Shipments that are the products of both regions over distance to the power 0.8, without any error."""
        distances = self.distances()
        self.write("distances.csv", "origin,destination,distance\n" + "".join(f"{x},{y},{d!r}\n" for (x, y), d in distances.items()))
        self.write("regions.csv", "region,label,product\n" + "".join(f"{x},{x.upper()},{p}\n" for x, (_, _, p) in self.PLACES.items()))
        flows = {(x, y): 1000 * self.PLACES[x][2] * self.PLACES[y][2] * distances[min(x, y), max(x, y)] ** -0.8
                 for x in self.PLACES for y in self.PLACES if x != y}
        return "origin,destination,industry,value\n" + "".join(f"{x},{y},coal,{flow!r}\n" for (x, y), flow in flows.items())

    def test_gravity_finds_the_law_that_made_the_shipments(self):
        shipments = self.gravity_files()
        document = json.loads(self.interaction("--distances", "distances.csv", "--regions", "regions.csv", "--json",
                                               shipments=shipments).stdout)
        rows = {(row["method"], row["sizes"], row["term"]): row for row in self.table("gravity.csv")}
        for method in ("poisson", "log-linear"):
            self.assertAlmostEqual(float(rows[method, "effects", "ln distance"]["estimate"]), -0.8, 6)
            self.assertAlmostEqual(float(rows[method, "products", "ln distance"]["estimate"]), -0.8, 6)
            self.assertAlmostEqual(float(rows[method, "products", "ln product of the origin"]["estimate"]), 1, 6)
            self.assertAlmostEqual(float(rows[method, "products", "ln product of the destination"]["estimate"]), 1, 6)
            self.assertAlmostEqual(float(rows[method, "products", "constant"]["estimate"]), math.log(1000), 5)
        self.assertEqual({row["flows"] for row in rows.values()}, {"42"})
        tests = {test["test"]: test for test in document["tests"] if test["test"].startswith("gravity")}
        self.assertEqual(set(tests), {f"gravity ({m}, {s})" for m in ("poisson", "log-linear") for s in ("effects", "products")})
        self.assertTrue(all(test["significant"] and test["n"] == 42 for test in tests.values()))
        for row in self.table("gravity_flows.csv"):
            self.assertAlmostEqual(float(row["expected"]) / float(row["shipments"]), 1, 6)
        page = (self.folder / "shipments-results/report.html").read_text(encoding="utf-8")
        self.assertIn("With 1 % more distance 0.8 % less is shipped", page)
        self.assertIn("Gravity (poisson, effects) of shipments and ln distance over 42 flows", page)
        self.assertIn("p &lt; 0.0001, corrected for all tests (holm) p &lt; 0.0001: significant", page)

    def test_gravity_leaves_out_what_its_data_cannot_tell(self):
        shipments = self.gravity_files()
        left_out = json.loads(self.interaction("--json", shipments=shipments).stdout)["left_out"]
        self.assertTrue(any("no file gives the distances" in sentence for sentence in left_out), left_out)
        self.assertFalse((self.folder / "shipments-results/gravity.csv").exists())
        self.write("equal.csv", "origin,destination,distance\n" + "".join(f"{x},{y},7\n" for x, y in self.distances()))
        document = json.loads(self.interaction("--distances", "equal.csv", "--force", "--json", shipments=shipments).stdout)
        for name in ("gravity (poisson, effects)", "gravity (log-linear, effects)"):
            self.assertTrue(any(name in sentence and "do not vary" in sentence for sentence in document["left_out"]), document["left_out"])
        self.assertTrue(any("products of the regions" in sentence for sentence in document["left_out"]))
        self.assertEqual([test for test in document["tests"] if test["test"].startswith("gravity")], [])
        self.assertEqual({(row["outcome"], row["estimate"]) for row in self.table("gravity.csv")}, {("singular", "")})

    def test_wrong_distances_are_refused(self):
        shipments = self.gravity_files()
        lines = (self.folder / "distances.csv").read_text(encoding="utf-8")
        for text, replacement, words in (
                ("a,b,100.0", "a,b,-100.0", ["distances.csv:2", "-100.0", "above 0"]),
                ("a,b,", "a,bb,", ["distances.csv:2", "bb", "a region of the study"]),
                ("a,b,100.0\n", "", ["distances.csv", "a line for 'a' and 'b'"]),
                ("a,b,100.0", "a,b,100.0\na,b,90", ["distances.csv:3", "line 2 has it already"])):
            with self.subTest(replacement):
                self.write("distances.csv", lines.replace(text, replacement, 1))
                message = self.refused("--distances", "distances.csv", shipments=shipments)
                for word in words:
                    self.assertIn(word, message)

    def test_distances_of_merged_regions_are_asked_for(self):
        shipments = self.gravity_files()
        self.write("merge.csv", "into,region\nab,a\nab,b\n")
        message = self.refused("--distances", "distances.csv", "--merge", "merge.csv", shipments=shipments)
        self.assertIn("found 'a'", message)
        self.assertIn("merged regions have their new code", message)

    def test_tables_are_those_looked_at(self):
        files = GOLDEN / "input"
        self.regio("interaction", files / "shipments.csv", "--device", "cpu", "--out", "golden",
                   *(word for name in ("industries", "regions", "employment", "distances") for word in (f"--{name}", files / f"{name}.csv")),
                   "--product-by-industry", files / "product.csv", "--bootstrap", "20", "--permutations", "999", "--leading-regions", "2")
        results = self.folder / "golden"
        found = {path.name for path in results.glob("*.csv")}
        if WRITE:
            for name in found:
                shutil.copy(results / name, GOLDEN / name)
        self.assertEqual(found, {path.name for path in GOLDEN.glob("*.csv")})
        for name in sorted(found):
            mine, golden = (list(csv.reader(io.StringIO((folder / name).read_text(encoding="utf-8")))) for folder in (results, GOLDEN))
            self.assertEqual(len(mine), len(golden), name)
            for line, (row, expected) in enumerate(zip(mine, golden), 1):
                self.assertEqual(len(row), len(expected), f"{name}:{line}")
                for cell, looked_at in zip(row, expected):
                    if cell != looked_at:
                        self.assertTrue(math.isclose(float(cell), float(looked_at), rel_tol=SAME_NUMBER, abs_tol=1e-15),
                                        f"{name}:{line}: {cell}, expected {looked_at}")

    def test_wrong_options_are_refused(self):
        self.assertIn("population of every region", self.refused("--population-correlation", "0.5"))
        self.assertIn("outgoing", self.refused("--links", "outgoin"))
        self.assertIn("a year of the shipments (2020-2021)", self.refused("--year", "1999"))
        self.assertIn("no column year", self.refused("--year", "1999", shipments="origin,destination,industry,value\na,b,x,1\n"))
        weights = [word for name in ("industries", "supplies", "volume", "links") for word in (f"--weight-{name}", "0")]
        self.assertIn("one weight at least that is not 0", self.refused(*weights))
        self.assertIn("confidence", self.refused("--confidence", "2"))


sys.argv = [argument for argument in sys.argv if argument != "--write-golden"]
if __name__ == "__main__":
    unittest.main()

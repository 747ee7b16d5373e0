"""regio interaction: the published index from constructed shipments, files in every form, what is refused and how."""
import csv
import io
import json
import unittest

from program import DONE, SOURCE, WRONG_USAGE, ProgramTest

KAZAKHSTAN = SOURCE / "datasets/kazakhstan-2023"

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
        self.assertIn("There are no shipments of 2011, 2012", page)
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

    def test_wrong_options_are_refused(self):
        self.assertIn("outgoing", self.refused("--links", "outgoin"))
        self.assertIn("year", self.refused("--year", "1999"))
        self.assertIn("confidence", self.refused("--confidence", "2"))


if __name__ == "__main__":
    unittest.main()

"""regio run with a study of the kind balance: what a command gives, many tables at once, draws of uncertain totals."""
import array
import csv
import io
import json
import struct
import unittest

from program import NOT_ALL_SOLVED, SANITIZED, WRONG_USAGE, ProgramTest

TABLE = ",bread,cloth,tools\nfarms,3,0,1\nmills,5,2,0\nweavers,1,4,1\n"
ROWS = "label,value\nfarms,5\nmills,8\nweavers,7\n"
COLUMNS = "label,value\nbread,10\ncloth,7\ntools,3\n"
STUDY = """[study]
version = 1
kind = "balance"
title = "Flows of a small region"

[input]
table = "table.csv"
row_totals = "rows.csv"
column_totals = "columns.csv"

[balance]
tolerance = 1e-12
"""


class BalanceStudyTest(ProgramTest):
    """A folder with a table, its totals and a study."""

    def setUp(self):
        super().setUp()
        for name, text in (("table.csv", TABLE), ("rows.csv", ROWS), ("columns.csv", COLUMNS), ("study.toml", STUDY)):
            self.write(name, text)

    def read(self, name, folder="study-results"):
        return (self.folder / folder / name).read_text(encoding="utf-8")

    def refused(self, study="study.toml"):
        """The message of a study that leaves no result folder."""
        completed = self.regio("run", study, status=WRONG_USAGE)
        self.assertNotIn("defect", completed.stderr)
        self.assertFalse((self.folder / "study-results").exists())
        return completed.stderr


class OneTable(BalanceStudyTest):
    def test_a_study_gives_what_the_command_gives(self):
        study = self.json_of("run", "study.toml")
        command = self.json_of("balance", "table.csv", "--row-totals", "rows.csv", "--column-totals", "columns.csv",
                               "--tolerance", "1e-12", "--title", "Flows of a small region")
        for document in (study, command):
            for key in ("folder", "report"):
                del document[key]
        self.assertEqual(study, command)
        for name in ("balanced.csv", "multipliers.csv"):
            self.assertEqual(self.read(name), self.read(name, "table-results"))

    def test_the_report_repeats_the_study(self):
        self.regio("run", "study.toml")
        report = self.read("report.html")
        self.assertIn("regio run study.toml", report)
        self.assertIn("tolerance = 1e-12", report)
        self.assertEqual(json.loads(self.read("manifest.json"))["study"]["text"], STUDY)

    def test_the_study_in_the_report_of_a_command_runs(self):
        self.regio("balance", "table.csv", "--row-totals", "rows.csv", "--column-totals", "columns.csv", "--tolerance", "1e-12")
        self.write("again.toml", json.loads(self.read("manifest.json", "table-results"))["study"]["text"])
        self.regio("run", "again.toml")
        self.assertEqual(self.read("balanced.csv", "again-results"), self.read("balanced.csv", "table-results"))

    def test_a_new_study_runs_once_its_files_are_there(self):
        for name, text in (("table.csv", TABLE), ("row_totals.csv", ROWS), ("column_totals.csv", COLUMNS)):
            self.write(name, text)
        self.regio("new", "balance", "--out", "new.toml")
        self.assertEqual(self.json_of("run", "new.toml")["outcomes"], {"converged": 1})

    def test_results_are_kept_unless_forced(self):
        self.regio("run", "study.toml")
        first = self.read("balanced.csv")
        self.write("study.toml", STUDY.replace("1e-12", "1e-3"))
        self.regio("run", "study.toml", status=WRONG_USAGE)
        self.assertEqual(self.read("balanced.csv"), first)
        self.regio("run", "study.toml", "--force")
        self.assertNotEqual(self.read("balanced.csv"), first)

    def test_totals_in_conflict_end_with_status_3(self):
        self.write("rows.csv", ROWS.replace("farms,5", "farms,6"))
        document = self.json_of("run", "study.toml", status=NOT_ALL_SOLVED)
        self.assertEqual(document["outcomes"], {"infeasible": 1})

    def test_an_unknown_key_and_a_missing_file_are_named(self):
        self.write("study.toml", STUDY.replace("tolerance", "tolerence"))
        self.assertIn("did you mean 'tolerance'?", self.refused())
        self.write("study.toml", STUDY.replace('"rows.csv"', '"row.csv"'))
        self.assertIn("row.csv: no such file", self.refused())


YEAR_ROWS = "problem,label,value\n2010,farms,5\n2010,mills,8\n2010,weavers,7\n2012,farms,5.5\n2012,mills,8\n2012,weavers,8\n"
YEAR_COLUMNS = "problem,label,value\n2010,bread,10\n2010,cloth,7\n2010,tools,3\n2012,bread,11\n2012,cloth,7\n2012,tools,3.5\n"


class ManyTables(BalanceStudyTest):
    def setUp(self):
        super().setUp()
        self.write("rows.csv", YEAR_ROWS)
        self.write("columns.csv", YEAR_COLUMNS)

    def lines(self, name, folder="study-results"):
        return list(csv.DictReader(io.StringIO(self.read(name, folder))))

    def numbers(self, problem, folder="study-results"):
        return [float(line["value"]) for line in self.lines("balanced.csv", folder) if line["problem"] == problem]

    def alone(self, year):
        """The balanced cells of one year, as a study of this year alone gives them."""
        for name, text in (("rows", YEAR_ROWS), ("columns", YEAR_COLUMNS)):
            lines = [line[5:] for line in text.splitlines() if line.startswith(year)]
            self.write(f"{name}-{year}.csv", "label,value\n" + "\n".join(lines) + "\n")
        self.regio("balance", "table.csv", "--row-totals", f"rows-{year}.csv", "--column-totals", f"columns-{year}.csv",
                   "--tolerance", "1e-12", "--out", year)
        return [float(cell) for line in self.read("balanced.csv", year).splitlines()[1:] for cell in line.split(",")[1:]]

    def test_one_table_for_the_totals_of_many_years(self):
        document = self.json_of("run", "study.toml")
        self.assertEqual([document["problems"], document["outcomes"]], [2, {"converged": 2}])
        self.assertEqual([result["problem"] for result in document["results"]], ["2010", "2012"])
        self.assertEqual([document["rows"], document["columns"]], [3, 3])
        for year in ("2010", "2012"):
            self.assertEqual(self.numbers(year), self.alone(year))
        outcomes = self.lines("outcomes.csv")
        self.assertEqual([(line["problem"], line["outcome"]) for line in outcomes], [("2010", "converged"), ("2012", "converged")])
        margins = {(line["problem"], line["margin"]) for line in self.lines("multipliers.csv")}
        self.assertEqual(len(margins), 4)
        self.assertIn("All 2 tables meet their totals", self.read("report.html"))

    def test_one_bad_year_leaves_the_others(self):
        self.write("rows.csv", YEAR_ROWS.replace("2012,farms,5.5", "2012,farms,6"))
        completed = self.regio("run", "study.toml", "--json", status=NOT_ALL_SOLVED)
        document = json.loads(completed.stdout)
        self.assertEqual(document["outcomes"], {"converged": 1, "infeasible": 1})
        self.assertEqual(document["results"][1]["reason"], "totals_differ")
        self.assertIn("1 of 2 tables meet their totals; 1 has no solution ('2012')", completed.stderr)
        self.assertIn("Problem '2012': No table has these totals: those of the rows add up to 22", completed.stderr)
        self.assertEqual(self.numbers("2010"), self.alone("2010"))
        self.assertEqual({line["value"] for line in self.lines("balanced.csv") if line["problem"] == "2012"}, {""})
        self.assertIn("Why it cannot be done (problem &#39;2012&#39;)", self.read("report.html"))

    def test_the_report_shows_the_problem_that_is_chosen(self):
        self.write("study.toml", STUDY + 'show = "2012"\n')
        self.regio("run", "study.toml")
        self.assertIn("How far the cells moved (problem &#39;2012&#39;)", self.read("report.html"))
        self.write("study.toml", STUDY + 'show = "2013"\n')
        completed = self.regio("run", "study.toml", "--force", status=WRONG_USAGE)
        self.assertIn("study.toml:13:8: balance.show: found '2013', expected the label of a problem; did you mean "
                      "'2010'?", completed.stderr)

    def test_a_folder_of_tables_gives_a_folder(self):
        self.write("tables/2010.csv", TABLE)
        flows = "row,column,value\n" + "".join(f"{row},{column},1\n" for row in ("farms", "mills", "weavers")
                                               for column in ("bread", "cloth", "tools"))
        self.write("tables/2012.csv", flows)
        self.write("tables/.hidden", "no table")
        document = self.json_of("balance", "tables/", "--row-totals", "rows.csv", "--column-totals", "columns.csv",
                                "--tolerance", "1e-12")
        self.assertEqual(document["outcomes"], {"converged": 2})
        self.assertIn("balanced/2012.csv", document["files"])
        self.assertEqual(self.read("balanced/2010.csv", "tables-results").splitlines()[0], ",bread,cloth,tools")
        self.assertEqual(self.read("balanced/2012.csv", "tables-results").splitlines()[0], "row,column,value")
        manifest = json.loads(self.read("manifest.json", "tables-results"))
        self.assertEqual([entry["name"] for entry in manifest["inputs"]],
                         ["tables/2010.csv", "tables/2012.csv", "rows.csv", "columns.csv"])

    def test_a_folder_with_something_else_in_it(self):
        self.write("tables/2010.csv", TABLE)
        self.write("tables/2012.xlsx", "PK")
        self.write("study.toml", STUDY.replace('"table.csv"', '"tables"'))
        self.assertIn("tables/2012.xlsx: a folder of tables holds .csv, .csv.gz and .npy files", self.refused())

    def test_an_array_of_tables_gives_an_array(self):
        cells = [3, 0, 1, 5, 2, 0, 1, 4, 1] * 2
        self.write("tables.npy", npy(cells, (2, 3, 3)))
        self.write("labels.csv", "margin,label\nproblem,2010\nproblem,2012\n" +
                   "".join(f"row,{label}\n" for label in ("farms", "mills", "weavers")) +
                   "".join(f"column,{label}\n" for label in ("bread", "cloth", "tools")))
        self.regio("balance", "tables.npy", "--labels", "labels.csv", "--row-totals", "rows.csv", "--column-totals",
                   "columns.csv", "--tolerance", "1e-12")
        content = (self.folder / "tables-results/balanced.npy").read_bytes()
        self.assertIn(b"'shape': (2, 3, 3)", content)
        numbers = struct.unpack("<18d", content[-144:])
        self.regio("run", "study.toml")
        self.assertEqual(list(numbers), self.numbers("2010") + self.numbers("2012"))

    def test_wrong_input_is_named_with_its_problem(self):
        self.write("rows.csv", YEAR_ROWS.replace("2012,mills", "2012,mils"))
        self.write("columns.csv", YEAR_COLUMNS.replace("2012", "2011"))
        message = self.refused()
        for part in ("rows.csv:6:2: label: found 'mils', expected a row of table.csv; did you mean 'mills'?",
                     "rows.csv: label: there is no total for the row 'mills' of table.csv in the problem '2012'",
                     "columns.csv:5:1: problem: found '2011', expected a problem of rows.csv",
                     "columns.csv: problem: there are no totals for the problem '2012' of rows.csv"):
            self.assertIn(part, message)

    def test_the_same_bytes_on_any_number_of_threads(self):
        contents = []
        for threads in ("1", "2"):
            self.regio("run", "study.toml", "--threads", threads, "--force")
            contents.append([self.read(name) for name in ("balanced.csv", "multipliers.csv", "outcomes.csv", "report.html")])
        self.assertEqual(*contents)


class UncertainTotals(BalanceStudyTest):
    DRAWS = STUDY + "\n[monte_carlo]\ndraws = 200\nrow_spread = 0.05\ncolumn_spread = 0.02\n"

    def cells(self, folder="study-results"):
        return list(csv.DictReader(io.StringIO(self.read("cells.csv", folder))))

    def test_cells_have_a_spread(self):
        self.write("study.toml", self.DRAWS)
        document = self.json_of("run", "study.toml")
        self.assertEqual(document["monte_carlo"], {"draws": 200, "outcomes": {"converged": 200}})
        self.assertEqual(document["outcomes"], {"converged": 1})
        cells = self.cells()
        self.assertEqual(list(cells[0]), ["row", "column", "value", "mean", "standard_deviation", "low", "high"])
        self.assertEqual(len(cells), 7)  # those other than zero
        for cell in cells:
            value, mean, deviation, low, high = (float(cell[key]) for key in list(cell)[2:])
            self.assertLess(low, mean)
            self.assertLess(mean, high)
            self.assertAlmostEqual(mean, value, delta=value * 0.1)
            self.assertGreater(deviation, value * 0.01)
        self.assertIn("standard_deviation", self.read("multiplier_draws.csv"))
        self.assertIn("What uncertain totals make of the cells", self.read("report.html"))
        self.assertTrue((self.folder / "study-results/figures/cell-spread.vl.json").exists())

    def test_the_same_bytes_on_any_number_of_threads_and_others_with_another_seed(self):
        self.write("study.toml", self.DRAWS)
        contents = []
        for options in (("--threads", "1"), ("--threads", "2"), ("--seed", "2")):
            self.regio("run", "study.toml", *options, "--force")
            contents.append(self.read("cells.csv"))
        self.assertEqual(contents[0], contents[1])
        self.assertNotEqual(contents[0], contents[2])

    def test_standard_errors_of_single_totals(self):
        self.write("rows.csv", "label,value,standard_error\nfarms,5,1\nmills,8,0\nweavers,7,0\n")
        self.regio("balance", "table.csv", "--row-totals", "rows.csv", "--column-totals", "columns.csv", "--draws", "50",
                   "--column-spread", "0.01")
        spread = {}
        for cell in self.cells("table-results"):
            spread[cell["row"]] = max(spread.get(cell["row"], 0), float(cell["standard_deviation"]))
        self.assertGreater(spread["farms"], 3 * spread["mills"])

    def test_each_of_many_problems_has_its_draws(self):
        self.write("rows.csv", YEAR_ROWS)
        self.write("columns.csv", YEAR_COLUMNS)
        self.write("study.toml", self.DRAWS)
        document = self.json_of("run", "study.toml")
        self.assertEqual(document["monte_carlo"], {"draws": 200, "outcomes": {"converged": 400}})
        self.assertEqual([cell["problem"] for cell in self.cells()], ["2010"] * 7 + ["2012"] * 7)

    def test_draws_without_a_solution_are_counted(self):
        self.write("table.csv", ",x,y\na,3,0\nb,5,0\nc,1,4\n")
        self.write("rows.csv", "label,value\na,4\nb,4\nc,5\n")
        self.write("columns.csv", "label,value\nx,8.2\ny,4.8\n")
        self.write("study.toml", self.DRAWS)
        document = self.json_of("run", "study.toml")
        outcomes = document["monte_carlo"]["outcomes"]
        self.assertEqual(outcomes["converged"] + outcomes["infeasible"], 200)
        self.assertGreater(outcomes["infeasible"], 20)
        self.assertIn(f"{outcomes['infeasible']} of 200 draws", document["warnings"][0])

    def test_what_does_not_go_together_is_refused(self):
        self.write("study.toml", STUDY + "\n[monte_carlo]\nrow_spread = 0.25\n")
        self.assertIn("study.toml:15:14: monte_carlo.row_spread: found '0.25', expected a number of draws with it",
                      self.refused())
        self.write("rows.csv", "label,value,standard_error\nfarms,5,1\nmills,8,0\nweavers,7,-1\n")
        self.write("study.toml", self.DRAWS.replace("0.05", "0.25"))
        self.assertIn("rows.csv:4:3: standard_error: found '-1', expected a number from 0 on", self.refused())
        self.write("rows.csv", "label,value,standard_error\nfarms,5,1\nmills,8,0\nweavers,7,1\n")
        self.assertIn("monte_carlo.row_spread: found '0.25', expected no spread where the file of these totals has a column "
                      "standard_error", self.refused())

    def test_errors_without_draws_are_noted(self):
        self.write("rows.csv", "label,value,standard_error\nfarms,5,1\nmills,8,0\nweavers,7,1\n")
        document = self.json_of("run", "study.toml")
        self.assertIn("The standard errors of the totals are not used", document["warnings"][0])
        self.assertNotIn("monte_carlo", document)


@unittest.skipIf(SANITIZED, "a sanitizer takes memory of its own")
class TablesBeyondMemory(ProgramTest):
    """Tables that are larger than the memory that the program may take, 64 MB, from their file to that of the result."""

    ROW = [1 + column % 7 for column in range(3000)]

    def setUp(self):
        super().setUp()
        self.write("columns.csv", "label,value\n" + "".join(f"{j + 1},{12000 * cell}\n" for j, cell in enumerate(self.ROW)))

    def write_table(self, count, type_letter="d"):
        row = array.array(type_letter, self.ROW).tobytes()
        name = {"d": "<f8", "f": "<f4"}[type_letter]
        with open(self.folder / "table.npy", "wb") as file:
            shape = (count, 3000)
            header = f"{{'descr': '{name}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
            file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
            for _ in range(count):
                file.write(row)
        total = 12000 * sum(self.ROW) / count
        self.write("rows.csv", "label,value\n" + "".join(f"{i + 1},{total}\n" for i in range(count)))

    def balance(self, **how):
        return self.regio("balance", "table.npy", "--row-totals", "rows.csv", "--column-totals", "columns.csv", "--memory",
                          "64MB", "--threads", "1", **how)

    def test_an_array_is_neither_read_nor_written_as_a_copy(self):
        self.write_table(3000)
        self.assertGreater((self.folder / "table.npy").stat().st_size, 70_000_000)
        self.balance()
        with open(self.folder / "table-results/balanced.npy", "rb") as file:
            content = file.read(128 + 24000)
            self.assertIn(b"'shape': (3000, 3000)", content)
            numbers = array.array("d", content[128:])
            for number, cell in zip(numbers, self.ROW):
                self.assertAlmostEqual(number, 4 * cell, places=6)
            file.seek(0, 2)
            self.assertEqual(file.tell(), 128 + 72_000_000)

    def test_single_precision_is_converted_in_memory(self):
        self.write_table(3000, "f")
        completed = self.balance(status=WRONG_USAGE)
        self.assertIn("memory", completed.stderr)
        self.write_table(300, "f")
        self.balance()


def npy(numbers, shape):
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + struct.pack(f"<{len(numbers)}d", *numbers)


if __name__ == "__main__":
    unittest.main()

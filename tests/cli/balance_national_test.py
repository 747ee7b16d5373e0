"""regio balance --national: tables of regions that meet their own totals and a national table, or the proof that none can."""
import csv
import io
import itertools
import json
import unittest

from program import NOT_ALL_SOLVED, WRONG_USAGE, ProgramTest

REGIONS, ROWS, COLUMNS = ("north", "south"), ("farms", "mills"), ("bread", "cloth", "tools")
START = {("north", "farms"): (8, 2, 1), ("north", "mills"): (1, -4, 16),
         ("south", "farms"): (4, 0, 2), ("south", "mills"): (3, 5, 8)}
# Powers of two, so that the answer and its totals are exact: a positive cell times all three, a negative one over them.
ROW_FACTORS = {("north", "farms"): 2, ("north", "mills"): 0.5, ("south", "farms"): 1, ("south", "mills"): 4}
COLUMN_FACTORS = {"north": (1, 2, 0.5), "south": (0.5, 1, 2)}
NATIONAL_FACTORS = {"farms": (1, 0.5, 2), "mills": (4, 1, 0.25)}


def answer():
    cells = {}
    for (region, row), starts in START.items():
        for j, start in enumerate(starts):
            factor = ROW_FACTORS[region, row] * COLUMN_FACTORS[region][j] * NATIONAL_FACTORS[row][j]
            cells[region, row, COLUMNS[j]] = start * factor if start > 0 else start / factor
    return cells


def sums(cells, *places):
    totals = {}
    for key, value in cells.items():
        kept = tuple(key[place] for place in places)
        totals[kept] = totals.get(kept, 0) + value
    return totals


def text_of(header, numbers):
    return header + "\n" + "".join(",".join(key) + f",{value!r}\n" for key, value in numbers.items())


class NationalControl(ProgramTest):
    OPTIONS = ("--row-totals", "rows.csv", "--column-totals", "columns.csv", "--national", "national.csv")

    def write_problem(self, start, cells=None, rows=None, columns=None, national=None):
        cells = cells or start
        self.write("tables.csv", text_of("region,row,column,value", start))
        self.write("rows.csv", text_of("region,label,value", rows or sums(cells, 0, 1)))
        self.write("columns.csv", text_of("region,label,value", columns or sums(cells, 0, 2)))
        self.write("national.csv", text_of("row,column,value", national or sums(cells, 1, 2)))

    def write_example(self):
        self.write_problem({(region, row, COLUMNS[j]): value for (region, row), values in START.items()
                            for j, value in enumerate(values) if value != 0},
                           {key: value for key, value in answer().items() if value != 0})

    def balance(self, *options, **how):
        return self.json_of("balance", "tables.csv", *self.OPTIONS, "--device", "cpu", *options, **how)

    def read(self, name):
        return (self.folder / "tables-results" / name).read_text(encoding="utf-8")

    def lines(self, name):
        return list(csv.DictReader(io.StringIO(self.read(name))))

    def refused(self, *options):
        completed = self.regio("balance", "tables.csv", *self.OPTIONS, *options, status=WRONG_USAGE)
        self.assertNotIn("defect", completed.stderr)
        self.assertFalse((self.folder / "tables-results").exists())
        return completed.stderr

    def check_balanced(self, expected, relative=1e-8):
        lines = self.lines("balanced.csv")
        self.assertEqual(len(lines), len(expected))
        for line in lines:
            value = expected[line["region"], line["row"], line["column"]]
            self.assertLessEqual(abs(float(line["value"]) - value), relative * abs(value), line)

    def test_tables_meet_three_families_of_totals(self):
        self.write_example()
        document = self.balance("--tolerance", "1e-12")
        expected = {key: value for key, value in answer().items() if value != 0}
        self.check_balanced(expected)
        self.assertEqual(self.read("balanced.csv").splitlines()[0], "region,row,column,value")
        self.assertEqual([document["regions"], document["rows"], document["columns"], document["outcomes"]],
                         [2, 2, 3, {"converged": 1}])
        result = document["results"][0]
        self.assertEqual(list(result), ["outcome", "reason", "iterations", "row_residual", "column_residual",
                                        "national_residual", "certificate"])
        self.assertEqual(result["certificate"], {"multipliers": [], "deficit": 0})
        self.assertLessEqual(max(result["row_residual"], result["column_residual"], result["national_residual"]), 1e-12)

    def test_multipliers_make_the_balanced_tables(self):
        self.write_example()
        self.balance()
        factors = {(line["margin"], line["region"], line["label"]): float(line["value"])
                   for line in self.lines("multipliers.csv")}
        self.assertEqual(len(factors), 2 * 2 + 2 * 3)
        nation = {(line["row"], line["column"]): float(line["value"]) for line in self.lines("national_multipliers.csv")}
        expected = {}
        for line in self.lines("balanced.csv"):
            region, row, column = line["region"], line["row"], line["column"]
            start = START[region, row][COLUMNS.index(column)]
            factor = factors["row", region, row] * factors["column", region, column] * nation[row, column]
            expected[region, row, column] = start * factor if start > 0 else start / factor
        self.check_balanced(expected, 1e-13)

    def test_a_matrix_of_the_nation_controls_the_cells_that_have_a_number(self):
        self.write_example()
        national = sums(answer(), 1, 2)
        self.write("national.csv", f",tools,bread,cloth\nmills,,NA,\nfarms,{national['farms', 'tools']},,\n")
        document = self.balance()
        self.assertIn("5 of the 6 national cells in which regions have numbers are not controlled", document["warnings"][0])
        totals = sums({(line["region"], line["row"], line["column"]): float(line["value"])
                       for line in self.lines("balanced.csv")}, 1, 2)
        for row, column in national:
            near = abs(totals[row, column] / national[row, column] - 1) < 1e-6
            # The totals of the regions leave the mills no choice in the same column.
            self.assertEqual(near, column == "tools", (row, column))
        self.assertEqual([(line["row"], line["column"]) for line in self.lines("national_multipliers.csv")],
                         [("farms", "tools")])

    def multipliers_of(self, result):
        """The certificate's multipliers by margin and the labels of the total."""
        multipliers = {"row": {}, "column": {}, "national": {}}
        for entry in result["certificate"]["multipliers"]:
            keys = {"row": ("region", "row"), "column": ("region", "column"), "national": ("row", "column")}[entry["margin"]]
            self.assertEqual([key for key in ("region", "row", "column") if entry[key] is None],
                             [key for key in ("region", "row", "column") if key not in keys])
            multipliers[entry["margin"]][tuple(entry[key] for key in keys)] = entry["multiplier"]
        return multipliers

    @staticmethod
    def multipliers_of_cell(multipliers, region, row, column):
        return [multipliers["row"].get((region, row), 0), multipliers["column"].get((region, column), 0),
                multipliers["national"].get((row, column), 0)]

    def check_certificate(self, result, start, totals):
        """What the certificate claims, by the rule of the documentation."""
        multipliers = self.multipliers_of(result)
        for (region, row, column), value in start.items():
            total = sum(self.multipliers_of_cell(multipliers, region, row, column))
            self.assertLessEqual(total * (1 if value > 0 else -1), 0, (region, row, column))
        weighted = sum(multiplier * totals[margin][key] for margin, of_margin in multipliers.items()
                       for key, multiplier in of_margin.items())
        self.assertGreater(weighted, 0)
        self.assertAlmostEqual(weighted, result["certificate"]["deficit"], places=12)

    def test_a_nation_that_asks_for_too_much_is_refused_with_a_proof(self):
        # Only the south has farms to bread, 1 in all; the nation wants 1.5.
        start = {("north", "farms", "cloth"): 1, ("north", "mills", "bread"): 1, ("north", "mills", "cloth"): 1,
                 ("south", "farms", "bread"): 1, ("south", "mills", "cloth"): 1, ("south", "mills", "bread"): 1}
        ones = {(region, label): 1 for region in REGIONS for label in ROWS}
        totals = {"row": ones, "column": {(region, label): 1 for region in REGIONS for label in COLUMNS[:2]},
                  "national": {("farms", "bread"): 1.5, ("farms", "cloth"): 0.5,
                               ("mills", "bread"): 0.5, ("mills", "cloth"): 1.5}}
        self.write_problem(start, None, totals["row"], totals["column"], totals["national"])
        completed = self.regio("balance", "tables.csv", *self.OPTIONS, "--json", status=NOT_ALL_SOLVED)
        document = json.loads(completed.stdout)
        self.assertEqual(document["outcomes"], {"infeasible": 1})
        self.check_certificate(document["results"][0], start, totals)
        self.assertIn("No tables have these totals: ", completed.stderr)
        self.assertIn("0.5 too much", completed.stderr)
        self.assertIn("regio: Repair: lower ", completed.stderr)
        report = self.read("report.html")
        for part in ("Why it cannot be done", "The totals in conflict", "Anyone can check it"):
            self.assertIn(part, report)
        self.assertNotIn(">nan<", report)
        self.check_marks(document["results"][0], start)

    def check_marks(self, result, start):
        """Every cell of the regions' tables, one below the other, is marked by the multipliers of its totals."""
        multipliers = self.multipliers_of(result)
        expected = []
        for region, row, column in itertools.product(REGIONS, ROWS, COLUMNS[:2]):
            weights = self.multipliers_of_cell(multipliers, region, row, column)
            needs, gives = any(weight > 0 for weight in weights), any(weight < 0 for weight in weights)
            if (region, row, column) not in start:
                expected += ["no cell: a number here would help"] if sum(weights) > 0 else []
            else:
                expected.append("cells of the totals that need more" if needs else
                                "other cells of the totals that leave too little room" if gives else "cells elsewhere")
        figure = json.loads(self.read("figures/certificate-cells.vl.json"))
        found = [mark["kind"] for mark in figure["data"]["values"]]
        self.assertEqual(sorted(found), sorted(expected))
        self.assertEqual(found[0], "cells of the totals that need more", "the totals in conflict stand first")

    def test_totals_of_a_region_that_differ_name_the_region(self):
        self.write_example()
        rows = sums(answer(), 0, 1)
        rows["south", "farms"] += 1
        self.write("rows.csv", text_of("region,label,value", rows))
        completed = self.regio("balance", "tables.csv", *self.OPTIONS, "--json", status=NOT_ALL_SOLVED)
        result = json.loads(completed.stdout)["results"][0]
        self.assertEqual([result["outcome"], result["reason"]], ["infeasible", "totals_differ"])
        self.assertEqual(result["certificate"]["deficit"], 1)
        self.assertIn("of region 'south'", completed.stderr)

    def test_the_limit_of_sweeps(self):
        self.write_example()
        completed = self.regio("balance", "tables.csv", *self.OPTIONS, "--max-iterations", "1", "--tolerance", "1e-13",
                               status=NOT_ALL_SOLVED)
        self.assertIn("Not balanced after 1 sweep: a row misses its total by", completed.stderr)
        self.assertIn("raise max_iterations", completed.stderr)

    def test_a_study_file_gives_what_the_command_gives(self):
        self.write_example()
        self.balance()
        from_command = self.read("balanced.csv")
        self.write("study.toml", '[study]\nversion = 1\nkind = "balance"\n\n[input]\ntable = "tables.csv"\n'
                   'row_totals = "rows.csv"\ncolumn_totals = "columns.csv"\nnational = "national.csv"\n')
        self.regio("run", "study.toml", "--device", "cpu")
        self.assertEqual((self.folder / "study-results/balanced.csv").read_text(encoding="utf-8"), from_command)

    def test_twice_the_same_bytes_on_any_number_of_threads(self):
        self.write_example()
        contents = []
        for threads in ("1", "2"):
            self.balance("--threads", threads, "--force")
            files = {path.name: path.read_bytes() for path in sorted((self.folder / "tables-results").rglob("*"))
                     if path.is_file()}
            manifest = json.loads(files.pop("manifest.json"))
            del manifest["run"]
            contents.append((files, manifest))
        self.assertEqual(contents[0], contents[1])

    def test_everything_that_is_wrong_at_once(self):
        self.write_example()
        self.write("rows.csv", "region,label,value\nnorth,farms,1\nnorth,mils,x\nsouht,farms,1\nsouth,farms,2\nsouth,farms,3\n")
        self.write("columns.csv", "region,label,value,reliability\nnorth,bread,,1\n")
        self.write("national.csv", "row,column,value\nfarms,bread,1\nfarms,bread,2\nfarm,bread,1\n")
        message = self.refused()
        for part in ("rows.csv:3:3: value: found 'x', expected a number",
                     "rows.csv:3:2: label: found 'mils', expected a row of tables.csv; did you mean 'mills'?",
                     "rows.csv:4:1: region: found 'souht', expected a region of tables.csv; did you mean 'south'?",
                     "rows.csv:6:2: label: found 'farms', expected only one line for a region and row; line 5 has it already",
                     "rows.csv: label: there is no total for the row 'mills' of region 'north' in tables.csv",
                     "columns.csv: reliability: national control meets every total; leave this column out",
                     "columns.csv:2:3: value: the cell is empty",
                     "national.csv:3:2: column: found 'bread', expected only one line for a row and column; line 2",
                     "national.csv:4:1: row: found 'farm', expected a row of tables.csv; did you mean 'farms'?"):
            self.assertIn(part, message)

    def test_tables_without_regions_and_cells_that_stand_twice(self):
        self.write_example()
        self.write("tables.csv", "row,column,value\nfarms,bread,1\n")
        self.assertIn("tables.csv: region: there is no such column", self.refused())
        self.write("tables.csv", ",bread\nfarms,1\n")
        self.assertIn("tables.csv: region: there is no such column", self.refused())
        self.write("tables.csv", "region,row,column,value\nnorth,farms,bread,1\nnorth,farms,bread,2\n")
        self.assertIn("tables.csv:3:3: column: found 'bread', expected only one line for a region, row and column; line 2",
                      self.refused())

    def test_ras_refuses_negative_cells(self):
        self.write_example()
        self.assertIn("region 'north', row 'mills', column 'cloth': found '-4', expected a number from 0 on",
                      self.refused("--method", "ras"))

    def test_what_does_not_go_together_is_refused(self):
        self.write_example()
        self.write("labels.csv", "margin,label\n")
        self.assertIn("--labels: ", self.refused("--labels", "labels.csv"))


if __name__ == "__main__":
    unittest.main()

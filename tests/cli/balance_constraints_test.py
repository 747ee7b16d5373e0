"""regio balance with constraints, bounds and totals that may be missed: known answers, optimality, refusals."""
import csv
import io
import json
import math
import unittest

from program import NOT_ALL_SOLVED, WRONG_USAGE, ProgramTest

TABLE = ",bread,cloth,tools\nfarms,4,2,1\nmills,1,8,4\nports,2,0,6\n"
ROWS = {"farms": 9, "mills": 12, "ports": 9}
COLUMNS = {"bread": 10, "cloth": 9, "tools": 11}


def totals(numbers, reliability=None):
    if reliability is None:
        return "label,value\n" + "".join(f"{label},{value}\n" for label, value in numbers.items())
    return "label,value,reliability\n" + "".join(
        f"{label},{value},{reliability.get(label, '')}\n" for label, value in numbers.items())


class ConstrainedBalance(ProgramTest):
    OPTIONS = ("--row-totals", "rows.csv", "--column-totals", "columns.csv")

    def setUp(self):
        super().setUp()
        self.write("table.csv", TABLE)
        self.write("rows.csv", totals(ROWS))
        self.write("columns.csv", totals(COLUMNS))

    def balance(self, *options, table="table.csv", **how):
        return self.json_of("balance", table, *self.OPTIONS, "--device", "cpu", "--tolerance", "1e-11", *options, **how)

    def refused(self, *options):
        completed = self.regio("balance", "table.csv", *self.OPTIONS, *options, status=WRONG_USAGE)
        self.assertNotIn("defect", completed.stderr)
        self.assertFalse((self.folder / "table-results").exists())
        return completed.stderr

    def read(self, name, folder="table-results"):
        return (self.folder / folder / name).read_text(encoding="utf-8")

    def lines(self, name, folder="table-results"):
        return list(csv.DictReader(io.StringIO(self.read(name, folder))))

    def cells(self, text=None):
        lines = list(csv.reader(io.StringIO(text or self.read("balanced.csv"))))
        return {(line[0], column): float(cell) for line in lines[1:] for column, cell in zip(lines[0][1:], line[1:])}

    def check_totals(self, cells, rows=ROWS, columns=COLUMNS):
        for label, total in rows.items():
            self.assertAlmostEqual(sum(value for key, value in cells.items() if key[0] == label), total, places=8)
        for label, total in columns.items():
            self.assertAlmostEqual(sum(value for key, value in cells.items() if key[1] == label), total, places=8)

    def test_a_constraint_is_met_beside_the_margins(self):
        self.write("groups.csv", "constraint,row,column,coefficient,value\nheavy,farms,tools,1,5\nheavy,mills,tools,1,\n"
                   "gap,ports,bread,1,0.5\ngap,farms,bread,-0.5,0.5\n")
        document = self.balance("--constraints", "groups.csv")
        self.assertEqual([document["outcomes"], document["constraints"]], [{"converged": 1}, 2])
        result = document["results"][0]
        self.assertEqual([result["outcome"], result["reason"], result["method"]], ["converged", "none", "mr-gras"])
        self.assertLessEqual(result["residual"], 1e-11)
        cells = self.cells()
        self.check_totals(cells)
        self.assertAlmostEqual(cells["farms", "tools"] + cells["mills", "tools"], 5, places=8)
        self.assertAlmostEqual(cells["ports", "bread"] - 0.5 * cells["farms", "bread"], 0.5, places=8)
        self.assertEqual(cells["ports", "cloth"], 0)

    def test_multipliers_make_the_balanced_table(self):
        self.write("groups.csv", "constraint,row,column,coefficient,value\nheavy,farms,tools,1,9\nheavy,mills,tools,2,9\n")
        self.balance("--constraints", "groups.csv")
        factors = {(line["margin"], line["label"]): float(line["value"]) for line in self.lines("multipliers.csv")}
        self.assertEqual([key for key in factors if key[0] == "constraint"], [("constraint", "heavy")])
        coefficients = {("farms", "tools"): 1, ("mills", "tools"): 2}
        for (row, column), start in self.cells(TABLE).items():
            expected = (start * factors["row", row] * factors["column", column] *
                        factors["constraint", "heavy"] ** coefficients.get((row, column), 0))
            self.assertAlmostEqual(self.cells()[row, column], expected, delta=1e-11 * expected)

    def test_without_constraints_mr_gras_is_gras(self):
        self.regio("balance", "table.csv", *self.OPTIONS, "--device", "cpu", "--tolerance", "1e-12", "--out", "gras")
        self.balance("--method", "mr-gras")
        expected = self.cells(self.read("balanced.csv", "gras"))
        for key, value in self.cells().items():
            self.assertAlmostEqual(value, expected[key], delta=1e-9 * max(value, 1))

    def test_bounds_hold_and_equal_ones_give_the_cell_its_value(self):
        self.write("bounds.csv", "row,column,lower,upper\nmills,cloth,,6\nports,cloth,1,1\nfarms,tools,2.5,\n")
        document = self.balance("--bounds", "bounds.csv")
        self.assertEqual([document["outcomes"], document["bounds"]], [{"converged": 1}, 3])
        cells = self.cells()
        self.check_totals(cells)
        self.assertEqual(cells["ports", "cloth"], 1)
        self.assertLessEqual(cells["mills", "cloth"], 6)
        self.assertGreaterEqual(cells["farms", "tools"], 2.5)
        self.assertIn("2 cells with a lower or an upper bound, 2 at one; 1 cell with a given value", self.read("report.html"))

    def test_flows_list_the_cells_that_bounds_gave_a_value(self):
        self.write("flows.csv", "row,column,value\n" + "".join(
            f"{row},{column},{value}\n" for (row, column), value in self.cells(TABLE).items() if value != 0))
        self.write("bounds.csv", "row,column,lower,upper\nports,cloth,1,1\n")
        self.balance("--bounds", "bounds.csv", table="flows.csv")
        self.balance("--bounds", "bounds.csv")
        flows = {(line["row"], line["column"]): float(line["value"])
                 for line in self.lines("balanced.csv", "flows-results")}
        self.assertEqual(flows, {key: value for key, value in self.cells().items() if value != 0})

    def test_a_total_that_is_left_open_is_not_controlled(self):
        self.write("rows.csv", totals(ROWS | {"mills": ""}))
        document = self.balance("--method", "mr-gras")
        self.assertIn("1 row and 0 columns have no total and are not controlled", document["warnings"][0])
        lines = {(line["margin"], line["label"]): line for line in self.lines("totals.csv")}
        open_total = lines["row", "mills"]
        self.assertEqual([open_total["wanted"], open_total["difference"]], ["", ""])
        self.assertAlmostEqual(float(open_total["result"]), 12, places=8)
        self.assertEqual(lines["column", "bread"]["wanted"], "10")

    def test_soft_totals_give_way_as_their_price_says(self):
        # Rows add up to 33, columns to 30: the mills may give way. KL prices: the sum is total * multiplier^(-1 / rho).
        self.write("rows.csv", totals(ROWS | {"mills": 15}, {"mills": 2, "ports": 4}))
        document = self.balance("--method", "soft")
        self.assertEqual(document["outcomes"], {"converged": 1})
        self.assertIn("are missed", document["headline"])
        cells = self.cells()
        self.check_totals(cells, {"farms": 9})
        lines = {(line["margin"], line["label"]): line for line in self.lines("totals.csv")}
        factors = {(line["margin"], line["label"]): float(line["value"]) for line in self.lines("multipliers.csv")}
        for label, rho in (("mills", 2), ("ports", 4)):
            line = lines["row", label]
            wanted, result = float(line["wanted"]), float(line["result"])
            self.assertEqual(float(line["reliability"]), rho)
            self.assertAlmostEqual(float(line["difference"]), result - wanted, places=12)
            self.assertAlmostEqual(result, sum(value for key, value in cells.items() if key[0] == label), places=8)
            self.assertAlmostEqual(result, wanted * factors["row", label] ** (-1 / rho), delta=1e-7 * wanted)
        self.assertEqual(lines["row", "farms"]["reliability"], "")
        self.assertIn("Totals that are missed", self.read("report.html"))

    def test_kras_adjusts_totals_with_a_reliability_alone(self):
        self.write("rows.csv", totals(ROWS | {"mills": 15}, {"mills": 1}))
        document = self.balance("--method", "kras")
        self.assertEqual(document["outcomes"], {"converged": 1})
        self.check_totals(self.cells(), {"farms": 9, "ports": 9})
        line = next(line for line in self.lines("totals.csv") if line["label"] == "mills")
        self.assertAlmostEqual(float(line["difference"]), -3, places=6)
        self.assertIn("Totals that were adjusted", self.read("report.html"))

    def test_least_squares_meets_the_conditions_of_its_optimum(self):
        starts = self.cells(TABLE)
        weights = {"equal": lambda a: 1, "magnitude": lambda a: 1 / abs(a), "square": lambda a: 1 / (a * a)}
        for word, weight in weights.items():
            self.balance("--method", "least-squares", "--weight", word, "--force")
            cells = self.cells()
            self.check_totals(cells)
            # The weighted changes are a multiplier of the row plus one of the column wherever a cell may move.
            change = {key: weight(start) * (cells[key] - start) for key, start in starts.items() if start != 0}
            for columns in (("bread", "cloth"), ("cloth", "tools")):
                cross = (change["farms", columns[0]] - change["farms", columns[1]] -
                         change["mills", columns[0]] + change["mills", columns[1]])
                self.assertAlmostEqual(cross, 0, places=7)
            cross = (change["farms", "bread"] - change["farms", "tools"] - change["ports", "bread"] + change["ports", "tools"])
            self.assertAlmostEqual(cross, 0, places=7)

    def test_constraints_in_conflict_are_proven(self):
        self.write("groups.csv", "constraint,row,column,coefficient,value\nclothing,farms,cloth,1,11\nclothing,mills,cloth,1,11\n")
        completed = self.regio("balance", "table.csv", *self.OPTIONS, "--constraints", "groups.csv", "--json",
                               status=NOT_ALL_SOLVED)
        document = json.loads(completed.stdout)
        result = document["results"][0]
        self.assertEqual(result["outcome"], "infeasible")
        self.assertIn("No table has these totals: ", completed.stderr)
        self.assertIn("the methods soft, kras and least-squares find a table", completed.stderr)
        multiplier = {(entry["margin"], entry["label"]): entry["multiplier"] for entry in result["certificate"]["multipliers"]}
        for (row, column), start in self.cells(TABLE).items():
            if start == 0:
                continue
            weight = multiplier.get(("row", row), 0) + multiplier.get(("column", column), 0)
            if (row, column) in (("farms", "cloth"), ("mills", "cloth")):
                weight += multiplier.get(("constraint", "clothing"), 0)
            self.assertLessEqual(weight, 0, (row, column))
        wanted = ({("row", label): total for label, total in ROWS.items()} |
                  {("column", label): total for label, total in COLUMNS.items()} | {("constraint", "clothing"): 11})
        deficit = math.fsum(value * wanted[key] for key, value in multiplier.items())
        self.assertGreater(deficit, 0)
        self.assertAlmostEqual(deficit, result["certificate"]["deficit"], places=12)
        self.assertIn("The totals in conflict", self.read("report.html"))
        figure = json.loads(self.read("figures/certificate-cells.vl.json"))
        # The columns in conflict stand first: cloth, bread, tools. Of the cells that are zero none would help here.
        marks = {(mark["row"], mark["column"]): mark["kind"] for mark in figure["data"]["values"]}
        cells = {(row, column) for (row, column), start in self.cells(TABLE).items() if start != 0}
        self.assertEqual(len(marks), len(cells))
        in_need = {cell for cell, kind in marks.items() if kind == "cells of the totals that need more"}
        self.assertEqual(in_need, {(0, 0), (1, 0)})

    def test_a_study_file_gives_what_the_command_gives(self):
        self.write("bounds.csv", "row,column,lower,upper\nmills,cloth,,6\n")
        self.write("groups.csv", "constraint,row,column,coefficient,value\nheavy,farms,tools,1,2\n")
        self.regio("balance", "table.csv", *self.OPTIONS, "--device", "cpu", "--bounds", "bounds.csv", "--constraints",
                   "groups.csv", "--method", "mr-gras")
        self.write("study.toml", '[study]\nversion = 1\nkind = "balance"\n\n[input]\ntable = "table.csv"\n'
                   'row_totals = "rows.csv"\ncolumn_totals = "columns.csv"\nconstraints = "groups.csv"\n'
                   'bounds = "bounds.csv"\n\n[balance]\nmethod = "mr-gras"\n')
        self.regio("run", "study.toml", "--device", "cpu")
        for name in ("balanced.csv", "multipliers.csv", "totals.csv"):
            self.assertEqual(self.read(name, "study-results"), self.read(name))

    def test_twice_the_same_bytes_on_any_number_of_threads(self):
        self.write("groups.csv", "constraint,row,column,coefficient,value\nheavy,farms,tools,1,2\n")
        contents = []
        for threads in ("1", "2"):
            self.balance("--constraints", "groups.csv", "--threads", threads, "--force")
            files = {path.name: path.read_bytes() for path in sorted((self.folder / "table-results").rglob("*"))
                     if path.is_file()}
            manifest = json.loads(files.pop("manifest.json"))
            del manifest["run"]
            contents.append((files, manifest))
        self.assertEqual(contents[0], contents[1])

    def test_everything_that_is_wrong_with_constraints_at_once(self):
        self.write("groups.csv", "constraint,row,column,coefficient,value,reliability\nheavy,farms,tools,1,5,1\n"
                   "heavy,mils,tools,0,5,1\nheavy,farms,tools,1,6,2\nlight,farms,clothes,,,\n,farms,bread,1,1,0\n")
        message = self.refused("--constraints", "groups.csv", "--method", "soft")
        for part in ("groups.csv:3:2: row: found 'mils', expected a row of table.csv; did you mean 'mills'?",
                     "groups.csv:3:4: coefficient: found '0', expected a number other than 0",
                     "groups.csv:4:3: column: found 'tools', expected only one line for a cell of constraint 'heavy'; line 2",
                     "groups.csv:4:5: value: found '6', expected 5 as on line 2, of the same constraint",
                     "groups.csv:4:6: reliability: found '2', expected 1 as on line 2, of the same constraint",
                     "groups.csv:5:3: column: found 'clothes', expected a column of table.csv; did you mean 'cloth'?",
                     "groups.csv:5:4: coefficient: the cell is empty",
                     "groups.csv:5:5: value: the cell is empty; expected a number, the total of constraint 'light'",
                     "groups.csv:6:1: constraint: the cell is empty; expected the name of a constraint",
                     "groups.csv:6:6: reliability: found '0', expected a number above 0"):
            self.assertIn(part, message)

    def test_everything_that_is_wrong_with_bounds_at_once(self):
        self.write("table.csv", TABLE.replace("farms,4", "farms,-4"))
        self.write("bounds.csv", "row,column,lower,upper\nfarms,bread,1,2\nmills,bread,3,2\nmills,bread,1,2\nports,cloth,1,2\n"
                   "ports,tools,,-1\nmills,tools,,\nmills,tool,0,1\n")
        message = self.refused("--bounds", "bounds.csv")
        for part in ("bounds.csv:2:3: lower: found '1', expected bounds that leave the cell, -4 in the table, its sign",
                     "bounds.csv:3:4: upper: found '2', expected a number from 3 on, the lower bound",
                     "bounds.csv:4:2: column: found 'bread', expected only one line for a cell; line 3 has it already",
                     "bounds.csv:5:3: lower: found '1', expected bounds around 0: a cell that is 0 stays 0",
                     "bounds.csv:6:4: upper: found '-1', expected bounds that leave the cell, 6 in the table, its sign",
                     "bounds.csv:7:3: lower: the cell is empty; expected a lower or an upper bound, or both",
                     "bounds.csv:8:2: column: found 'tool', expected a column of table.csv; did you mean 'tools'?"):
            self.assertIn(part, message)

    def test_what_does_not_go_together_is_refused(self):
        self.write("groups.csv", "constraint,row,column,coefficient,value\nheavy,farms,tools,1,2\n")
        constraints = ("--constraints", "groups.csv")
        self.assertIn("--method: found 'ras', expected mr-gras, soft, kras or least-squares",
                      self.refused(*constraints, "--method", "ras"))
        self.assertIn("--no-over-relaxation", self.refused(*constraints, "--no-over-relaxation"))
        self.assertIn("--tolerance: found '0', expected a number above 0 and below 1",
                      self.refused(*constraints, "--tolerance", "0"))
        self.assertIn("--weight: found 'equal', expected the method least-squares", self.refused("--weight", "equal"))
        self.assertIn("did you mean 'least-squares'?", self.refused("--method", "least-square"))
        self.assertIn("did you mean '--constraints'?", self.refused("--constraint", "groups.csv"))
        self.assertIn("--draws: found '10', expected 0", self.refused(*constraints, "--draws", "10"))
        message = self.refused(*constraints, "--national", "groups.csv", "--method", "soft")
        self.assertIn("--constraints: ", message)
        self.assertIn("--method: found 'soft', expected gras or ras, the methods of national control", message)
        self.write("rows.csv", totals(ROWS, {"mills": 1}))
        self.assertIn("rows.csv: reliability: mr-gras meets every total; the methods soft, kras and least-squares",
                      self.refused(*constraints))

    def test_totals_that_do_not_fit_the_table(self):
        self.write("rows.csv", "label,value\nfarms,9\nmils,12\nfarms,x\n")
        message = self.refused("--method", "mr-gras")
        for part in ("rows.csv:3:1: label: found 'mils', expected a row of table.csv; did you mean 'mills'?",
                     "rows.csv:4:1: label: found 'farms', expected only one line for a row; line 2 has it already",
                     "rows.csv:4:2: value: found 'x', expected a number",
                     "rows.csv: label: there is no line for the rows 'mills', 'ports' of table.csv"):
            self.assertIn(part, message)

    def test_a_method_with_nothing_that_may_give_way_says_so(self):
        document = self.balance("--method", "soft")
        self.assertIn("No total has a reliability", document["warnings"][0])


if __name__ == "__main__":
    unittest.main()

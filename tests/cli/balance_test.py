"""regio balance: published tables to their digits, tables without a solution with their proof, files in every form."""
import csv
import io
import json
import struct
import unittest

from program import DEVICE_ERROR, NOT_ALL_SOLVED, WRONG_USAGE, ProgramTest, environment

# Junius and Oosterhaven (2003), the example of GRAS; digits by a computation in 50 digits.
SIGNED = ",goods,services,exports,taxes\nfarms,7,3,5,-3\nmills,2,9,8,0\nimports,-2,0,2,0\n"
SIGNED_ROWS = "label,value\nfarms,15\nmills,26\nimports,-1\n"
SIGNED_COLUMNS = "label,value\ngoods,9\nservices,16\nexports,17\ntaxes,-2\n"
SIGNED_ANSWER = [[8.424341459748716, 3.375236893680465, 5.20042164657082, -2],
                 [3.000997548468523, 12.62476310631954, 10.37423934521194, 0],
                 [-2.425339008217238, 0, 1.425339008217238, 0]]

# Miller and Blair, section 7.4.2: coefficients of the old year times outputs of the new one.
COEFFICIENTS = [[.120, .100, .049], [.210, .247, .265], [.026, .249, .145]]
OUTPUTS = [421, 284, 283]
MILLER_BLAIR = ",a,b,c\n" + "".join(
    f"{label}," + ",".join(repr(c * x) for c, x in zip(row, OUTPUTS)) + "\n" for label, row in zip("abc", COEFFICIENTS))
MILLER_BLAIR_ANSWER = [[165.2101482011621, 34.61360463947778, 45.17624715936009],
                       [63.52861968216023, 18.78617795340145, 53.68520236443832],
                       [22.26123211667764, 53.60021740712078, 83.13855047620159]]

# Two rows that need 8 where their only column takes 6.
CONFLICT = ",bread,cloth,tools\nfarms,1,0,0\nmills,1,0,0\nmines,1,1,1\nports,0,1,1\n"
# The same without the cell that connects bread with the rest: two tables in one.
TWO_PARTS = CONFLICT.replace("mines,1,1,1", "mines,0,1,1")
CONFLICT_ROWS = "label,value\nfarms,4\nmills,4\nmines,5\nports,5\n"
CONFLICT_COLUMNS = "label,value\nbread,6\ncloth,6\ntools,6\n"


def totals(pairs):
    return "label,value\n" + "".join(f"{label},{value}\n" for label, value in pairs)


def npy(rows):
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({len(rows)}, {len(rows[0])}), }}".ljust(117) + "\n"
    numbers = [number for row in rows for number in row]
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + struct.pack(f"<{len(numbers)}d", *numbers)


class Balance(ProgramTest):
    def balance(self, *options, table="table.csv", **how):
        return self.json_of("balance", table, "--row-totals", "rows.csv", "--column-totals", "columns.csv", "--device",
                            "cpu", *options, **how)

    def write_problem(self, table, rows, columns, name="table.csv"):
        self.write(name, table)
        self.write("rows.csv", rows)
        self.write("columns.csv", columns)

    def read(self, name, folder="table-results"):
        return (self.folder / folder / name).read_text(encoding="utf-8")

    def matrix(self, text):
        lines = list(csv.reader(io.StringIO(text)))
        return [[float(cell) for cell in line[1:]] for line in lines[1:]]

    def assert_close(self, found, expected, relative=1e-8):
        self.assertEqual([len(row) for row in found], [len(row) for row in expected])
        for found_row, expected_row in zip(found, expected):
            for number, answer in zip(found_row, expected_row):
                self.assertLessEqual(abs(number - answer), relative * abs(answer), (number, answer))

    def refused(self, *options, table="table.csv"):
        """The message of a run that leaves no result folder."""
        completed = self.regio("balance", table, "--row-totals", "rows.csv", "--column-totals", "columns.csv", *options,
                               status=WRONG_USAGE)
        self.assertEqual(completed.stdout, "")
        self.assertNotIn("defect", completed.stderr)
        self.assertFalse((self.folder / "table-results").exists())
        return completed.stderr

    def test_the_example_of_gras(self):
        self.write_problem(SIGNED, SIGNED_ROWS, SIGNED_COLUMNS)
        document = self.balance("--tolerance", "1e-13")
        text = self.read("balanced.csv")
        self.assertEqual(text.splitlines()[0], ",goods,services,exports,taxes")
        self.assert_close(self.matrix(text), SIGNED_ANSWER, 1e-10)
        self.assertEqual([document["problems"], document["outcomes"]], [1, {"converged": 1}])
        result = document["results"][0]
        self.assertEqual(list(result), ["outcome", "reason", "iterations", "row_residual", "column_residual",
                                        "certificate", "forced_zero"])
        self.assertEqual([result["outcome"], result["reason"], result["forced_zero"]], ["converged", "none", []])
        self.assertEqual([result["certificate"][key] for key in ("rows", "columns", "deficit")], [[], [], 0])
        self.assertLessEqual(max(result["row_residual"], result["column_residual"]), 1e-13)

    def test_multipliers_make_the_balanced_table(self):
        self.write_problem(SIGNED, SIGNED_ROWS, SIGNED_COLUMNS)
        self.balance()
        start, balanced = self.matrix(SIGNED), self.matrix(self.read("balanced.csv"))
        lines = list(csv.DictReader(io.StringIO(self.read("multipliers.csv"))))
        self.assertEqual([(line["margin"], line["label"]) for line in lines],
                         [("row", label) for label in ("farms", "mills", "imports")] +
                         [("column", label) for label in ("goods", "services", "exports", "taxes")])
        r, s = [[float(line["value"]) for line in lines if line["margin"] == margin] for margin in ("row", "column")]
        self.assertEqual(max(s), 1)
        expected = [[a * r[i] * s[j] if a > 0 else a / (r[i] * s[j]) for j, a in enumerate(row)] for i, row in enumerate(start)]
        self.assert_close(balanced, expected, 1e-14)

    def test_miller_and_blair_by_both_methods(self):
        self.write_problem(MILLER_BLAIR, totals(zip("abc", (245, 136, 159))), totals(zip("cab", (182, 251, 107))))
        tables = []
        for method in ("ras", "gras"):
            self.balance("--method", method, "--tolerance", "1e-13", "--force")
            tables.append(self.read("balanced.csv"))
            self.assert_close(self.matrix(tables[-1]), MILLER_BLAIR_ANSWER, 1e-11)
        self.assertEqual(*tables)

    def test_the_plain_iteration_gives_the_same(self):
        self.write_problem(MILLER_BLAIR, totals(zip("abc", (245, 136, 159))), totals(zip("abc", (251, 107, 182))))
        self.balance("--no-over-relaxation", "--tolerance", "1e-13")
        self.assert_close(self.matrix(self.read("balanced.csv")), MILLER_BLAIR_ANSWER, 1e-11)
        self.assertIn("regio balance table.csv --row-totals rows.csv --column-totals columns.csv --tolerance 1e-13 "
                      "--no-over-relaxation", self.read("report.html"))

    def test_margins_in_conflict_are_named_with_their_deficit(self):
        self.write_problem(CONFLICT, CONFLICT_ROWS, CONFLICT_COLUMNS)
        completed = self.regio("balance", "table.csv", "--row-totals", "rows.csv", "--column-totals", "columns.csv",
                               "--json", status=NOT_ALL_SOLVED)
        self.assertIn("rows 'farms', 'mills' must add up to 8, but column 'bread' alone, where their cells lie, to 6: 2 "
                      "too much", completed.stderr)
        self.assertIn("lower the totals of rows 'farms', 'mills' or raise those of column 'bread', by at least 2 together",
                      completed.stderr)
        document = json.loads(completed.stdout)
        self.assertEqual(document["outcomes"], {"infeasible": 1})
        result = document["results"][0]
        self.assertEqual([result["outcome"], result["reason"]], ["infeasible", "conflicting_margins"])
        certificate = result["certificate"]
        if certificate["needs_more"] == "row":
            self.assertEqual([certificate["rows"], certificate["columns"]], [["farms", "mills"], ["bread"]])
        else:
            self.assertEqual([certificate["rows"], certificate["columns"]], [["mines", "ports"], ["cloth", "tools"]])
        self.assertEqual(certificate["deficit"], 2)
        for name in ("balanced.csv", "multipliers.csv", "report.html", "manifest.json", "figures/conflict.vl.json"):
            self.assertTrue((self.folder / "table-results" / name).exists(), name)
        self.assertEqual(json.loads(self.read("manifest.json"))["results"], document["results"])

    def test_parts_that_no_cell_connects(self):
        self.write_problem(TWO_PARTS, CONFLICT_ROWS, CONFLICT_COLUMNS)
        completed = self.regio("balance", "table.csv", "--row-totals", "rows.csv", "--column-totals", "columns.csv",
                               "--json", status=NOT_ALL_SOLVED)
        result = json.loads(completed.stdout)["results"][0]
        self.assertEqual([result["outcome"], result["reason"]], ["infeasible", "totals_differ"])
        self.assertEqual(result["certificate"]["deficit"], 2)
        self.assertIn("which no cell connects with the rest of the table: the totals of these rows add up to 8, those of "
                      "these columns to 6", completed.stderr)

    def test_cells_that_can_only_be_zero_are_named(self):
        self.write_problem(",x,y\na,1,1\nb,0,1\n", totals(zip("ab", (1, 1))), totals(zip("xy", (1, 1))))
        document = self.balance(status=NOT_ALL_SOLVED)
        self.assertEqual(document["outcomes"], {"boundary": 1})
        self.assertEqual(document["results"][0]["reason"], "forced_zeros")
        self.assertEqual(document["results"][0]["forced_zero"], [{"row": "a", "column": "y"}])
        self.assert_close(self.matrix(self.read("balanced.csv")), [[1, 0], [0, 1]], 1e-8)
        self.assertIn("Zero in every table that meets the totals: a to y.", self.read("report.html"))

    def test_totals_that_differ_give_both_sums(self):
        self.write_problem(TWO_PARTS, totals(zip(("farms", "mills", "mines", "ports"), (3, 3, 6, 6.5))), CONFLICT_COLUMNS)
        completed = self.regio("balance", "table.csv", "--row-totals", "rows.csv", "--column-totals", "columns.csv",
                               status=NOT_ALL_SOLVED)
        self.assertIn("those of the rows add up to 18.5, those of the columns to 18, a difference of 0.5", completed.stderr)
        self.assertIn("rows 'mines', 'ports' and columns 'cloth', 'tools'", completed.stderr)
        manifest = json.loads(self.read("manifest.json"))
        self.assertEqual(manifest["results"][0]["reason"], "totals_differ")

    def test_a_difference_of_the_last_bits_is_no_conflict(self):
        self.write_problem(",x,y\na,1,2\nb,3,4\n", totals(zip("ab", (0.1, 0.2))), totals(zip("xy", ("0.15", "0.15000000001"))))
        document = self.balance()
        self.assertEqual(document["outcomes"], {"converged": 1})
        self.assertIn("within the tolerance", document["warnings"][0])

    def test_a_margin_that_cannot_have_its_total(self):
        for table, rows, reason, message in (
                (",x,y\na,0,0\nb,1,1\n", (2, 2), "empty_margin", "row 'a' has no cell that may change, but its total is 2"),
                (",x,y\na,1,1\nb,1,1\n", (-2, 6), "sign", "no cell of row 'a' is negative, but its total is -2")):
            self.write_problem(table, totals(zip("ab", rows)), totals(zip("xy", (2, 2))))
            completed = self.regio("balance", "table.csv", "--row-totals", "rows.csv", "--column-totals", "columns.csv",
                                   "--force", status=NOT_ALL_SOLVED)
            self.assertIn(message, completed.stderr)
            self.assertEqual(json.loads(self.read("manifest.json"))["results"][0]["reason"], reason)

    def test_the_limit_of_sweeps(self):
        self.write_problem(SIGNED, SIGNED_ROWS, SIGNED_COLUMNS)
        document = self.balance("--max-iterations", "1", "--tolerance", "1e-13", status=NOT_ALL_SOLVED)
        result = document["results"][0]
        self.assertEqual([result["outcome"], result["reason"], result["iterations"]], ["iteration_limit", "slow", 1])
        self.assertGreater(max(result["row_residual"], result["column_residual"]), 1e-13)

    def test_flows_give_flows(self):
        self.write_problem(SIGNED, SIGNED_ROWS, SIGNED_COLUMNS)
        flows = "row,column,value\n"
        for line in csv.DictReader(io.StringIO(SIGNED)):
            for column in ("taxes", "goods", "services", "exports"):
                if line[column] != "0":
                    flows += f"{line['']},{column},{line[column]}\n"
        self.write("flows.csv", flows)
        self.balance("--tolerance", "1e-13", table="flows.csv")
        lines = list(csv.DictReader(io.StringIO(self.read("balanced.csv", "flows-results"))))
        self.assertEqual(len(lines), flows.count("\n") - 1)
        columns = ["goods", "services", "exports", "taxes"]
        for line in lines:
            answer = SIGNED_ANSWER[["farms", "mills", "imports"].index(line["row"])][columns.index(line["column"])]
            self.assertAlmostEqual(float(line["value"]), answer, delta=1e-10 * abs(answer))

    def test_an_array_gives_an_array(self):
        self.write_problem(npy([[7, 3, 5, -3], [2, 9, 8, 0], [-2, 0, 2, 0]]), SIGNED_ROWS, SIGNED_COLUMNS, "table.npy")
        labels = "margin,label\n" + "".join(f"row,{label}\n" for label in ("farms", "mills", "imports"))
        self.write("labels.csv", labels + "".join(f"column,{label}\n" for label in ("goods", "services", "exports", "taxes")))
        self.balance("--labels", "labels.csv", "--tolerance", "1e-13", table="table.npy")
        content = (self.folder / "table-results/balanced.npy").read_bytes()
        numbers = struct.unpack("<12d", content[-96:])
        self.assert_close([numbers[0:4], numbers[4:8], numbers[8:12]], SIGNED_ANSWER, 1e-10)

    def test_twice_the_same_bytes_on_any_number_of_threads(self):
        self.write_problem(CONFLICT, CONFLICT_ROWS, CONFLICT_COLUMNS)
        contents = []
        for threads in ("1", "2", "2"):
            self.balance("--threads", threads, "--force", status=NOT_ALL_SOLVED)
            files = {path.relative_to(self.folder): path.read_bytes()
                     for path in sorted((self.folder / "table-results").rglob("*")) if path.is_file()}
            manifest = json.loads(files.pop(next(path for path in files if path.name == "manifest.json")))
            del manifest["run"]
            contents.append((files, manifest))
        self.assertEqual(contents[0], contents[1])
        self.assertEqual(contents[1], contents[2])

    def test_results_that_exist_are_not_replaced_unasked(self):
        self.write_problem(SIGNED, SIGNED_ROWS, SIGNED_COLUMNS)
        self.balance("--out", "results")
        self.assertEqual(self.balance("--out", "results", status=WRONG_USAGE)["error"]["kind"], "input")
        self.balance("--out", "results", "--force")

    def test_a_negative_cell_with_ras(self):
        self.write_problem(SIGNED, SIGNED_ROWS, SIGNED_COLUMNS)
        message = self.refused("--method", "ras")
        self.assertIn("table.csv:2:5: row 'farms', column 'taxes': found '-3', expected a number from 0 on: RAS takes no "
                      "negative cell, the method gras does", message)
        self.assertIn("table.csv:4:2: row 'imports', column 'goods': found '-2'", message)

    def test_everything_that_is_wrong_at_once(self):
        self.write_problem(",goods,services\nfarms,7,x\nfarms,NaN,1\n", "label,value\nfarms,1\nfarm,2\n",
                           "label,value,region\ngoods,1,N\nservices,,N\n")
        message = self.refused()
        for part in ("table.csv:2:3: services: found 'x', expected a number", "table.csv:3:1", "only one line for a row",
                     "table.csv:3:2: goods: found 'NaN', expected a number",
                     "rows.csv:3:1: label: found 'farm', expected a row of table.csv; did you mean 'farms'?",
                     "columns.csv: region: totals of regions go with a national table (--national)", "columns.csv:3:2: value: the cell is empty"):
            self.assertIn(part, message)

    def test_labels_that_differ_are_listed_on_both_sides(self):
        self.write_problem(SIGNED, SIGNED_ROWS.replace("mills,26", "mils,26"), SIGNED_COLUMNS)
        message = self.refused()
        self.assertIn("rows.csv:3:1: label: found 'mils', expected a row of table.csv; did you mean 'mills'?", message)
        self.assertIn("rows.csv: label: there is no total for the row 'mills' of table.csv", message)

    def test_options_that_are_missing_or_misspelt(self):
        self.write_problem(SIGNED, SIGNED_ROWS, SIGNED_COLUMNS)
        self.assertIn("--column-totals", self.regio("balance", "table.csv", "--row-totals", "rows.csv",
                                                    status=WRONG_USAGE).stderr)
        self.assertIn("did you mean 'gras'?", self.refused("--method", "gra"))
        self.assertIn("did you mean '--tolerance'?", self.refused("--tolerence", "1"))
        self.assertIn("--tolerance", self.refused("--tolerance", "-1"))

    def test_a_device_that_is_not_there(self):
        self.write_problem(SIGNED, SIGNED_ROWS, SIGNED_COLUMNS)
        self.regio("balance", "table.csv", "--row-totals", "rows.csv", "--column-totals", "columns.csv", "--device", "cuda",
                   env=environment(REGIO_CUDA_LIBRARY="/nowhere/library.so"), status=DEVICE_ERROR)
        self.assertFalse((self.folder / "table-results").exists())


if __name__ == "__main__":
    unittest.main()

"""regio run with a study of the kind balance: what a command gives, many tables at once, draws of uncertain totals."""
import json
import unittest

from program import NOT_ALL_SOLVED, WRONG_USAGE, ProgramTest

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


if __name__ == "__main__":
    unittest.main()

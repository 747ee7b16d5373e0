"""What bad input gets: a clear message for every error at once, exit status 2, and no result folder."""
import gzip
import json
import unicodedata
import unittest

from program import DEVICE_ERROR, STATES, WRONG_USAGE, ProgramTest

PANEL = "region,year,income,schools\n" + "".join(
    f"R{region},{2000 + year},{region * region + year % 3},{(region * 7) % 5 + year}\n"
    for year in range(4) for region in range(9))
STUDY = """[study]
version = 1
kind = "cluster"
[input]
panel = "panel.csv"
[clusters]
k = 3
restarts = 10
gap_references = 0
"""


class InputErrors(ProgramTest):
    def refused(self, *arguments, status=WRONG_USAGE):
        """The message of a run that leaves nothing behind."""
        before = sorted(self.folder.rglob("*"))
        completed = self.regio(*arguments, status=status)
        self.assertEqual(sorted(self.folder.rglob("*")), before, "something was left behind")
        self.assertEqual(completed.stdout, "")
        self.assertNotIn("defect", completed.stderr)
        return completed.stderr

    def refused_panel(self, text, *options):
        self.write("panel.csv", text)
        return self.refused("cluster", "panel.csv", "-k", "3", *options)

    def test_a_file_that_is_not_there(self):
        self.assertIn("panel.csv", self.refused("cluster", "panel.csv"))
        self.assertIn("study.toml", self.refused("run", "study.toml"))
        self.write("study.toml", STUDY)
        self.assertIn("panel.csv", self.refused("run", "study.toml"))

    def test_a_folder_in_the_place_of_a_file(self):
        (self.folder / "panel.csv").mkdir()
        self.assertIn("panel.csv", self.refused("cluster", "panel.csv"))

    def test_a_region_missing_in_a_year(self):
        message = self.refused_panel(PANEL.replace("R4,2002,18,5\n", ""))
        self.assertIn("panel.csv: no line for region 'R4' in 2002; indicators.missing names policies for gaps", message)

    def test_what_is_missing_in_several_years_is_one_message(self):
        message = self.refused_panel("".join(line for line in PANEL.splitlines(keepends=True)
                                             if not line.startswith(("R4,2000", "R4,2001", "R4,2003"))))
        self.assertEqual(message, "regio: panel.csv: no line for region 'R4' in 2000-2001, 2003; "
                                  "indicators.missing names policies for gaps\n")
        message = self.refused_panel(PANEL.replace("R4,2000,16,", "R4,2000,NA,"), "--missing", "drop-region", "-k", "9")
        self.assertEqual(message, "regio: k: found '9', expected at most the number of regions, 8 in 2000-2003\n")

    def test_a_missing_number(self):
        message = self.refused_panel(PANEL.replace("R4,2002,18,", "R4,2002,NA,"))
        self.assertIn("panel.csv:24: income: no value for region 'R4' in 2002", message)

    def test_all_errors_of_all_files_at_once(self):
        self.write("panel.csv", PANEL.replace("R4,2002,18,", "R4,2002,eighteen,").replace("R5,2001,26,", "R5,2001,inf,"))
        self.write("regions.csv", "region,area\nR0,1\nR0,2\n")
        self.write("indicators.csv", "indicator,series,label,unit,group,direction\na,incme,,,g,higher\n")
        message = self.refused("cluster", "panel.csv", "--regions", "regions.csv", "--indicators", "indicators.csv")
        self.assertIn("panel.csv:24:3: income: found 'eighteen', expected a number", message)
        self.assertIn("panel.csv:16:3: income: found 'inf'", message)
        self.assertIn("regions.csv:3:1: region: found 'R0', expected only one line for a region", message)
        self.assertIn("indicators.csv:2:2: series: found 'incme', expected a series of the panel; did you mean 'income'?",
                      message)

    def test_many_errors_are_cut_after_twenty(self):
        message = self.refused_panel("region,year,a\n" + "".join(f"R{i},2000,{i}x\n" for i in range(50)) + "R50,2000,1\n")
        self.assertEqual(message.count("expected a number"), 20)
        self.assertIn("30 more", message)

    def test_a_constant_indicator_is_a_warning(self):
        self.write("panel.csv", "\n".join(line + (",same" if i == 0 else ",7")
                                          for i, line in enumerate(PANEL.splitlines())) + "\n")
        completed = self.regio("cluster", "panel.csv", "-k", "3")
        self.assertIn("same", completed.stderr)
        report = (self.folder / "panel-results/report.html").read_text(encoding="utf-8")
        self.assertIn("same", report)

    def test_fewer_regions_than_clusters(self):
        self.write("panel.csv", PANEL)
        self.write("study.toml", STUDY.replace("k = 3", "k = 10"))
        message = self.refused("run", "study.toml")
        self.assertIn("study.toml:7:5: clusters.k: found '10', expected at most the number of regions, 9", message)

    def test_labels_that_are_not_numbers(self):
        self.write("labels.csv", "region,2001,2002\nX,rich,1\nY,poor,2\n")
        message = self.refused("dynamics", "labels.csv")
        self.assertIn("labels.csv:2:2: 2001: found 'rich', expected a number", message)
        self.assertIn("labels.csv:3:2: 2001: found 'poor'", message)

    def test_a_group_whose_indicators_were_all_dropped(self):
        self.write("panel.csv", PANEL.replace("R4,2002,18,", "R4,2002,,"))
        self.write("indicators.csv", "indicator,series,label,unit,group,direction\na,income,,,money,higher\n"
                                     "b,schools,,,people,higher\n")
        message = self.refused("cluster", "panel.csv", "-k", "3", "--indicators", "indicators.csv", "--missing",
                               "drop-indicator")
        self.assertIn("group: found 'money', expected at least one indicator without gaps", message)

    def test_a_group_without_a_name(self):
        self.write("panel.csv", PANEL)
        self.write("indicators.csv", "indicator,series,label,unit,group,direction\na,income,,,,higher\n")
        message = self.refused("cluster", "panel.csv", "--indicators", "indicators.csv")
        self.assertIn("indicators.csv:2:5: group: the cell is empty; expected the name of a group", message)

    def test_misspelt_keys_options_and_codes_get_a_suggestion(self):
        self.write("panel.csv", PANEL)
        self.write("study.toml", STUDY.replace("restarts", "restart") + 'chain = "wrm"\n')
        message = self.refused("run", "study.toml")
        self.assertIn("did you mean 'restarts'?", message)
        self.assertIn("did you mean 'warm'?", message)
        self.write("study.toml", STUDY.replace('"cluster"', '"clusters"'))
        self.assertIn("did you mean 'cluster'?", self.refused("run", "study.toml"))
        self.assertIn("did you mean '--restarts'?", self.refused("cluster", "panel.csv", "--restart", "3"))
        self.assertIn("did you mean 'warm'?", self.refused("cluster", "panel.csv", "--chain", "wram"))
        self.assertIn("did you mean 'cluster'?", self.refused("new", "clsuter"))
        message = self.refused("cluster", "panel.csv", "-k", "3", "--target", "incme")
        self.assertIn("did you mean 'income'?", message)

    def test_likely_slips_get_advice(self):
        self.write("panel.csv", PANEL)
        self.write("study.toml", STUDY)
        self.assertIn("'regio cluster', 'regio dynamics', 'regio interaction' and 'regio balance' start from one", self.refused("run", "panel.csv"))
        self.assertIn("'regio run' takes one", self.refused("cluster", "study.toml"))
        self.assertIn("panel.csv: cluster: there is no such column; the file looks like a panel: its column 'income' holds 0; "
                      "did you mean 'regio cluster'", self.refused("dynamics", "panel.csv"))
        self.assertIn("options follow the command", self.refused("--threads", "2", "run", "study.toml"))
        self.assertEqual("regio: -k: found '10', expected at most the number of regions, 9 in 2000-2003\n",
                         self.refused("cluster", "panel.csv", "-k", "10"))
        self.assertIn("--seed", self.refused("cluster", "panel.csv", "--seed", "-1"))

    def test_an_option_is_named_as_it_was_typed(self):
        self.write("panel.csv", PANEL)
        message = self.refused("cluster", "panel.csv", "--restarts", "many", "--k-range", "5", "2", "--stable-share", "2")
        self.assertIn("--restarts: found 'many', expected a whole number", message)
        self.assertIn("--stable-share: found '2", message)
        self.assertNotRegex(message, r":\d+:")
        self.assertIn("--k-range: ", self.refused("cluster", "panel.csv", "--k-range", "5", "2"))
        self.assertIn("--memory: found 'lots'", self.refused("cluster", "panel.csv", "--memory", "lots"))
        self.assertIn("--threads", self.refused("cluster", "panel.csv", "--threads", "0"))
        self.assertIn("--device", self.refused("cluster", "panel.csv", "--device", "gpu"))

    def test_composed_and_decomposed_names_get_a_hint(self):
        name = "Černihiv"
        self.write("panel.csv", PANEL.replace("R4,", unicodedata.normalize("NFC", name) + ","))
        self.write("regions.csv", "region,area\n" + "".join(f"R{i},1\n" for i in range(9) if i != 4)
                   + unicodedata.normalize("NFD", name) + ",1\n")
        message = self.refused("cluster", "panel.csv", "--regions", "regions.csv")
        self.assertIn("NFC and NFD", message)

    def test_files_in_another_encoding(self):
        self.assertIn("UTF-16", self.refused_panel(PANEL.encode("utf-16")))
        self.assertIn("UTF-8", self.refused_panel(PANEL.replace("R4", "Z\u00fcrich").encode("latin-1")))

    def test_a_bad_cell_in_a_large_file_is_found_by_its_line(self):
        lines = ["region,year,a"] + [f"R{i},{y},{i}" for i in range(20000) for y in range(10)]
        lines[123456] = lines[123456] + "?"
        with gzip.open(self.folder / "panel.csv.gz", "wt", compresslevel=1, encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        message = self.refused("cluster", "panel.csv.gz", "-k", "3")
        self.assertIn("panel.csv.gz:123457:3: a: found '12345?', expected a number", message)

    def test_a_map_of_other_regions(self):
        self.write("panel.csv", PANEL)
        message = self.refused("cluster", "panel.csv", "-k", "3", "--boundaries", STATES / "states.geojson")
        self.assertIn("no boundary belongs to a region of the study", message)

    def test_the_json_form_of_input_errors(self):
        self.write("panel.csv", PANEL.replace("R4,2002,18,", "R4,2002,x,"))
        document = json.loads(self.regio("cluster", "panel.csv", "--json", status=WRONG_USAGE).stdout)
        self.assertEqual(document["error"]["kind"], "input")
        self.assertEqual([(p["file"], p["line"], p["column"], p["field"], p["found"])
                          for p in document["error"]["problems"]], [("panel.csv", 24, 3, "income", "x")])

    def test_a_device_that_is_not_there(self):
        self.write("panel.csv", PANEL)
        devices = self.json_of("devices")["devices"]
        if any(device["device"] == "cuda" and device["usable"] for device in devices):
            self.skipTest("this machine has a usable CUDA device")
        message = self.refused("cluster", "panel.csv", "--device", "cuda", status=DEVICE_ERROR)
        self.assertIn("CUDA", message)


if __name__ == "__main__":
    unittest.main()

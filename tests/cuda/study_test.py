"""Whole studies on the simulated CUDA device give the files that the CPU gives.

    study_test.py TESTS_PROGRAM SOURCE_DIR
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM, SOURCE = (pathlib.Path(sys.argv.pop(1)).resolve() for _ in range(2))


def without_run(manifest):
    """The manifest but for the run, and for the digest of the report, which names the device."""
    document = json.loads(manifest)
    del document["run"]
    document["files"] = [entry for entry in document["files"] if entry["name"] != "report.html"]
    return document


class Studies(unittest.TestCase):
    maxDiff = 2000

    def assert_same_on_both(self, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            results = {}
            for device in ("cpu", "simt"):
                out = pathlib.Path(folder) / device
                subprocess.run([PROGRAM, *arguments, "--out", out, "--device", device, "--quiet"], cwd=folder, check=True)
                results[device] = {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}
            cpu, simt = results["cpu"], results["simt"]
            self.assertEqual(sorted(cpu), sorted(simt))
            self.assertIn("simulated device", json.loads(simt["manifest.json"])["run"]["device"])
            for name in cpu:
                if name == "manifest.json":
                    self.assertEqual(without_run(cpu[name]), without_run(simt[name]))
                elif name == "report.html":
                    self.assertEqual(cpu[name].count(b"<dd>CPU</dd>"), 1)
                    self.assertTrue(cpu[name] == simt[name].replace(b"<dd>CUDA</dd>", b"<dd>CPU</dd>"), name)
                else:
                    self.assertEqual(cpu[name], simt[name], name)

    def test_states_of_the_usa(self):
        self.assert_same_on_both("run", SOURCE / "datasets/us-states-1970-1986/study.toml")

    def test_interaction_of_the_regions_of_kazakhstan(self):
        """Index, replicates and permutations are made on the device."""
        folder = SOURCE / "datasets/kazakhstan-2023"
        self.assert_same_on_both("interaction", folder / "shipments.csv", "--industries", folder / "industries.csv",
                                 "--regions", folder / "regions.csv", "--bootstrap", "20", "--permutations", "200")

    def test_an_ensemble_of_the_shape_of_ukraine(self):
        """24 regions, 11 years, 15 indicators; bootstrap studies are warm chains on weighted points."""
        state = 2022
        lines = ["region,year," + ",".join(f"i{j}" for j in range(15))]
        for region in range(24):
            for year in range(2010, 2021):
                values = []
                for indicator in range(15):
                    state = (state * 1103515245 + 12345) % 2 ** 31
                    values.append(f"{region % 5 * ((indicator * 7) % 4) + state / 2 ** 30:.6f}")
                lines.append(f"R{region},{year}," + ",".join(values))
        with tempfile.TemporaryDirectory() as folder:
            panel = pathlib.Path(folder) / "panel.csv"
            panel.write_text("\n".join(lines) + "\n", encoding="utf-8")
            self.assert_same_on_both("cluster", panel, "-k", "5", "--k-range", "2", "6", "--restarts", "20",
                                     "--gap-references", "2", "--bootstrap", "50")


if __name__ == "__main__":
    unittest.main()

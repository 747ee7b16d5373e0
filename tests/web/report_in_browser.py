"""What a reader sees of a report: opened in headless Chromium.

    report_in_browser.py REPORT_SAMPLES [--pictures FOLDER]

REPORT_SAMPLES is the program that writes the pages. Exits with 77 (skipped) and the reason when there is no Chromium.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from chromium import Chromium, find_chromium

SKIPPED = 77
BALANCE_PAGES = ("balance", "balance-large", "balance-conflict", "balance-zeros", "balance-many")
INTERACTION_PAGES = ("interaction", "interaction-plain", "interaction-large", "interaction-hostile")
PAGES = ("study", "one-group", "many-clusters", "hostile", "object-properties", "large", "dynamics", "points") + BALANCE_PAGES + INTERACTION_PAGES
WIDTHS = (360, 768, 1280, 1920)


class ReportInBrowser(unittest.TestCase):
    folder = None
    browser = None

    def open(self, page, **how):
        self.browser.open(self.folder / f"{page}.html", **how)

    def assert_quiet(self):
        self.assertEqual(self.browser.messages, [], "the page logs nothing")
        outside = [url for url in self.browser.requests if not url.startswith(("file:", "data:", "blob:"))]
        self.assertEqual(outside, [], "the page asks the network for nothing")
        files = [url for url in self.browser.requests if url.startswith("file:")]
        self.assertEqual(len(files), 1, "the page is one file")

    def test_every_figure_is_drawn_as_svg_without_a_word(self):
        for page in PAGES:
            with self.subTest(page=page):
                self.open(page)
                figures = self.browser.evaluate("document.querySelectorAll('.drawing').length")
                drawn = self.browser.evaluate(
                    "Array.from(document.querySelectorAll('.drawing svg'), s => s.querySelectorAll('.mark-group path').length)")
                self.assertGreaterEqual(figures, 2 if page in ("balance-conflict", "points") else 4)
                self.assertEqual(len(drawn), figures)
                self.assertTrue(all(marks > 0 for marks in drawn))
                self.assert_quiet()

    def test_study_has_every_kind_of_figure(self):
        self.open("study")
        names = self.browser.evaluate("Array.from(document.querySelectorAll('.drawing'), f => f.dataset.name)")
        self.assertEqual(sorted(names), sorted(
            ["map", "integral-1-economy", "integral-2-infrastructure", "group-profile", "unified", "elbow", "criteria", "chain-cost",
             "bootstrap"] +
            [f"{kind}-{group}" for kind in ("heat-map", "mobility", "flow", "structure", "profiles", "ranking", "bootstrap-clusters")
             for group in ("1-economy", "2-infrastructure")]))

    def drawn_figures(self):
        return self.browser.evaluate("Array.from(document.querySelectorAll('.drawing'), f => f.dataset.name)")

    def test_balanced_table_has_every_kind_of_figure(self):
        usual = ["cell-changes", "convergence", "rows-multipliers", "columns-multipliers"]
        for page, figures in (("balance", usual), ("balance-conflict", ["conflict", "convergence"]),
                              ("balance-zeros", ["forced-zeros"] + usual), ("balance-totals", []),
                              ("balance-many", usual + ["cell-spread"])):
            self.open(page)
            self.assertEqual(self.drawn_figures(), figures)
            self.assert_quiet()

    def test_interaction_has_every_kind_of_figure(self):
        always = ["index", "profile", "shipments", "flows", "groups", "similarity"]
        for page, figures in (
                ("interaction-plain", always + ["R-over-industries-shipped", "V-over-industries-shipped"]),
                ("interaction", always + ["years", "flow-map", "traded-shares", "traded", "productivity", "traded-industries", "product",
                                          "S-over-product", "R-over-product", "V-over-product", "R-over-traded-industries",
                                          "V-over-traded-industries", "gravity"])):
            self.open(page)
            self.assertEqual(sorted(self.drawn_figures()), sorted(figures))
            self.assert_quiet()

    def test_the_flow_map_draws_regions_flows_and_names(self):
        self.open("interaction")
        shapes = self.browser.evaluate(
            "Array.from(document.querySelectorAll('[data-name=flow-map] svg .mark-shape'), m => m.querySelectorAll('path').length)")
        self.assertEqual(shapes, [12, 40])
        names = self.browser.evaluate("Array.from(document.querySelectorAll('[data-name=flow-map] svg .mark-text text'), t => t.textContent)")
        self.assertEqual(names, [f"R{number}" for number in range(1, 13)])
        # A wedge covers less than a region does; one that is wound the wrong way would cover the globe.
        widest = self.browser.evaluate(
            "Math.max(...Array.from(document.querySelectorAll('[data-name=flow-map] svg .mark-shape')[1].querySelectorAll('path'), p => p.getBBox().width))")
        self.assertLess(widest, 500)
        self.assertIn("The map shows the 40 largest of", self.browser.evaluate("document.querySelector('#figure-flow-map').textContent"))

    def test_clustered_points_show_centres_and_the_choice_of_k(self):
        self.open("points")
        self.assertEqual(self.drawn_figures(), ["profiles", "elbow"])
        marks = self.browser.evaluate("document.querySelectorAll('[data-name=profiles] svg .mark-rect.role-mark path').length")
        self.assertEqual(marks, 4 * 4)
        self.assert_quiet()

    def test_a_conflict_is_told_first_and_marked(self):
        self.open("balance-conflict")
        self.assertEqual(self.browser.evaluate("document.querySelector('main h2').textContent"), "Why it cannot be done")
        sums = self.browser.evaluate(
            "Array.from(document.querySelectorAll('[data-name=conflict-sums] tbody tr'), r => r.lastElementChild.textContent)")
        self.assertEqual(sums[2], "2")
        kinds = self.browser.evaluate(
            "Array.from(document.querySelectorAll('[data-name=conflict] svg .role-legend-label text'), t => t.textContent)")
        marks = self.browser.evaluate(
            "Array.from(document.querySelectorAll('[data-name=conflict] svg .mark-rect.role-mark path'), p => p.getAttribute('fill'))")
        self.assertEqual(len(kinds), 4)
        # Seven cells, and the four that farms and bakers would have to reach.
        self.assertEqual(len(marks), 7 + 4)
        labels = self.browser.evaluate("document.querySelector('[data-name=conflict] svg').textContent")
        for label in ("constructor", "</script>", "__proto__"):
            self.assertIn(label, labels)

    def test_the_changes_of_a_large_table_are_the_largest(self):
        self.open("balance-large")
        marks = self.browser.evaluate("document.querySelectorAll('[data-name=cell-changes] svg .mark-rect.role-mark path').length")
        self.assertGreater(marks, 2000)
        self.assertLessEqual(marks, 60 * 60)
        self.assertIn("The figure shows 60 of 80 rows and 60 of 70 columns",
                      self.browser.evaluate("document.querySelector('#figure-cell-changes').textContent"))

    def test_no_horizontal_bar_at_any_width(self):
        for page in PAGES:
            self.open(page, width=WIDTHS[0])
            for width in WIDTHS:
                with self.subTest(page=page, width=width):
                    self.browser.resize(width)
                    self.assertLessEqual(self.browser.evaluate("document.documentElement.scrollWidth"), width)

    def test_figures_fit_their_place_on_a_phone(self):
        for page in ("study", "points") + BALANCE_PAGES + INTERACTION_PAGES:
            self.open(page, width=360)
            wide = self.browser.evaluate(
                "Array.from(document.querySelectorAll('.drawing')).filter(f => f.scrollWidth > f.clientWidth + 1).map(f => f.dataset.name)")
            self.assertEqual(wide, [], page)
            cut = self.browser.evaluate(
                "Array.from(document.querySelectorAll('.drawing svg')).filter(s => Array.from(s.querySelectorAll('.role-legend text'),"
                " t => t.getBoundingClientRect().right).some(right => right > s.getBoundingClientRect().right + 1)).map(s => s.closest('.drawing').dataset.name)")
            self.assertEqual(cut, [], f"{page}: legends that the edge cuts")

    def test_tables_sort_by_a_click_both_ways(self):
        self.open("study")
        column = ("(() => { const t = document.querySelector('[data-name=regions-1-economy] table');"
                  " return Array.from(t.tBodies[0].rows, r => Number(r.cells[%d].textContent)); })()")
        click = ("document.querySelector('[data-name=regions-1-economy] table').tHead.rows[0].cells[%d].querySelector('button').click()")
        before = self.browser.evaluate(column % 1)
        self.browser.evaluate(click % 1)
        self.assertEqual(self.browser.evaluate(column % 1), sorted(before))
        self.browser.evaluate(click % 1)
        self.assertEqual(self.browser.evaluate(column % 1), sorted(before, reverse=True))
        self.assertEqual(self.browser.evaluate(
            "document.querySelector('[data-name=regions-1-economy] thead th:nth-child(2)').getAttribute('aria-sort')"), "descending")

    def test_region_names_sort_as_people_count(self):
        self.open("study")
        self.browser.evaluate("document.querySelector('[data-name=regions-1-economy] thead button').click()")
        names = self.browser.evaluate(
            "Array.from(document.querySelectorAll('[data-name=regions-1-economy] tbody tr'), r => r.cells[0].textContent)")
        self.assertEqual(names, [f"R{number}" for number in range(1, 13)])

    def test_long_tables_show_twenty_rows_and_open(self):
        self.open("many-clusters")
        visible = "Array.from(document.querySelectorAll('[data-name=regions] tbody tr')).filter(r => r.offsetHeight > 0).length"
        self.assertEqual(self.browser.evaluate(visible), 20)
        self.browser.evaluate("document.querySelector('[data-name=regions] .actions button').click()")
        self.assertEqual(self.browser.evaluate(visible), 60)

    def test_csv_download_has_exact_numbers(self):
        self.open("study")
        text = self.browser.evaluate("""(async () => {
          let made; const make = URL.createObjectURL; URL.createObjectURL = blob => { made = blob; return make(blob); };
          const buttons = document.querySelectorAll('[data-name=mobility-1-economy] .actions button');
          buttons[buttons.length - 1].click();
          return await made.text(); })()""")
        lines = text.splitlines()
        self.assertEqual(lines[0], "From,To,Regions that moved,Shorrocks mobility,Adjusted Rand index")
        self.assertEqual(lines[1].split(",")[:4], ["2001", "2002", "2", repr(2 / 12)])

    def test_year_slider_repaints_the_map(self):
        self.open("study")
        colours = ("Array.from(document.querySelectorAll('[data-name=map] .mark-shape path'), p => p.getAttribute('fill')).join()")
        last = self.browser.evaluate(colours)
        self.browser.evaluate("""(async () => { const s = document.querySelector('#figure-map input[type=range]');
          s.value = 2001; s.dispatchEvent(new Event('input')); await new Promise(r => setTimeout(r, 300)); })()""")
        self.assertNotEqual(self.browser.evaluate(colours), last)

    def test_a_cluster_has_one_colour_everywhere(self):
        self.open("study")
        per_figure = self.browser.evaluate("""Array.from(document.querySelectorAll('.drawing')).filter(f => /^(heat-map|structure|flow)/.test(f.dataset.name))
          .map(f => Array.from(f.querySelectorAll('.role-legend-symbol path'), p => p.getAttribute('fill')).join())""")
        self.assertEqual(len(per_figure), 6)
        self.assertEqual(len(set(per_figure)), 1)
        self.assertNotIn("", per_figure)

    def test_hostile_names_are_text(self):
        self.open("hostile")
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('img, script[src]').length"), 0)
        names = self.browser.evaluate(
            "Array.from(document.querySelectorAll('[data-name=regions-1-economy] tbody th'), c => c.textContent)")
        self.assertEqual(names[:3], ["</script><script>alert(1)</script>", '"><img src=x onerror=alert(2)>', "{{title}} ' & <!--"])
        labels = self.browser.evaluate("document.querySelector('[data-name=heat-map-1-economy] svg').textContent")
        self.assertIn("<script>alert(1)", labels)
        self.assert_quiet()

    def test_dark_setting_is_followed(self):
        self.open("study", dark=True)
        light_on_dark = self.browser.evaluate("""(() => {
          const bright = c => c.match(/[0-9.]+/g).slice(0, 3).reduce((a, b) => a + Number(b), 0) / 3;
          const style = getComputedStyle(document.body), label = document.querySelector('.drawing svg .role-axis-label text');
          return [bright(style.backgroundColor), bright(style.color), bright(getComputedStyle(label).fill)]; })()""")
        self.assertLess(light_on_dark[0], 60)
        self.assertGreater(light_on_dark[1], 180)
        self.assertGreater(light_on_dark[2], 180)

    def test_without_script_the_tables_are_all_there(self):
        self.open("study", script=False)
        root = self.browser.call("DOM.getDocument")["root"]["nodeId"]
        text = self.browser.call("DOM.getOuterHTML", nodeId=root)["outerHTML"]
        self.assertIn("Figures are drawn by a script, which is switched off here", text)
        self.assertEqual(self.browser.call("DOM.querySelectorAll", nodeId=root, selector="svg")["nodeIds"], [])
        self.assertGreater(text.count("<table>"), 20)

    def test_groups_named_like_properties_of_objects_have_a_cell_each(self):
        self.open("object-properties")
        for figure in ("elbow", "chain-cost", "bootstrap"):
            with self.subTest(figure=figure):
                drawing = f"document.querySelector('[data-name={figure}] svg')"
                texts = self.browser.evaluate(f"Array.from({drawing}.querySelectorAll('text'), t => t.textContent)")
                heads = [text for text in texts if text in ("constructor", "__proto__", "toString")]
                marks = self.browser.evaluate(
                    f"Array.from({drawing}.querySelectorAll('.mark-group.role-scope.cell > g'),"
                    " cell => cell.querySelectorAll('.mark-line path, .mark-rect path').length)")
                self.assertEqual(heads, ["constructor", "__proto__", "toString"])
                self.assertEqual(len(marks), 3)
                self.assertTrue(all(marks), marks)
        words = "Array.from(document.querySelectorAll('[data-name=%s] svg %s text'), t => t.textContent)"
        self.assertEqual(self.browser.evaluate(words % ("group-profile", ".role-axis-label"))[:3], ["constructor", "__proto__", "toString"])
        self.assertEqual(self.browser.evaluate(words % ("criteria", ".role-legend-label")), ["constructor", "__proto__", "toString"])
        self.assertIn("valueOf", self.browser.evaluate(words % ("profiles-1-constructor", ".role-axis-label")))

    def test_pdf_has_the_text_of_every_section(self):
        if not shutil.which("pdftotext"):
            self.skipTest("no pdftotext on this machine (Debian: apt install poppler-utils)")
        for page in ("study", "balance-conflict", "many-clusters"):
            self.open(page)
            titles = self.browser.evaluate("Array.from(document.querySelectorAll('main h2, main h3, .table:not(.data *) caption'), t => t.textContent)")
            pdf = self.folder / f"{page}.pdf"
            pdf.write_bytes(self.browser.pdf())
            text = " ".join(subprocess.run(["pdftotext", "-raw", pdf, "-"], check=True, capture_output=True, text=True).stdout.split())
            for title in titles:
                self.assertIn(" ".join(title.split()), text)
            self.assertNotIn("Save as", text)
            self.assertNotIn("Show all", text)
        # A table of 60 rows is printed to its end, though the screen shows 20.
        self.assertRegex(text, r"R60 \d")

    def test_print_fits_the_page(self):
        for page in ("study", "many-clusters"):
            self.open(page)
            self.browser.call("Emulation.setEmulatedMedia", media="print")
            self.browser.resize(688)  # A4 between the margins
            self.browser.evaluate("dispatchEvent(new Event('beforeprint'))")
            self.browser.wait_until("!document.querySelector('.drawing:not([data-state=drawn])')")
            figures = self.browser.evaluate(
                "Array.from(document.querySelectorAll('.drawing svg'), s => ({ name: s.closest('.drawing').dataset.name, width: s.clientWidth,"
                " height: s.clientHeight, scale: s.clientWidth / s.viewBox.baseVal.width }))")
            self.assertGreater(len(figures), 10)
            for figure in figures:
                self.assertLessEqual(figure["width"], 688, figure)
                self.assertLessEqual(figure["height"], 890, figure)
                self.assertGreater(figure["scale"], 0.8, figure)
            self.assertLessEqual(self.browser.evaluate("document.documentElement.scrollWidth"), 688)
            self.assertEqual(self.browser.evaluate("document.querySelectorAll('main > section > details:not([open])').length"), 0)
            self.browser.evaluate("dispatchEvent(new Event('afterprint'))")
            self.assertGreater(self.browser.evaluate("document.querySelectorAll('main > section > details:not([open])').length"), 0)

    def test_print_keeps_what_the_reader_chose(self):
        self.open("study")
        colours = "Array.from(document.querySelectorAll('[data-name=map] .mark-shape path'), p => p.getAttribute('fill')).join()"
        self.browser.evaluate("""(async () => { const s = document.querySelector('#figure-map input[type=range]');
          s.value = 2001; s.dispatchEvent(new Event('input')); await new Promise(r => setTimeout(r, 300)); })()""")
        chosen = self.browser.evaluate(colours)
        self.browser.evaluate("dispatchEvent(new Event('beforeprint'))")
        self.browser.wait_until("!document.querySelector('.drawing:not([data-state=drawn])')")
        self.assertEqual(self.browser.evaluate(colours), chosen)
        self.assertEqual(self.browser.evaluate("document.querySelector('#figure-map input[type=range]').value"), "2001")

    def test_headings_captions_and_landmarks(self):
        self.open("study")
        self.assertEqual(self.browser.evaluate("['header', 'nav', 'main', 'footer'].map(l => document.querySelectorAll(l).length).join()"),
                         "1,1,1,1")
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('h1').length"), 1)
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('table:not(:has(caption))').length"), 0)
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('.drawing:not([aria-label])').length"), 0)
        dead = self.browser.evaluate("Array.from(document.querySelectorAll('nav a')).filter(a => !document.querySelector(a.hash)).length")
        self.assertEqual(dead, 0)

    def test_large_study_is_below_five_megabytes(self):
        self.assertLess((self.folder / "largest.html").stat().st_size, 5_000_000)


def main():
    chromium = find_chromium()
    if chromium is None:
        print("skipped: no Chromium on this machine (Debian: apt install chromium)")
        return SKIPPED
    samples, pictures = sys.argv[1], sys.argv[3] if len(sys.argv) > 3 else None
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([samples, folder], check=True)
        ReportInBrowser.folder = pathlib.Path(folder)
        ReportInBrowser.browser = Chromium(chromium)
        try:
            if pictures:
                for name, how in {"desktop": {}, "phone": {"width": 360}, "dark": {"dark": True}}.items():
                    ReportInBrowser.browser.open(pathlib.Path(folder) / "study.html", **how)
                    ReportInBrowser.browser.picture(pathlib.Path(pictures) / f"{name}.png")
                (pathlib.Path(pictures) / "study.pdf").write_bytes(ReportInBrowser.browser.pdf())
            suite = unittest.defaultTestLoader.loadTestsFromTestCase(ReportInBrowser)
            return 0 if unittest.TextTestRunner(verbosity=2).run(suite).wasSuccessful() else 1
        finally:
            ReportInBrowser.browser.close()


if __name__ == "__main__":
    sys.exit(main())

"""Figures and claims: `reproduce` on figure files, their verdicts, and what reports look like."""

import csv
import html.parser
import json
import math
import re
import statistics
import unittest
import xml.etree.ElementTree

from edgesweep_cli import EXIT_CHECK, EXIT_USAGE, SMALL, SOURCE, CliTest, edgesweep

SWEPT = SMALL.replace("scenarios: 8", "scenarios: 24").replace("users: 4, subchannels: 2}", """subchannels: 4}
sweep: {users: [2, 4, 8]}
compare: {baseline: device-only}
keep: [summary, scenarios]""")
FIGURE = """\
figure: small-fig1
title: A small figure
paper: Nobody, Nothing
experiment: experiment.yaml
quick_scenarios: 6
labels: {li-gd: Li-GD}
plots:
  - {y: latency_s(device-only) / latency_s(*), label: speed-up}
claims:
"""
VOID = {"meta", "link", "br"}


class Page(html.parser.HTMLParser):
    """Checks that tags nest; collects ids, texts and what would be loaded from elsewhere."""

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.links, self.texts, self.tags = [], [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            if name in ("src", "href", "xlink:href", "action", "data"):
                self.links.append(value)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data):
        self.texts.append(data)


class FigureTest(CliTest):
    def reproduce(self, claims, code=0, experiment=SWEPT, figure=FIGURE):
        """Runs a figure with these claims; gives {claim: (verdict, value, low, high)}."""
        self.write(experiment)
        path = self.write(figure + claims, "figure.yaml")
        done = edgesweep("reproduce", path, "-o", self.folder / "out", "-q")
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        pattern = r"(?m)^  (reproduced|not reproduced|undetermined) +(\S+) \[(\S+), (\S+)\] +(.+)$"
        return {claim: (verdict, float(value), float(low), float(high))
                for verdict, value, low, high, claim in re.findall(pattern, done.stdout)}

    def scenarios(self):
        """{(users, method, metric): values} of the run, from its CSV."""
        self.succeed("export", self.folder / "out" / "experiment", "--csv", self.folder / "csv")
        values = {}
        with open(self.folder / "csv" / "scenarios.csv", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                values.setdefault((int(row["users"]), row["method"], row["metric"]), []).append(float(row["value"]))
        return values


class Claims(FigureTest):
    def test_a_ratio_and_its_interval_are_those_of_the_scenarios(self):
        found = self.reproduce("  - {claim: ratio, quantity: latency_s(device-only) / latency_s(li-gd), "
                               "at: {users: 4}, above: 1}\n")["ratio"]
        values = self.scenarios()
        a, b = values[4, "device-only", "latency_s"], values[4, "li-gd", "latency_s"]
        ratio = statistics.fmean(a) / statistics.fmean(b)
        spread = statistics.stdev((x - ratio * y) / statistics.fmean(b) for x, y in zip(a, b))
        half = 2.0686576 * spread / math.sqrt(24)  # Student's t, 23 degrees of freedom
        self.assertEqual(found[0], "reproduced")
        for here, there in zip(found[1:], (ratio, ratio - half, ratio + half)):
            self.assertAlmostEqual(here, there, delta=6e-4 * ratio)

    def test_differences_products_and_other_points_are_estimated_on_pairs(self):
        found = self.reproduce(
            "  - {claim: difference, quantity: (latency_s(device-only) - latency_s(li-gd)) * 2 + 1, "
            "at: {users: 2}, above: 0}\n"
            "  - {claim: elsewhere, quantity: latency_s(li-gd @ users=8) / latency_s(li-gd), at: {users: 2}, above: 0}\n")
        values = self.scenarios()
        a, b = values[2, "device-only", "latency_s"], values[2, "li-gd", "latency_s"]
        c = values[8, "li-gd", "latency_s"]
        self.assertAlmostEqual(found["difference"][1], 2 * (statistics.fmean(a) - statistics.fmean(b)) + 1, delta=1e-3)
        half = 2.0686576 * statistics.stdev(2 * (x - y) for x, y in zip(a, b)) / math.sqrt(24)
        self.assertAlmostEqual(found["difference"][3] - found["difference"][2], 2 * half, delta=2e-3)
        self.assertAlmostEqual(found["elsewhere"][1], statistics.fmean(c) / statistics.fmean(b), delta=1e-3)

    def test_every_kind_of_claim_gets_each_verdict(self):
        quantity = "quantity: latency_s(device-only) / latency_s(li-gd)"
        found = self.reproduce(f"""\
  - {{claim: above, {quantity}, above: 1}}
  - {{claim: not above, {quantity}, above: 100}}
  - {{claim: below, {quantity}, below: 100}}
  - {{claim: not below, {quantity}, below: 1}}
  - {{claim: wide, {quantity}, about: 8, within: 90%}}
  - {{claim: not about, {quantity}, about: 30}}
  - {{claim: between, {quantity}, between: [1, 100]}}
  - {{claim: not between, {quantity}, between: [30, 31], within: 2%}}
  - {{claim: same, quantity: latency_s(device-only), trend: constant}}
  - {{claim: equal is not above, quantity: latency_s(device-only) / latency_s(device-only), above: 1}}
""", code=EXIT_CHECK)
        expected = {"above": 1, "not above": 0, "below": 1, "not below": 0, "wide": 1, "not about": 0, "between": 1,
                    "not between": 0, "same": 1, "equal is not above": 0}
        for claim, holds in expected.items():
            self.assertEqual(found[claim][0], "reproduced" if holds else "not reproduced", claim)

    def test_an_interval_across_the_edge_is_undetermined(self):
        values = self.reproduce("  - {claim: ratio, quantity: latency_s(device-only) / latency_s(li-gd), "
                                "at: {users: 8}, above: 1}\n")["ratio"]
        edge = repr((values[1] + values[2]) / 2)
        figure = self.write(FIGURE + "  - {claim: edge, quantity: latency_s(device-only) / latency_s(li-gd), "
                            f"at: {{users: 8}}, above: {edge}}}\n", "edge.yaml")
        before = (self.folder / "out" / "experiment" / "journal-0000.bin").read_bytes()
        text = self.succeed("reproduce", figure, "-o", self.folder / "out", "-q")
        self.assertIn("undetermined", text)
        after = (self.folder / "out" / "experiment" / "journal-0000.bin").read_bytes()
        self.assertEqual(before, after, "what is there is not computed again")

    def test_a_trend_is_tested_step_by_step_in_the_order_of_the_sweep(self):
        experiment = SWEPT.replace("{aps: 2,", "{aps: 2, users: 4,").replace("users: [2, 4, 8]", "inferences: [1, 4, 3]")
        values = self.reproduce("  - {claim: up, quantity: energy_j(li-gd), trend: increasing}\n"
                                "  - {claim: up at first, quantity: energy_j(li-gd), at: {inferences: [1, 4]}, "
                                "trend: increasing}\n"
                                "  - {claim: constant, quantity: energy_j(li-gd), trend: constant}\n"
                                "  - {claim: per inference, quantity: energy_j(li-gd) / energy_j(device-only), "
                                "trend: constant}\n", code=EXIT_CHECK, experiment=experiment)
        self.assertEqual([values[claim][0] for claim in ("up", "up at first", "constant", "per inference")],
                         ["not reproduced", "reproduced", "not reproduced", "reproduced"])
        one = values["up at first"][1] / 3
        self.assertAlmostEqual(values["up"][1], -one, delta=0.01 * one)
        self.assertTrue(any(abs(values["constant"][1] - k) < 0.01 * k for k in (3, 4)))

    def test_a_claim_about_several_methods_needs_all_of_them(self):
        ratio = "quantity: latency_s(*) / latency_s(li-gd)"
        found = self.reproduce(f"""\
  - {{claim: device, quantity: latency_s(device-only) / latency_s(li-gd), at: {{users: 4}}, above: 0.5}}
  - {{claim: edge, quantity: latency_s(edge-only) / latency_s(li-gd), at: {{users: 4}}, above: 0.5}}
  - {{claim: both, {ratio}, methods: [device-only, edge-only], at: {{users: 4}}, above: 0.5}}
  - {{claim: the best, {ratio}, methods: [device-only, li-gd], above: 1, reading: equal is not better}}
  - {{claim: nearly constant, quantity: latency_s(*), methods: [li-gd, device-only], trend: constant, within: 90%}}
  - {{claim: all rise, quantity: latency_s(*), methods: [li-gd, device-only], trend: increasing}}
""", code=EXIT_CHECK, experiment=SWEPT.replace("[device-only, li-gd]", "[device-only, edge-only, li-gd]"))
        self.assertEqual(found["both"], min(found["device"], found["edge"], key=lambda value: value[1]))
        self.assertEqual(found["the best"], ("not reproduced", 1, 1, 1))
        self.assertEqual(found["nearly constant"][0], "reproduced")
        self.assertEqual(found["all rise"], ("not reproduced", 0, 0, 0), "Device-Only does not depend on the others")
        text = (self.folder / "out" / "report.html").read_text(encoding="utf-8")
        for part in ("Li-GD, users = 2; 3 of 6 values hold", "Read as: equal is not better",
                     "device-only, change from users = 2 to 4"):
            self.assertIn(part, text)

    def test_quick_takes_the_scenarios_of_the_figure(self):
        self.write(SWEPT)
        path = self.write(FIGURE + "  - {claim: ratio, quantity: latency_s(li-gd), above: 0}\n", "figure.yaml")
        self.succeed("reproduce", path, "-o", self.folder / "out", "-q", "--quick")
        self.assertRegex(self.succeed("show", self.folder / "out" / "experiment"), r"(?m)^ *li-gd .* 6$")


class Compare(FigureTest):
    def run_into(self, name, *arguments):
        self.succeed("run", self.write(SWEPT), "-o", self.folder / name, "-q", *arguments)
        return self.folder / name

    def report(self, *arguments):
        return json.loads(self.succeed("compare", *arguments, "--json"))

    def test_a_run_and_itself_are_the_same(self):
        one = self.run_into("one")
        report = self.report(one, one)
        self.assertEqual((report["setup"], report["only_a"], report["only_b"], report["paired"]), ([], [], [], True))
        self.assertTrue(report["rows"])
        for row in report["rows"]:
            self.assertEqual((row["difference"], row["a"]), (0, row["b"]))
        text = self.succeed("compare", one, one)
        self.assertIn("The setups are equal", text)
        self.assertIn("same", text)

    def test_what_differs_is_named_and_differences_are_paired(self):
        one, two = self.run_into("one"), self.run_into("two", "--set", "bandwidth_up_hz=5e6", "--methods", "li-gd")
        report = self.report(one, two)
        self.assertIn(("bandwidth_up_hz", "5000000"), [(item["what"], item["b"]) for item in report["setup"]])
        values = []
        for directory in (one, two):
            self.succeed("export", directory, "--csv", self.folder / "csv")
            with open(self.folder / "csv" / "scenarios.csv", encoding="utf-8", newline="") as file:
                values.append([float(row["value"]) for row in csv.DictReader(file)
                               if (row["users"], row["method"], row["metric"]) == ("4", "li-gd", "latency_s")])
        steps = [b - a for a, b in zip(*values)]
        half = 2.0686576 * statistics.stdev(steps) / math.sqrt(24)
        row, = [row for row in report["rows"]
                if (row["point"], row["method"], row["metric"]) == ("users = 4", "li-gd", "latency_s")]
        self.assertEqual(row["count"], 24)
        self.assertAlmostEqual(row["difference"], statistics.fmean(steps), delta=1e-9)
        self.assertAlmostEqual(row["high"] - row["low"], 2 * half, delta=1e-5 * half)
        self.assertIn("paired scenario by scenario", self.succeed("compare", one, two))

    def test_runs_of_two_seeds_are_not_paired(self):
        one, two = self.run_into("one"), self.run_into("two", "--set", "seed=5")
        report = self.report(one, two)
        self.assertFalse(report["paired"])
        summaries = []
        for directory in (one, two):
            self.succeed("export", directory, "--csv", self.folder / "csv")
            with open(self.folder / "csv" / "summary.csv", encoding="utf-8", newline="") as file:
                summaries += [row for row in csv.DictReader(file)
                              if (row["users"], row["method"], row["metric"]) == ("8", "li-gd", "latency_s")]
        spread = math.sqrt(sum(float(row["std"]) ** 2 / 24 for row in summaries))
        row, = [row for row in report["rows"]
                if (row["point"], row["method"], row["metric"]) == ("users = 8", "li-gd", "latency_s")]
        self.assertTrue(2.01 < (row["high"] - row["low"]) / 2 / spread < 2.07)  # Student's t, 24 to 46 degrees
        self.assertIn("the seeds differ", self.succeed("compare", one, two))

    def test_points_that_only_one_run_has_are_named(self):
        one, two = self.run_into("one"), self.run_into("two", "--set", "users=4")
        report = self.report(one, two)
        self.assertEqual(report["rows"], [])
        self.assertIn("point users = 4", report["only_a"])
        self.assertIn("only in A: ", self.succeed("compare", one, two))


class FigureFiles(FigureTest):
    def refuse(self, claim, says, figure=FIGURE):
        self.write(SWEPT)
        path = self.write(figure + claim, "figure.yaml")
        self.fail_with(EXIT_USAGE, "reproduce", path, "-o", self.folder / "out", "-q", says=says)

    def test_mistakes_are_named_with_file_and_line(self):
        good = "quantity: latency_s(li-gd)"
        for claim, says in (
            (f"  - {{claim: a, {good}, abov: 1}}\n", ["figure.yaml:10", "abov", "did you mean 'above'"]),
            (f"  - {{claim: a, {good}}}\n", ["figure.yaml:10", "one of about"]),
            (f"  - {{claim: a, {good}, above: 1, below: 2}}\n", "exclude each other"),
            (f"  - {{claim: a, {good}, above: x}}\n", "must be a number"),
            (f"  - {{claim: a, {good}, between: [2, 1]}}\n", "above the second"),
            (f"  - {{claim: a, {good}, about: 1, within: 200%}}\n", "a share such as 5%"),
            (f"  - {{claim: a, {good}, trend: up}}\n", "increasing, decreasing or constant"),
            ("  - {claim: a, quantity: latency_s, above: 1}\n", "a metric needs its method in parentheses"),
            ("  - {claim: a, quantity: 1 + , above: 1}\n", "a term or a number is missing"),
            ("  - {claim: a, quantity: (latency_s(li-gd), above: 1}\n", "figure.yaml:10"),
            ("  - {claim: a, quantity: 3, above: 1}\n", "names no metric"),
            ("  - {claim: a, quantity: latency_s(*), above: 1}\n", ["figure.yaml:10", "'methods' must say"]),
            (f"  - {{claim: a, {good}, methods: [li-gd], above: 1}}\n", "has no method *"),
            ("  - {claim: a, quantity: latency_s(*), methods: [], above: 1}\n", "must be a list of methods"),
        ):
            with self.subTest(claim=claim):
                self.refuse(claim, says)

    def test_names_that_the_run_lacks_are_named_with_file_and_line(self):
        for number, (claim, says) in enumerate((
            ("  - {claim: a, quantity: latency(li-gd), above: 1}\n", "no metric 'latency'"),
            ("  - {claim: a, quantity: latency_s(li-gs), above: 1}\n", "did you mean 'li-gd'"),
            ("  - {claim: a, quantity: latency_s(li-gd), at: {aps: 3}, above: 1}\n", "'aps' is not swept"),
            ("  - {claim: a, quantity: latency_s(li-gd), at: {users: 3}, above: 1}\n", "no sweep point"),
            ("  - {claim: a, quantity: latency_s(li-gd @ users=3), above: 1}\n", "no sweep point"),
            ("  - {claim: a, quantity: latency_s(*), methods: [li-gs], above: 1}\n", "no method 'li-gs'"),
            ("  - {claim: a, quantity: latency_s(li-gd), along: aps, trend: increasing}\n", "'aps' is not swept"),
        )):
            with self.subTest(claim=claim):
                self.write(SWEPT)
                path = self.write(FIGURE + claim, "figure.yaml")
                done = edgesweep("reproduce", path, "-o", self.folder / f"out{number}", "-q")
                self.assertEqual(done.returncode, EXIT_USAGE, done.stderr)
                self.assertIn("figure.yaml:10: ", done.stderr)
                self.assertIn(says, done.stderr)

    def test_all_figures_that_come_along_are_listed_and_their_experiments_keep_scenarios(self):
        text = self.succeed("reproduce")
        names = re.findall(r"(?m)^(\S+) +(\d+) claims", text)
        paths = sorted((SOURCE / "datasets" / "figures").glob("*.yaml"))
        self.assertEqual(sorted(name for name, _ in names), sorted(path.stem for path in paths))
        self.assertTrue(all(int(count) > 0 for _, count in names))
        for path in paths:
            experiment = re.search(r"(?m)^experiment: (\S+)$", path.read_text(encoding="utf-8")).group(1)
            self.assertRegex((path.parent / experiment).read_text(encoding="utf-8"), r"(?m)^keep: \[.*scenarios")

    def test_an_unknown_figure_is_refused(self):
        self.fail_with(EXIT_USAGE, "reproduce", "ecc-fig99", says="edgesweep reproduce")


class Reports(FigureTest):
    def page(self, path):
        return Page(path.read_text(encoding="utf-8"))

    def test_a_report_is_one_page_that_loads_nothing(self):
        self.reproduce("  - {claim: ratio, quantity: latency_s(li-gd), above: 0}\n")
        directory = self.folder / "out" / "experiment"
        self.succeed("report", directory)
        for path in (self.folder / "out" / "report.html", directory / "report.html"):
            page = self.page(path)
            self.assertEqual(len(page.ids), len(set(page.ids)), "ids are unique")
            self.assertEqual([link for link in page.links if not link.startswith(("#", "data:"))], [])
            self.assertTrue(all(link[1:] in page.ids for link in page.links if link.startswith("#")))
            self.assertFalse({"script", "iframe", "img", "object"} & set(page.tags))
            self.assertNotRegex(path.read_text(encoding="utf-8"), r"url\((?!#)|@import")
            self.assertIn("svg", page.tags)
            self.assertIn("experiment", page.texts)
        text = (directory / "report.html").read_text(encoding="utf-8")
        for part in ("latency_s", "speed_up", "95 %", "What was run", "seed", "config", "users = 8"):
            self.assertIn(part, text)

    def test_figures_are_svg_files_with_labels_and_the_script_that_drew_them(self):
        self.reproduce("  - {claim: ratio, quantity: latency_s(li-gd), above: 0}\n")
        folder = self.folder / "out" / "report-figures"
        self.assertEqual(sorted(path.name for path in folder.iterdir()), ["small-fig1.gp", "small-fig1.svg"])
        texts = "".join(xml.etree.ElementTree.parse(folder / "small-fig1.svg").getroot().itertext())
        for part in ("speed-up", "users", "Li-GD", "device-only"):
            self.assertIn(part, texts)

    def test_curves_that_coincide_are_all_seen(self):
        twins = SWEPT.replace("[device-only, li-gd]", "[device-only, li-gd, {use: li-gd, as: twin}, {use: li-gd, as: third}]")
        self.succeed("run", self.write(twins), "-o", self.folder / "run", "-q")
        self.succeed("report", self.folder / "run")
        script = (self.folder / "run" / "report-figures" / "latency-s.gp").read_text(encoding="utf-8")
        styles = re.findall(r"lw (\S+) dt (\S+) pt (\d+) ps (\S+) lc rgb '(\S+)' title '(\S+)'", script)
        self.assertEqual([style[5] for style in styles], ["device-only", "li-gd", "twin", "third"])
        for below, above in zip(styles, styles[1:]):
            self.assertGreaterEqual(float(below[0]), float(above[0]) + 0.5, "the line below shows on both sides")
            self.assertGreater(float(below[3]), float(above[3]), "and so does its point")
            self.assertNotEqual("solid", above[1], "and it shows through the gaps")
        for kind in (1, 2, 4):
            self.assertEqual(len({style[kind] for style in styles}), len(styles))
        text = self.succeed("show", self.folder / "run", "--plot", "latency_s")
        for label in ("twin (over li-gd)", "third (over li-gd)"):
            self.assertIn(label, text)
        self.assertNotIn("(over device-only)", text)

    def test_names_from_files_are_escaped(self):
        nasty = """<b>&'"`x` \\\\ $y @z {q}_^ %s</b>"""
        quoted = "'" + nasty.replace("'", "''") + "'"
        self.write(SWEPT.replace("name: small", f"name: {quoted}"))
        figure = (FIGURE.replace("A small figure", quoted).replace("labels: {li-gd: Li-GD}", f"labels: {{li-gd: {quoted}}}")
                  .replace("label: speed-up", f"label: {quoted}"))
        path = self.write(figure + f"  - {{claim: {quoted}, note: {quoted}, source: {quoted}, reading: {quoted}, "
                          "quantity: latency_s(device-only), above: 0}\n", "figure.yaml")
        self.succeed("reproduce", path, "-o", self.folder / "out", "-q")
        self.succeed("report", self.folder / "out" / "experiment")
        for report in (self.folder / "out" / "report.html", self.folder / "out" / "experiment" / "report.html"):
            page = self.page(report)
            self.assertNotIn("b", page.tags)
            self.assertGreaterEqual(sum(nasty in text for text in page.texts), 3)
        for figure in self.folder.glob("out/*/*.svg"):
            xml.etree.ElementTree.parse(figure)
        texts = xml.etree.ElementTree.parse(self.folder / "out/report-figures/small-fig1.svg").getroot().itertext()
        self.assertEqual("".join(texts).count(nasty), 2)  # in the key and along the axis

    def test_a_run_without_a_sweep_and_with_a_gap_has_a_distribution(self):
        experiment = SMALL.replace("[device-only, li-gd]", "[device-only, li-gd, grid]") + "compare: {optimum: grid}\n"
        self.succeed("run", self.write(experiment), "-o", self.folder / "run", "-q")
        self.succeed("report", self.folder / "run", "-o", self.folder / "mine.html")
        text = (self.folder / "mine.html").read_text(encoding="utf-8")
        self.assertIn("gap_to_optimum", text)
        self.assertIn("median, quartiles", text)
        self.assertTrue((self.folder / "mine-figures" / "gap-to-optimum.svg").exists())

    def figures_of(self, run):
        """{name: text} of the figures of a run's report, which must be made."""
        self.succeed("report", run)
        found = {path.stem: "".join(xml.etree.ElementTree.parse(path).getroot().itertext())
                 for path in (run / "report-figures").glob("*.svg")}
        self.assertEqual((run / "report.html").read_text(encoding="utf-8").count("<svg"), 2 * len(found))
        return found

    def test_a_figure_without_a_finite_value_says_so(self):
        for name, methods, keys in (
                # the optimum is too large to be searched with six users, at any radius
                ("large", "[li-gd, {use: grid-optimum, levels: 3, unit_levels: 3, max_combinations: 200}]",
                 "subchannels: 2, pair_directions: true}\nsweep: {cell_radius_m: [100, 200], users: [1, 6]}\n"
                 "compare: {optimum: grid-optimum}"),
                # a quarter of the points is done: one line of two has none
                ("part", "[li-gd]", "subchannels: 4}\nsweep: {users: [2, 4], cell_radius_m: [100, 200]}"),
                ("texts", "[li-gd]", "subchannels: 4, users: 2}\nsweep: {access: [oma, noma], layout: [users_around_ap, uniform]}")):
            run, text = self.folder / name, SMALL.replace("[device-only, li-gd]", methods)
            text = text.replace("users: 4, subchannels: 2}", keys) + "keep: [summary]\n"
            text = text.replace("aps: 2", "aps: 1") if name == "large" else text
            self.succeed("run", self.write(text), "-o", run, "-q", *(("--shard", "0/4") if name != "large" else ()))
            figures = self.figures_of(run)
            empty = [figure for figure, words in figures.items() if "no finite value yet" in words]
            self.assertTrue(empty, name)
            self.assertLess(len(empty), len(figures), name)
        self.assertIn("no finite value yet", self.succeed("show", self.folder / "part", "--plot", "latency_s"))

    def test_bars_may_hang_below_zero(self):
        self.write(SMALL + "keep: [scenarios]\n")
        path = self.write(FIGURE.replace("y: latency_s(device-only) / latency_s(*)", "y: 0 - latency_s(*)")
                          + "  - {claim: some, quantity: latency_s(li-gd), above: 0}\n", "figure.yaml")
        self.succeed("reproduce", path, "-o", self.folder / "out", "-q")
        self.assertTrue((self.folder / "out" / "report-figures" / "small-fig1.svg").exists())

    def test_without_gnuplot_a_report_has_its_tables_and_says_so(self):
        self.succeed("run", self.write(SMALL), "-o", self.folder / "run", "-q")
        done = edgesweep("report", self.folder / "run", environment={"PATH": str(self.folder)})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("gnuplot", done.stderr)
        text = (self.folder / "run" / "report.html").read_text(encoding="utf-8")
        self.assertIn("There are no figures: gnuplot is not installed", text)
        self.assertIn("<caption>" if "sweep:" in SMALL else "<table>", text)
        self.assertNotIn("<svg", text)

    def test_show_plots_a_metric_as_text(self):
        self.succeed("run", self.write(SWEPT), "-o", self.folder / "run", "-q")
        text = self.succeed("show", self.folder / "run", "--plot", "speed_up")
        for part in ("users", "speed_up", "li-gd ##", "device-only **"):
            self.assertIn(part, text)
        self.assertNotIn("\f", text)
        self.fail_with(EXIT_USAGE, "show", self.folder / "run", "--plot", "speed", says=("no metric or ratio speed", "latency_s,",
                                                                                          "speed_up"))
        self.assertEqual(edgesweep("show", self.folder / "run", "--plot", "speed").stdout, "")
        self.fail_with(EXIT_USAGE, "show", self.folder / "run", "--metrics", "latency_s, joy", says=("'joy'", "energy_j"))
        self.succeed("show", self.folder / "run", "--metrics", "latency_s, energy_j")

    def test_equal_runs_give_equal_figures(self):
        self.write(SWEPT)
        for name in ("one", "two"):
            self.succeed("run", self.folder / "experiment.yaml", "-o", self.folder / name, "-q")
            self.succeed("report", self.folder / name)
        for path in (self.folder / "one" / "report-figures").iterdir():
            self.assertEqual(path.read_bytes(), (self.folder / "two" / "report-figures" / path.name).read_bytes())


if __name__ == "__main__":
    unittest.main()

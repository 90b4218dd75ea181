"""nvcc's PTX of every kernel of the backend, launched by the whole program: the numbers are those of the backend `cpu`.

The program runs on the module `simt`; ESW_SIMT_PTX makes each of its launches run PTX instead of the compiled kernel.
"""

import collections
import csv
import os
import pathlib
import re
import tempfile
import unittest

from simt_program import DESCENTS, METHODS, OPTIMA, SMALL_SIZES, Program, difference, experiment, of_system, optima, searches

FILES = os.environ["ESW_PTX_FILES"].split("|")
FULL = os.environ.get("ESW_TEST_FULL") == "1"
MAIN = "O3.sm_80"
TIMEOUT_S = 3600 if FULL else 500
OTHERS = ("O0.sm_80", "O1.sm_80", "O3.sm_90", "O3." + os.environ["ESW_PTX_NEWEST"])

DESCENT_SIZES = ((3, 1, 2), (5, 2, 3))
# In every access, reading and layout, in the long form.
SEARCHES = (("rule-a", (6, 2, 3)), ("li-gd", (5, 2, 2)), ("joint", (3, 2, 1)))


def files_of(variant):
    return [path for path in FILES if f".{variant}.ptx" in path]


class PtxBackend(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = pathlib.Path(temporary.name)
        cls.program = Program(os.environ["EDGESWEEP_BUILD"])
        cls.methods = cls.program.methods(cls.folder)
        cls.launched = set()
        cls.met = collections.defaultdict(collections.Counter)  # [variant][method, layout]: instances

    def compare(self, variant, size, scenarios, descents=False, combinations=True):
        """One size of ECC, the descents or all other methods but the searches, which are too long for it."""
        methods = [method for method in self.methods if method not in OPTIMA and (method in DESCENTS) == descents]
        if methods:
            self.compare_text(variant, f"{variant}-{'x'.join(map(str, size))}-{descents}",
                              experiment(size, methods, scenarios, combinations=combinations))

    def compare_system(self, variant, system, scenarios):
        self.compare_text(variant, f"{variant}-{system}", of_system(system, scenarios))

    def compare_optima(self, variant, scenarios):
        """Each search with its kinds of start; at -O3 also the chain of a cell that no arena holds."""
        methods = ("use: grid-optimum, levels: 4, unit_levels: 2", "use: certified, gap: 0.01, max_nodes: 48", "use: joint",
                   "use: grid-optimum, as: joint-scan, search: scan, assignment_from: joint, levels: 3",
                   "use: certified, as: all, assignment_from: all, gap: 0.05, max_nodes: 48, max_seconds: 1e6",
                   "use: certified, as: hurried, gap: 1e-5, max_seconds: 1e-9, max_nodes: 48")
        self.compare_text(variant, f"{variant}-optima", optima(scenarios, 3, 2, 1, methods))
        for start, size in SEARCHES if FULL else ():
            self.compare_text(variant, f"{variant}-{start}", optima(
                -(-scenarios // len(SEARCHES)), *size, searches(start, max_nodes=48), both_layouts=True))
        if variant == MAIN:
            self.compare_text(variant, f"{variant}-chain", optima(1, 11, 1, 1, (
                "use: certified, gap: 0.1, max_nodes: 16",), cluster_cap=11))

    def compare_text(self, variant, name, text):
        """Notes which kernels ran as PTX."""
        folder = self.folder / name
        folder.mkdir()
        path = folder / "experiment.yaml"
        path.write_text(text, encoding="utf-8")
        (folder / "cpu").mkdir()
        (folder / "ptx").mkdir()
        expected = self.program.numbers(path, folder / "cpu", "cpu", timeout=TIMEOUT_S)
        found = self.program.numbers(path, folder / "ptx", "simt", timeout=TIMEOUT_S, environment={
            "ESW_SIMT_PTX": ":".join(files_of(variant)), "ESW_SIMT_COUNTS": str(folder / "counts")})
        self.assertEqual(difference(expected, found), "", name)
        self.launched |= {line.split("\t")[0] for line in (folder / "counts").read_text().splitlines()}
        with open(expected / "scenarios.csv", encoding="utf-8") as rows:
            solved = {(row["method"], row.get("layout"), row["scenario"]) for row in csv.DictReader(rows)}
        if text.startswith("system: ecc"):
            self.met[variant].update((method, layout) for method, layout, _ in solved)

    def expect_to_have_met(self, variant, instances):
        """Each method, as its options make it, in each layout."""
        met = self.met[variant]
        print(f"{variant}: {len(met)} combinations, {sum(met.values())} instances, at least {min(met.values())} of each")
        self.assertGreaterEqual(min(met.values()), instances if FULL else 1)

    def test_all_kernels_give_the_bits_of_the_cpu(self):
        for size in SMALL_SIZES:
            self.compare(MAIN, size, 20 if FULL else 4)
        for size in SMALL_SIZES if FULL else DESCENT_SIZES:  # a descent is a thousand times the work of a baseline
            self.compare(MAIN, size, 20 if FULL else 2, descents=True)
        self.compare(MAIN, (3, 1, 17), 20 if FULL else 1, descents=True, combinations=FULL)  # half a warp a scenario, two rows
        self.compare_system(MAIN, "cansa", 20 if FULL else 3)
        self.compare_system(MAIN, "clo", 8 if FULL else 1)
        self.compare_optima(MAIN, 20)
        self.expect_to_have_met(MAIN, 20)
        entries = {name for path in files_of(MAIN)
                   for name in re.findall(r"\.entry (\w+)", pathlib.Path(path).read_text(encoding="utf-8"))}
        self.assertEqual(self.launched, entries, "kernels that ran, kernels there are")

    def test_other_levels_and_architectures_give_them_too(self):
        for number, variant in enumerate(OTHERS):
            sizes = SMALL_SIZES if FULL else (SMALL_SIZES[-1 - number % 2],)
            for size in sizes:
                self.compare(variant, size, 3 if FULL else 1)
                self.compare(variant, size if FULL else DESCENT_SIZES[0], 3 if FULL else 1, descents=True,
                             combinations=FULL)
            if FULL or number < 2:
                self.compare_system(variant, "cansa", 3 if FULL else 1)
                self.compare_system(variant, "clo", 1)
            self.compare_optima(variant, 3)
            self.expect_to_have_met(variant, 3)

    def test_a_method_without_kernels_is_refused_not_computed_elsewhere(self):
        self.assertIn("device-only", self.methods)
        print("methods on the device:", ", ".join(self.methods), "; left out:",
              ", ".join(sorted(set(METHODS) - set(self.methods))) or "none")


if __name__ == "__main__":
    unittest.main()

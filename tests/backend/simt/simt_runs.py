"""Experiments run by the program on `cpu` and on `simt`, and what must be equal between them."""

import filecmp
import os
import pathlib
import re

from edgesweep_cli import PROGRAM, SOURCE, CliTest, edgesweep

FULL = os.environ.get("ESW_TEST_FULL") == "1"

ACCESSES = ("noma", "oma", "oma-in-cell")
READINGS = ("repaired", "published")
LAYOUTS = ("users_around_ap", "uniform")
DESCENTS = ("gd", "li-gd")
METHODS = ("device-only", "edge-only", "neurosurgeon", "dnn-surgery", "grid", *DESCENTS)


def entries(methods=METHODS, iterations=20, **options):
    """Every combination of method, access and reading as lines of `methods:`; of a descent also both kinds of split.
    `options` are the grid's; `iterations` end descents early, as the printed one hardly ever ends by itself."""
    lines = []
    for method in methods:
        more = "".join(f", {key}: {value}" for key, value in options.items()) if method == "grid" else ""
        for split in ("common", "per-user") if method in DESCENTS else ("",):
            kind = f"{more}, max_iterations: {iterations}, split: {split}" if split else more
            lines += [f"{{use: {method}, as: {method}-{access}-{reading}{split and '-' + split}, access: {access}, "
                      f"reading: {reading}{kind}}}" for access in ACCESSES for reading in READINGS]
    return lines


def experiment(scenarios, methods, layout, seed=1, **parameters):
    lines = ["system: ecc", f"seed: {seed}", f"scenarios: {scenarios}", "methods:", *(f"  - {m}" for m in methods),
             "parameters:", f"  layout: {layout}", *(f"  {key}: {value}" for key, value in parameters.items()),
             "keep: [summary, scenarios]"]
    return "\n".join(lines) + "\n"


def kernels():
    """Those of the backend: a row each in the table of what they need."""
    table = (SOURCE / "profiling" / "kernels.md").read_text(encoding="utf-8").split("## Instructions in the text")[0]
    return set(re.findall(r"^\| `(\w+)`", table, re.M))


class SimtTest(CliTest):
    """Runs with the execution layer's own messages taken for failures."""

    def run_on(self, backend, name, path, *arguments, program=PROGRAM, **environment):
        """A finished run; gives its folder."""
        folder = self.folder / name
        done = edgesweep("run", path, "-o", folder, "--quiet", "--backend", backend, *arguments,
                         environment={key: str(value) for key, value in environment.items()},
                         timeout=3600 if FULL else 600, program=program)
        self.assertEqual((done.returncode, done.stderr), (0, ""), f"{name}: {path.read_text(encoding='utf-8')}")
        return folder

    def csv_of(self, folder):
        target = pathlib.Path(f"{folder}-csv")
        self.succeed("export", folder, "--csv", target)
        return target

    def assert_same_results(self, one, other):
        """Every exported number, and results.h5 where the program writes it, byte for byte; gives the folder of numbers."""
        first, second = self.csv_of(one), self.csv_of(other)
        names = sorted(os.listdir(first))
        self.assertIn("scenarios.csv", names)
        self.assertIn("summary.csv", names)
        self.assertEqual(names, sorted(os.listdir(second)))
        match, mismatch, errors = filecmp.cmpfiles(first, second, names, shallow=False)
        self.assertEqual((sorted(match), mismatch, errors), (names, [], []), f"{one} and {other}")
        if (one / "results.h5").exists():
            self.assertEqual((one / "results.h5").read_bytes(), (other / "results.h5").read_bytes())
        return first

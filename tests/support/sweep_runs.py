"""A small sweep, run once in one go, that tests of other ways to run it compare with."""

import json
import pathlib
import shutil
import tempfile

from edgesweep_cli import CliTest, edgesweep

EXPERIMENT = """\
system: ecc
seed: 31
scenarios: 700
methods: [device-only, neurosurgeon, {use: li-gd, as: li-gd-oma, access: oma}, li-gd]
parameters: {aps: 2, subchannels: 2, profile: {mix: [mine.csv, nin-cifar10-32]}}
sweep: {users: [2, 5], cell_radius_m: [100, 250]}
compare: {baseline: device-only}
keep: [summary, scenarios]
"""
STOP = EXPERIMENT.replace("scenarios: 700", "scenarios: 700\nstop: {metric: energy_j, halfwidth: 2%, max_scenarios: 1800}")

PROFILE = """\
# title: A small network
# status: made up
# result_bits: 32
unit,name,type,bits,flops
1,input,input,24576,0
2,a,conv,16384,20000000
3,b,conv,8192,30000000
4,c,linear,320,40000000
"""


def other_backends(experiment):
    """The backends beside the CPU's that work here and have every method of an experiment."""
    names = [entry["name"] for entry in json.loads(edgesweep("list", "backends", "--json").stdout)]
    some = ("--scenarios", 1, "-o", "unused", "--dry-run")
    usable = [name for name in names if name != "cpu" and
              edgesweep("run", experiment, "--backend", name, *some, timeout=600).returncode == 0]
    print("backends: cpu", *usable, "- left out:", *(set(names) - {"cpu", *usable} or ["none"]))
    return usable


class SweepTest(CliTest):
    """Tests against one run in one go."""

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.shared = pathlib.Path(temporary.name)
        (cls.shared / "mine.csv").write_text(PROFILE, encoding="utf-8")
        for name, text in (("whole", EXPERIMENT), ("stop", STOP)):
            (cls.shared / f"{name}.yaml").write_text(text, encoding="utf-8")
            done = edgesweep("run", cls.shared / f"{name}.yaml", "-o", cls.shared / name, "--quiet")
            assert done.returncode == 0, done.stderr

    def numbers(self, directory):
        """The tables and results.h5 of a run."""
        out = self.folder / "csv"
        shutil.rmtree(out, ignore_errors=True)
        self.succeed("export", directory, "--csv", out)
        found = {path.name: path.read_bytes() for path in out.iterdir()}
        for path in directory.glob("results.h5"):
            found[path.name] = path.read_bytes()
        return found

    def assert_same(self, directory, name="whole"):
        found, expected = self.numbers(directory), self.numbers(self.shared / name)
        self.assertIn("scenarios.csv", expected)
        self.assertEqual(found.keys(), expected.keys())
        for file, content in expected.items():
            self.assertTrue(found[file] == content, f"{file} of {directory.name} differs")

"""A result depends on the experiment and the seed alone: every way to compute it gives the same bytes."""

import filecmp
import json
import os
import pathlib
import platform
import tempfile
import unittest

from edgesweep_cli import SOURCE, CliTest, edgesweep

class OfSystem:
    """What must hold for each system; `system` names its experiment."""

    system = None

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.reference = cls.numbers(pathlib.Path(temporary.name), "--threads", "1", "--batch", "1")

    @classmethod
    def numbers(cls, folder, *arguments, environment=None):
        """Runs the experiment one way and gives the folder that holds all its numbers as text."""
        experiment = SOURCE / "datasets" / "experiments" / f"same-bits-{cls.system}.yaml"
        for command in (("run", experiment, "-o", folder / "run", "--quiet", *arguments),
                        ("export", folder / "run", "--csv", folder / "csv")):
            done = edgesweep(*command, environment=environment, timeout=400)
            assert done.returncode == 0, done.stderr
        return folder / "csv"

    def assert_same(self, name, *arguments, environment=None):
        (self.folder / name).mkdir()
        found = self.numbers(self.folder / name, *arguments, environment=environment)
        names = sorted(os.listdir(self.reference))
        self.assertIn("scenarios.csv", names)
        self.assertEqual(names, sorted(os.listdir(found)))
        match, mismatch, errors = filecmp.cmpfiles(self.reference, found, names, shallow=False)
        self.assertEqual((sorted(match), mismatch, errors), (names, [], []))

    def test_threads_and_batches_do_not_matter(self):
        self.assert_same("seven", "--threads", 2, "--batch", 7)
        self.assert_same("all", "--threads", 2, "--batch", 64)

    def test_the_instruction_set_does_not_matter(self):
        for isa in ("baseline", "avx2"):
            self.assert_same(isa, environment={"EDGESWEEP_ISA": isa})

    def test_the_variants_that_glibc_chooses_do_not_matter(self):
        if platform.libc_ver()[0] != "glibc":
            print("left out here: no glibc")
            return
        self.assert_same("plain", environment={
            "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX512F,-AVX2_Usable,-FMA_Usable,-FMA4_Usable"})

    def test_the_scenario_count_does_not_change_a_scenario(self):
        few = self.numbers(self.folder, "--scenarios", "5")
        many = set((self.reference / "scenarios.csv").read_text(encoding="utf-8").splitlines())
        for line in (few / "scenarios.csv").read_text(encoding="utf-8").splitlines():
            self.assertIn(line, many)


class Ecc(OfSystem, CliTest):
    system = "ecc"


class Clo(OfSystem, CliTest):
    system = "clo"


class Cansa(OfSystem, CliTest):
    system = "cansa"


class AllSystems(unittest.TestCase):
    def test_every_system_has_an_experiment(self):
        listed = edgesweep("list", "systems", "--json")
        self.assertEqual({f"same-bits-{system['name']}.yaml" for system in json.loads(listed.stdout)},
                         {file.name for file in (SOURCE / "datasets" / "experiments").glob("same-bits-*.yaml")})


if __name__ == "__main__":
    unittest.main()

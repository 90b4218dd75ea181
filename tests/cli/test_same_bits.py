"""A result depends on the experiment and the seed alone: every way to compute it gives the same bytes."""

import filecmp
import os
import platform
import unittest

from edgesweep_cli import SOURCE, CliTest

EXPERIMENT = SOURCE / "datasets" / "experiments" / "same-bits.yaml"


class SameBits(CliTest):
    def export(self, name, *arguments, environment=None):
        """Runs the experiment one way and gives the folder with all its numbers as text."""
        self.succeed("run", EXPERIMENT, "-o", self.folder / name, "--quiet", *arguments, environment=environment)
        out = self.folder / (name + "-csv")
        self.succeed("export", self.folder / name, "--csv", out)
        return out

    def assert_same(self, expected, found):
        names = sorted(os.listdir(expected))
        self.assertIn("scenarios.csv", names)
        self.assertEqual(names, sorted(os.listdir(found)))
        match, mismatch, errors = filecmp.cmpfiles(expected, found, names, shallow=False)
        self.assertEqual((sorted(match), mismatch, errors), (names, [], []))

    def test_threads_and_batches_do_not_matter(self):
        expected = self.export("one", "--threads", "1", "--batch", "1")
        for threads, batch in ((2, 7), (2, 64), (1, 64)):
            self.assert_same(expected, self.export(f"t{threads}b{batch}", "--threads", threads, "--batch", batch))

    def test_the_variants_that_glibc_chooses_do_not_matter(self):
        if platform.libc_ver()[0] != "glibc":
            print("left out here: no glibc")
            return
        expected = self.export("native")
        plain = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX512F,-AVX2_Usable,-FMA_Usable,-FMA4_Usable"}
        self.assert_same(expected, self.export("plain", environment=plain))

    def test_the_scenario_count_does_not_change_a_scenario(self):
        path = self.folder / "few"
        self.succeed("run", EXPERIMENT, "-o", path, "--scenarios", "5", "--quiet")
        self.succeed("export", path, "--csv", self.folder / "few-csv")
        many = (self.export("many") / "scenarios.csv").read_text(encoding="utf-8").splitlines()
        for line in (self.folder / "few-csv" / "scenarios.csv").read_text(encoding="utf-8").splitlines():
            self.assertIn(line, many)


if __name__ == "__main__":
    unittest.main()

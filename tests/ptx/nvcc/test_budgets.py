"""ptxas on every kernel of the backend: nothing spills, and registers, stack and shared memory stay inside the budgets of
profiling/budgets.json, on every architecture that is built."""

import json
import os
import pathlib
import re
import sys
import unittest

SOURCE = pathlib.Path(os.environ["EDGESWEEP_SOURCE"])
sys.path.insert(0, str(SOURCE / "profiling"))
import resources  # noqa: E402

FILES = [pathlib.Path(path) for path in os.environ["ESW_PTX_FILES"].split("|") if ".O3." in path]
PTXAS = str(pathlib.Path(os.environ["ESW_NVCC"]).resolve().parent / "ptxas")
BUDGETS = json.loads((SOURCE / "profiling" / "budgets.json").read_text(encoding="utf-8"))


class Budgets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.found = []
        for path in FILES:
            arch = int(re.search(r"sm_(\d+)", path.name).group(1))
            for kernel, needs in resources.resources(PTXAS, path, arch).items():
                cls.found.append((f"{kernel} on sm_{arch}", kernel, needs))

    @staticmethod
    def budget(kernel):
        return BUDGETS["kernels of their own budget"].get(kernel, BUDGETS["all others"])

    def test_no_kernel_spills(self):
        self.assertTrue(self.found)
        for name, _, needs in self.found:
            self.assertEqual(needs.spills, 0, name)

    def test_every_kernel_stays_inside_its_budget(self):
        for name, kernel, needs in self.found:
            for what, most in self.budget(kernel).items():
                self.assertLessEqual(getattr(needs, what), most, f"{what} of {name}")

    def test_every_kernel_says_how_many_threads_its_blocks_have(self):
        for name, _, needs in self.found:
            self.assertGreater(needs.threads, 0, f"__launch_bounds__ of {name}")

    def test_budgets_are_of_kernels_there_are(self):
        self.assertLessEqual(set(BUDGETS["kernels of their own budget"]), {kernel for _, kernel, _ in self.found})


class Occupancy(unittest.TestCase):
    """The arithmetic, on cases worked by hand."""

    @staticmethod
    def of(registers, threads, arch=80, shared=0):
        return resources.occupancy(resources.Resources(registers, 0, 0, shared, threads), arch)

    def test_the_scarcest_resource_limits(self):
        self.assertEqual(self.of(32, 128), (1.0, "warps"))
        self.assertEqual(self.of(33, 128), (0.75, "registers"))  # 40 registers a thread: 12 blocks of 4 warps of 64
        self.assertEqual(self.of(16, 32), (0.5, "blocks"))  # 32 blocks of a warp
        self.assertEqual(self.of(16, 128, shared=40 << 10), (0.25, "shared memory"))  # 4 blocks of 41 KiB in 164
        self.assertEqual(self.of(16, 96, arch=121), (1.0, "warps"))  # 16 blocks of 3 warps of 48


if __name__ == "__main__":
    unittest.main()

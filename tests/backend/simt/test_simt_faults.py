"""Devices that fail: a status with place, call and the API's words, nothing lost, and work that ends on `cpu`."""

import csv
import json
import pathlib
import re
import unittest

from edgesweep_cli import EXIT_BACKEND, PROGRAM, edgesweep
from simt_program import DESCENTS, METHODS, OPTIMA, of_system, optima
from simt_program import experiment as every_method
from simt_runs import READINGS, SimtTest, entries, experiment, kernels

# An API function, which of its calls fails, and what the message must hold. Places are those of the source.
FAULTS = (
    ("cudaMalloc:1", ("kernels/common/worker.cu:", "cudaMalloc(", "out of memory", "cudaErrorMemoryAllocation")),
    ("cudaMallocHost:1", ("kernels/common/solver.cu:", "cudaMallocHost(", "out of memory")),
    ("cudaMallocHost:2", ("kernels/common/worker.cu:", "cudaMallocHost(", "out of memory")),
    ("cudaStreamCreate:2", ("kernels/common/worker.cu:", "cudaStreamCreateWithFlags(", "cudaErrorLaunchFailure")),
    ("cudaMemcpyAsync:1", ("kernels/common/worker.cu:", "w->h_images", "cudaErrorLaunchFailure")),
    ("cudaMemcpyAsync:3", ("kernels/common/worker.cu:", "cudaMemcpyAsync(", "cudaErrorLaunchFailure")),
    ("cudaMemsetAsync:1", ("kernels/ecc/baselines.cu:", "cudaMemsetAsync(", "cudaErrorLaunchFailure")),
    ("launch:1=cudaErrorInvalidConfiguration", ("kernels/ecc/stage.cu:", "launch of ecc_place_kernel",
                                                "invalid configuration argument")),
    ("launch:9", ("kernels/ecc/", "launch of ecc_", "unspecified launch failure")),
    ("kernel:8=cudaErrorIllegalAddress", ("kernels/ecc/", "an illegal memory access was encountered")),
    ("cudaStreamSynchronize:4", ("kernels/common/worker.cu:", "cudaStreamSynchronize(", "cudaErrorLaunchFailure")),
)


class Faults(SimtTest):
    def setUp(self):
        super().setUp()
        self.experiment = self.write(experiment(
            900, entries(("device-only", "dnn-surgery")), "uniform", aps=2, users=4, subchannels=3))

    def run_with(self, fault, name, **environment):
        return edgesweep("run", self.experiment, "-o", self.folder / name, "--quiet", "--backend", "simt",
                         "--batch", "256", environment={"ESW_SIMT_FAIL": fault, **environment})

    def test_every_call_that_fails_is_named_and_nothing_leaks(self):
        for number, (fault, says) in enumerate(FAULTS):
            for more in ({}, {"ESW_SIMT_DEFER": "1", "ESW_SIMT_SEED": "3", "ESW_SIMT_DEVICES": "2"}):
                with self.subTest(fault=fault, **more):
                    done = self.run_with(fault, f"{number}-{len(more)}", **more)
                    self.assertEqual(done.returncode, EXIT_BACKEND, done.stderr)
                    # The one line of the program; what leaked or faulted otherwise would be further lines.
                    self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
                    if not more:
                        for text in says:
                            self.assertIn(text, done.stderr)
                    self.assertRegex(done.stderr, r"kernels/[a-z_/]+\.cu:\d+: .+ \(cudaError\w+\)$")

    def test_a_device_lost_on_the_way_leaves_what_was_done(self):
        """The blocks before the loss are whole, and are those that the CPU computes."""
        done = self.run_with("launch:100", "lost")
        self.assertEqual(done.returncode, EXIT_BACKEND, done.stderr)
        manifest = json.loads((self.folder / "lost" / "manifest.json").read_text(encoding="utf-8"))
        self.assertEqual(manifest["state"], "failed")
        found = (self.csv_of(self.folder / "lost") / "scenarios.csv").read_text(encoding="utf-8").splitlines()
        cpu = self.csv_of(self.run_on("cpu", "cpu", self.experiment))
        expected = (cpu / "scenarios.csv").read_text(encoding="utf-8").splitlines()
        self.assertGreater(len(found), 256)
        self.assertLess(len(found), len(expected))
        self.assertEqual(set(found) - set(expected), set())

    def test_a_run_that_lost_its_device_ends_on_the_processor_with_the_same_bits(self):
        self.assertEqual(self.run_with("launch:100", "lost").returncode, EXIT_BACKEND)
        self.succeed("run", self.experiment, "-o", self.folder / "lost", "--resume", "--quiet", "--backend", "cpu")
        self.assert_same_results(self.run_on("cpu", "cpu", self.experiment), self.folder / "lost")

    def test_a_device_too_small_for_one_scenario_says_so(self):
        done = self.run_with("any:100000", "small", ESW_SIMT_MEMORY="2000")
        self.assertEqual(done.returncode, EXIT_BACKEND, done.stderr)
        # Nine tenths of what is free.
        self.assertRegex(done.stderr, r"device 0: 0\.00172 MiB of its memory may be used, two scenarios need \S+ MiB: "
                                      r"take fewer users, APs or subchannels, raise --max-memory or use --backend cpu")

    def test_a_device_keeps_to_the_memory_that_is_allowed(self):
        """A search with much memory of its own, little of it on the host."""
        path = self.write(optima(1, 3, 1, 1, ("use: certified, max_nodes: 20000",)), "search.yaml")
        run = "run", path, "--backend", "simt", "--quiet"
        self.fail_with(EXIT_BACKEND, *run, "-o", self.folder / "less", "--max-memory", "1M",
                       says=("device 0: 1 MiB of its memory may be used", "raise --max-memory"))
        self.succeed(*run, "-o", self.folder / "more", "--max-memory", "100M")


# Experiments that together launch every kernel, and what keeps them short.
SHORT = "--set", "max_iterations=2"
LAUNCHES = {
    "ecc": (every_method((5, 2, 3), [m for m in METHODS if m not in OPTIMA], 1, combinations=False), SHORT),
    "spread": (experiment(1, [f"{{use: {method}, as: {method}-{reading}, reading: {reading}}}" for method in DESCENTS
                              for reading in READINGS], "uniform", aps=1, users=3, subchannels=9), SHORT),
    "optima": (optima(1, 4, 2, 1, ("use: grid-optimum, levels: 4, unit_levels: 2", "use: certified, max_nodes: 48", "use: joint")), ()),
    "cansa": (of_system("cansa", 1), ()),
    "clo": (of_system("clo", 1), ("--set", "slots=60")),
}


class Launches(SimtTest):
    """A launch that is refused changes nothing else: the device goes on, and only who looks learns of it."""

    def refuse_each(self, name):
        """Every launch of the experiment in turn; gives the names of their kernels."""
        text, arguments = LAUNCHES[name]
        path = self.write(text, f"{name}.yaml")
        trace = self.folder / f"{name}.csv"
        self.run_on("simt", name, path, *arguments, EDGESWEEP_KERNEL_TIMES=trace)
        with open(trace, encoding="utf-8", newline="") as file:
            launched = [row["Name"] for row in csv.DictReader(file)]
        for number, kernel in enumerate(launched, 1):
            with self.subTest(f"{name}, launch {number}"):
                self.fail_with(EXIT_BACKEND, "run", path, "-o", self.folder / f"{name}-{number}", "--backend", "simt",
                               "--quiet", *arguments,
                               environment={"ESW_SIMT_FAIL": f"launch:{number}=cudaErrorInvalidConfiguration"},
                               says=(f"launch of {kernel}: invalid configuration argument", "kernels/", ".cu:"))
        return set(launched)

    def test_every_launch_that_is_refused_is_named(self):
        self.assertEqual(set().union(*(self.refuse_each(name) for name in LAUNCHES)), kernels())


class Absent(SimtTest):
    """Programs without what a backend needs."""

    def test_a_machine_without_a_device_says_so_and_computes_on_the_processor(self):
        nothing = {"ESW_SIMT_FAIL": "cudaGetDeviceCount:1=cudaErrorNoDevice"}
        listing = self.succeed("info", environment=nothing)
        self.assertIn("simt: not usable here: ", listing)
        self.assertIn("no CUDA-capable device is detected", listing)
        path = self.write(experiment(3, entries(("device-only",)), "uniform", aps=1, users=2, subchannels=1))
        self.fail_with(EXIT_BACKEND, "run", path, "-o", self.folder / "named", "--backend", "simt", environment=nothing,
                       says=("--backend: found 'simt', which does not work here", "no CUDA-capable device"))
        self.succeed("run", path, "-o", self.folder / "auto", "--quiet", environment=nothing)
        manifest = json.loads((self.folder / "auto" / "manifest.json").read_text(encoding="utf-8"))
        self.assertEqual(manifest["backend"], "cpu")

    def test_a_device_that_takes_no_kernel_is_not_used(self):
        """In the hands of another process, say, or of a driver that does not compile the PTX."""
        taken = {"ESW_SIMT_FAIL": "cudaFuncGetAttributes:1=cudaErrorDevicesUnavailable"}
        self.assertRegex(self.succeed("info", environment=taken), r"simt: not usable here: .*busy or unavailable")
        path = self.write(experiment(3, entries(("device-only",)), "uniform", aps=1, users=2, subchannels=1))
        self.fail_with(EXIT_BACKEND, "run", path, "-o", self.folder / "named", "--backend", "simt", environment=taken,
                       says=("--backend: found 'simt', which does not work here", "busy or unavailable"))
        self.succeed("run", path, "-o", self.folder / "auto", "--quiet", environment=taken)

    def test_a_device_that_is_left_out_is_named(self):
        """One of two whose properties cannot be read: the other computes."""
        one = {"ESW_SIMT_DEVICES": "2", "ESW_SIMT_FAIL": "cudaGetDeviceProperties:2=cudaErrorInvalidValue"}
        listing = self.succeed("info", environment=one)
        self.assertRegex(listing, r"simt: .*CPU execution layer.*; device 1 left out: .*cudaGetDeviceProperties.*invalid argument")
        path = self.write(experiment(3, entries(("device-only",)), "uniform", aps=1, users=2, subchannels=1))
        self.run_on("simt", "one", path, **one)

    def test_modules_that_are_none_or_missing_are_told_apart(self):
        path = self.write(experiment(3, entries(("device-only",)), "uniform", aps=1, users=2, subchannels=1))
        here = {"EDGESWEEP_BACKENDS": str(self.folder)}
        self.fail_with(EXIT_BACKEND, "run", path, "-o", self.folder / "a", "--backend", "cuda", environment=here,
                       says=("no module edgesweep-cuda.so was found", "here are: auto, cpu"))
        (self.folder / "edgesweep-cuda.so").write_text("no shared object", encoding="utf-8")
        self.fail_with(EXIT_BACKEND, "run", path, "-o", self.folder / "b", "--backend", "cuda", environment=here,
                       says=("edgesweep-cuda.so", "which does not work here"))
        self.assertIn("cuda: not usable here: ", self.succeed("info", environment=here))
        self.succeed("run", path, "-o", self.folder / "c", "--quiet", environment=here)

    def test_a_module_of_another_build_is_refused(self):
        """Program and module name what they share by a hash of its headers; here the module's is another."""
        module = pathlib.Path(PROGRAM).with_name("edgesweep-simt.so").read_bytes()
        shared = re.search(rb"edgesweep backend ([0-9a-f]{64})", module)[1]
        other = self.folder / "edgesweep-simt.so"
        other.write_bytes(module.replace(shared, shared[::-1]))
        listing = self.succeed("info", environment={"EDGESWEEP_BACKENDS": str(self.folder)})
        self.assertIn(f"simt: not usable here: {other}: belongs to another version of edgesweep", listing)


if __name__ == "__main__":
    unittest.main()

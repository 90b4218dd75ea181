"""The GPU backend gives the bits of the CPU: every method, access, reading and layout, at many sizes."""

import collections
import json
import os
import re
import unittest

from edgesweep_cli import SOURCE
from simt_program import of_system, optima, searches
from simt_runs import FULL, LAYOUTS, SimtTest, entries, experiment

# N x U x M, cluster cap and what else makes a size odd. Every combination of method, access, reading and layout meets
# 50 instances, 1,000 in the long form: as many of each size; of the searches for an optimum, which share out by what
# a scenario takes, those in SEARCHED, from the assignment named there.
INSTANCES = 1000 if FULL else 50
SIZES = (
    {"aps": 2, "users": 12, "subchannels": 6},
    {"aps": 1, "users": 1, "subchannels": 1},
    {"aps": 2, "users": 6, "subchannels": 1, "cluster_cap": 3},  # clusters at the cap; `uniform` leaves users over
    {"aps": 2, "users": 9, "subchannels": 5, "pair_directions": "true", "cluster_cap": 1},
    {"aps": 3, "users": 7, "subchannels": 3, "profile": "{mix: [nin-cifar10-32, vgg16-cifar10-224]}"},
)
LEVELS = ({"levels": 5, "unit_levels": 3}, {"levels": 17, "unit_levels": 33})
SEARCHED = ((0.02, "rule-a"), (0.1, "li-gd"), (0.3, "joint"), (0.3, "gd"), (0.28, "rule-a"))
HIGH = 1 << 40  # seeds and numbers of scenarios have 64 bits
BATCH = 77 if FULL else 7  # cut into chunks, the last one short


class SameBits(SimtTest):
    def compare(self, name, text, *arguments, **environment):
        path = self.write(text, f"{name}.yaml")
        cpu = self.run_on("cpu", f"{name}-cpu", path)
        simt = self.run_on("simt", f"{name}-simt", path, *arguments, **environment)
        return self.assert_same_results(cpu, simt)

    def compare_at_every_size(self, text_of):
        """text_of(number of the size, layout) at every size and layout; each method must meet INSTANCES in both."""
        met = collections.Counter()
        for number in range(len(SIZES)):
            for layout in LAYOUTS:
                folder = self.compare(f"{number}-{layout}", text_of(number, layout), "--batch", BATCH)
                rows = (folder / "scenarios.csv").read_text(encoding="utf-8").splitlines()[1:]
                met.update((method, layout) for method, _ in {tuple(row.split(",")[1:3]) for row in rows})
        print(f"{len(met)} combinations, {sum(met.values())} instances, no difference")
        self.assertEqual(set(met.values()), {INSTANCES}, met)

    def test_every_combination_at_every_size(self):
        self.compare_at_every_size(lambda number, layout: experiment(
            INSTANCES // len(SIZES), entries(**LEVELS[number % 2]), layout, seed=HIGH + number, **SIZES[number]))

    def test_every_search_for_an_optimum_at_every_size(self):
        self.compare_at_every_size(lambda number, layout: optima(
            round(SEARCHED[number][0] * INSTANCES), methods=searches(SEARCHED[number][1]), seed=HIGH + number, layout=layout,
            **SIZES[number]))

    def test_some_beyond_a_warp_and_a_block_of_threads(self):
        for aps, users, subchannels in ((2, 35, 6), (5, 60, 12)):
            for layout in LAYOUTS:
                methods = entries(iterations=8 if FULL else 2, levels=4, unit_levels=2)
                text = experiment(8 if FULL else 1, methods, layout, aps=aps, users=users, subchannels=subchannels)
                self.compare(f"{users}-{layout}", text)
        if FULL:
            self.compare("optima", optima(2, 60, 5, 12, searches("li-gd", max_nodes=48)))

    def test_a_scenario_spread_over_lanes(self):
        """Li-GD gives half a warp to a scenario of eight subchannels and more: fewer than lanes, a tile and a bit, nearly two,
        three, which are also more than a warp has lanes."""
        for aps, users, subchannels in ((2, 3, 8), (1, 3, 17), (2, 4, 20)):
            for layout in LAYOUTS:
                methods = entries(("gd", "li-gd"), iterations=6 if FULL else 3)
                text = experiment(40 if FULL else 3, methods, layout, aps=aps, users=users, subchannels=subchannels)
                self.compare(f"{subchannels}-{layout}", text, "--batch", 4, ESW_SIMT_SEED=subchannels % 3)
        text = experiment(200 if FULL else 8, [*entries(("edge-only", "dnn-surgery")), "device-only",
                                               "{use: li-gd, as: li-gd, max_iterations: 3}"],
                          "uniform", aps=2, users=9, subchannels=40)
        self.compare("40", text)

    def test_a_grid_of_more_levels_than_four_warps_can_share(self):
        """The search keeps a row of costs a warp in shared memory: of the most levels there may be it holds three."""
        text = experiment(1, entries(("grid",), levels=4096, unit_levels=2), "uniform", aps=2, users=5, subchannels=3)
        self.compare("levels", text)

    def of_system(self, system, memory):
        """Whole batches, odd ones on two devices, and device memory for a few scenarios only."""
        path = SOURCE / "datasets" / "experiments" / f"same-bits-{system}.yaml"
        seed = "--set", f"seed={HIGH + 7}"
        cpu = self.run_on("cpu", f"{system}-cpu", path, *seed)
        for name, arguments, environment in (
                (f"{system}-simt", (), {"ESW_SIMT_SEED": 1}),
                (f"{system}-odd", ("--batch", "13" if system == "cansa" else "3"),
                 {"ESW_SIMT_SEED": 3, "ESW_SIMT_DEFER": 1, "ESW_SIMT_DEVICES": 2}),
                (f"{system}-memory", ("--batch", "256"), {"ESW_SIMT_MEMORY": memory})):
            with self.subTest(name):
                self.assert_same_results(cpu, self.run_on("simt", name, path, *seed, *arguments, **environment))

    def test_scenarios_with_a_high_number(self):
        """Whose low half is that of another one: what the devices draw, decide and how that is scored."""
        ecc = experiment(1, ("device-only",), "uniform", aps=2, users=5, subchannels=3)
        for system, method, text in (("ecc", "device-only", ecc), *((s, s, of_system(s, 1)) for s in ("cansa", "clo"))):
            path = self.write(text, f"{system}.yaml")
            for seed in (7, HIGH + 7):
                with self.subTest(system, seed=seed):
                    cpu, simt = ({key: value for key, value in self.solve(
                        path, method, HIGH + 3, "--set", f"seed={seed}", "--backend", backend).items()
                        if key in ("instance", "decision", "terms", "metrics")} for backend in ("cpu", "simt"))
                    self.assertEqual(json.dumps(cpu), json.dumps(simt))

    def test_optima(self):
        """Components of several cells; long chains of one cell, which no arena holds; mixed networks in pairs; batches that
        are cut, random schedules, and a device that holds fewer searches than there are scenarios."""
        many = 6 if FULL else 2
        for name, text, environment in (
                ("components", optima(many, 5, 2, 2), {"ESW_SIMT_SEED": 1}),
                ("chain", optima(1, 12, 1, 1, cluster_cap=12), {"ESW_SIMT_SEED": 3, "ESW_SIMT_DEFER": 1}),
                ("pairs", optima(many, 7, 2, 2, pair_directions="true", cluster_cap=2,
                                 profile="{mix: [nin-cifar10-32, alexnet-imagenet-224]}"), {"ESW_SIMT_DEVICES": 2}),
                ("crowd", optima(1, 18, 6, 1, ("use: certified, assignment_from: li-gd, max_nodes: 200", "use: joint")),
                 {"ESW_SIMT_SEED": 5}),
                ("memory", optima(9, 3, 1, 1, ("use: certified, max_nodes: 20000", "use: joint")),
                 {"ESW_SIMT_MEMORY": 9_000_000})):
            with self.subTest(name):
                self.compare(f"optima-{name}", text, **environment)

    def test_cansa_with_every_method(self):
        self.of_system("cansa", 700_000)

    def test_clo_with_every_method(self):
        self.of_system("clo", 2_790_000)

    def test_more_scenarios_than_a_chunk_and_more_than_two(self):
        """Batches that are cut, that end early, and that device memory cuts further so that instances are drawn anew."""
        text = experiment(300, entries(("edge-only", "dnn-surgery")), "uniform", aps=2, users=5, subchannels=3)
        for name, arguments, environment in (
                ("odd", ("--batch", "77"), {}),
                ("one", ("--batch", "1", "--scenarios", "9"), {}),
                ("memory", ("--batch", "256"), {"ESW_SIMT_MEMORY": 200_000})):
            with self.subTest(name):
                path = self.write(text, f"{name}.yaml")
                shorter = [a for a in arguments if a in ("--scenarios", "9")]
                cpu = self.run_on("cpu", f"{name}-cpu", path, *shorter)
                self.assert_same_results(cpu, self.run_on("simt", f"{name}-simt", path, *arguments, **environment))

    def test_scenarios_from_a_file_are_copied_to_the_device(self):
        """With the APs of users and their networks as the file has them, in chunks of every kind."""
        size = {"aps": 2, "users": 5, "subchannels": 3, "profile": "{mix: [nin-cifar10-32, vgg16-cifar10-224]}"}
        methods = entries(("edge-only", "li-gd"), iterations=4)
        drawn = self.write(experiment(40, methods, "uniform", seed=3, **size), "drawn.yaml")
        self.succeed("instance", drawn, "--scenarios", "0..39", "-o", self.folder / "own.json")
        path = self.write(experiment(40, methods, "users_around_ap", gains="own.json", **size))
        cpu = self.run_on("cpu", "cpu", path)
        self.assertEqual((self.csv_of(cpu) / "scenarios.csv").read_bytes(),
                         (self.csv_of(self.run_on("cpu", "drawn", drawn)) / "scenarios.csv").read_bytes())
        for name, arguments, environment in (("whole", (), {"ESW_SIMT_DEFER": 1}),
                                             ("odd", ("--batch", "7"), {"ESW_SIMT_DEFER": 1, "ESW_SIMT_DEVICES": 2}),
                                             ("memory", ("--batch", "256"), {"ESW_SIMT_MEMORY": 200_000, "ESW_SIMT_DEFER": 1})):
            with self.subTest(name):
                self.assert_same_results(cpu, self.run_on("simt", name, path, *arguments, **environment))

    def test_a_device_is_given_as_many_scenarios_as_it_has_threads_for(self):
        """Where nobody asks for a batch; pinned memory of large instances keeps it smaller."""
        def batch(backend, size, *arguments):
            aps, users, subchannels = size
            path = self.write(experiment(10**6, ("device-only",), "uniform", aps=aps, users=users, subchannels=subchannels))
            text = self.succeed("run", path, "--dry-run", "--backend", backend, *arguments)
            return int(re.search(r"batches of (\d+)", text)[1])

        self.assertEqual([batch(backend, (1, 1, 1)) for backend in ("cpu", "simt")], [4096, 1 << 18])
        self.assertLess(batch("simt", (2, 400, 100), "--max-memory", "200M"), 4096)

    def test_schedules_deferred_streams_and_several_devices_do_not_matter(self):
        text = experiment(23, entries(iterations=8, levels=4, unit_levels=3), "users_around_ap",
                          aps=2, users=6, subchannels=3)
        path = self.write(text)
        cpu = self.run_on("cpu", "cpu", path)
        for seed in range(6):
            simt = self.run_on("simt", f"seed-{seed}", path, "--batch", 16, ESW_SIMT_SEED=seed, ESW_SIMT_DEFER=1,
                               ESW_SIMT_DEVICES=1 + seed % 4)
            self.assert_same_results(cpu, simt)


SEARCHES = ("use: grid-optimum, levels: 20", "use: certified, max_nodes: 64", "use: joint",
            "use: certified, as: from-joint, assignment_from: joint, max_nodes: 64")


@unittest.skipUnless("ESW_RACE_MODULE" in os.environ, "built without further modules, as sanitizers are on")
class Watched(SimtTest):
    """Few scenarios, but every kernel, in the builds that watch: a finding makes a run fail."""

    def compare(self, name, text, *ways):
        """Each way is (name, arguments of run_on)."""
        path = self.write(text, f"{name}.yaml")
        cpu = self.run_on("cpu", f"{name}-cpu", path)
        for way, more in ways:
            with self.subTest(f"{name}, {way}"):
                self.assert_same_results(cpu, self.run_on("simt", f"{name}-{way}", path, **more))

    @staticmethod
    def races(*seeds):
        """In the race checker any schedule may switch threads at any access."""
        return [(f"race-{seed}", {"ESW_SIMT_SEED": seed, "ESW_SIMT_DEFER": 1,
                                  "EDGESWEEP_BACKENDS": os.environ["ESW_RACE_MODULE"]}) for seed in seeds]

    @staticmethod
    def sanitizers():
        return [("sanitized", {"program": os.environ["ESW_ASAN_PROGRAM"], "ESW_SIMT_SEED": 5, "ESW_SIMT_DEFER": 1,
                               "ASAN_OPTIONS": "detect_leaks=0:halt_on_error=1"})]  # LeakSanitizer does not know fibers

    def test_every_method_of_ecc(self):
        for layout in LAYOUTS:
            self.compare(layout, experiment(2, entries(iterations=3, levels=3, unit_levels=2), layout,
                                            aps=2, users=5, subchannels=3), *self.races(0, 1, 7), *self.sanitizers())

    def test_rounds_that_swing(self):
        """DNN surgery with more users at an AP than a sum has partials, and too small an edge to settle."""
        self.compare("rounds", experiment(3, ("dnn-surgery", "edge-only"), "uniform", aps=1, users=35, subchannels=12,
                                          edge_capacity_units=16, compute_units_min=0.1, compute_units_max=64,
                                          profile="{mix: [nin-cifar10-32, alexnet-imagenet-224]}"),
                     *self.races(0, 3), *self.sanitizers())

    def test_searches_for_optima(self):
        """And a chain of users that no arena holds."""
        self.compare("optima", optima(2, 3, 2, 1, SEARCHES), *self.races(7), *self.sanitizers())
        self.compare("chain", optima(2, 12, 1, 1, ("use: certified, gap: 0.1, max_nodes: 16",), cluster_cap=12),
                     *self.races(3), *self.sanitizers())

    def test_cansa(self):
        self.compare("cansa", of_system("cansa", 17), *self.races(0, 3), *self.sanitizers())

    def test_clo(self):
        self.compare("clo", of_system("clo", 2), *self.races(1), *self.sanitizers())


if __name__ == "__main__":
    unittest.main()

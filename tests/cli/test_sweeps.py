"""One sweep cut, shared and repeated in every way there is: the same numbers; and any row of it replayed."""

import csv
import json
import shutil
import unittest

from edgesweep_cli import EXIT_IO, EXIT_USAGE, edgesweep
from sweep_runs import EXPERIMENT, SweepTest, backends

class Shards(SweepTest):
    def test_shards_of_an_array_job_merge_in_any_order(self):
        for order in ((0,), (1, 0), (3, 0, 4, 2, 1)):
            parts = []
            for task in order:
                parts.append(self.folder / f"{len(order)}.{task}")
                array = {"SLURM_ARRAY_TASK_ID": str(10 + 2 * task), "SLURM_ARRAY_TASK_MIN": "10",
                         "SLURM_ARRAY_TASK_STEP": "2", "SLURM_ARRAY_TASK_COUNT": str(len(order))}
                self.succeed("run", self.shared / "whole.yaml", "-o", parts[-1], "--shard", "slurm", "--quiet", environment=array)
                manifest = json.loads((parts[-1] / "manifest.json").read_text(encoding="utf-8"))
                self.assertEqual(manifest["shard"], f"{task}/{len(order)}")
            self.succeed("merge", *parts, "-o", self.folder / f"merged{len(order)}")
            self.assert_same(self.folder / f"merged{len(order)}")

    def test_wrong_shards_are_named(self):
        run = ("run", self.shared / "whole.yaml", "-o", self.folder / "run", "--shard")
        for wrong in ("3/3", "x/3", "1", "-1/3", "1/0", "/"):
            self.fail_with(EXIT_USAGE, *run, wrong, says="--shard")
        self.fail_with(EXIT_USAGE, *run, "slurm", says="SLURM_ARRAY_TASK_ID is not set")
        self.fail_with(EXIT_USAGE, "run", self.shared / "stop.yaml", "-o", self.folder / "run", "--shard", "0/2",
                       says=("--shard", "stop:"))
        self.assertFalse((self.folder / "run").exists())

    def test_a_merge_needs_parts_of_one_run_and_an_empty_place(self):
        self.fail_with(EXIT_USAGE, "merge", self.shared / "whole", self.shared / "stop", "-o", self.folder / "m",
                       says="not parts of one run")
        self.fail_with(EXIT_USAGE, "merge", self.shared / "whole", "-o", self.shared / "stop", says="already holds a run")
        self.fail_with(EXIT_USAGE, "merge", self.shared / "whole", says="-o DIR")
        self.fail_with(EXIT_USAGE, "merge", "-o", self.folder / "m", says="DIR is missing")
        self.fail_with(EXIT_IO, "merge", self.folder / "none", "-o", self.folder / "m", says="none")


class OtherWays(SweepTest):
    def test_threads_batches_and_backends(self):
        ways = [("--threads", threads, "--batch", batch, "--backend", backend)
                for backend in backends() if backend != "cuda" for threads, batch in ((1, 1), (2, 50), (2, 5000))]
        print("backends:", ", ".join(backends()))
        for number, way in enumerate(ways):
            self.succeed("run", self.shared / "whole.yaml", "-o", self.folder / str(number), "--quiet", *way)
            self.assert_same(self.folder / str(number))

    def test_a_run_may_go_on_with_another_backend(self):
        run = ("run", self.shared / "whole.yaml", "-o", self.folder / "run", "--quiet", "--resume")
        for number, backend in enumerate(reversed(backends())):
            if backend != "cuda":
                self.succeed(*run, "--backend", backend, "--scenarios", 300 + 100 * number)
        self.succeed(*run, "--backend", "cpu")
        self.assert_same(self.folder / "run")

    def test_stop_ends_where_it_ends(self):
        rows = list(csv.DictReader(self.numbers(self.shared / "stop")["summary.csv"].decode().splitlines()))
        counts = {(row["users"], row["cell_radius_m"]): int(row["count"]) for row in rows if row["metric"] == "energy_j"}
        self.assertTrue(set(counts.values()) <= {256, 512, 1024, 1800}, counts)
        self.assertGreater(len(set(counts.values())), 1, counts)
        run = ("run", self.shared / "stop.yaml", "-o", self.folder / "run", "--quiet", "--resume", "--batch", 32)
        for _ in range(3):
            edgesweep(*run, "--max-seconds", "0.05")
        self.succeed(*run)
        self.assert_same(self.folder / "run", "stop")

    def test_wrong_stops_are_named(self):
        for line, says in (("{metric: latency, halfwidth: 1%}", "latency_s"), ("{metric: latency_s}", "halfwidth"),
                           ("{metric: latency_s, halfwidth: -1%}", "above 0"), ("{metric: latency_s, halfwidth: x}", "x"),
                           ("{metric: latency_s, halfwidth: 1, max: 3}", "max"), ("3", "mapping"),
                           ("{metric: latency_s, halfwidth: 1, max_scenarios: 0}", "max_scenarios")):
            self.fail_with(EXIT_USAGE, "run", self.write(EXPERIMENT.replace("{mix: [mine.csv, nin-cifar10-32]}", "nin-cifar10-32")
                                                         + f"stop: {line}\n"), "--dry-run", says=("stop", says))


class Replay(SweepTest):
    def test_any_row_comes_back_from_a_copied_run_directory(self):
        rows = list(csv.DictReader(self.numbers(self.shared / "whole")["scenarios.csv"].decode().splitlines()))
        copy = self.folder / "elsewhere" / "copy"
        shutil.copytree(self.shared / "whole", copy)
        names = ("latency_s", "energy_j", "utility", "offloaded", "split", "iterations")
        for point, users, radius, scenario in ((0, "2", "100", 0), (3, "5", "250", 699), (2, "5", "100", 257)):
            for method in ("device-only", "li-gd-oma", "li-gd"):
                row = {r["metric"]: float(r["value"]) for r in rows if (r["users"], r["method"], r["scenario"]) ==
                       (users, method, str(scenario)) and float(r["cell_radius_m"]) == float(radius)}
                document = self.solve(copy, method, scenario, "--point", point)
                self.assertEqual(document["scenario"], scenario)
                for name in names:
                    self.assertEqual(document["metrics"].get(name, document["metrics"].get(name + "_mean",
                                     document["diagnostics"].get(name))), row[name], f"{name} of {method}, scenario {scenario}")

    def test_a_changed_input_of_a_run_directory_is_noticed(self):
        copy = self.folder / "copy"
        shutil.copytree(self.shared / "whole", copy)
        path = copy / "inputs" / "mine.csv"
        content = path.read_bytes()
        for at in range(0, len(content), 7):
            path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1:])
            done = edgesweep("show", copy)
            self.assertNotEqual(done.returncode, 0, f"byte {at}")
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)


if __name__ == "__main__":
    unittest.main()

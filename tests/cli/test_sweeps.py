"""One sweep cut, shared and repeated in every way there is: the same numbers; and any row of it replayed."""

import csv
import json
import math
import shutil
import subprocess
import unittest

from edgesweep_cli import EXIT_IO, EXIT_USAGE, SMALL, edgesweep
from sweep_runs import EXPERIMENT, SweepTest, other_backends

PYTHON = "/usr/bin/python3"  # the one that distribution packages belong to


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
        gaps = {"SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_MIN": "3", "SLURM_ARRAY_TASK_MAX": "7",
                "SLURM_ARRAY_TASK_STEP": "1", "SLURM_ARRAY_TASK_COUNT": "2"}
        self.fail_with(EXIT_USAGE, *run, "slurm", environment=gaps, says=("2 tasks numbered from 3 to 7", "I/N"))
        self.fail_with(EXIT_USAGE, "run", self.shared / "stop.yaml", "-o", self.folder / "run", "--shard", "0/2",
                       says=("--shard", "stop:"))
        self.assertFalse((self.folder / "run").exists())

    def test_a_merge_that_lacks_a_part_says_so_everywhere(self):
        parts = [self.folder / f"part{i}" for i in (0, 1)]
        for i, part in enumerate(parts):
            self.succeed("run", self.shared / "whole.yaml", "-o", part, "--shard", f"{i}/2", "--quiet")
        for n, state, complete in ((1, "merged in part", 0), (2, "merged", 1)):
            merged = self.folder / f"merged{n}"
            done = edgesweep("merge", *parts[:n], "-o", merged)
            self.assertEqual((done.returncode, "are not done" in done.stderr), (0, n == 1), done.stderr)
            self.assertEqual(json.loads((merged / "manifest.json").read_text(encoding="utf-8"))["state"], state)
            if (merged / "results.h5").exists():
                shown = subprocess.run([PYTHON, "-c", "import h5py, sys; print(h5py.File(sys.argv[1]).attrs['complete'])",
                                        merged / "results.h5"], capture_output=True, text=True, check=False)
                if "No module" not in shown.stderr:
                    self.assertEqual(shown.stdout, f"{complete}\n", shown.stderr)

    def test_another_version_of_the_program_is_noted_when_it_goes_on(self):
        run = ("run", self.shared / "whole.yaml", "-o", self.folder / "run", "--resume", "--quiet")
        for expected in ("", ""):
            self.assertEqual(edgesweep(*run, "--scenarios", 10).stderr, expected)
        path = self.folder / "run" / "manifest.json"
        manifest = json.loads(path.read_text(encoding="utf-8"))
        manifest["edgesweep"]["version"] = "0.0.7"
        path.write_text(json.dumps(manifest), encoding="utf-8")
        self.assertRegex(edgesweep(*run).stderr, r"^edgesweep: note: \S*run was last worked on by version 0.0.7 [^\n]*\n$")

    def test_a_merge_needs_parts_of_one_run_and_an_empty_place(self):
        self.fail_with(EXIT_USAGE, "merge", self.shared / "whole", self.shared / "stop", "-o", self.folder / "m",
                       says="not parts of one run")
        self.fail_with(EXIT_USAGE, "merge", self.shared / "whole", "-o", self.shared / "stop", says="already holds a run")
        self.fail_with(EXIT_USAGE, "merge", self.shared / "whole", says="-o DIR")
        self.fail_with(EXIT_USAGE, "merge", "-o", self.folder / "m", says="DIR is missing")
        self.fail_with(EXIT_IO, "merge", self.folder / "none", "-o", self.folder / "m", says="none")


class OtherWays(SweepTest):
    def test_threads_and_batches(self):
        for threads, batch in ((1, 1), (2, 50), (2, 5000)):
            out = self.folder / f"{threads}.{batch}"
            self.succeed("run", self.shared / "whole.yaml", "-o", out, "--quiet", "--threads", threads, "--batch", batch)
            self.assert_same(out)

    def test_other_backends_alone_and_after_one_another(self):
        run = ("run", self.shared / "whole.yaml", "--scenarios", 20, "--quiet", "--resume")
        self.succeed(*run, "-o", self.folder / "cpu", "--backend", "cpu")
        shutil.copytree(self.folder / "cpu", self.shared / "few", dirs_exist_ok=True)
        for name in other_backends(self.shared / "whole.yaml"):
            self.succeed(*run, "-o", self.folder / name, "--backend", name, timeout=600)
            self.assert_same(self.folder / name, "few")
            mixed = self.folder / f"{name}-then-cpu"
            self.succeed(*run, "-o", mixed, "--backend", name, "--methods", "device-only,li-gd", timeout=600)
            self.succeed(*run, "-o", mixed, "--backend", "cpu")
            self.assert_same(mixed, "few")

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


class Tables(SweepTest):
    def test_runs_without_a_common_point_have_nothing_to_compare(self):
        other = EXPERIMENT.replace("{mix: [mine.csv, nin-cifar10-32]}", "nin-cifar10-32").replace("users: [2, 5]", "users: [3, 4]")
        self.succeed("run", self.write(other.replace("700", "20")), "-o", self.folder / "run", "--quiet")
        said = self.succeed("compare", self.shared / "whole", self.folder / "run")
        self.assertIn("There is nothing to compare: ", said)
        self.assertNotIn("aired", said)
        self.assertRegex(said, r"\nonly in A: point users = 2, cell_radius_m = 100; point [^;\n]*;[^;\n]*;[^;\n]*\n")

    def test_a_swept_key_of_a_column_s_name_keeps_columns_apart(self):
        text = SMALL + "sweep: {split: [common, per-user]}\nkeep: [users]\n"
        self.succeed("run", self.write(text), "-o", self.folder / "run", "--quiet")
        self.succeed("export", self.folder / "run", "--csv", self.folder / "csv")
        for name in ("summary", "users"):
            head = (self.folder / "csv" / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
            self.assertEqual(len(set(head)), len(head), head)
            self.assertIn("swept_split" if name == "users" else "split", head)


class Verify(SweepTest):
    def test_every_method_of_every_system_agrees_with_its_oracle_here(self):
        rows = self.succeed("verify", "--scenarios", 2, timeout=300).splitlines()[2:]
        self.assertGreater(len(rows), 8)
        for row in rows:
            self.assertRegex(row, r"(agrees|not on this backend)$")
        for method in ("ecc cpu device-only", "ecc cpu li-gd", "ecc cpu li-gd-oma", "ecc cpu certified", "cansa cpu nash",
                       "cansa cpu cansa-as-code", "clo cpu lo"):
            self.assertTrue(any(f"{method} " in " ".join(row.split()) + " " for row in rows), method)
        self.fail_with(EXIT_USAGE, "verify", "--system", "ecd", says=("'ecd'", "known: ecc, cansa, clo"))
        self.assertEqual(edgesweep("verify", "--system", "ecd").stdout, "")


class Replay(SweepTest):
    def test_any_row_comes_back_from_a_copied_run_directory(self):
        rows = list(csv.DictReader(self.numbers(self.shared / "whole")["scenarios.csv"].decode().splitlines()))
        copy = self.folder / "elsewhere" / "copy"
        shutil.copytree(self.shared / "whole", copy)
        names = ("latency_s", "energy_j", "utility", "offloaded", "split", "iterations", "evaluations_first", "evaluations_later")
        for point, users, radius, scenario in ((0, "2", "100", 0), (3, "5", "250", 699), (2, "5", "100", 257)):
            for method in ("device-only", "li-gd-oma", "li-gd"):
                row = {r["metric"]: float(r["value"]) for r in rows if (r["users"], r["method"], r["scenario"]) ==
                       (users, method, str(scenario)) and float(r["cell_radius_m"]) == float(radius)}
                document = self.solve(copy, method, scenario, "--point", point)
                self.assertEqual(document["scenario"], scenario)
                for name in names:
                    self.assertEqual(document["metrics"].get(name, document["metrics"].get(name + "_mean",
                                     document["diagnostics"].get(name))), row[name], f"{name} of {method}, scenario {scenario}")

    def test_a_document_has_no_cycle_where_the_row_has_none(self):
        text = "system: cansa\nscenarios: 3\nmethods: [cansa, nash]\nparameters: {clients: 4, rbs_total: 20}\nkeep: [scenarios]\n"
        run = self.folder / "cansa"
        self.succeed("run", self.write(text), "-o", run, "--quiet")
        rows = list(csv.DictReader(self.numbers(run)["scenarios.csv"].decode().splitlines()))
        for method in ("cansa", "nash"):
            for scenario in range(3):
                row = {r["metric"]: float(r["value"]) for r in rows if (r["method"], r["scenario"]) == (method, str(scenario))}
                found = self.solve(run, method, scenario)["diagnostics"]["cycle"]
                self.assertEqual(found, None if math.isnan(row["cycle"]) else row["cycle"])
                self.assertEqual(found is None, method == "cansa")

    def test_a_changed_experiment_of_a_run_directory_is_not_solved(self):
        def changed(name, file, old, new):
            copy = self.folder / name
            shutil.copytree(self.shared / "whole", copy)
            (copy / "manifest.json").unlink()  # the journals know too
            text = (copy / file).read_text(encoding="utf-8")
            self.assertIn(old, text)
            (copy / file).write_text(text.replace(old, new), encoding="utf-8")
            return copy

        same = changed("same", "experiment.yaml", "seed: 31", "seed: 31")
        self.assertEqual(self.solve(same, "li-gd", 3)["metrics"], self.solve(self.shared / "whole", "li-gd", 3)["metrics"])
        self.succeed("solve", same, "--scenario", 3, "--set", "seed=32")  # that is meant
        for name, file, old, new, says in (("seed", "experiment.yaml", "seed: 31", "seed: 32", "config_hash"),
                                           ("input", "inputs/mine.csv", "20000000", "20000001", "config_hash"),
                                           ("option", "experiment.yaml", "access: oma", "access: noma", "li-gd-oma")):
            copy = changed(name, file, old, new)
            for extra in ((), ("--set", "cell_radius_m=100")):
                self.fail_with(EXIT_IO, "solve", copy, "--scenario", 3, *extra, says=("journal-0000.bin", says))
            self.fail_with(EXIT_IO, "instance", copy, "--scenarios", "3..3", "-o", self.folder / "x.json", says=says)

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

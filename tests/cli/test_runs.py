"""`run`, `show`, `export`: what a run directory holds, and what stopping a run leaves."""

import csv
import json
import os
import pty
import re
import signal
import subprocess
import time
import unittest

from edgesweep_cli import EXIT_INTERRUPTED, EXIT_USAGE, PROGRAM, SMALL, SOURCE, CliTest

SWEPT = SMALL.replace("users: 4, subchannels: 2}", "subchannels: 2}\nsweep: {users: [2, 4], access: [noma, oma]}\n"
                      "compare: {baseline: device-only}\nkeep: [summary, scenarios, users]")
SLOW = SMALL.replace("scenarios: 8", "scenarios: 200000").replace("aps: 2, users: 4, subchannels: 2",
                                                                  "aps: 3, users: 15, subchannels: 5")
LONG = SMALL.replace("scenarios: 8", "scenarios: 200000")


class Runs(CliTest):
    def run_into(self, text, *arguments, name="run"):
        self.succeed("run", self.write(text), "-o", self.folder / name, "--quiet", *arguments)
        return self.folder / name

    def rows(self, directory, name):
        out = self.folder / "csv"
        self.succeed("export", directory, "--csv", out)
        with open(out / name, encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def test_a_run_directory_holds_experiment_manifest_and_journal(self):
        directory = self.run_into(SMALL)
        names = {path.name for path in directory.iterdir()}
        self.assertTrue({"experiment.yaml", "manifest.json"} <= names, names)
        self.assertTrue(any(name.startswith("journal-") for name in names), names)
        manifest = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
        self.assertIn("edgesweep run", json.dumps(manifest))

    def test_the_resolved_experiment_runs_again_to_the_same_numbers(self):
        first = self.run_into(SWEPT)
        again = self.folder / "again"
        self.succeed("run", first / "experiment.yaml", "-o", again, "--quiet")
        self.assertEqual(self.succeed("show", first), self.succeed("show", again))

    def test_a_table_has_every_point_and_every_method(self):
        text = self.succeed("show", self.run_into(SWEPT))
        for users in (2, 4):
            for access in ("noma", "oma"):
                self.assertIn(f"users = {users}, access = {access}", text)
        self.assertEqual(sum(line.strip().startswith("li-gd ") for line in text.splitlines()), 4)
        for column in ("latency_s", "energy_j", "utility", "speed_up", "energy_ratio", "±"):
            self.assertIn(column, text)

    def test_a_run_that_keeps_users_shows_how_often_each_split_occurs(self):
        text = self.succeed("show", self.run_into(SWEPT))
        self.assertEqual(text.count("split of the users"), 4)
        self.assertIn("100.0 % ########", text)
        self.assertNotIn("split of the users", self.succeed("show", self.folder / "run", "--field", "none"))

    def test_metrics_can_be_chosen(self):
        directory = self.run_into(SMALL)
        text = self.succeed("show", directory, "--metrics", "iterations,latency_s")
        self.assertIn("iterations", text)
        self.assertNotIn("energy_j", text)
        self.assertIn("evaluations", self.succeed("show", directory, "--metrics", "all"))
        self.fail_with(EXIT_USAGE, "show", directory, "--metrics", "latencies", says="latencies")

    def test_the_mean_of_the_table_is_the_mean_of_the_exported_scenarios(self):
        directory = self.run_into(SWEPT)
        values = [float(row["value"]) for row in self.rows(directory, "scenarios.csv")
                  if (row["users"], row["access"], row["method"], row["metric"]) == ("4", "noma", "li-gd", "latency_s")]
        means = [float(row["mean"]) for row in self.rows(directory, "summary.csv")
                 if (row["users"], row["access"], row["method"], row["metric"]) == ("4", "noma", "li-gd", "latency_s")]
        self.assertEqual((len(values), len(means)), (8, 1))
        self.assertAlmostEqual(sum(values) / 8, means[0], delta=1e-12 * means[0])

    def test_a_dry_run_prints_the_plan_and_starts_nothing(self):
        text = self.succeed("run", self.write(SWEPT), "--dry-run")
        self.assertIn("4 points x 2 methods x 8 scenarios", text)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["experiment.yaml"])

    def test_every_experiment_that_comes_along_is_accepted(self):
        paths = sorted((SOURCE / "datasets" / "experiments").glob("*.yaml"))
        self.assertGreater(len(paths), 3)
        for path in paths:
            self.assertIn("points", self.succeed("run", path, "--dry-run", "--threads", 1), path.name)

    def test_set_scenarios_and_methods_go_over_the_file(self):
        directory = self.run_into(SMALL, "--set", "users=3", "--scenarios", "5", "--methods", "edge-only,li-gd")
        text = self.succeed("show", directory)
        self.assertIn("edge-only", text)
        self.assertNotIn("device-only", text)
        self.assertRegex(text, r"(?m)^ *li-gd .* 5$")
        self.assertIn("users: 3", (directory / "experiment.yaml").read_text(encoding="utf-8"))


class Progress(CliTest):
    def test_a_terminal_gets_a_bar_with_rate_and_time_left(self):
        path = self.write(LONG)
        leader, follower = pty.openpty()
        process = subprocess.Popen([PROGRAM, "run", path, "-o", self.folder / "run", "--max-seconds", "1.5"],
                                   stdout=subprocess.DEVNULL, stderr=follower)
        os.close(follower)
        text = b""
        while True:
            try:
                chunk = os.read(leader, 65536)
            except OSError:  # the other end is closed
                break
            if not chunk:
                break
            text += chunk
        process.wait()
        os.close(leader)
        self.assertIn(b"scenarios/s", text)
        self.assertIn(b" left", text)
        self.assertIn(b"[", text)

    def test_a_quick_run_into_a_pipe_prints_one_closing_line(self):
        done = subprocess.run([PROGRAM, "run", self.write(SMALL), "-o", self.folder / "run"], capture_output=True,
                              text=True, check=True)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.splitlines()), 1)
        self.assertIn("8 scenarios", done.stderr)


class Interrupted(CliTest):
    def start(self, text):
        """Starts a run in the background; it does not outlive the test."""
        process = subprocess.Popen([PROGRAM, "run", self.write(text), "-o", self.folder / "run"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def wait_for_blocks(self, count):
        """Until the journal of the run has grown `count` times."""
        sizes, deadline = set(), time.monotonic() + 60
        while len(sizes) <= count and time.monotonic() < deadline:
            sizes |= {path.stat().st_size for path in self.folder.glob("run/journal-*")}
            time.sleep(0.02)
        self.assertGreater(len(sizes), count)

    def stop(self, number):
        """Starts a long run, sends it a signal after a moment, and gives what it said."""
        process = self.start(LONG)
        self.wait_for_blocks(1)
        process.send_signal(number)
        _, text = process.communicate(timeout=30)
        self.assertEqual(process.returncode, EXIT_INTERRUPTED, text)
        return text

    def test_control_c_and_sigterm_keep_what_is_done(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number):
                subprocess.run(["rm", "-rf", self.folder / "run"], check=True)
                text = self.stop(number)
                self.assertRegex(text, r"interrupted: \d+ of 200000 scenarios are done and kept")
                self.assertIn("edgesweep show", text)
                done = int(text.split("interrupted: ")[1].split()[0])
                self.assertGreater(done, 0)
                self.assertEqual(done % 256, 0)
                self.assertRegex(self.succeed("show", self.folder / "run"), rf"(?m)^ *li-gd .* {done}$")

    def test_a_second_signal_ends_at_once_and_loses_no_finished_block(self):
        process = self.start(SLOW)
        self.wait_for_blocks(2)
        process.send_signal(signal.SIGINT)
        self.assertTrue(any("a second signal ends at once" in line for line in process.stderr))
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        self.assertEqual(process.returncode, -signal.SIGINT)
        done = int(re.search(r"(?m)^ *li-gd .* (\d+)$", self.succeed("show", self.folder / "run")).group(1))
        self.assertGreater(done, 0)
        self.assertEqual(done % 256, 0)

    def test_what_an_interrupted_run_kept_is_what_a_short_run_gives(self):
        self.stop(signal.SIGINT)
        line = [row for row in self.succeed("show", self.folder / "run").splitlines() if row.strip().startswith("li-gd ")]
        done = line[0].split()[-1]
        self.succeed("run", self.folder / "experiment.yaml", "-o", self.folder / "short", "--scenarios", done, "--quiet")
        self.assertIn(line[0], self.succeed("show", self.folder / "short"))

    def test_a_time_limit_ends_like_an_interruption(self):
        line = self.fail_with(EXIT_INTERRUPTED, "run", self.write(LONG), "-o", self.folder / "run", "--quiet",
                              "--max-seconds", "1", says="interrupted")
        self.assertIn("kept", line)


class Compared(CliTest):
    def test_the_baseline_over_itself_is_exactly_1(self):
        text = SMALL.replace("scenarios: 8", "scenarios: 300") + "compare: {baseline: li-gd}\n"
        self.succeed("run", self.write(text), "-o", self.folder / "run", "--quiet")
        self.succeed("export", self.folder / "run", "--csv", self.folder / "csv")
        rows = (self.folder / "csv" / "compare.csv").read_text(encoding="utf-8").splitlines()
        own = [row.split(",")[-3:] for row in rows if row.startswith("0,li-gd,")]
        self.assertEqual(own, [["1", "1", "1"]] * 2)

    def test_control_characters_of_a_name_do_not_reach_the_terminal(self):
        text = SMALL.replace("name: small", 'name: "a\\e[31mred\\x07\\u009bé"')
        path = self.write(text)
        self.succeed("run", path, "-o", self.folder / "run", "--quiet")
        for shown in (self.succeed("show", self.folder / "run"), self.succeed("run", path, "--dry-run")):
            self.assertIn("a?[31mred??é", shown)
        self.fail_with(EXIT_USAGE, "run", self.write("system: \"\\e[31m\"\nscenarios: 1\nmethods: [x]\n"), "--dry-run",
                       says="'?[31m'")


if __name__ == "__main__":
    unittest.main()

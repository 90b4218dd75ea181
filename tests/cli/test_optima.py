"""What a user sees of optima: why a search ended, what is assumed where nothing was said, whose bound is shown."""

import csv
import json
import unittest

from edgesweep_cli import EXIT_USAGE, SMALL, CliTest, edgesweep

REASONS = ["none", "converged", "iteration-limit", "stalled", "optimum", "gap", "node-limit", "time-limit", "too-large",
           "fixpoint"]


def small(methods, more="", parameters=""):
    return SMALL.replace("[device-only, li-gd]", f"[{methods}]").replace("2}\n", f"2{parameters}}}\n") + more


class Reasons(CliTest):
    def test_they_are_kept_per_scenario_and_counted(self):
        text = small("li-gd, {use: certified, as: limited, gap: 0.00001, max_nodes: 16}, certified, "
                     "{use: grid-optimum, max_combinations: 1}", "keep: [scenarios]\n").replace("users: 4", "users: 9")
        run = self.folder / "run"
        self.succeed("run", self.write(text), "-o", run, "--quiet")
        shown = self.succeed("show", run)
        table = [line.split() for line in shown[shown.index("reason, scenarios"):].splitlines()]
        names = table[0][2:]
        counts = {row[0]: dict(zip(names, map(int, row[1:]))) for row in table[2:6]}
        self.assertEqual(counts["certified"]["gap"], 8)
        self.assertEqual(counts["grid-optimum"]["too-large"], 8)
        self.assertGreater(counts["limited"]["node-limit"], 0)
        self.succeed("export", run, "--csv", self.folder / "csv")
        with open(self.folder / "csv" / "scenarios.csv", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row["metric"] in ("reason", "utility")]
        found = {}
        for row in rows:
            if row["metric"] == "reason":
                each = found.setdefault(row["method"], {})
                name = REASONS[int(float(row["value"]))]
                each[name] = each.get(name, 0) + 1
        for method, each in found.items():
            self.assertEqual(each, {name: n for name, n in counts[method].items() if n}, method)
        self.assertEqual({row["value"] for row in rows if row["method"] == "grid-optimum" and row["metric"] == "utility"},
                         {"nan"})

    def test_the_least_gap_closes_for_users_whom_full_power_barely_serves(self):
        text = """\
            system: ecc
            seed: 1
            scenarios: 20
            methods: [{use: certified, gap: GAP}]
            parameters: {aps: 1, users: 1, subchannels: 1, layout: uniform, upload: network,
              profile: yolov2tiny-cifar10-416, bandwidth_up_hz: 4e4, bandwidth_down_hz: 4e4, device_flops: 1000}
            """
        run = self.folder / "run"
        self.succeed("run", self.write(text.replace("GAP", "1e-5")), "-o", run, "--quiet")
        self.assertRegex(self.succeed("show", run), r"certified +20\n")
        self.fail_with(EXIT_USAGE, "run", self.write(text.replace("GAP", "9e-6")), "-o", self.folder / "finer",
                       says=["gap", "1e-05"])

    def test_they_are_shown_where_nothing_is_proved_only_when_asked_for(self):
        run = self.folder / "run"
        self.succeed("run", self.write(SMALL), "-o", run, "--quiet")
        self.assertNotIn("reason", self.succeed("show", run))
        self.assertRegex(self.succeed("show", run, "--metrics", "latency_s,reason"), r"li-gd +0 +8\n")

    def test_the_texts_of_the_codes_are_listed_and_in_the_results(self):
        listed = {entry["name"]: entry for entry in json.loads(self.succeed("list", "metrics", "--system", "ecc", "--json"))}
        self.assertEqual(listed["reason"]["codes"].split("|"), REASONS)
        if "hdf5         yes" not in self.succeed("info"):
            return
        run = self.folder / "run"
        self.succeed("run", self.write(SMALL), "-o", run, "--quiet")
        self.assertIn("|".join(REASONS).encode(), (run / "results.h5").read_bytes())

    def test_a_node_limit_beside_a_large_component_is_named(self):
        """Twelve users on one subchannel, nine on the other, which the limit keeps open."""
        text = small("{use: certified, gap: 0.01, max_nodes: 16}", "keep: [scenarios]\n",
                     ", cluster_cap: 12, bandwidth_up_hz: 40000, bandwidth_down_hz: 40000, upload: network, "
                     "profile: {mix: [nin-cifar10-32, alexnet-imagenet-224, yolov2tiny-cifar10-416]}")
        path = self.write(text.replace("aps: 2, users: 4", "aps: 1, users: 21"))
        self.assertEqual(self.solve(path, "certified")["diagnostics"]["reason"], "node-limit")

    def test_a_component_beyond_the_exact_search_is_not_a_node_limit(self):
        text = small("{use: certified, gap: 1e-5}", parameters=", cluster_cap: 14").replace(
            "aps: 2, users: 4, subchannels: 2", "aps: 1, users: 14, subchannels: 1")
        document = self.solve(self.write(text), "certified")
        self.assertEqual(document["diagnostics"]["reason"], "too-large")
        self.assertGreater(document["diagnostics"]["bound"], 0)
        self.assertGreater(document["metrics"]["utility_sum"], document["diagnostics"]["bound"])


    def test_a_gap_that_is_called_closed_is_not_above_the_one_asked_for(self):
        mix = "nin-cifar10-32, alexnet-imagenet-224, yolov2tiny-cifar10-416, resnet18-imagenet-224, vgg16-cifar10-224"
        text = small("{use: certified, gap: 0.0001}", "keep: [scenarios]\n",
                     ", bandwidth_up_hz: 40000, bandwidth_down_hz: 40000, upload: network, profile: {mix: [" + mix + "]}")
        text = text.replace("subchannels: 2", "subchannels: 1").replace("seed: 11", "seed: 3").replace("scenarios: 8", "scenarios: 96")
        run = self.folder / "run"
        self.succeed("run", self.write(text), "-o", run, "--quiet")
        self.succeed("export", run, "--csv", self.folder / "csv")
        with open(self.folder / "csv" / "scenarios.csv", encoding="utf-8") as file:
            values = {name: [] for name in ("gap", "reason")}
            for row in csv.DictReader(file):
                values.get(row["metric"], []).append(float(row["value"]))
        self.assertEqual({REASONS[int(code)] for code in values["reason"]}, {"gap"})
        self.assertLessEqual(max(values["gap"]), 1e-4)


class PairedDirections(CliTest):
    OPTIMA = ("joint", "grid-optimum", "certified")

    def paired(self, text, method):
        return self.solve(self.write(text), method)["parameters"]["pair_directions"]

    def test_optima_pair_the_directions_where_nobody_says_otherwise(self):
        methods = "li-gd, " + ", ".join(self.OPTIMA)
        for method in self.OPTIMA:
            self.assertTrue(self.paired(small(methods), method), method)
            self.assertFalse(self.paired(small(methods, parameters=", pair_directions: false"), method), method)
            self.assertFalse(self.paired(small(f"{{use: {method}, pair_directions: false}}"), method), method)
            self.assertTrue(self.paired(small(methods, "sweep: {pair_directions: [true, false]}\n"), method), method)
            self.assertFalse(self.paired(small(methods, "sweep: {pair_directions: [false, true]}\n"), method), method)
        self.assertFalse(self.paired(small(methods), "li-gd"))
        self.assertTrue(self.paired(small(methods, parameters=", pair_directions: true"), "li-gd"))

    def test_a_run_directory_says_so_and_lets_methods_that_come_later_decide_too(self):
        run = self.folder / "run"
        self.succeed("run", self.write(small("li-gd, certified")), "-o", run, "--quiet")
        document = json.loads(self.succeed("solve", run, "--scenario", 1, "--method", "certified", "--json", "-"))
        self.assertTrue(document["parameters"]["pair_directions"])
        self.succeed("run", run, "-o", run, "--resume", "--quiet", "--methods", "li-gd,certified,joint")
        for method, paired in (("joint", True), ("certified", True), ("li-gd", False)):
            document = json.loads(self.succeed("solve", run, "--scenario", 1, "--method", method, "--json", "-"))
            self.assertEqual(document["parameters"]["pair_directions"], paired, method)

    def test_gaps_between_different_problems_are_pointed_out(self):
        compare = "compare: {optimum: certified}\n"
        for parameters, said in (("", True), (", pair_directions: true", False), (", pair_directions: false", False)):
            path = self.write(small("li-gd, certified", compare, parameters))
            done = edgesweep("run", path, "-o", self.folder / f"run{said}{parameters[-4:]}", "--quiet")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual("gaps to the optimum compare different problems" in done.stderr, said, parameters)


class WhoseBound(CliTest):
    def account(self, document, *arguments):
        path = self.write(json.dumps(document), "document.json")
        report = json.loads(self.succeed("account", path, "--json", "-", *arguments))
        return {entry.get("scope"): entry for entry in report["against"]}, self.succeed("account", path, *arguments)

    def test_a_decision_has_the_bound_of_its_own_assignment_and_that_of_all(self):
        text = small("li-gd, {use: certified, as: same, assignment_from: li-gd, pair_directions: false}, "
                     "{use: certified, as: any, assignment_from: all, pair_directions: false}")
        path = self.write(text)
        for scenario in range(4):
            document = self.solve(path, "li-gd", scenario)
            entries, shown = self.account(document, "--against", "certified")
            self.assertEqual(set(entries), {"own-assignment", "all-assignments"})
            utility = document["metrics"]["utility_mean"]
            for scope, method in (("own-assignment", "same"), ("all-assignments", "any")):
                solved = self.solve(path, method, scenario)
                metrics = entries[scope]["metrics"]
                self.assertEqual(metrics["utility"], solved["metrics"]["utility_mean"])
                self.assertEqual(metrics["utility_bound"], solved["metrics"]["utility_bound"])
                self.assertEqual(metrics["reason"], "gap")
                self.assertAlmostEqual(entries[scope]["gap_to_bound"], 1 - metrics["utility_bound"] / utility, delta=1e-12)
                self.assertGreaterEqual(entries[scope]["gap_to_bound"], 0)
                self.assertIn(f"certified, {scope}", shown)

    def test_an_assignment_written_by_hand_is_the_one_that_is_kept(self):
        document = self.solve(self.write(small("li-gd")), "li-gd", 2)
        first, _ = self.account(document, "--against", "certified")
        decision = document["decision"]
        for name in ("up", "down"):
            for key in ("subchannel_", "assigned_"):
                decision[key + name] = [m if m < 0 else 1 - m for m in decision[key + name]]
        other, _ = self.account(document, "--against", "certified")
        self.assertNotEqual(first["own-assignment"]["metrics"]["utility"], other["own-assignment"]["metrics"]["utility"])
        self.assertEqual(first["all-assignments"]["metrics"], other["all-assignments"]["metrics"])

    def test_where_all_assignments_are_too_many_the_table_says_so(self):
        text = small("li-gd").replace("users: 4", "users: 9")
        entries, shown = self.account(self.solve(self.write(text), "li-gd"), "--against", "certified")
        self.assertIsNone(entries["all-assignments"]["gap_to_bound"])
        self.assertGreaterEqual(entries["own-assignment"]["gap_to_bound"], 0)
        self.assertRegex(shown, r"certified, all-assignments +- \(too-large\)")


if __name__ == "__main__":
    unittest.main()

"""`solve --json` and `account`: documents that replay, read back and score to the same numbers."""

import copy
import json
import math
import os
import re
import signal
import subprocess
import time
import unittest

from edgesweep_cli import EXIT_BACKEND, EXIT_CHECK, EXIT_INTERRUPTED, EXIT_IO, EXIT_USAGE, PROGRAM, SMALL, CliTest, edgesweep

METHODS = ("device-only", "edge-only", "neurosurgeon", "dnn-surgery", "grid", "gd", "li-gd")
OPTIMA = ("joint", "grid-optimum", "certified")
CANSA = "system: cansa\nseed: 5\nscenarios: 2\nmethods: [cansa, average, nash, optimum]\nparameters: {clients: 12}\n"
EVERY_METHOD = SMALL.replace("[device-only, li-gd]", "[" + ", ".join(METHODS) + "]")


def shape(values):
    return (len(values), *shape(values[0])) if isinstance(values, list) else ()


class Solve(CliTest):
    def test_a_document_has_what_its_readers_were_promised(self):
        document = self.solve(self.write(SMALL), "li-gd", 3)
        self.assertEqual(list(document)[:6], ["edgesweep", "system", "seed", "point", "scenario", "method"])
        self.assertEqual((document["system"], document["seed"], document["scenario"], document["method"]),
                         ("ecc", 11, 3, "li-gd"))
        self.assertEqual(set(document["edgesweep"]), {"version", "commit", "backend"})
        users, aps, subchannels = 4, 2, 2
        instance, decision, terms = document["instance"], document["decision"], document["terms"]
        self.assertEqual(shape(instance["gain_up"]), (users, aps, subchannels))
        self.assertEqual(shape(instance["gain_down"]), (users, aps, subchannels))
        self.assertEqual(shape(instance["distance_m"]), (users, aps))
        for name in ("split", "subchannel_up", "subchannel_down", "assigned_up", "assigned_down", "power_up_w",
                     "power_down_w", "compute_units"):
            self.assertEqual(shape(decision[name]), (users,), name)
        for name in ("sinr_up", "sinr_down", "rate_up_bps", "rate_down_bps", "latency_s", "energy_j", "utility"):
            self.assertEqual(shape(terms[name]), (users,), name)
        for name in ("latency_s", "energy_j", "utility"):
            self.assertAlmostEqual(document["metrics"][name + "_sum"], math.fsum(terms[name]), delta=1e-12 * users)
            self.assertAlmostEqual(document["metrics"][name + "_mean"], math.fsum(terms[name]) / users, delta=1e-12)

    def test_the_utility_is_the_weighted_sum_of_latency_and_energy(self):
        document = self.solve(self.write(SMALL), "li-gd")
        weights = document["parameters"]["weight_time"], document["parameters"]["weight_energy"]
        for latency, energy, utility in zip(*(document["terms"][k] for k in ("latency_s", "energy_j", "utility"))):
            self.assertAlmostEqual(weights[0] * latency + weights[1] * energy, utility, delta=1e-12 * utility)

    def test_a_device_that_keeps_its_work_takes_the_time_of_its_flops(self):
        document = self.solve(self.write(SMALL), "device-only")
        flops = sum(document["instance"]["profiles"][0]["flops"])
        for latency in document["terms"]["latency_s"]:
            self.assertAlmostEqual(latency, flops / document["parameters"]["device_flops"], delta=1e-12 * latency)

    def test_the_same_scenario_is_solved_to_the_same_bytes_but_for_the_time_it_took(self):
        path = self.write(SMALL)
        texts = [self.succeed("solve", path, "--scenario", 5, "--method", "li-gd", "--json", "-") for _ in range(2)]
        for text in texts:
            seconds = json.loads(text)["diagnostics"]["seconds"]
            self.assertTrue(0 <= seconds < 60, seconds)
        same, other = (re.sub(r'"seconds": ?[-+.e0-9]+', "", text) for text in texts)
        self.assertNotEqual(same, texts[0])
        self.assertEqual(same, other)

    def test_every_number_reads_back_to_the_same_double(self):
        path = self.write(SMALL)
        text = self.succeed("solve", path, "--scenario", 1, "--method", "li-gd", "--json", "-")
        self.assertEqual(json.loads(json.dumps(json.loads(text))), json.loads(text))
        gain = json.loads(text)["instance"]["gain_up"][0][0][0]
        self.assertIn(repr(gain)[:12].rstrip("0"), text)

    def test_a_table_has_a_row_per_method(self):
        text = self.succeed("solve", self.write(EVERY_METHOD), "--scenario", 0)
        rows = [line.split()[0] for line in text.splitlines()[2:]]
        self.assertEqual(tuple(rows), METHODS)

    def test_a_scenario_that_was_too_large_has_no_numbers_but_a_reason(self):
        path = self.write(SMALL.replace("li-gd]", "{use: grid-optimum, max_combinations: 1}, {use: certified, as: all, "
                                        "assignment_from: all}]").replace("users: 4", "users: 9"))
        for method in ("grid-optimum", "all"):
            document = self.solve(path, method)
            self.assertEqual(document["diagnostics"]["reason"], "too-large")
            self.assertEqual(set(document["metrics"].values()), {None}, method)
            for name, values in document["terms"].items():
                self.assertEqual(values, [None] * 9, name)
        rows = [line.split() for line in self.succeed("solve", path, "--scenario", 0).splitlines()[2:]]
        for row in rows[1:]:
            self.assertEqual(row[1:4], ["-", "(too-large)", "-"])
        self.assertRegex(rows[0][1], r"^[0-9.]+$")

    def test_a_table_without_a_row_is_not_begun(self):
        done = edgesweep("solve", self.write(SMALL), "--scenario", 0, "--backend", "abacus")
        self.assertIn("abacus", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_what_is_no_file_is_not_replaced_by_one(self):
        experiment = self.write(SMALL)
        pipe, link, target = (self.folder / name for name in ("pipe", "link", "target"))
        os.mkfifo(pipe)
        target.write_text("kept", encoding="utf-8")
        link.symlink_to(target)
        for place, words in ((pipe, "is a device or a pipe"), (link, "is a symbolic link"), (self.folder, "is a folder")):
            self.fail_with(EXIT_IO, "solve", experiment, "--scenario", 0, "--method", "li-gd", "--json", place, says=words)
        self.assertTrue(pipe.is_fifo() and link.is_symlink())
        self.assertEqual(target.read_text(encoding="utf-8"), "kept")

    def test_scenarios_points_and_methods_that_do_not_exist_are_refused(self):
        path = self.write(SMALL)
        self.fail_with(EXIT_USAGE, "solve", path, "--scenario", 0, "--point", 1, says="1 point")
        self.fail_with(EXIT_USAGE, "solve", path, "--scenario", 0, "--method", "ligd", "--json", "-",
                       says="did you mean li-gd?")
        self.fail_with(EXIT_USAGE, "solve", path, "--scenario", 0, "--json", "-", says="--method")


class Account(CliTest):
    def account(self, document, *arguments):
        path = self.write(json.dumps(document), "document.json")
        return json.loads(self.succeed("account", path, "--json", "-", *arguments))

    def refuse(self, document, *says, code=EXIT_USAGE):
        self.fail_with(code, "account", self.write(json.dumps(document), "document.json"), says=says)

    def test_every_method_is_scored_as_it_was_solved(self):
        path = self.write(EVERY_METHOD)
        for method in METHODS:
            document = self.solve(path, method, 2)
            metrics = self.account(document, "--against", "none")["metrics"]
            for name in ("latency_s", "energy_j", "utility"):
                self.assertEqual(metrics[name], document["metrics"][name + "_mean"], method)

    def test_what_a_method_said_of_the_scenario_does_not_hide_the_score(self):
        document = self.solve(self.write(SMALL), "li-gd", 2)
        document["diagnostics"]["reason"] = "too-large"
        metrics = self.account(document, "--against", "none")["metrics"]
        self.assertEqual(metrics["latency_s"], document["metrics"]["latency_s_mean"])

    def test_a_decision_written_by_hand_is_scored_with_its_gap(self):
        document = self.solve(self.write(SMALL), "li-gd", 1)
        users, last = 4, len(document["instance"]["profiles"][0]["flops"])
        document["decision"] = {
            "split": [last] * users, "subchannel_up": [-1] * users, "subchannel_down": [-1] * users,
            "assigned_up": [-1] * users, "assigned_down": [-1] * users, "power_up_w": [0] * users,
            "power_down_w": [0] * users, "compute_units": [0] * users}
        report = self.account(document, "--against", "device-only,li-gd")
        gaps = {entry["method"]: entry["gap"] for entry in report["against"]}
        self.assertEqual(gaps["device-only"], 0.0)
        self.assertGreater(gaps["li-gd"], 0.0)

    def test_the_gap_is_shown_to_every_method_of_the_system_when_none_is_named(self):
        path = self.write(json.dumps(self.solve(self.write(SMALL), "li-gd", 1)), "document.json")
        text = self.succeed("account", path)
        for method in ("yours", *METHODS):
            self.assertRegex(text, rf"(?m)^{method} ")

    def test_a_broken_constraint_is_named_with_its_user(self):
        good = self.solve(self.write(SMALL.replace("[device-only, li-gd]", "[edge-only]")), "edge-only", 1)
        for key, value, says in (("power_up_w", 5.0, "power_up_w is 5"), ("power_down_w", 1e-9, "power_down_w is 1"),
                                 ("compute_units", 9.0, "compute_units is 9"), ("power_up_w", -1, "(18c)"),
                                 ("split", 0, "(18a)"), ("split", 99, "(18a)"), ("compute_units", -1, "(18d)"),
                                 ("split", 2 ** 40, "(18a)"), ("split", -2 ** 40, "(18a)"),
                                 ("subchannel_up", 2, "(18e)"), ("subchannel_up", -1, "(18e)"),
                                 ("subchannel_down", 2 ** 40, "(18f)"), ("assigned_up", 5, "(18e)"),
                                 ("assigned_down", -1, "(18f)")):
            document = copy.deepcopy(good)
            document["decision"][key][2] = value
            self.refuse(document, says, "user 2", code=EXIT_CHECK)

    def test_more_users_on_a_subchannel_than_the_cap_allows_are_refused(self):
        text = SMALL.replace("[device-only, li-gd]", "[edge-only]").replace("aps: 2, users: 4", "aps: 1, users: 4")
        document = self.solve(self.write(text), "edge-only")
        for key in ("subchannel_up", "assigned_up"):
            document["decision"][key] = [0] * 4
        self.refuse(document, "cluster_cap", "4", code=EXIT_CHECK)

    def test_an_index_that_does_not_exist_is_named_with_its_place(self):
        good = self.solve(self.write(SMALL), "li-gd", 1)
        for key, value in (("split", 1.5), ("subchannel_up", "0"), ("power_up_w", "much")):
            document = copy.deepcopy(good)
            document["decision"][key][2] = value
            self.refuse(document, f"{key}[2]")

    def test_wrong_documents_are_refused(self):
        good = self.solve(self.write(SMALL), "li-gd", 1)
        for change, says in ((lambda d: d.pop("system"), "system"), (lambda d: d.update(system="x"), "x"),
                             (lambda d: d.pop("decision"), "decision"), (lambda d: d.pop("instance"), "instance"),
                             (lambda d: d["decision"].pop("split"), "split"),
                             (lambda d: d["decision"]["split"].pop(), "split"),
                             (lambda d: d["decision"].update(split="all"), "split"),
                             (lambda d: d["instance"]["gain_up"][0][0].pop(), "gain_up"),
                             (lambda d: d["instance"]["gain_up"][0][0].__setitem__(0, -1.0), "gain_up"),
                             (lambda d: d["parameters"].update(users=5), ""),
                             (lambda d: d["parameters"].update(device_flops=-5), "device_flops")):
            document = copy.deepcopy(good)
            change(document)
            self.refuse(document, says)

    def test_parameters_that_contradict_the_instance_are_refused(self):
        good = self.solve(self.write(SMALL), "li-gd", 1)
        for key, value, says in (("inferences", 3, "work and data of 1"), ("upload", "network", "upload"),
                                 ("users", 12, "gain_up has 4"), ("aps", 1024, "gain_up has 2"),
                                 ("subchannels", 16384, "gain_up has 2")):
            document = copy.deepcopy(good)
            document["parameters"][key] = value
            self.refuse(document, f"parameters.{key}", says)

    def test_a_backend_that_does_not_exist_compares_with_nothing(self):
        path = self.write(json.dumps(self.solve(self.write(SMALL), "li-gd", 1)), "document.json")
        for arguments in ((), ("--against", "li-gd")):
            self.fail_with(EXIT_BACKEND, "account", path, "--backend", "abacus", *arguments, says="abacus")

    def test_unknown_keys_are_refused_with_the_nearest_one(self):
        good = self.solve(self.write(SMALL), "li-gd", 1)
        for part, key, nearest in (("decision", "power_up", "power_up_w"), ("decision", "splits", "split"),
                                   ("instance", "gains_up", "gain_up"), ("parameters", "user", "users")):
            document = copy.deepcopy(good)
            document[part][key] = document[part].get(nearest)
            self.refuse(document, "document.json", f"{part}.{key}: unknown key", f"'{nearest}'")

    def test_unknown_keys_are_refused_wherever_they_are(self):
        good = self.solve(self.write(SMALL), "li-gd", 1)
        for place, says in (((), "document.json: sede: unknown key; did you mean 'seed'?"),
                            (("edgesweep",), "edgesweep.sede: unknown key"),
                            (("point",), "point.sede: unknown key"),
                            (("instance", "profiles", 0), "instance.profiles[0].sede: unknown key"),
                            (("diagnostics",), "diagnostics.sede: unknown key")):
            document = copy.deepcopy(good)
            part = document
            for key in place:
                part = part[key]
            part["sede"] = 1
            self.refuse(document, says)

    def test_an_origin_that_cannot_be_is_refused(self):
        good = self.solve(self.write(SMALL + "sweep: {cell_radius_m: [50, 80]}\n"), "li-gd", 1)
        self.assertEqual(good["point"], {"cell_radius_m": 50})
        for key, value in (("seed", -1), ("seed", "eleven"), ("seed", 1.5), ("seed", None), ("scenario", -1),
                           ("scenario", "1"), ("scenario", 2 ** 53), ("method", 7), ("method", None), ("edgesweep", "1.0"), ("point", 0),
                           ("point", {"cell_radius_m": "small"}), ("point", {"users": 0}), ("point", {"access": "tdma"}),
                           ("point", {"pair_directions": 1})):
            document = copy.deepcopy(good)
            document[key] = value
            self.refuse(document, f"{key}", "found", "must be")

    def test_parts_made_by_hand_may_be_left_out(self):
        document = self.solve(self.write(SMALL), "li-gd", 1)
        expected = document["metrics"]["latency_s_mean"]
        for key in ("edgesweep", "point", "method", "terms", "metrics", "diagnostics", "seed", "scenario"):
            del document[key]
        self.assertEqual(self.account(document, "--against", "none")["metrics"]["latency_s"], expected)

    def test_all_that_methods_write_reads_back(self):
        every = EVERY_METHOD.replace("[" + ", ".join(METHODS) + "]", "[" + ", ".join(OPTIMA) + "]")
        for text, methods, objective in ((every, OPTIMA, "latency_s"), (CANSA, ("cansa", "average", "nash", "optimum"), "energy_j")):
            path = self.write(text)
            for method in methods:
                document = self.solve(path, method, 1)
                metrics = self.account(document, "--against", "none")["metrics"]
                self.assertEqual(metrics[objective], document["metrics"].get(objective + "_mean", document["metrics"].get(objective)), method)

    def test_what_other_systems_do_not_know_is_refused(self):
        good = self.solve(self.write(CANSA), "cansa", 1)
        for place in (("instance",), ("decision",), ("diagnostics",)):
            document = copy.deepcopy(good)
            document[place[0]]["sede"] = 1
            self.refuse(document, f"{place[0]}.sede: unknown key")
        option = next(i for i, o in enumerate(good["decision"]["option"]) if o)
        good["decision"]["option"][option]["dept"] = "50"
        self.refuse(good, f"decision.option[{option}].dept: unknown key; did you mean 'depth'?")

    def test_a_changed_instance_is_scored_without_methods_and_the_change_is_named(self):
        document = self.solve(self.write(SMALL), "device-only", 1)
        document["instance"]["gain_up"][2][1][0] *= 2
        path = self.write(json.dumps(document), "document.json")
        done = edgesweep("account", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, "(?m)^yours ")
        self.assertNotRegex(done.stdout, "(?m)^li-gd ")
        self.assertEqual(len(done.stderr.splitlines()), 1)
        self.assertIn("instance.gain_up[2][1][0]", done.stderr)
        self.assertNotIn("--against", done.stderr)
        self.fail_with(EXIT_USAGE, "account", path, "--against", "li-gd",
                       says=("document.json", "instance.gain_up[2][1][0]", "--against none"))
        self.succeed("account", path, "--against", "none")

    def test_what_is_no_document_is_refused(self):
        self.fail_with(EXIT_IO, "account", self.folder / "none.json", says="none.json")
        for text, says in (("", "bad.json"), ("{", "bad.json:1"), ("[1]", "object"), ('{"a": 1, "a": 2}', "bad.json"),
                           ("[" * 200000, "bad.json"), ('{"system": 5}', "system")):
            self.fail_with(EXIT_USAGE, "account", self.write(text, "bad.json"), says=says)

    def test_an_unknown_method_to_compare_with_is_named(self):
        path = self.write(json.dumps(self.solve(self.write(SMALL), "li-gd", 1)), "document.json")
        self.fail_with(EXIT_USAGE, "account", path, "--against", "li-dg", says=("li-dg", "'li-gd'"))
        self.fail_with(EXIT_USAGE, "account", path, "--against", "foo", says=("foo", "neurosurgeon"))


class Instance(CliTest):
    def test_instances_are_those_that_solve_shows(self):
        path = self.write(SMALL)
        target = self.folder / "instances.json"
        self.succeed("instance", path, "--scenarios", "2..4", "-o", target)
        document = json.loads(target.read_text(encoding="utf-8"))
        self.assertEqual([entry["scenario"] for entry in document["instances"]], [2, 3, 4])
        self.assertEqual(document["instances"][1]["instance"], self.solve(path, "li-gd", 3)["instance"])

    def test_an_interrupt_leaves_nothing_behind_and_says_so(self):
        path = self.write(SMALL)
        for name in ("instances.json", "instances.h5") if "hdf5         yes" in self.succeed("info") else ("instances.json",):
            target, part = self.folder / name, f"{name}.*.part"
            target.write_text("as it was", encoding="utf-8")
            with subprocess.Popen([PROGRAM, "instance", path, "--scenarios", "0..999999", "-o", target],
                                  stderr=subprocess.PIPE, text=True) as process:
                end = time.monotonic() + 60
                while not any(self.folder.glob(part)) and process.poll() is None and time.monotonic() < end:
                    time.sleep(0.01)
                process.send_signal(signal.SIGINT)
                said = process.communicate(timeout=60)[1]
            self.assertEqual(process.returncode, EXIT_INTERRUPTED, said)
            self.assertRegex(said, rf"^edgesweep: \S*{name}: interrupted after \d+ of 1000000 instances; nothing was written\n$")
            self.assertEqual(target.read_text(encoding="utf-8"), "as it was")
            self.assertEqual(list(self.folder.glob(part)), [])

    def refuse(self, *says, scenarios="0..9", name="instances.json", text=SMALL):
        self.fail_with(EXIT_USAGE, "instance", self.write(text), "--scenarios", scenarios, "-o", self.folder / name,
                       says=says)
        self.assertEqual(list(self.folder.glob("instances*")), [])

    def test_more_instances_than_the_disk_holds_are_refused_before_the_first_is_written(self):
        for name in ("instances.json", "instances.h5"):
            self.refuse("100000000000001", "GiB", "fewer", scenarios="0..100000000000000", name=name)

    def test_an_instance_beyond_the_memory_is_refused(self):
        big = SMALL.replace("aps: 2, users: 4, subchannels: 2", "aps: 1024, users: 16000, subchannels: 16000")
        self.refuse("TiB of memory, free: ", "smaller", text=big)
        self.fail_with(EXIT_USAGE, "solve", self.write(big), "--scenario", 0, says=("TiB of memory, free: ", "smaller"))

    def test_a_name_that_is_neither_hdf5_nor_json_is_refused(self):
        self.refuse("instances.txt", ".h5 or .json", name="instances.txt")

    def test_scenarios_have_one_limit(self):
        last = 2 ** 53 - 1
        path = self.write(SMALL)
        self.assertEqual(self.solve(path, "li-gd", last)["scenario"], last)
        self.fail_with(EXIT_USAGE, "solve", path, "--scenario", last + 1, says=str(last))
        self.refuse(str(last), scenarios=f"0..{last + 1}")
        self.succeed("run", path, "--dry-run", "--set", f"scenarios={last}")
        self.succeed("run", path, "--dry-run", "--scenarios", last + 1)
        self.fail_with(EXIT_USAGE, "run", path, "--dry-run", "--scenarios", last + 2, says=str(last + 1))


if __name__ == "__main__":
    unittest.main()

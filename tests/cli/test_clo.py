"""CLO's own inputs and documents: what is refused and where, and decisions that are written, edited and scored."""

import copy
import json
import os
import subprocess
import unittest

from edgesweep_cli import EXIT_CHECK, EXIT_IO, EXIT_USAGE, PROGRAM, CliTest, edgesweep

CURVES = ("m1", "s1", "m0", "s0", "m0_pred")
COLUMNS = ("task", "object_fraction", *(f"{curve}_{model}" for model in ("small", "large") for curve in CURVES))
ROWS = ((0, 0.2, -1, 0.8, 1, 0.9, 1.1, -2, 0.7, 1.5, 0.8, 1.6), (1, 0.1, -1.5, 1, 0.5, 1, 0.6, -2.5, 0.9, 1, 1, 1.1))
GRAPH = {"nodes": [{"name": "phone", "model": "small", "device": True}, {"name": "server", "model": "large"}],
         "links": [["phone", "server"]]}


def experiment(methods="clo, lo", **parameters):
    return (f"system: clo\nscenarios: 2\nmethods: [{methods}]\n"
            f"parameters: {json.dumps({'slots': 60, 'frame_slots': 10, **parameters})}\n")


def table(columns=COLUMNS, rows=ROWS):
    return "".join(",".join(map(str, row)) + "\n" for row in (columns, *rows))


def graph(**parts):
    return {**GRAPH, **parts}


def node(name, **parts):
    return {"name": name, **parts}


class Inputs(CliTest):
    def refuse(self, *says, **parameters):
        """The message names the line of the parameters."""
        path = self.write(experiment(**parameters))
        self.fail_with(EXIT_USAGE, "run", path, "-o", self.folder / "run", "--dry-run",
                       says=("experiment.yaml:4: ", *says))

    def refuse_network(self, *says, **parts):
        self.refuse("network", *says, network=graph(**parts))

    def refuse_table(self, text, *says, network=None):
        self.write(text, "tasks.csv")
        self.refuse(*says, network=network or GRAPH, tasks="tasks.csv")

    def test_graphs_that_are_none(self):
        phone, server = GRAPH["nodes"]
        self.refuse("network", "multi-hop", network="multihop")
        self.refuse_network(".nodes", "no node is a device", nodes=[node("phone", model="small"), server])
        self.refuse_network(".nodes", "1 to 8", nodes=[])
        self.refuse_network(".nodes", "1 to 8", nodes=[node(f"n{i}", device=True) for i in range(9)])
        self.refuse_network(".nodes[1]", "that of another", nodes=[phone, node("phone")])
        self.refuse_network(".nodes[1]", "unknown key", "did you mean 'model'",
                            nodes=[phone, node("server", modell="x")])
        self.refuse_network(".nodes[1]", "device must be", nodes=[phone, node("server", device="yes")])
        self.refuse_network(".links[0]", "no node is called 'tower'", links=[["phone", "tower"]])
        self.refuse_network(".links[0]", "to itself", links=[["phone", "phone"]])
        self.refuse_network(".links[1]", "there already", links=[["phone", "server"]] * 2)
        self.refuse_network(".links[0]", "[from, to]", links=[["phone"]])
        self.refuse_network("unknown key", "did you mean 'links'", link=[])

    def test_more_choices_than_can_be_tried(self):
        """Five devices at a node of four links."""
        nodes = [node(f"d{i}", device=True) for i in range(5)] + [node(f"s{i}", model="resnet50") for i in range(3)]
        links = [["d0", f"s{i}"] for i in range(3)] + [["d0", "d1"]]
        self.refuse("network", "d0", "2^20", network={"nodes": nodes, "links": links})

    def test_devices_whose_tasks_nobody_can_decide(self):
        nodes = [node("near", device=True), node("far", device=True), node("server", model="resnet50")]
        self.refuse("network", "from device far", "a model or a link",
                    network={"nodes": nodes, "links": [["near", "server"], ["server", "far"]]})

    def test_a_large_v_eta_is_remarked_on(self):
        for parameters, says in (({"v": 1000, "eta": 0.025}, True), ({"v": 1000, "eta": 0.02}, False),
                                 ({"preset": "paper"}, True)):
            path = self.write(experiment(**parameters))
            for command in (("run", path, "-o", self.folder / "run", "--dry-run"), ("solve", path, "--scenario", "0")):
                result = edgesweep(*command)
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertEqual("note: point 0, method clo: v * eta = " in result.stderr, says, result.stderr)

    def test_models_nobody_knows(self):
        self.refuse("'resnet51'", "logit-normal",
                    network=graph(nodes=[node("p", model="resnet51", device=True)], links=[]))
        self.refuse("no node has a model", network=graph(nodes=[node("p", device=True)], links=[]))
        self.refuse_table(table(), "'huge'", "tasks.csv",
                          network=graph(nodes=[node("p", model="huge", device=True)], links=[]))

    def test_tables_that_are_none(self):
        path = self.write(experiment(network=GRAPH, tasks="absent.csv"))
        self.fail_with(EXIT_IO, "run", path, "-o", self.folder / "run", says=("experiment.yaml:4: ", "absent.csv"))
        self.refuse("tasks: 'logitnormal'", "did you mean logit-normal?", "a CSV file", tasks="logitnormal")
        self.refuse_table("", "tasks.csv")
        self.refuse_table(table(rows=()), "tasks.csv", "no tasks")
        self.refuse_table(table(COLUMNS + ("m0_small",), [row + (1,) for row in ROWS]), "tasks.csv:1",
                          "the column m0_small is there twice")
        self.refuse_table(table(rows=(ROWS[0], ROWS[1][:-1])), "tasks.csv:3", "11 fields", "names 12")
        self.refuse_table(table().replace("-1.5", "wide"), "tasks.csv:3", "m1_small", "'wide'")
        self.refuse_table(table().replace("0.9,1.1", "0,1.1"), "tasks.csv", "task 0, model small", "s0 must be > 0")
        self.refuse_table(table().replace("0,0.2,", "0,1.2,"), "task 0", "object_fraction < 1")
        for column in ("object_fraction", "m0_pred_large", "s1_small"):
            at = COLUMNS.index(column)
            self.refuse_table(table(COLUMNS[:at] + COLUMNS[at + 1:], [row[:at] + row[at + 1:] for row in ROWS]),
                              "tasks.csv", f"the column {column} is missing")

    def test_a_table_and_a_graph_that_are_right_run(self):
        self.write(table(), "tasks.csv")
        self.succeed("run", self.write(experiment(network=GRAPH, tasks="tasks.csv")), "-o", self.folder / "run",
                     "--quiet")

    def test_numbers_that_do_not_go_together(self):
        self.refuse("frame_slots", "7 does not divide slots 60", frame_slots=7)
        self.refuse("average_slots", "61", average_slots=61)
        self.refuse("theta_grid", "must ascend", theta_grid=[0.2, 0.2])
        self.refuse("theta_grid", "must ascend", theta_grid=[0.5, 0.2])
        self.refuse("theta_grid", "element 1", theta_grid=[0.5, 1])
        self.refuse("theta_grid", "1 to 16", theta_grid=[])
        self.refuse("arrival_probability", "element 1", arrival_probability=[0.4, 1.2])


class Documents(CliTest):
    def account(self, document):
        return json.loads(self.succeed("account", self.write(json.dumps(document), "document.json"), "--json", "-"))

    def refuse(self, document, *says, code=EXIT_CHECK):
        self.fail_with(code, "account", self.write(json.dumps(document), "document.json"), says=says)

    def test_every_method_is_scored_as_it_was_solved(self):
        methods = ("clo", "lo", "fixed-theta", "greedy-local", "greedy-edge")
        for network in ("single-hop", "multi-hop", GRAPH):
            self.write(table(), "tasks.csv")
            tasks = {"tasks": "tasks.csv"} if network is GRAPH else {}
            path = self.write(experiment(", ".join(methods), network=network, **tasks))
            for method in methods:
                document = self.solve(path, method, 3)
                scored = self.account(document)
                self.assertGreater(len(scored["metrics"]), 15)
                for name, value in scored["metrics"].items():
                    self.assertEqual(value, document["metrics"][name], f"{network}, {method}: {name}")

    def sent(self, method="clo"):
        """A document and a slot of it that sends something."""
        document = self.solve(self.write(experiment(method)), method, 2)
        slots = document["decision"]["slots"]
        return document, next(t for t, slot in enumerate(slots) if slot["transmissions"])

    def test_transmissions_that_cannot_be(self):
        for method in ("clo", "lo"):
            document, t = self.sent(method)
            first = document["decision"]["slots"][t]["transmissions"][0]
            doubled = copy.deepcopy(document)
            at = len(doubled["decision"]["slots"][t]["transmissions"])
            doubled["decision"]["slots"][t]["transmissions"].append(dict(first))
            self.refuse(doubled, f"decision.slots[{t}].transmissions[{at}]", "already", code=EXIT_USAGE)
            early = copy.deepcopy(document)  # queues start empty
            early["decision"]["slots"][0]["transmissions"] = [dict(first)]
            early["instance"]["gain"][0] = [1.0] * len(early["instance"]["gain"][0])
            self.refuse(early, "slot 0:", "leave node", "queue holds 0")
            faint = copy.deepcopy(document)
            faint["instance"]["gain"][t][first["link"]] = 1e-15
            self.refuse(faint, f"slot {t}: link {first['link']} is used, but needs", "power_max_w")
            crowded = copy.deepcopy(document)
            others = [k for k in range(3) if k != first["device"]]
            crowded["decision"]["slots"][t]["transmissions"] = [
                {**first, "device": k} for k in (first["device"], *others)]
            self.refuse(crowded, f"slot {t}: link {first['link']} carries 3 units; R_max is 1")
            nowhere = copy.deepcopy(document)
            nowhere["decision"]["slots"][t]["transmissions"][0]["link"] = 99
            self.refuse(nowhere, f"decision.slots[{t}].transmissions[0]", "link from 0 to", code=EXIT_USAGE)

    def test_decisions_that_cannot_be(self):
        document, t = self.sent()
        idle = copy.deepcopy(document)
        idle["decision"]["slots"][0]["inferences"] = [{"node": 0, "device": 0, "unit": 0}]
        self.refuse(idle, "slot 0:", "leave node S1", "queue holds 0")
        short = copy.deepcopy(document)
        short["decision"]["slots"].pop()
        self.refuse(short, "decision.slots: 59", "60", code=EXIT_USAGE)
        lo, _ = self.sent("lo")
        lo["decision"]["slots"][t]["theta"] = 0.123
        self.refuse(lo, f"decision.slots[{t}].theta", "theta_grid", code=EXIT_USAGE)

    def refuse_edit(self, document, path, value, *says):
        """`value` None: the key is taken out."""
        wrong = copy.deepcopy(document)
        part = wrong
        for key in path[:-1]:
            part = part[key]
        if value is None:
            del part[path[-1]]
        else:
            part[path[-1]] = value
        self.refuse(wrong, *says, code=EXIT_USAGE)

    def test_units_and_powers_are_those_of_queues_and_channels(self):
        document, t = self.sent()
        sent = ("decision", "slots", t, "transmissions", 0)
        decided = next(i for i, slot in enumerate(document["decision"]["slots"]) if slot["inferences"])
        self.refuse_edit(document, (*sent, "unit"), 9999, f"slots[{t}].transmissions[0].unit: unit ", "leave `unit` out")
        self.refuse_edit(document, (*sent, "power_w"), 0.0, f"slots[{t}].transmissions[0].power_w", "least power")
        self.refuse_edit(document, (*sent, "power_w"), "1", f"slots[{t}].transmissions[0].power_w", "least power")
        self.refuse_edit(document, ("decision", "slots", decided, "inferences", 0, "unit"), -7, "inferences[0].unit")
        bare = copy.deepcopy(document)
        for slot in bare["decision"]["slots"]:
            for move in slot["transmissions"]:
                del move["unit"], move["power_w"]
            for move in slot["inferences"]:
                del move["unit"]
        self.assertEqual(self.account(bare)["metrics"]["cost"], document["metrics"]["cost"])

    def test_slots_say_what_they_do(self):
        document, t = self.sent()
        slot = ("decision", "slots", t)
        self.refuse_edit(document, (*slot, "transmissions"), None, f"slots[{t}].transmissions: is missing", "[] for none")
        self.refuse_edit(document, (*slot, "inferences"), None, f"slots[{t}].inferences: is missing")
        self.refuse_edit(document, (*slot, "transmissions"), {}, f"slots[{t}].transmissions: is no list")
        self.refuse_edit(document, slot, 7, f"decision.slots[{t}]: must be {{transmissions")

    def test_parts_that_follow_from_others_cannot_be_others(self):
        document, _ = self.sent()
        for name, value in (("links", [[0, 1], [1, 3], [2, 3]]), ("device_node", [3, 3, 3]), ("nodes", ["a"] * 4),
                            ("server_model", [-1] * 4), ("loss_mean", [[0] * 9] * 2)):
            self.refuse_edit(document, ("instance", name), value, f"instance.{name}: is not what follows")
        self.refuse_edit(document, ("instance", "models"), ["x", "y"], "which tasks: logit-normal does not know")
        for name in ("nodes", "device_node", "server_model", "links", "loss_mean"):
            del document["instance"][name]
        self.assertEqual(self.account(document)["metrics"]["cost"], document["metrics"]["cost"])

    def test_a_document_needs_no_table(self):
        self.write(table(), "tasks.csv")
        document = self.solve(self.write(experiment("clo", network=GRAPH, tasks="tasks.csv")), "clo", 1)
        (self.folder / "tasks.csv").unlink()
        self.assertEqual(self.account(document)["metrics"]["cost"], document["metrics"]["cost"])

    def test_terms_add_up_to_metrics(self):
        for method in ("clo", "lo", "greedy-edge"):
            document = self.solve(self.write(experiment(method, network="multi-hop")), method, 4)
            slots, metrics = document["terms"]["slots"], document["metrics"]
            decisions = sum(len(slot["inferences"]) for slot in document["decision"]["slots"])

            def total(name):
                return sum(slot[name] for slot in slots)

            self.assertEqual(sum(metrics["decisions_per_node"]), decisions)
            self.assertAlmostEqual(total("energy_j") / 60 * 1e3, metrics["energy_mj_per_slot"], 12)
            self.assertAlmostEqual(1 - total("imprecision") / decisions, metrics["precision"], 12)
            frames = document["terms"]["frames"]
            losses = sum(loss * count for frame in frames for loss, count in zip(frame["loss"], frame["decisions"])
                         if count)
            self.assertAlmostEqual(total("loss"), losses, 10)
            self.assertLess(max(slot["objective"] for slot in slots) if method == "clo" else -1, 1e-12)
            p, frames_decided = document["parameters"], metrics["frames_decided"]
            if metrics["bound_valid_devices"].count(metrics["bound_valid"]) == 3:
                self.assertAlmostEqual(metrics["bound_valid"], p["r"] + (p["theta0"] + p["gamma"] * (1 - p["r"]))
                                       / (p["gamma"] * frames_decided), 12)
                self.assertAlmostEqual(metrics["bound_paper"], p["r"] + (1 + p["gamma"] - p["theta0"])
                                       / (p["gamma"] * frames_decided), 12)

    def test_unknown_keys_are_refused_wherever_they_are(self):
        document, t = self.sent()
        for place in (("instance",), ("instance", "tasks"), ("decision",), ("decision", "slots", t), ("diagnostics",),
                      ("decision", "slots", t, "transmissions", 0), ()):
            wrong = copy.deepcopy(document)
            part = wrong
            for key in place:
                part = part[key]
            part["gane"] = 1
            path = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in (*place, "gane")).lstrip(".")
            self.refuse(wrong, f"document.json: {path}: unknown key", code=EXIT_USAGE)

    def test_a_transmission_left_out_is_scored_or_refused_where_it_is_missed(self):
        """The unit waits; the first slot that takes it where it no longer comes is named."""
        document, t = self.sent()
        for slot in document["decision"]["slots"]:
            slot["transmissions"] = []
        taken = next(t for t, slot in enumerate(document["decision"]["slots"])
                     if any(i["node"] == 3 for i in slot["inferences"]))
        self.assertGreater(taken, t)
        self.refuse(document, f"slot {taken}:", "leave node S4", "queue holds 0")


class Memory(CliTest):
    def peak_bytes(self, scenarios):
        """Of a run in batches of 64, by the kernel's account."""
        out = self.folder / f"run-{scenarios}"
        path = self.write(experiment() + "keep: [summary]\n")
        options = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"  # freed memory is not to be counted
        with subprocess.Popen([PROGRAM, "run", path, "-o", out, "-q", "--scenarios", str(scenarios), "--batch", "64",
                               "--threads", "1"], env={**os.environ, "ASAN_OPTIONS": options}) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        return usage.ru_maxrss * 1024

    def test_memory_does_not_grow_with_the_number_of_realisations(self):
        """Thirty times as many; all instances and decisions at once would be 19 MB."""
        few, many = self.peak_bytes(256), self.peak_bytes(8192)
        self.assertLess(many - few, 4 << 20, f"{few} bytes for 256 realisations, {many} for 8192")


if __name__ == "__main__":
    unittest.main()

"""Channels of one's own (`gains`): files in every form, runs that carry them, and what is refused."""

import csv
import json
import math
import shutil
import subprocess
import unittest

from edgesweep_cli import EXIT_IO, EXIT_USAGE, CliTest, edgesweep

PYTHON = "/usr/bin/python3"  # the one that distribution packages belong to
HAS_H5PY = subprocess.run([PYTHON, "-c", "import h5py"], capture_output=True).returncode == 0

USERS, APS, SUBCHANNELS = 4, 2, 3
DRAWN = f"""\
system: ecc
name: own
seed: 5
scenarios: 5
methods: [device-only, edge-only, neurosurgeon, dnn-surgery, grid, gd, li-gd, grid-optimum, certified, joint]
parameters: {{aps: {APS}, users: {USERS}, subchannels: {SUBCHANNELS}, profile: {{mix: [nin-cifar10-32, yolov2tiny-cifar10-32]}}}}
keep: [summary, scenarios]
"""
SHORT = DRAWN.replace("grid, gd, li-gd, grid-optimum, certified, joint", "li-gd")


def with_gains(text, file):
    return text.replace("parameters: {", f"parameters: {{gains: {file}, ")


def gain(k, u, n, m, direction=0):
    """Some gain for every place; AP (u + k) % APS is the strongest."""
    return 1e-9 * (1 + direction + m + 10 * u + 100 * k) * (500 if n == (u + k) % APS else 1)


def table(scenarios, direction=0):
    return [[[[gain(k, u, n, m, direction) for m in range(SUBCHANNELS)] for n in range(APS)] for u in range(USERS)]
            for k in range(scenarios)]


class GainsTest(CliTest):
    def write_json(self, name="own.json", scenarios=6, **arrays):
        content = {"gain_up": table(scenarios), "gain_down": table(scenarios, 1), **arrays}
        (self.folder / name).write_text(json.dumps({k: v for k, v in content.items() if v is not None}), encoding="utf-8")
        return self.folder / name

    def h5py(self, code):
        """Runs Python code that writes HDF5 files into the folder."""
        done = subprocess.run([PYTHON, "-c", "import h5py, json, numpy as np\n" + code], cwd=self.folder, text=True,
                              capture_output=True, timeout=100, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def instance(self, experiment, scenario, *more):
        path = self.folder / "one.json"
        self.succeed("instance", experiment, "--scenarios", scenario, "-o", path, *more)
        return json.loads(path.read_text(encoding="utf-8"))["instances"][0]["instance"]

    def scenarios(self, run):
        """Every metric of every scenario of a run, as the text of its CSV."""
        folder = self.folder / "csv"
        shutil.rmtree(folder, ignore_errors=True)
        self.succeed("export", run, "--csv", folder)
        return (folder / "scenarios.csv").read_text(encoding="utf-8")


class RoundTrip(GainsTest):
    def test_exported_instances_imported_give_the_run_they_came_from(self):
        drawn = self.write(DRAWN)
        self.succeed("run", drawn, "-o", self.folder / "drawn", "-q")
        expected = self.scenarios(self.folder / "drawn")
        self.assertGreater(expected.count("\n"), 5 * 10)
        for file in ("own.h5", "own.json"):
            with self.subTest(file=file):
                self.succeed("instance", drawn, "--scenarios", "0..4", "-o", self.folder / file)
                own = self.write(with_gains(DRAWN, file), f"{file}.yaml")
                for shard in (0, 1):
                    self.succeed("run", own, "-o", self.folder / f"{file}.{shard}", "-q", "--threads", 1 + shard)
                    self.assertEqual(self.scenarios(self.folder / f"{file}.{shard}"), expected)
                for part in ("parameters", "instance"):
                    self.assertEqual(self.instance(own, 3), self.instance(drawn, 3), part)

    def test_shards_of_imported_scenarios_merge_to_the_whole(self):
        own = self.write(with_gains(SHORT.replace("scenarios: 5", "scenarios: 600"), "own.json"))
        self.write_json(scenarios=600)
        self.succeed("run", own, "-o", self.folder / "whole", "-q")
        for i in (0, 1):
            self.succeed("run", own, "-o", self.folder / f"part{i}", "-q", "--shard", f"{i}/2")
        self.succeed("merge", "-o", self.folder / "merged", self.folder / "part1", self.folder / "part0")
        self.assertEqual(self.scenarios(self.folder / "merged"), self.scenarios(self.folder / "whole"))


class Arrays(GainsTest):
    def test_scenario_k_is_row_k(self):
        self.write_json()
        own = self.write(with_gains(SHORT, "own.json"))
        for k in (0, 4):
            instance = self.instance(own, k)
            for direction, name in enumerate(("gain_up", "gain_down")):
                for u, n, m in ((0, 0, 0), (2, 1, 1), (3, 0, 2)):
                    found = instance[name][u][n][m]
                    self.assertTrue(math.isclose(found, gain(k, u, n, m, direction), rel_tol=1e-7), (name, k, u, n, m))

    def test_the_ap_is_the_strongest_the_network_is_drawn_as_ever_and_distances_stay_unknown(self):
        self.write_json()
        own, drawn = self.write(with_gains(SHORT, "own.json")), self.write(SHORT, "drawn.yaml")
        instance = self.instance(own, 3)
        self.assertEqual(instance["ap_of_user"], [(u + 3) % APS for u in range(USERS)])
        self.assertEqual(instance["profile_of_user"], self.instance(drawn, 3)["profile_of_user"])
        self.assertNotIn("distance_m", instance)

    def test_equal_mean_gains_go_to_the_first_ap(self):
        same = [[[[1e-9] * SUBCHANNELS] * APS] * USERS] * 6
        self.write_json(gain_up=same)
        self.assertEqual(self.instance(self.write(with_gains(SHORT, "own.json")), 0)["ap_of_user"], [0] * USERS)

    def test_optional_arrays_are_taken_and_those_without_scenarios_hold_for_all(self):
        distances = [[[10.0 * k + u + n for n in range(APS)] for u in range(USERS)] for k in range(6)]
        self.write_json(ap_of_user=[1, 1, 0, 0], profile_of_user=[[0, 1, 0, 1]], distance_m=distances)
        own = self.write(with_gains(SHORT, "own.json"))
        for k in (0, 4):
            instance = self.instance(own, k)
            self.assertEqual(instance["ap_of_user"], [1, 1, 0, 0])
            self.assertEqual(instance["profile_of_user"], [0, 1, 0, 1])
            self.assertEqual(instance["distance_m"], distances[k])

    def test_one_row_holds_for_any_number_of_scenarios(self):
        row, many = table(1), SHORT.replace("scenarios: 5", "scenarios: 10")
        self.write_json("own.json", gain_up=row, gain_down=table(1, 1))
        self.write_json("axis.json", gain_up=row[0], gain_down=table(1, 1)[0])
        self.write_json("some.json", gain_up=row, gain_down=table(1, 1), ap_of_user=[[0, 0, 1, 1]] * 4 + [[1, 1, 0, 0]] * 6)
        for file in ("own.json", "axis.json"):
            own = self.write(with_gains(many, file), f"{file}.yaml")
            self.succeed("run", own, "-o", self.folder / f"run-{file}", "-q")
            first, last = self.instance(own, 0), self.instance(own, 9999)
            self.assertEqual(first["gain_up"], last["gain_up"])
            self.assertEqual(first["gain_down"], last["gain_down"])
        self.assertEqual(self.scenarios(self.folder / "run-own.json"), self.scenarios(self.folder / "run-axis.json"))
        some = self.write(with_gains(many, "some.json"), "some.yaml")
        self.succeed("run", some, "-o", self.folder / "run-some", "-q")
        self.assertEqual(self.instance(some, 9)["gain_up"], first["gain_up"])
        self.assertEqual([self.instance(some, k)["ap_of_user"] for k in (3, 4)], [[0, 0, 1, 1], [1, 1, 0, 0]])
        self.fail_with(EXIT_USAGE, "run", some, "-o", self.folder / "more", "--scenarios", 11, says="its files have 0 to 9")

    def write_csv(self, rows, name="own.csv", head="scenario,user,ap,subchannel,gain_up,gain_down"):
        (self.folder / name).write_text("# measured by nobody\n" + head + "\n" + "".join(row + "\n" for row in rows), encoding="utf-8")

    def rows_of(self, scenarios):
        return [f"{k},{u}, {n},{m},{gain(k, u, n, m)!r},{gain(k, u, n, m, 1)!r}" for k in range(scenarios) for u in range(USERS)
                for n in range(APS) for m in range(SUBCHANNELS)]

    def test_csv_gives_the_bits_of_json_in_any_order_of_rows(self):
        self.write_json()
        self.write_csv(self.rows_of(6)[::-1])
        self.write_csv([row[2:] for row in self.rows_of(1)], "one.csv", "user,ap,subchannel,gain_up,gain_down")
        own = self.write(with_gains(SHORT, "own.json"))
        for k in (0, 4):
            self.assertEqual(self.instance(own, k, "--set", "gains=own.csv"), self.instance(own, k))
        text = (self.folder / "own.csv").read_text(encoding="utf-8").split("\n", 1)[1]
        (self.folder / "sheet.csv").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())  # as spreadsheets write it
        self.assertEqual(self.instance(own, 1, "--set", "gains=sheet.csv"), self.instance(own, 1))
        self.assertEqual(self.instance(own, 77, "--set", "gains=one.csv")["gain_up"], self.instance(own, 0)["gain_up"])

    def test_a_csv_that_is_not_whole_is_named_with_its_line(self):
        rows, wrong = self.rows_of(2), self.write(with_gains(SHORT, "own.csv"))
        for changed, says in ((rows[:-1], "own.csv: has 47 rows, [2][4][2][3] of indices need 48, each once"),
                              (rows[:-1] + rows[:1], "own.csv:50: these indices stand in an earlier row too"),
                              (rows + ["1,2"], "own.csv:51: ap is missing"), ([rows[0] + ",1"], "own.csv:3: has more than the 6"),
                              (["-1" + rows[0][1:]], "scenario: found '-1', must be an index"),
                              ([rows[0] + "x"], "gain_down: found"), ([], "has 0 rows")):
            self.write_csv(changed)
            self.fail_with(EXIT_USAGE, "run", wrong, "-o", self.folder / "out", says=("gains: ", says))
        self.write_csv(rows, head="scenario,user,ap,subchannel,gain_up,gain_dwn")
        self.fail_with(EXIT_USAGE, "run", wrong, "-o", self.folder / "out", says="did you mean 'gain_down'")

    def test_hdf5_of_every_kind_gives_the_bits_of_json(self):
        if not HAS_H5PY:
            self.skip_by_name("h5py")
            return
        self.write_json()
        own = self.write(with_gains(SHORT, "own.json"))
        self.h5py("""
content = json.load(open("own.json"))
for name, options in (("plain", {}), ("packed", dict(chunks=(2, 4, 2, 3), compression="gzip", shuffle=True))):
    for type in ("f8", "f4"):
        with h5py.File(f"{name}-{type}.h5", "w") as file:
            for key, values in content.items():
                file.create_dataset(key, data=np.array(values, type), **options)
with h5py.File("matlab.h5", "w", userblock_size=512) as file:  # as save -v7.3 begins
    file.create_group("#refs#")
    for key, values in content.items():
        file[key] = np.array(values)
with h5py.File("octave.h5", "w") as file:  # as save -hdf5 nests
    for key, values in content.items():
        file[key + "/value"] = np.array(values)
        file[key + "/type"] = np.bytes_("matrix")
""")
        expected = self.instance(own, 2)
        for file in ("plain-f8.h5", "plain-f4.h5", "packed-f8.h5", "packed-f4.h5", "matlab.h5", "octave.h5"):
            with self.subTest(file=file):
                self.assertEqual(self.instance(own, 2, "--set", f"gains={file}"), expected)

    def test_gains_can_be_swept(self):
        self.write_json("a.json")
        self.write_json("b.json", gain_up=table(6, 1))
        swept = self.write(SHORT + "sweep: {gains: [a.json, b.json]}\n")
        self.assertNotEqual(self.instance(swept, 0)["gain_up"], self.instance(swept, 0, "--point", 1)["gain_up"])

    def skip_by_name(self, what):
        print(f"left out: no {what}: {self.id()}")


class RunDirectories(GainsTest):
    def test_a_copied_run_replays_and_grows_without_the_file_it_came_from(self):
        self.write_json()
        own = self.write(with_gains(SHORT, "own.json"))
        self.succeed("run", own, "-o", self.folder / "run", "-q")
        copy = self.folder / "elsewhere" / "run"
        shutil.copytree(self.folder / "run", copy)
        rows = list(csv.DictReader(self.scenarios(self.folder / "run").splitlines()))
        for path in (self.folder / "own.json", own):
            path.unlink()
        shutil.rmtree(self.folder / "run")
        for method in ("edge-only", "li-gd"):
            document = self.solve(copy, method, 3)
            self.assertEqual(document["parameters"]["gains"], "own.json")
            row = {r["metric"]: r["value"] for r in rows if (r["method"], r["scenario"]) == (method, "3")}
            self.assertEqual(document["metrics"]["latency_s_mean"], float(row["latency_s"]))
            self.assertEqual(document["metrics"]["utility_mean"], float(row["utility"]))
        self.succeed("run", copy, "-o", copy, "-q", "--resume", "--scenarios", 6)
        grown = self.scenarios(copy).splitlines()
        self.assertLess(len(rows), len(grown) - 1)
        manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
        self.assertEqual(manifest["inputs"][0]["file"], "inputs/own.json")
        self.succeed("report", copy, "-o", self.folder / "report.html")
        self.assertIn(manifest["inputs"][0]["crc32c"], (self.folder / "report.html").read_text(encoding="utf-8"))

    def test_a_changed_copy_in_a_run_directory_is_named(self):
        self.write_json()
        self.succeed("run", self.write(with_gains(SHORT, "own.json")), "-o", self.folder / "run", "-q")
        copy = self.folder / "run" / "inputs" / "own.json"
        content = copy.read_bytes()
        copy.write_bytes(content.replace(b"e-0", b"e-1", 1))
        for arguments in (["solve", self.folder / "run", "--scenario", 0], ["run", self.folder / "run", "--dry-run"],
                          ["instance", self.folder / "run", "--scenarios", 0, "-o", self.folder / "i.json"]):
            self.fail_with(EXIT_IO, *arguments, says=["run/inputs/own.json: is not the file that the run was made with"])
        copy.write_bytes(content)
        self.succeed("solve", self.folder / "run", "--scenario", 0)

    def test_an_edited_file_is_another_experiment(self):
        self.write_json()
        own = self.write(with_gains(SHORT, "own.json"))
        self.succeed("run", own, "-o", self.folder / "run", "-q")
        self.succeed("run", own, "-o", self.folder / "run", "-q", "--resume")
        self.write_json(gain_down=table(6, 2))
        self.fail_with(EXIT_USAGE, "run", own, "-o", self.folder / "run", "--resume", says=["another experiment", "gains"])

    def test_more_scenarios_than_the_file_holds_are_refused_before_anything_starts(self):
        self.write_json()
        own = self.write(with_gains(SHORT, "own.json"))
        many = self.write(with_gains(SHORT.replace("scenarios: 5", "scenarios: 7"), "own.json"), "many.yaml")
        stop = self.write(with_gains(SHORT, "own.json") +
                          "stop: {metric: latency_s, halfwidth: 1%, max_scenarios: 1000}\n", "stop.yaml")
        out = ["-o", self.folder / "out"]
        for arguments, last in ((["run", many, *out], 6), (["run", own, *out, "--scenarios", 8], 7),
                                (["run", stop, *out], 999), (["run", many, "--dry-run"], 6),
                                (["run", many, *out, "--shard", "1/2"], 6),
                                (["solve", own, "--scenario", 6, "--method", "li-gd", "--json", "-"], 6),
                                (["instance", own, "--scenarios", "5..9", "-o", self.folder / "i.json"], 9)):
            with self.subTest(arguments=arguments):
                self.fail_with(EXIT_USAGE, *arguments,
                               says=[f"scenarios 0 to {last} are asked for, its files have 0 to 5", "ask for fewer"])
                self.assertFalse((self.folder / "out").exists())
        self.succeed("solve", own, "--scenario", 5)

    def test_the_memory_of_the_gains_is_counted(self):
        self.write_json(scenarios=300)
        own = self.write(with_gains(SHORT, "own.json"))
        drawn = self.write(SHORT, "drawn.yaml")
        bytes_of_gains = 300 * USERS * (2 * 4 * APS * SUBCHANNELS + 4)
        more = self.memory_needed(own) - self.memory_needed(drawn)
        self.assertLess(abs(more - bytes_of_gains), 2 * 1024)

    def memory_needed(self, experiment):
        """The least --max-memory that is enough, to a KiB."""
        low, high = 0, 1 << 14
        while high - low > 1:
            middle = (low + high) // 2
            done = edgesweep("run", experiment, "--dry-run", "--backend", "cpu", "--threads", 1, "--batch", 1,
                             "--max-memory", f"{middle}K")
            low, high = (low, middle) if done.returncode == 0 else (middle, high)
        return 1024 * high


class Documents(GainsTest):
    def test_account_compares_with_every_method_on_the_document_s_own_gains(self):
        self.write_json()
        own = self.write(with_gains(SHORT, "own.json"))
        document = self.solve(own, "li-gd", 4)
        (self.folder / "own.json").unlink()
        path = self.write(json.dumps(document), "decision.json")
        report = json.loads(self.succeed("account", path, "--json", "-"))
        self.assertNotIn("note", report)
        entry = next(e for e in report["against"] if e["method"] == "li-gd")
        self.assertEqual(entry["metrics"]["latency_s"], document["metrics"]["latency_s_mean"])


class Errors(GainsTest):
    def refuse(self, says, name="own.json", code=EXIT_USAGE, text=SHORT):
        own = self.write(with_gains(text, name))
        self.fail_with(code, "run", own, "-o", self.folder / "out", says=[f"{own.name}:6: gains: ", *says])
        self.assertFalse((self.folder / "out").exists())

    def test_bad_arrays_name_file_array_index_and_remedy(self):
        def at(place, value, direction=0):
            rows = table(6, direction)
            k, u, n, m = place
            rows[k][u][n][m] = value
            return rows

        not_db = "linear power gain from 1e-30 to 1e30 (not dB"
        for arrays, says in (
                (dict(gain_up=None), ["own.json: gain_up: is missing"]),
                (dict(gain_down=None), ["own.json: gain_down: is missing"]),
                (dict(gain_up=at((5, 3, 1, 2), -87.5)), ["gain_up[5][3][1][2]: found -87.5, must be a " + not_db]),
                (dict(gain_down=at((0, 1, 0, 2), 0)), ["gain_down[0][1][0][2]: found 0", "no path at all: 1e-30"]),
                (dict(gain_up=at((1, 0, 0, 0), 1e39)), ["gain_up[1][0][0][0]: found 1e+39"]),
                (dict(gain_up=at((1, 0, 0, 0), 1e25)), ["own.json has a gain of 1e+25", "SINR reaches"]),
                (dict(gain_up=at((1, 0, 0, 0), None)), ["gain_up[1][0][0][0]: must be a number"]),
                (dict(gain_up=at((1, 0, 0, 0), "x")), ["gain_up[1][0][0][0]: must be a number"]),
                (dict(gain_up=table(6)[:5] + [table(1)[0][:3]]), ["gain_up[5]: must be a list of 4, as the first one"]),
                (dict(gain_up=[]), ["gain_up: is [0], must be [scenarios][users][aps][subchannels]"]),
                (dict(gain_down=table(4)), ["gain_down: has 4 scenarios, gain_up has 6"]),
                (dict(gain_up=[r[0] for r in table(6)]), ["gain_up: is [6][2][3], must be", "= [scenarios][4][2][3]"]),
                (dict(ap_of_user=[1, 2, 0, 0]), ["ap_of_user[0][1]: found 2, must be an integer from 0 to 1", "from 0)"]),
                (dict(ap_of_user=[1, 0.5, 0, 0]), ["ap_of_user[0][1]: found 0.5"]),
                (dict(profile_of_user=[0, 1, 0, 2]), ["profile_of_user[0][3]: found 2, must be an integer from 0 to 1"]),
                (dict(distance_m=[[-1, 1]] * 4), ["distance_m[0][0][0]: found -1, must be a distance"]),
                (dict(distance_m=[[1, 1, 1]] * 4), ["distance_m: is [4][3], must be [scenarios][users][aps]"]),
                (dict(ap_of_usr=[1, 1, 0, 0]), ["ap_of_usr: unknown, did you mean 'ap_of_user'"])):
            with self.subTest(says=says):
                self.write_json(**arrays)
                self.refuse(says)

    def test_axes_in_reverse_are_recognised(self):
        rows = table(6)
        reverse = [[[[rows[k][u][n][m] for k in range(6)] for u in range(USERS)] for n in range(APS)]
                   for m in range(SUBCHANNELS)]
        self.write_json(gain_up=reverse)
        self.refuse(["gain_up: is [3][2][4][6]", "in reverse, as MATLAB and Octave", "permute(gain_up, [4 3 2 1])"])

    def test_files_that_are_none_are_named(self):
        self.succeed("instance", self.write(SHORT), "--scenarios", "0..4", "-o", self.folder / "whole.h5")
        content = (self.folder / "whole.h5").read_bytes()
        (self.folder / "cut.h5").write_bytes(content[:len(content) // 2])
        (self.folder / "cut.json").write_text('{"gain_up": [[[', encoding="utf-8")
        (self.folder / "other.h5").write_text("no HDF5", encoding="utf-8")
        (self.folder / "empty.json").write_text('{"instances": []}', encoding="utf-8")
        self.refuse(["missing.h5: No such file"], "missing.h5", EXIT_IO)
        self.refuse(["must be the name of a file, such as measured.h5"], "measured")
        self.refuse(["must be the name of a file"], "[a.h5, b.h5]")
        self.refuse([".: must be a regular file"], "./.")
        self.refuse(["cut.h5: cannot be opened as HDF5: truncated file"], "cut.h5", EXIT_IO)
        self.refuse(["cut.json:1: "], "cut.json")
        self.refuse(["other.h5: is neither an HDF5 file nor a JSON object"], "other.h5")
        self.refuse(["empty.json: instances: has no scenarios"], "empty.json")
        self.refuse(["instances/0/instance/gain_up: is [4][2][3], must be [users][aps][subchannels] = [5][2][3]"],
                    "whole.h5", text=SHORT.replace("users: 4", "users: 5"))

    def test_a_swept_size_that_the_file_has_not_is_named_with_its_point(self):
        self.write_json()
        own = self.write(with_gains(SHORT, "own.json") + "sweep: {aps: [2, 3]}\n")
        own.write_text(own.read_text(encoding="utf-8").replace("aps: 2, ", "", 1), encoding="utf-8")
        self.fail_with(EXIT_USAGE, "run", own, "--dry-run",
                       says=["gain_up: is [6][4][2][3], must be", "= [scenarios][4][3][3]", "(at aps = 3)"])

    def test_hdf5_with_other_things_than_numbers_is_named(self):
        if not HAS_H5PY:
            print(f"left out: no h5py: {self.id()}")
            return
        self.h5py("""
for name, values in (("complex", np.ones((6, 4, 2, 3), complex)), ("text", np.bytes_("1e-9")), ("nan", np.full((6, 4, 2, 3), np.nan))):
    with h5py.File(f"{name}.h5", "w") as file:
        file["gain_up"] = values
        file["gain_down"] = np.full((6, 4, 2, 3), 1e-9)
with h5py.File("group.h5", "w") as file:
    file.create_group("gain_up")
""")
        self.refuse(["complex.h5: gain_up: holds complex numbers or records, must hold real numbers"], "complex.h5")
        self.refuse(["text.h5: gain_up: holds texts"], "text.h5")
        self.refuse(["nan.h5: gain_up[0][0][0][0]: found nan"], "nan.h5")
        self.refuse(["group.h5: gain_up: must be a dataset"], "group.h5")


if __name__ == "__main__":
    unittest.main()

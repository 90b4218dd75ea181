"""Every wrong experiment ends in one clear line and exit code 2 or 3, before anything is started or written."""

import json
import os
import resource
import signal
import subprocess
import time
import unittest

from edgesweep_cli import EXIT_BACKEND, EXIT_IO, EXIT_USAGE, SMALL, CliTest, edgesweep

PROFILE = """\
unit,name,type,bits,flops
1,input,input,24576,0
2,a,conv,16384,20000000
3,b,linear,320,40000000
"""


class BadExperiments(CliTest):
    def refuse(self, text, *says, code=EXIT_USAGE, command=None):
        """The experiment must be refused by `run`, and leave no run directory."""
        path = self.write(text)
        line = self.fail_with(code, *(command or ("run", path, "-o", self.folder / "run")), says=says)
        self.assertFalse((self.folder / "run").exists())
        return line

    def test_an_unknown_key_gets_its_line_and_the_nearest_key(self):
        self.refuse(SMALL + "scenarois: 3\n", "experiment.yaml:7", "scenarois", "scenarios")

    def test_an_unknown_parameter_gets_its_line_and_the_nearest_parameter(self):
        self.refuse(SMALL.replace("subchannels", "subchanels"), "experiment.yaml:6", "subchanels", "subchannels")

    def test_an_unknown_method_gets_the_nearest_method(self):
        self.refuse(SMALL.replace("li-gd", "li-dg"), "experiment.yaml:5", "li-dg", "li-gd")

    def test_a_list_of_systems_is_not_a_system(self):
        self.refuse(SMALL.replace("system: ecc", "system: [ecc]"), "experiment.yaml:1", "must be the name of a system",
                    "ecc")

    def test_an_unknown_system_is_named(self):
        self.refuse(SMALL.replace("ecc", "eec"), "experiment.yaml:1", "eec", "ecc")

    def test_a_value_of_the_wrong_type_is_shown(self):
        self.refuse(SMALL.replace("users: 4", "users: many"), "experiment.yaml:6", "users", "many")
        self.refuse(SMALL.replace("users: 4", "users: 4.5"), "users", "4.5")
        self.refuse(SMALL.replace("users: 4", "users: [4, 5]"), "users")
        self.refuse(SMALL.replace("users: 4", 'users: "4"'), "users: found the text '4', must be an integer")
        self.refuse(SMALL.replace("users: 4", "access: nomad"), "access", "nomad", "noma")
        self.refuse(SMALL.replace("users: 4", "pair_directions: 3"), "pair_directions", "3")

    def test_not_a_number_is_refused(self):
        for value in (".nan", "nan", ".inf", "-.inf", "1e999"):
            self.refuse(SMALL.replace("users: 4", f"users: 4, weight_time: {value}"), "weight_time", value)

    def test_a_value_out_of_range_is_shown_with_the_range(self):
        self.refuse(SMALL.replace("users: 4", "users: -4"), "experiment.yaml:6", "users", "-4")
        self.refuse(SMALL.replace("users: 4", "users: 4, bandwidth_up_hz: -1"), "bandwidth_up_hz", "-1")
        self.refuse(SMALL.replace("scenarios: 8", "scenarios: 0"), "experiment.yaml:4", "scenarios")

    def test_bounds_that_contradict_each_other_are_named_as_the_user_wrote_them(self):
        text = SMALL.replace("users: 4", "users: 4, power_min_up_dbm: 30")
        self.refuse(text, "experiment.yaml:6: power_min_up_dbm: found 30", "power_max_dbm = 25 dBm (default)")
        text = SMALL.replace("li-gd]", "{use: li-gd, power_max_down_dbm: -3}]")
        self.refuse(text, "experiment.yaml:5: power_max_down_dbm: found -3", "power_min_dbm = 0 dBm (default)")
        path = self.write(SMALL)
        for sets, says in ((("weight_time=0", "weight_energy=0"), ("--set: weight_time: found 0", "weight_energy = 0")),
                           (("power_max_up_dbm=-3",), ("--set: power_max_up_dbm: found -3", "power_min_dbm = 0 dBm"))):
            options = [word for text in sets for word in ("--set", text)]
            self.fail_with(EXIT_USAGE, "run", path, "-o", self.folder / "run", *options, says=(str(path), *says))

    def test_numbers_that_single_precision_cannot_hold_are_refused(self):
        path = self.write(SMALL)
        self.fail_with(EXIT_USAGE, "solve", path, "--scenario", 0, "--set", "weight_time=1e-300", "--set",
                       "weight_energy=0", says=("--set", "weight_time = 1e-300", "single precision"))
        (self.folder / "mine.csv").write_text("unit,name,type,bits,flops\n1,input,input,1e-40,0\n2,conv,conv,8,5\n",
                                              encoding="utf-8")
        self.refuse(SMALL.replace("users: 4", "users: 4, profile: mine.csv"), "mine.csv:2", "1e-40", "1e-9")

    def test_a_missing_profile_gets_the_nearest_name(self):
        self.refuse(SMALL.replace("users: 4", "users: 4, profile: nin-cifar10-23"), "nin-cifar10-23", "nin-cifar10-32")
        self.refuse(SMALL.replace("users: 4", "users: 4, profile: nin"), "'nin'", "nin-cifar10-32")

    def test_a_missing_profile_file_is_named(self):
        path = self.write(SMALL.replace("users: 4", "users: 4, profile: nets/mine.csv"))
        line = self.fail_with(EXIT_IO, "run", path, "-o", self.folder / "run", says="nets/mine.csv")
        self.assertIn("No such file", line)

    def test_a_damaged_profile_file_is_named_with_its_line(self):
        (self.folder / "mine.csv").write_text("unit,name,type,bits,flops\n1,input,input,24576,0\n2,conv,conv,x,5\n",
                                              encoding="utf-8")
        self.refuse(SMALL.replace("users: 4", "users: 4, profile: mine.csv"), "mine.csv:3", "x")

    def test_more_users_than_the_clusters_hold(self):
        self.refuse(SMALL.replace("users: 4", "users: 13"), "users", "13", "12")

    def test_a_duplicate_key_is_named(self):
        self.refuse(SMALL + "seed: 12\n", "experiment.yaml:7", "seed")
        self.refuse(SMALL.replace("users: 4", "users: 4, users: 5"), "experiment.yaml:6", "users")

    def test_what_is_no_yaml_is_named_with_its_line(self):
        self.refuse("system: ecc\nmethods: [a, b\nseed: 1\n", "experiment.yaml:")
        self.refuse("system: ecc\nscenarios: 1\nmethods: [li-gd]\nparameters:\n\tusers: 4\n", "experiment.yaml:5", "tab")
        self.refuse("", "experiment.yaml")
        self.refuse("- a\n- b\n", "experiment.yaml:1")

    def test_two_hundred_thousand_brackets_are_refused(self):
        self.refuse("system: ecc\nmethods: " + "[" * 200000 + "\n", "experiment.yaml:2")
        self.refuse("[" * 200000 + "]" * 200000, "experiment.yaml:1")
        self.refuse("{a: " * 200000, "experiment.yaml:1")

    def test_an_oversized_file_is_refused(self):
        self.refuse(SMALL + "# " + "x" * (64 << 20) + "\n", "experiment.yaml")

    def test_a_byte_order_mark_is_no_part_of_the_text(self):
        for folder in ("plain", "marked"):
            mark = "\ufeff" if folder == "marked" else ""
            (self.folder / folder).mkdir()
            (self.folder / folder / "mine.csv").write_text(mark + PROFILE, encoding="utf-8")
            path = self.folder / folder / "experiment.yaml"
            path.write_text(mark + SMALL.replace("users: 4", "users: 4, profile: mine.csv"), encoding="utf-8")
        plain, marked = (self.succeed("solve", self.folder / folder / "experiment.yaml", "--scenario", 1)
                         for folder in ("plain", "marked"))
        self.assertEqual(plain, marked)

    def test_a_file_that_is_not_there_is_named(self):
        self.fail_with(EXIT_IO, "run", self.folder / "none.yaml", "-o", self.folder / "run", says="none.yaml")
        self.fail_with(EXIT_IO, "run", self.folder, "-o", self.folder / "run", says=str(self.folder))

    def test_memory_beyond_the_machine_is_refused_before_it_starts(self):
        big = SMALL.replace("aps: 2, users: 4, subchannels: 2", "aps: 1024, users: 16000, subchannels: 16000")
        self.refuse(big, "TiB of memory", "Make the instance smaller")

    def test_memory_beyond_what_is_allowed_is_refused_with_both_sizes(self):
        path = self.write(SMALL.replace("aps: 2, users: 4, subchannels: 2", "aps: 5, users: 600, subchannels: 120"))
        self.fail_with(EXIT_USAGE, "run", path, "-o", self.folder / "run", "--max-memory", "1M", says="max-memory")
        self.fail_with(EXIT_USAGE, "run", path, "-o", self.folder / "run", "--max-memory", "1", says="allowed: 1 byte.")
        self.assertFalse((self.folder / "run").exists())

    def test_a_wrong_set_is_an_error_of_the_command_line(self):
        path = self.write(SMALL)
        for wrong, says in (("users", "users"), ("usres=4", "usres"), ("users=x", "x"), ("=4", "=4")):
            self.fail_with(EXIT_USAGE, "run", path, "-o", self.folder / "run", "--set", wrong, says=says)

    def test_a_wrong_methods_list_is_an_error(self):
        self.fail_with(EXIT_USAGE, "run", self.write(SMALL), "-o", self.folder / "run", "--methods", "li-dg",
                       says=("li-dg", "li-gd"))
        labelled = self.write(SMALL.replace("li-gd]", "{use: li-gd, as: mine}]"), "labelled.yaml")
        for command in (("run", labelled, "--dry-run", "--methods", "foo"),
                        ("solve", labelled, "--scenario", 0, "--method", "foo")):
            self.fail_with(EXIT_USAGE, *command, says=("foo", "device-only", "mine"))

    def test_blanks_after_commas_are_no_part_of_a_name(self):
        path = self.write(SMALL)
        table = self.succeed("solve", path, "--scenario", 0, "--methods", "li-gd, device-only")
        self.assertEqual(table, self.succeed("solve", path, "--scenario", 0, "--methods", "li-gd,device-only"))
        document = self.folder / "document.json"
        self.succeed("solve", path, "--scenario", 0, "--method", "li-gd", "--json", document)
        self.assertIn("device-only", self.succeed("account", document, "--against", "li-gd, device-only"))
        self.fail_with(EXIT_USAGE, "run", path, "--dry-run", "--methods", "li-gd,", says="found ''")

    def test_a_parameter_that_is_also_swept_is_named_with_both_places(self):
        self.refuse(SMALL + "sweep: {users: [2, 4]}\n", "experiment.yaml:7: sweep: users", "line 6", "remove one")
        path = self.write(SMALL.replace("users: 4, ", "") + "sweep: {users: [2, 4]}\n")
        self.assertIn("2 points", self.succeed("run", path, "--dry-run"))
        self.assertIn("1 points", self.succeed("run", path, "--dry-run", "--set", "users=3"))

    def test_lists_of_what_is_known_do_not_cut_a_name(self):
        line = self.refuse(SMALL.replace("users: 4", "zzzzzzzz: 4"), "no such parameter of ecc; known: profile, ")
        known = line.split("known: ")[1].split(", ")
        listed = [entry["name"] for entry in json.loads(self.succeed("list", "parameters", "--system", "ecc", "--json"))]
        self.assertEqual(known.pop(), "...; `edgesweep list parameters` has all")
        self.assertEqual(known, [name for name in listed if name in known])
        self.assertGreater(len(known), 20)

    def test_an_unknown_backend_is_named(self):
        done = self.fail_with(EXIT_BACKEND, "run", self.write(SMALL), "-o", self.folder / "run", "--backend", "tpu", says="tpu")
        self.assertIn("cpu", done)


class WrongInstructionSet(CliTest):
    """EDGESWEEP_ISA: whatever computes something refuses a value that it does not know; what does not, goes on."""

    def test_whatever_computes_refuses_it(self):
        path = self.write(SMALL)
        document = self.folder / "document.json"
        self.succeed("solve", path, "--scenario", 0, "--method", "li-gd", "--json", document)
        for command in (("run", path, "-o", self.folder / "run"), ("run", path, "--dry-run"),
                        ("solve", path, "--scenario", 0),
                        ("account", document), ("account", document, "--against", "li-gd"),
                        ("instance", path, "--scenarios", "0..1", "-o", self.folder / "out.json"),
                        ("verify", "--scenarios", 1), ("bench", "--filter", "chain")):
            self.fail_with(EXIT_USAGE, *command, environment={"EDGESWEEP_ISA": "avx1024"},
                           says=("EDGESWEEP_ISA: found 'avx1024'", "baseline"))
        self.fail_with(EXIT_USAGE, "verify", environment={"EDGESWEEP_ISA": ""}, says="EDGESWEEP_ISA: found ''")
        self.assertFalse((self.folder / "run").exists() or (self.folder / "out.json").exists())

    def test_listings_say_so_and_go_on(self):
        self.assertIn("EDGESWEEP_ISA: found 'avx1024'", self.succeed("info", environment={"EDGESWEEP_ISA": "avx1024"}))
        self.assertIn("cpu: baseline", self.succeed("info", environment={"EDGESWEEP_ISA": "baseline"}))


class Unwritable(CliTest):
    def test_a_run_directory_that_cannot_be_made(self):
        (self.folder / "file").write_text("", encoding="utf-8")
        self.fail_with(EXIT_IO, "run", self.write(SMALL), "-o", self.folder / "file" / "run", says="file/run")

    def test_a_directory_that_holds_a_run_is_not_overwritten(self):
        path = self.write(SMALL)
        self.succeed("run", path, "-o", self.folder / "run", "--quiet")
        before = self.succeed("show", self.folder / "run")
        line = self.fail_with(EXIT_USAGE, "run", path, "-o", self.folder / "run", says=str(self.folder / "run"))
        self.assertIn("run", line)
        self.assertEqual(self.succeed("show", self.folder / "run"), before)

    def test_a_file_size_limit_ends_in_one_line(self):
        """Stands for a full disk where no file system can be mounted: writes fail with EFBIG."""
        path = self.write(SMALL.replace("scenarios: 8", "scenarios: 4096"))

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (16384, 16384))

        self.fail_with(EXIT_IO, "run", path, "-o", self.folder / "run", "--quiet", prepare=limit, says="too large")

    def small_disk(self, size):
        """A folder on a file system of its own; None, and a line that says so, where none can be mounted."""
        disk = self.folder / "disk"
        disk.mkdir()
        mounted = os.geteuid() == 0 and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk], check=False, capture_output=True).returncode == 0
        if not mounted:
            print("left out here: no tmpfs can be mounted")
            return None
        self.addCleanup(subprocess.run, ["umount", disk], check=True)
        return disk

    def test_a_full_disk_ends_in_one_line(self):
        disk = self.small_disk("64k")
        if not disk:
            return
        path = self.write(SMALL.replace("scenarios: 8", "scenarios: 16384"))
        self.fail_with(EXIT_IO, "run", path, "-o", disk / "run", "--quiet", says="No space left on device")

    def test_a_measurement_is_not_lost_with_its_file(self):
        begin = time.monotonic()
        self.fail_with(EXIT_IO, "bench", "--seconds", 1000, "--json", self.folder / "no" / "such.json",
                       says="No such file or directory")
        self.assertLess(time.monotonic() - begin, 100, "what cannot be written is found before anything is measured")
        disk = self.small_disk("8k")
        if not disk:
            return
        target, bench = disk / "old.json", ("bench", "--filter", "cansa-auction", "--repeats", 1, "--seconds", 0.001, "--json")
        target.write_text("as it was", encoding="utf-8")
        (disk / "full").write_bytes(b"x" * 4096)  # a new file can be begun, but nothing be put into it
        done = edgesweep(*bench, target)
        self.assertEqual((done.returncode, len(done.stderr.splitlines())), (EXIT_IO, 1), done.stderr)
        self.assertIn("No space left on device", done.stderr)
        self.assertIn("cansa-auction", done.stdout)
        self.assertEqual(target.read_text(encoding="utf-8"), "as it was")
        (disk / "full").unlink()
        self.succeed(*bench, target)
        self.assertIn('"cansa-auction"', target.read_text(encoding="utf-8"))
        self.assertEqual([path.name for path in disk.iterdir()], ["old.json"])

    def test_a_document_that_cannot_be_written(self):
        path = self.write(SMALL)
        target = self.folder / "no" / "folder.json"
        self.fail_with(EXIT_IO, "solve", path, "--scenario", "0", "--method", "li-gd", "--json", target,
                       says="No such file or directory")
        self.fail_with(EXIT_IO, "instance", path, "--scenarios", "0..1", "-o", target, says="No such file or directory")


if __name__ == "__main__":
    unittest.main()

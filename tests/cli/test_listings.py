"""`list` and `info`."""

import json
import re
import unittest

from edgesweep_cli import EXIT_USAGE, SOURCE, CliTest

SUBJECTS = ("systems", "methods", "metrics", "parameters", "profiles", "backends")


class Listings(CliTest):
    def entries(self, subject, *arguments):
        return json.loads(self.succeed("list", subject, "--json", *arguments))

    def test_every_listing_has_a_name_and_a_help_per_entry(self):
        for subject in SUBJECTS:
            entries = self.entries(subject)
            self.assertTrue(entries, subject)
            for entry in entries:
                self.assertTrue(entry["name"] and entry["help"], entry)

    def test_text_and_json_name_the_same_things(self):
        for subject in SUBJECTS:
            names = re.findall(r"(?m)^(\S+)", self.succeed("list", subject))
            self.assertEqual(names, [entry["name"] for entry in self.entries(subject)])

    def test_parameters_have_default_range_and_source(self):
        entries = {entry["name"]: entry for entry in self.entries("parameters", "--system", "ecc")}
        users = entries["users"]
        self.assertEqual((users["type"], users["default"]), ("integer", "1250"))
        self.assertLess(users["low"], users["high"])
        self.assertTrue(all(entry["source"] for entry in entries.values()))
        self.assertIn("noma", entries["access"]["choices"])

    def test_the_default_of_every_parameter_is_accepted_by_an_experiment(self):
        lines = [f"  {entry['name']}: {entry['default']}" for entry in self.entries("parameters", "--system", "ecc")
                 if entry["default"] is not None and entry["place"] != "method"]
        path = self.write("system: ecc\nname: defaults\nseed: 1\nscenarios: 1\nmethods: [device-only]\nparameters:\n"
                          + "\n".join(lines) + "\n")
        self.succeed("run", path, "--dry-run")

    def test_every_built_in_profile_is_listed(self):
        files = {path.stem for path in (SOURCE / "datasets" / "profiles").glob("*.csv")}
        self.assertEqual({entry["name"] for entry in self.entries("profiles", "--system", "ecc")}, files)

    def test_what_cannot_be_listed_is_refused(self):
        self.fail_with(EXIT_USAGE, "list", says="systems|methods")
        self.fail_with(EXIT_USAGE, "list", "method", says="did you mean methods?")
        self.fail_with(EXIT_USAGE, "list", "methods", "--system", "eec", says="eec")

    def test_info_names_version_backends_and_cores(self):
        text = self.succeed("info")
        for word in ("version", "commit", "compiler", "backend      cpu:", "cores", "memory"):
            self.assertIn(word, text)


class Numbers(CliTest):
    def test_whole_numbers_are_printed_whole(self):
        text = self.succeed("list", "parameters", "--system", "ecc")
        self.assertRegex(text, r"start_seed = 0 \(integer from 0 to 9007199254740991;")
        self.assertNotRegex(text, r"integer from [^;]*e\+")


if __name__ == "__main__":
    unittest.main()

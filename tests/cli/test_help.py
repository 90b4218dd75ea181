"""Help texts, versions and wrong command lines."""

import re
import unittest

from edgesweep_cli import EXIT_IO, EXIT_USAGE, CliTest, edgesweep


def commands():
    """The subcommands that `edgesweep --help` names."""
    text = edgesweep("--help").stdout
    return re.findall(r"^  ([a-z]+) +\S", text, re.MULTILINE)


class Help(CliTest):
    def test_the_program_names_its_commands(self):
        self.assertEqual(set(commands()) >= {"run", "solve", "account", "instance", "show", "list", "info", "export"},
                         True)

    def test_every_command_explains_itself_with_an_example(self):
        for command in commands():
            for flag in ("--help", "-h"):
                text = self.succeed(command, flag)
                self.assertTrue(text.startswith(f"usage: edgesweep {command}"), text)
                self.assertIn(f"example: edgesweep {command}", text)

    def test_every_option_of_a_help_text_is_accepted_by_the_command(self):
        for command in commands():
            for option in set(re.findall(r"^ +(?:-\w, )?(--[a-z-]+)", self.succeed(command, "--help"), re.MULTILINE)):
                done = edgesweep(command, option, "--help", "--help")  # one may be its value; nothing starts
                self.assertNotIn("unknown option", done.stderr, f"{command} {option}")

    def test_the_version_is_one_line(self):
        self.assertRegex(self.succeed("--version"), r"\Aedgesweep \d+\.\d+\.\d+ \(\S+\)\n\Z")


class WrongCommandLines(CliTest):
    def test_no_command(self):
        self.fail_with(EXIT_USAGE, says="--help")

    def test_a_misspelt_command_gets_the_nearest_name(self):
        self.fail_with(EXIT_USAGE, "solev", says=("solev", "did you mean solve?"))

    def test_a_misspelt_option_gets_the_nearest_name(self):
        for command in ("run", "solve"):
            self.fail_with(EXIT_USAGE, command, "x.yaml", "--bakend", "cpu", says=("--bakend", "did you mean --backend?"))
        self.fail_with(EXIT_USAGE, "run", "x.yaml", "--bakend=cpu", says="did you mean --backend?")

    def test_an_unknown_short_option_is_named(self):
        self.fail_with(EXIT_USAGE, "run", "x.yaml", "-z", says="unknown option -z")
        self.fail_with(EXIT_USAGE, "run", "x.yaml", "-qz", says="unknown option -z")

    def test_every_command_refuses_an_unknown_option(self):
        for command in commands():
            self.fail_with(EXIT_USAGE, command, "--no-such-option", says=("--no-such-option", f"edgesweep {command} --help"))

    def test_an_option_without_its_value_is_named(self):
        self.fail_with(EXIT_USAGE, "run", "x.yaml", "--backend", says="--backend needs a value")
        self.fail_with(EXIT_USAGE, "run", "x.yaml", "-o", says="-o needs a value")

    def test_what_is_missing_is_named(self):
        self.fail_with(EXIT_USAGE, "run", says="EXPERIMENT.yaml is missing")
        self.fail_with(EXIT_USAGE, "run", "x.yaml", says="-o DIR is missing")
        self.fail_with(EXIT_USAGE, "solve", "x.yaml", says="--scenario K is missing")
        self.fail_with(EXIT_USAGE, "instance", "x.yaml", "-o", "x.h5", says="--scenarios K..L is missing")
        self.fail_with(EXIT_USAGE, "instance", "x.yaml", "--scenarios", "0..3", says="-o FILE is missing")
        self.fail_with(EXIT_USAGE, "export", "runs/x", says="--csv DIR2 or --hdf5 FILE is missing")

    def test_too_many_arguments_are_refused(self):
        self.fail_with(EXIT_USAGE, "show", "runs/a", "runs/b", says="unexpected argument runs/b")
        self.fail_with(EXIT_USAGE, "info", "now", says="unexpected argument now")

    def test_numbers_are_checked(self):
        for option, bad in (("--threads", "0"), ("--threads", "two"), ("--threads", "-1"), ("--threads", "1.5"),
                            ("--scenarios", "0"), ("--scenarios", "99999999999999999999999"), ("--batch", "0"),
                            ("--max-seconds", "0"), ("--max-seconds", "nan"), ("--max-memory", "lots"),
                            ("--max-memory", "0"), ("--max-memory", "4X"), ("--max-memory", "99999999999T")):
            self.fail_with(EXIT_USAGE, "run", "x.yaml", "-o", "x", f"{option}={bad}", says=(option, f"'{bad}'"))
        for bad in ("3..1", "a", "1..", "..2", "1-2", ""):
            self.fail_with(EXIT_USAGE, "instance", "x.yaml", "-o", "x", "--scenarios", bad, says=f"'{bad}'")

    def test_results_that_cannot_be_written_are_an_error(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            self.fail_with(EXIT_IO, "list", "parameters", stdout=full, says="standard output")

    def test_a_run_directory_that_is_none_is_named(self):
        self.fail_with(EXIT_IO, "show", self.folder / "nothing", says="nothing")
        self.fail_with(EXIT_IO, "export", self.folder / "nothing", "--csv", self.folder / "csv", says="nothing")


if __name__ == "__main__":
    unittest.main()

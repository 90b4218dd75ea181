"""Installs into a folder of its own, then uses that as somebody else would: find_package, pkg-config, the program."""

import os
import pathlib
import subprocess
import unittest

from edgesweep_cli import SMALL, CliTest

BUILD = os.environ["EDGESWEEP_BUILD"]
PROJECT = pathlib.Path(__file__).parent / "project"


class Installed(CliTest):
    def run_tool(self, *command, environment=None):
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False,
                              env={**os.environ, **(environment or {})})
        self.assertEqual(done.returncode, 0, f"{command}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def setUp(self):
        super().setUp()
        self.prefix = self.folder / "prefix"
        self.run_tool("cmake", "--install", BUILD, "--prefix", self.prefix)

    def only(self, pattern):
        found = list(self.prefix.rglob(pattern))
        self.assertEqual(len(found), 1, pattern)
        return found[0]

    def test_a_project_finds_it_with_find_package(self):
        build = self.folder / "build"
        self.run_tool("cmake", "-S", PROJECT, "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={self.prefix}")
        self.run_tool("cmake", "--build", build)
        self.assertEqual(self.run_tool(build / "consumer"), "device-only solved consumer\n")

    def test_a_compiler_line_finds_it_with_pkg_config(self):
        path = {"PKG_CONFIG_PATH": str(self.only("edgesweep.pc").parent)}
        flags = self.run_tool("pkg-config", "--cflags", "--libs", "--static", "edgesweep", environment=path).split()
        program = self.folder / "consumer"
        self.run_tool(os.environ["CC"], PROJECT / "consumer.c", "-o", program, *flags)
        self.assertEqual(self.run_tool(program), "device-only solved consumer\n")

    def test_the_installed_program_runs_with_the_installed_profiles(self):
        program, profiles = self.only("bin/edgesweep"), self.only("nin-cifar10-32.csv")
        environment = {"EDGESWEEP_DATA": str(profiles.parent.parent)}
        self.run_tool(program, "run", self.write(SMALL), "-o", self.folder / "run", "--quiet", environment=environment)
        self.assertIn("li-gd", self.run_tool(program, "show", self.folder / "run"))


if __name__ == "__main__":
    unittest.main()

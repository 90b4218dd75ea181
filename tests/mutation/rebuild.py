"""Builds what a Ninja tree builds, with one source file changed, and leaves tree and sources as they are.

The commands are the tree's own (`ninja -t commands`). Those that depend on the file, or on what such a one makes, run
again with every path to the sources led to a copy that holds the changed file, and every output to a folder of their
own.
"""
import os
import re
import shutil
import subprocess
from pathlib import Path

MIRRORED = ("include", "host", "kernels", "tests/simt", "tests/ptx", "tests/support", "tests/backend",
            "tests/oracle", "benchmarks")


class BuildError(Exception):
    """The compiler refused the changed file."""


class Tree:
    """A build tree of the project; `target` names are Ninja's."""

    def __init__(self, source, build):
        self.source, self.build = Path(source).resolve(), Path(build).resolve()
        self._commands = {}
        self._targets = set(re.findall(r"^(\S+): ", self.ninja("-t", "targets", "all"), re.M))

    def has(self, target):
        return target in self._targets

    def ninja(self, *arguments):
        return subprocess.run(["ninja", "-C", str(self.build), *arguments], check=True, capture_output=True,
                              text=True).stdout

    def make(self, targets):
        """Builds the targets as they are."""
        subprocess.run(["ninja", "-C", str(self.build), *sorted(targets)], check=True, stdout=subprocess.DEVNULL)

    def commands(self, target):
        if target not in self._commands:
            lines = self.ninja("-t", "commands", target).splitlines()
            self._commands[target] = [Command(line, self) for line in lines]
        return self._commands[target]


class Command:
    """One line of Ninja's: what it reads is known from the compiler's list of dependencies, or is in its words."""

    def __init__(self, line, tree):
        self.line, self.tree = line, tree
        outputs = re.findall(r" -o (\S+)", line)
        archive = re.search(r"\bar qc (\S+)", line)
        self.output = self.name_of(outputs[-1]) if outputs else self.name_of(archive.group(1)) if archive else None
        self._reads = None

    def name_of(self, path):
        """Relative to the build folder."""
        return os.path.relpath(os.path.join(self.tree.build, path), self.tree.build)

    def reads(self, path):
        """Whether the command compiles something that includes this source file."""
        if self._reads is None:
            self._reads = set()
            if self.output and re.search(r" (-c|-ptx) ", self.line):
                listed = self.tree.ninja("-t", "deps", self.output)
                self._reads = {os.path.join(self.tree.build, name.strip()) for name in listed.splitlines()[1:]}
                self._reads.update(re.findall(r" (?:-c|-ptx) (\S+)", self.line))
        return str(path) in {os.path.normpath(name) for name in self._reads}

    def is_other_ptx(self):
        """PTX of another level or architecture than the main one: mutants do without."""
        return self.output.endswith(".ptx") and not self.output.endswith(".O3.sm_80.ptx")

    def is_plain_c(self):
        return self.output.endswith(".c.o")

    def mentions(self, names):
        return any(re.search(r"(?<![\w./-])" + re.escape(n) + r"(?![\w.-])", self.line) or
                   str(self.tree.build / n) in self.line for n in names)

    def redirected(self, mirror, folder, changed):
        """The command with changed outputs taken from, and its own written to, `folder`."""
        line = self.line.split(" && /usr/bin/cmake -E cmake_transform_depfile")[0]
        line = re.sub(r" -MD| -M[TF] \S+", "", line)
        line = line.replace("ccache ", "")
        marker = "\0build\0"
        line = line.replace(str(self.tree.build), marker).replace(str(self.tree.source), str(mirror))
        for name in changed | {self.output}:
            line = line.replace(marker + "/" + name, str(folder / name))
            line = re.sub(r"(?<![\w./\0-])" + re.escape(name) + r"(?![\w.-])", str(folder / name), line)
        return line.replace(marker, str(self.tree.build))


class Mirror:
    """A copy of the sources, in which single files can be changed."""

    def __init__(self, tree, folder):
        self.tree, self.folder = tree, Path(folder)
        for part in MIRRORED:
            if (tree.source / part).is_dir():
                shutil.copytree(tree.source / part, self.folder / part)

    def read(self, name):
        return (self.folder / name).read_text(encoding="utf-8")

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")


def rebuild(tree, mirror, changed_source, target, folder, plain_c=False):
    """The folder gets what of `target` depends on the changed file, by the names it has in the build folder. Returns
    them; raises BuildError. Of a host's file plain C is built only with `plain_c`."""
    shutil.rmtree(folder, ignore_errors=True)
    changed = set()
    source = tree.source / changed_source
    for command in tree.commands(target):
        if not command.output or command.is_other_ptx() or not (command.reads(source) or command.mentions(changed)):
            continue
        if changed_source.startswith("host/") and command.is_plain_c() and not plain_c:
            continue  # the changed part of a shared header is the device's
        (folder / command.output).parent.mkdir(parents=True, exist_ok=True)
        if " qc " in command.line: # an archive is filled anew
            (folder / command.output).unlink(missing_ok=True)
        result = subprocess.run(command.redirected(mirror.folder, folder, changed), shell=True, cwd=tree.build,
                                capture_output=True, text=True)
        if result.returncode:
            raise BuildError(result.stderr + result.stdout)
        changed.add(command.output)
    return changed

"""The PTX inside the module for GPUs is the PTX that the tests run: instruction by instruction, for every kernel."""

import os
import pathlib
import re
import unittest

TESTED = [pathlib.Path(path) for path in os.environ["ESW_PTX_FILES"].split("|") if ".O3.sm_80.ptx" in path]
MODULE = pathlib.Path(os.environ["ESW_CUDA_MODULE"])


def texts_of_module():
    """Every PTX that lies in it as plain text, up to the NUL."""
    return [match[0].decode() for match in re.finditer(rb"\.version \d+\.\d+\s+\.target [^\0]*", MODULE.read_bytes())]


def kernels(text):
    return frozenset(re.findall(r"\.entry (\w+)", text))


def instructions(text):
    """The lines without comments, places in the source and debug sections. Names of static functions hold a hash of the
    path that was compiled."""
    text = re.sub(r"//[^\n]*", "", text)
    text = re.split(r"(?m)^\s*\.section\s+\.debug", text)[0]
    text = re.sub(r"_INTERNAL_[0-9a-f]{8}_(\w+?)_[0-9a-f]{8}_\d+", r"_INTERNAL_\1", text)
    lines = (" ".join(line.split()) for line in text.splitlines())
    return [line for line in lines if line and not re.match(r"\.(loc|file) ", line)]


class Module(unittest.TestCase):
    def test_it_holds_what_was_tested(self):
        found = {kernels(text): instructions(text) for text in texts_of_module() if kernels(text)}
        tested = {kernels(text): instructions(text) for text in (path.read_text(encoding="utf-8") for path in TESTED)}
        self.assertEqual(found.keys(), tested.keys())
        for names, lines in tested.items():
            self.assertGreater(len(lines), 20)
            for place, (one, other) in enumerate(zip(lines, found[names])):
                self.assertEqual(one, other, f"statement {place} of {sorted(names)}")
            self.assertEqual(len(lines), len(found[names]), sorted(names))


if __name__ == "__main__":
    unittest.main()

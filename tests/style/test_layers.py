"""The layers of the source tree: who may include whom, headers that stand alone, and a library that keeps quiet."""

import os
import pathlib
import re
import subprocess
import unittest

SOURCE = pathlib.Path(os.environ["EDGESWEEP_SOURCE"])
LIBRARY = os.environ["EDGESWEEP_LIBRARY"]
SYSTEMS = ("ecc", "cansa", "clo", "qic")

GENERATED = ("build_info.h", "backend_abi.h")
PUBLIC = ("edgesweep/",)
SHARED = (*PUBLIC, "base/")
MAY_INCLUDE = {
    "host/base": (*PUBLIC, "base/"),
    "host/backend": (*SHARED, "backend/", *(f"{system}/" for system in SYSTEMS)),
    "host/sweep": (*PUBLIC, "base/", "backend/backend.h", "sweep/"),
    "host/cli": (*PUBLIC, "base/"),
    "host/mpi": (*PUBLIC, "cli/cli.h"),
    "kernels": (*SHARED, "backend/backend.h", "kernels/", "simt.h", *(f"{system}/" for system in SYSTEMS)),
    **{f"host/{system}": (*SHARED, "backend/backend.h", f"{system}/") for system in SYSTEMS},
}

# Double functions of libm give other bits on other processors, so only what never reaches a result may call them: the
# oracle and the naive rivals of the benchmarks.
LIBM = {name + suffix for suffix in ("", "f", "l") for name in (
    "acos asin atan atan2 cbrt cos cosh erf erfc exp exp10 exp2 expm1 hypot lgamma log log10 log1p log2 pow sin "
    "sincos sinh tan tanh tgamma").split()}
MAY_CALL_LIBM = ("oracle", "rival_")
PRINTING = set("printf puts putchar perror vprintf exit _exit abort quick_exit".split())


def sources(folder, *suffixes):
    return sorted(path for path in (SOURCE / folder).rglob("*") if path.suffix in suffixes)


def undefined_symbols():
    """{object file: names it needs} of the library."""
    text = subprocess.run(["nm", "-A", "--undefined-only", LIBRARY], check=True, capture_output=True, text=True).stdout
    symbols = {}
    for line in text.splitlines():
        place, name = line.rsplit(" ", 1)
        symbols.setdefault(place.split(":")[1], set()).add(name.split("@")[0])
    return symbols


class Layers(unittest.TestCase):
    def test_folders_include_only_what_they_may(self):
        wrong, seen = [], 0
        for folder, allowed in MAY_INCLUDE.items():
            for path in sources(folder, ".c", ".h", ".cu", ".cuh", ".inc"):
                own = str(path.parent.relative_to(SOURCE / "host")) + "/" if folder != "kernels" else "kernels/"
                for name in re.findall(r'^\s*#\s*include\s+"([^"]+)"', path.read_text(encoding="utf-8"), re.MULTILINE):
                    seen += 1
                    beside = "/" not in name and (path.parent / name).exists()
                    if not (beside or name.startswith(allowed) or name.startswith(own) or name in GENERATED):
                        wrong.append(f"{path.relative_to(SOURCE)} includes {name}")
        self.assertGreater(seen, 50)
        self.assertEqual(wrong, [])

    def test_public_headers_compile_alone_in_c_and_in_cpp(self):
        headers = sources("include", ".h")
        self.assertGreater(len(headers), 4)
        for header in headers:
            for language, standard in (("c", "c11"), ("c++", "c++17")):
                done = subprocess.run([os.environ["CC"], "-x", language, f"-std={standard}", "-Wall", "-Wextra",
                                       "-Wpedantic", "-Werror", "-fsyntax-only", f"-I{SOURCE / 'include'}", header],
                                      check=False, capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, f"{header.name} as {language}: {done.stderr}")

    def test_public_names_carry_the_prefix(self):
        for header in sources("include", ".h"):
            text = re.sub(r"/\*.*?\*/", "", header.read_text(encoding="utf-8"), flags=re.DOTALL)
            for name in re.findall(r"^#define\s+(\w+)", text, re.MULTILINE):
                self.assertRegex(name, r"^(ESW_|EDGESWEEP_|X$)", header.name)
            for name in re.findall(r"^\w[\w *]*?\b(\w+)\(", text, re.MULTILINE):
                self.assertRegex(name, r"^(esw_|__attribute__)", header.name)

    def test_one_place_decides_the_instruction_set(self):
        asking = {str(path.relative_to(SOURCE)) for path in sources("host", ".c", ".h")
                  if re.search("__builtin_cpu_supports|EDGESWEEP_ISA", re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"),
                                                                             flags=re.DOTALL))}
        self.assertEqual(asking, {"host/base/isa.c", "host/cli/info.c"})  # the other prints what the processor has

    def test_files_have_a_length_one_can_read(self):
        for folder in ("host", "kernels", "include", "tests", "benchmarks"):
            for path in sources(folder, ".c", ".h", ".cu", ".cuh", ".py"):
                lines = path.read_text(encoding="utf-8").count("\n")
                self.assertLessEqual(lines, 550, path.relative_to(SOURCE))


@unittest.skipIf(not LIBRARY.endswith(".a"), "objects can be told apart in a static library only")
class Objects(unittest.TestCase):
    def test_only_the_oracle_and_the_rivals_call_libm(self):
        calls = {name: sorted(needs & LIBM) for name, needs in undefined_symbols().items()}
        self.assertEqual({name: found for name, found in calls.items() if found and not name.startswith(MAY_CALL_LIBM)}, {})

    def test_the_library_neither_prints_nor_exits(self):
        calls = {name: sorted(needs & PRINTING) for name, needs in undefined_symbols().items()}
        self.assertEqual({name: found for name, found in calls.items() if found}, {})


if __name__ == "__main__":
    unittest.main()

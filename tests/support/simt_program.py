"""The whole program on the backend `simt`, against itself on `cpu`: instances, ways to run, and where numbers differ."""

import filecmp
import os
import pathlib
import re
import subprocess

EXPERIMENTS = pathlib.Path(__file__).resolve().parents[2] / "datasets" / "experiments"

DESCENTS = ("gd", "li-gd")  # end early, because an interpreter runs them
OPTIMA = ("grid-optimum", "certified", "joint")  # searches
METHODS = ("device-only", "edge-only", "neurosurgeon", "dnn-surgery", "grid", *DESCENTS, *OPTIMA)

# What keeps a method short.
ENDS = {"gd": "max_iterations: 8", "li-gd": "max_iterations: 8", "grid-optimum": "levels: 4, unit_levels: 2",
        "certified": "max_nodes: 48"}

# Options that lead to further kernels.
OPTIONS = {"edge-only": "pair_directions: true", "gd": "split: per-user", "li-gd": "split: per-user"}

# Directions that differ, and an edge so scarce that DNN surgery's rounds swing instead of settling.
SCARCE = ("power_max_down_dbm: 20, edge_capacity_units: 16, edge_unit_flops: 450e6, compute_units_min: 0.1, "
          "compute_units_max: 64")

# Users, APs and subchannels: odd sizes, one of each, clusters at the cap, more users than a warp has threads.
SIZES = ((1, 1, 1), (5, 2, 3), (6, 1, 2), (7, 2, 2), (12, 2, 3), (35, 2, 6))
SMALL_SIZES = tuple(size for size in SIZES if size[0] <= 12 and size[2] <= 3)

# Which way a run goes: environment variables of the SIMT layer.
PLAIN = {}


def schedules(seeds):
    """Deferred streams and threads in the order of each seed, on one device or two."""
    return [{"ESW_SIMT_SEED": str(seed), "ESW_SIMT_DEFER": "1", "ESW_SIMT_DEVICES": str(1 + seed % 2)} for seed in seeds]


def experiment(size, methods, scenarios, seed=11, combinations=True):
    """The methods at one size, in every access, reading and layout unless `combinations` is false. Readings and accesses
    are options of a method, the layout is swept."""
    users, aps, subchannels = size
    entries = []
    for method in methods:
        ends = ENDS.get(method, "")
        entries.append(f"{{use: {method}, as: {method}, {ends}}}" if ends else method)
        for access in ("noma", "oma", "oma-in-cell") if combinations else ():
            for reading in ("repaired", "published"):
                if (access, reading) != ("noma", "repaired"):
                    entries.append(f"{{use: {method}, as: {method}-{access}-{reading}, access: {access}, "
                                   f"reading: {reading}{ends and ', ' + ends}}}")
        if method in OPTIONS:
            entries.append(f"{{use: {method}, as: {method}-other, {OPTIONS[method]}{ends and ', ' + ends}}}")
    return "\n".join([
        "system: ecc", "name: backends", f"seed: {seed}", f"scenarios: {scenarios}", "methods:",
        *(f"  - {entry}" for entry in entries),
        f"parameters: {{aps: {aps}, users: {users}, subchannels: {subchannels}, bandwidth_up_hz: 1000000, "
        f"{SCARCE}, profile: {{mix: [nin-cifar10-32, alexnet-imagenet-224]}}}}",
        f"sweep: {{layout: [{'users_around_ap, ' if combinations else ''}uniform]}}", "keep: [summary, scenarios, users]", ""])


def searches(start, levels=4, unit_levels=3, max_nodes=64):
    """Every search for an optimum in every access and reading, from an assignment of `start`."""
    entries = []
    for access in ("noma", "oma", "oma-in-cell"):
        for reading in ("repaired", "published"):
            for method, options in (
                    ("grid-optimum", f"assignment_from: {start}, levels: {levels}, unit_levels: {unit_levels}"),
                    ("certified", f"assignment_from: {start}, gap: 0.01, max_nodes: {max_nodes}"), ("joint", "")):
                ends = "max_iterations: 8, " if options and start in DESCENTS else ""
                entries.append(f"use: {method}, as: {method}-{access}-{reading}, access: {access}, "
                               f"reading: {reading}, {ends}{options}")
    return entries


def optima(scenarios, users, aps, subchannels, methods=(), seed=5, both_layouts=False, **parameters):
    """Every search for an optimum of ECC, small: both directions, all accesses and readings, every kind of assignment to
    start from, searches that end at their node limit and some of no time at all. Or the entries given."""
    entries = list(methods)
    for access in ("noma", "oma", "oma-in-cell") if not methods else ():
        for reading in ("repaired", "published"):
            for start in ("rule-a", "li-gd", "joint"):
                name = f"{access}-{reading}-{start}"
                common = f"access: {access}, reading: {reading}, assignment_from: {start}, max_iterations: 8"
                entries += [f"use: certified, as: certified-{name}, {common}, gap: 0.01, max_nodes: 200",
                            f"use: grid-optimum, as: grid-optimum-{name}, {common}, levels: 5, unit_levels: 3"]
            entries.append(f"use: joint, as: joint-{access}-{reading}, access: {access}, reading: {reading}")
    if not methods:
        entries += ["use: grid-optimum, as: scan, search: scan, levels: 18, max_combinations: 1e5",
                    "use: certified, as: certified-all, assignment_from: all, gap: 0.02, max_nodes: 400",
                    "use: grid-optimum, as: grid-optimum-all, assignment_from: all, levels: 4",
                    "use: certified, as: hurried, gap: 1e-5, max_seconds: 1e-9, max_nodes: 300",
                    "use: certified, as: unhurried, gap: 1e-2, max_seconds: 1e6, max_nodes: 300"]
    band = 40000 * subchannels  # so narrow that who sends, and how loud, is worth a search of many boxes
    size = {"aps": aps, "users": users, "subchannels": subchannels, "pair_directions": "false",
            "bandwidth_up_hz": band, "bandwidth_down_hz": band, "upload": "network",
            "profile": "{mix: [nin-cifar10-32, alexnet-imagenet-224, yolov2tiny-cifar10-416]}", **parameters}
    return "\n".join(["system: ecc", f"seed: {seed}", f"scenarios: {scenarios}", "methods:", *(f"  - {{{e}}}" for e in entries),
                      "parameters:", *(f"  {key}: {value}" for key, value in size.items()),
                      *(["sweep: {layout: [users_around_ap, uniform]}"] if both_layouts else []),
                      "keep: [summary, scenarios, users]", ""])


def of_system(name, scenarios):
    """The experiment that has every method and reading of CANSA or CLO, with so many scenarios."""
    text = (EXPERIMENTS / f"same-bits-{name}.yaml").read_text(encoding="utf-8")
    return re.sub(r"(?m)^scenarios: \d+", f"scenarios: {scenarios}", text)


class Failure(Exception):
    """What went wrong, in a line."""


def telling(text):
    """The line that says it, else the last one."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    words = re.compile(r"simt: kernel|simt: host|ERROR: |runtime error|edgesweep: ")
    return next((line for line in lines if words.search(line)), lines[-1] if lines else "no output")[:400]


class Program:
    def __init__(self, build, module_folder=None):
        self.path = str(pathlib.Path(build) / "edgesweep")
        self.module_folder = module_folder

    def __call__(self, *arguments, environment=None, timeout=120):
        """Runs it to its end. A report of the layer is a failure whatever the program makes of it."""
        own = {"EDGESWEEP_BACKENDS": str(self.module_folder)} if self.module_folder else {}
        try:
            return subprocess.run([self.path, *map(str, arguments)], capture_output=True, text=True, errors="replace",
                                  timeout=timeout, env={**os.environ, **own, **(environment or {})})
        except subprocess.TimeoutExpired:
            raise Failure(f"does not end within {timeout} s") from None

    def succeed(self, *arguments, **options):
        done = self(*arguments, **options)
        if done.returncode or "simt: " in done.stderr:
            raise Failure(f"ends with {done.returncode}: {telling(done.stderr or done.stdout)}")
        return done

    def methods(self, folder, backend="simt"):
        """Those of METHODS that the backend has. One that it has not is refused in so many words."""
        found = []
        for method in METHODS:
            path = pathlib.Path(folder) / f"{method}.yaml"
            path.write_text(experiment((1, 1, 1), [method], 1), encoding="utf-8")
            done = self("run", path, "-o", pathlib.Path(folder) / f"{method}.run", "--backend", backend, "--quiet")
            if done.returncode == 0:
                found.append(method)
            elif "has no GPU version" not in done.stderr:
                raise Failure(telling(done.stderr))
        return found

    def numbers(self, path, folder, backend, *arguments, environment=None, timeout=120):
        """Runs the experiment and gives the folder with all its numbers as text."""
        self.succeed("run", path, "-o", folder / "run", "--backend", backend, "--quiet", *arguments,
                     environment=environment, timeout=timeout)
        self.succeed("export", folder / "run", "--csv", folder / "csv")
        return folder / "csv"


def difference(expected, found):
    """'' if both folders hold the same bytes; else the first lines that differ."""
    names = sorted(os.listdir(expected))
    if names != sorted(os.listdir(found)):
        return f"files {names} and {sorted(os.listdir(found))}"
    for name in names:
        if filecmp.cmp(expected / name, found / name, shallow=False):
            continue
        pairs = zip((expected / name).read_text(encoding="utf-8").splitlines(),
                    (found / name).read_text(encoding="utf-8").splitlines())
        first = next(((a, b) for a, b in pairs if a != b), ("another length", ""))
        return f"{name}: cpu '{first[0][:120]}', simt '{first[1][:120]}' differ"
    return ""

"""Ways to run edgesweep with the backend module `simt` of a mutant, each a list of runs that must give the bits of
`cpu` without a report of the SIMT layer."""
import functools
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from simt_program import DESCENTS, Failure, Program, difference, experiment, of_system, optima, schedules, telling  # noqa: E402

SCENARIOS = 17  # so that rows of blocks walk on two devices too
# Odd and even tails of rows of gains; users that fill a row of memory, some left over by `uniform`; users, then subchannels, that
# are more than a warp has lanes.
SIZES = ((5, 2, 3), (7, 2, 4), (16, 3, 2), (35, 1, 12), (4, 1, 40))
DESCENT_SIZES = ((5, 2, 3), (4, 2, 9))  # lanes that are scenarios, lanes that are subchannels
BASELINES = ("device-only", "edge-only", "neurosurgeon", "dnn-surgery", "grid")  # descents take too long for so many runs

# A device that fails in its first or a later allocation, transfer, launch or kernel, or anywhere.
INJECTIONS = ("cudaMalloc:1", "cudaMallocHost:1", "cudaMallocHost:2", "cudaStreamCreate:2",
              *(f"cudaMemcpyAsync:{n}=cudaErrorInvalidValue" for n in (1, 2, 3)), "cudaMemcpyAsync:3", "launch:1",
              "launch:4", "kernel:2", "cudaStreamSynchronize:2", "any:9", "any:17", "any:30")

# Ways: each gives a list of environments.
BITS, SCHEDULES, ONE_SCHEDULE, DEFERRED, ERRORS = "bits", "schedules", "one schedule", "deferred", "errors"
WAYS = {BITS: [{}], SCHEDULES: schedules((1, 2, 3)), ONE_SCHEDULE: schedules((1,)), DEFERRED: [{"ESW_SIMT_DEFER": "1"}]}


def searches():
    """Every inner loop of crew.h: boxes and points of elements, rows and tables of a scan, the chain of a cell; searches that
    start from another's subchannels, and some so deep that more boxes wait than a batch takes."""
    methods = ("use: grid-optimum, levels: 16, unit_levels: 2", "use: grid-optimum, as: padded, levels: 20, unit_levels: 2",
               "use: certified, gap: 0.01, max_nodes: 400", "use: joint")
    from_joint = ("use: grid-optimum, as: levels-from-joint, assignment_from: joint, levels: 5, unit_levels: 1",
                  "use: certified, as: from-joint, assignment_from: joint, gap: 0.05, max_nodes: 48")
    few_levels = ("use: grid-optimum, levels: 3, unit_levels: 2",)
    deep = ("use: certified, gap: 1e-4, max_nodes: 6000",)
    chain = ("use: certified, gap: 0.1, max_nodes: 16",)
    return [optima(6, 4, 2, 1, methods), optima(24, 5, 2, 2, from_joint), optima(40, 5, 2, 1, few_levels),
            optima(2, 9, 3, 1, deep), optima(2, 12, 1, 1, chain, cluster_cap=12)]


# What is run for a fault in which file; the first entry that fits counts.
SUBJECTS = {
    "searches": (("kernels/ecc/optimum", "kernels/ecc/crew", "host/ecc/bound.h", "host/ecc/scan.h", "host/ecc/states.h",
                  "host/ecc/frontier", "host/ecc/arena", "host/ecc/level_search", "host/ecc/joint"), searches),
    "descents": (("kernels/ecc/li_gd", "host/ecc/li_gd", "host/ecc/lane_loop"),
                 lambda: [experiment(size, DESCENTS, SCENARIOS, combinations=False) for size in DESCENT_SIZES]),
    "cansa": (("kernels/cansa/", "host/cansa/"), lambda: [of_system("cansa", 80)]),
    "clo": (("kernels/clo/", "host/clo/"), lambda: [of_system("clo", 3)]),
    "baselines": (("",), lambda: [experiment(size, BASELINES, SCENARIOS, combinations=False) for size in SIZES]),
}


def subject_of(file):
    return next(name for name, (starts, _) in SUBJECTS.items() if file.startswith(starts))


def least_memory(program, path, folder):
    """Device memory for one scenario or two at a time, so that nine are many chunks and every slot is used again."""
    for bits_of_size in range(12, 30):
        done = program("run", path, "-o", folder / str(bits_of_size), "--backend", "simt", "--quiet", "--scenarios", 1,
                       environment={"ESW_SIMT_MEMORY": str(1 << bits_of_size)})
        if done.returncode == 0:
            return 1 << bits_of_size
    raise Failure("no amount of device memory is enough")


class Reference:
    """Experiments of a subject, their files and the numbers of `cpu`, made once."""

    def __init__(self, build, subject):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)
        program = Program(build)
        self.cases = []
        for number, text in enumerate(SUBJECTS[subject][1]()):
            path = self.path / f"{number}.yaml"
            path.write_text(text, encoding="utf-8")
            least = {"ESW_SIMT_MEMORY": str(least_memory(program, path, self.path / f"least{number}"))}
            self.cases.append((path, program.numbers(path, self.path / f"cpu{number}", "cpu"), least))


reference = functools.lru_cache(maxsize=None)(Reference)


def instance(program, path, backend, environment):
    """What the backend draws for the last scenario, decides and how that is scored."""
    done = program.succeed("solve", path, "--scenario", SCENARIOS - 1, "--method", "device-only", "--json", "-",
                           "--backend", backend, environment=environment)
    document = json.loads(done.stdout)
    return {key: document[key] for key in ("instance", "decision", "metrics")}


def compare(build, program, subject, environments, timeout):
    for path, expected, memory in reference(build, subject).cases:
        if subject == "baselines" and instance(program, path, "simt", {**environments[0], **memory}) != instance(
                program, path, "cpu", {}):
            raise Failure(f"{path.stem}: what cpu and simt draw or decide differs")
        # With all memory two chunks hold the batch, and the last is the shorter one, of CANSA each has more than blocks.
        for environment in (environments[0], *({**e, **memory} for e in environments)):
            with tempfile.TemporaryDirectory() as folder:
                found = program.numbers(path, pathlib.Path(folder), "simt", "--batch", 160 if subject == "cansa" else SCENARIOS,
                                        environment=environment, timeout=timeout)
                text = difference(expected, found)
                if text:
                    raise Failure(f"{path.stem}: {text}")


def meet_errors(build, program, timeout):
    """A failing device must end the run with code 4 and a line that says where, leak nothing, name the call, and leave a folder
    that `cpu` completes to the same numbers."""
    path, expected, memory = reference(build, "baselines").cases[0]
    for injection in INJECTIONS:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            done = program("run", path, "-o", folder / "run", "--backend", "simt", "--quiet", timeout=timeout,
                           environment={"ESW_SIMT_FAIL": injection, "ESW_SIMT_DEFER": "1", **memory})
            if "was not met" in done.stderr:
                raise Failure(f"{injection}: {telling(done.stderr)}")
            if done.returncode != 4 or "kernels/" not in done.stderr:
                raise Failure(f"{injection}: ends with {done.returncode}: {telling(done.stderr)}")
            call = injection.split(":")[0]
            if "simt: " in done.stderr or call.startswith("cuda") and call not in done.stderr:
                raise Failure(f"{injection}: {telling(done.stderr)}")
            resume = ["--resume"] if (folder / "run").exists() else []
            text = difference(expected, program.numbers(path, folder, "cpu", *resume))
            if text:
                raise Failure(f"{injection}, then cpu: {text}")


def failure(build, program_folder, module_folder, way, subject, timeout):
    """'' if all runs of the way go well, else what went wrong."""
    try:
        program = Program(program_folder, module_folder)
        if way == ERRORS:
            meet_errors(build, program, timeout)
        else:
            compare(build, program, subject, WAYS[way], timeout)
    except Failure as text:
        return str(text)
    return ""


def failure_of_ptx(build, files, subject, timeout):
    """The same with the build's own module and these PTX files."""
    try:
        compare(build, Program(build), subject, [{"ESW_SIMT_PTX": ":".join(map(str, files))}], timeout)
    except Failure as text:
        return str(text)
    return ""

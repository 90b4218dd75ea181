"""Ways to run edgesweep with the backend module `simt` of a mutant, each a list of runs that must give the bits of
`cpu` without a report of the SIMT layer."""
import functools
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from simt_program import DESCENTS, Failure, Program, difference, experiment, schedules, telling  # noqa: E402

SCENARIOS = 9
SIZES = ((5, 2, 3), (7, 2, 4), (35, 1, 12))  # four gains in one store; more users of an AP than lanes

# A device that fails in its first or a later allocation, transfer, launch or kernel, or anywhere.
INJECTIONS = ("cudaMalloc:1", "cudaMallocHost:1", "cudaMallocHost:2", "cudaStreamCreate:2",
              "cudaMemcpyAsync:1=cudaErrorInvalidValue", "cudaMemcpyAsync:3", "launch:1", "launch:4", "kernel:2",
              "cudaStreamSynchronize:2", "any:9", "any:17", "any:30")


def bits(_build):
    return [{}]


def in_schedules(_build):
    return schedules((1, 2, 3))


def with_asan(_build):
    """The program itself is built without: the module's runtime comes with it."""
    runtimes = [subprocess.run(["g++", f"-print-file-name={name}"], capture_output=True, text=True,
                               check=True).stdout.strip() for name in ("libasan.so", "libubsan.so")]
    return [{"LD_PRELOAD": ":".join(runtimes), "ASAN_OPTIONS": "detect_leaks=0:halt_on_error=1",
             "ESW_SIMT_DEFER": "1"}]


BITS, SCHEDULES, ASAN, ERRORS = bits, in_schedules, with_asan, "errors"


def least_memory(program, path, folder):
    """Device memory for one scenario or two at a time, so that nine are many chunks and every slot is used again."""
    for bits_of_size in range(12, 30):
        done = program("run", path, "-o", folder / str(bits_of_size), "--backend", "simt", "--quiet", "--scenarios", 1,
                       environment={"ESW_SIMT_MEMORY": str(1 << bits_of_size)})
        if done.returncode == 0:
            return 1 << bits_of_size
    raise Failure("no amount of device memory is enough")


class Reference:
    """Experiments, their files and the numbers of `cpu`, made once."""

    def __init__(self, build):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)
        program = Program(build)
        # The descents take too long for so many runs.
        methods = [method for method in program.methods(self.path) if method not in DESCENTS]
        self.cases = []
        for number, size in enumerate(SIZES):
            path = self.path / f"{number}.yaml"
            path.write_text(experiment(size, methods, SCENARIOS, combinations=False), encoding="utf-8")
            least = {"ESW_SIMT_MEMORY": str(least_memory(program, path, self.path / f"least{number}"))}
            self.cases.append((path, program.numbers(path, self.path / f"cpu{number}", "cpu"), least))


reference = functools.lru_cache(maxsize=None)(Reference)


def instance(program, path, backend, environment):
    """What the backend draws for the last scenario, decides and how that is scored."""
    done = program.succeed("solve", path, "--scenario", SCENARIOS - 1, "--method", "device-only", "--json", "-",
                           "--backend", backend, environment=environment)
    document = json.loads(done.stdout)
    return {key: document[key] for key in ("instance", "decision", "metrics")}


def compare(build, module_folder, environments, timeout):
    program = Program(build, module_folder)
    for path, expected, memory in reference(build).cases:
        if instance(program, path, "simt", {**environments[0], **memory}) != instance(program, path, "cpu", {}):
            raise Failure(f"{path.stem}: what cpu and simt draw or decide differs")
        # With all memory two chunks hold the batch, and the last is the shorter one.
        for environment in (environments[0], *({**e, **memory} for e in environments)):
            with tempfile.TemporaryDirectory() as folder:
                found = program.numbers(path, pathlib.Path(folder), "simt", "--batch", SCENARIOS,
                                        environment=environment, timeout=timeout)
                text = difference(expected, found)
                if text:
                    raise Failure(f"{path.stem}: {text}")


def meet_errors(build, module_folder, timeout):
    """A failing device must end the run with code 4 and a line that says where, leak nothing, and leave a folder that
    `cpu` completes to the same numbers."""
    program = Program(build, module_folder)
    path, expected, memory = reference(build).cases[0]
    for injection in INJECTIONS:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            done = program("run", path, "-o", folder / "run", "--backend", "simt", "--quiet", timeout=timeout,
                           environment={"ESW_SIMT_FAIL": injection, "ESW_SIMT_DEFER": "1", **memory})
            if "was not met" in done.stderr:
                raise Failure(f"{injection}: {telling(done.stderr)}")
            if done.returncode != 4 or "kernels/" not in done.stderr:
                raise Failure(f"{injection}: ends with {done.returncode}: {telling(done.stderr)}")
            if "simt: " in done.stderr:
                raise Failure(f"{injection}: {telling(done.stderr)}")
            resume = ["--resume"] if (folder / "run").exists() and "--resume" in program("run", "--help").stdout else []
            if not resume:
                shutil.rmtree(folder / "run", ignore_errors=True)
            text = difference(expected, program.numbers(path, folder, "cpu", *resume))
            if text:
                raise Failure(f"{injection}, then cpu: {text}")


def failure(build, module_folder, way, timeout):
    """'' if all runs of the way go well, else what went wrong."""
    try:
        if way == ERRORS:
            meet_errors(build, module_folder, timeout)
        else:
            compare(build, module_folder, way(build), timeout)
    except Failure as text:
        return str(text)
    return ""


def failure_of_ptx(build, files, timeout):
    """The same with the build's own module and these PTX files."""
    try:
        compare(build, None, [{"ESW_SIMT_PTX": ":".join(map(str, files))}], timeout)
    except Failure as text:
        return str(text)
    return ""

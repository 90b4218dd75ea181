"""What ptxas says of a kernel's machine code, what of its PTX a program can count, and the occupancy that follows."""
import math
import re
import subprocess
from collections import Counter
from typing import NamedTuple

# Per multiprocessor: warps, blocks, shared memory; from the CUDA programming guide's table of compute capabilities.
# Registers (64 Ki), their allocation unit (256 per warp) and the block's share of shared memory kept by the system
# (1 KiB) are the same in all of them.
LIMITS = {80: (64, 32, 164 << 10), 90: (64, 32, 228 << 10), 100: (64, 32, 228 << 10), 103: (64, 32, 228 << 10),
          110: (48, 24, 228 << 10), 120: (48, 24, 100 << 10), 121: (48, 24, 100 << 10)}
REGISTERS, REGISTER_UNIT, SHARED_RESERVED = 65536, 256, 1024


class Resources(NamedTuple):
    registers: int
    stack: int    # bytes a thread
    spills: int   # bytes stored and loaded
    shared: int   # static bytes a block
    threads: int  # most threads a block, from __launch_bounds__; 0 where it says none


def resources(ptxas, path, arch):
    """{kernel: Resources} of one PTX file."""
    text = subprocess.run([ptxas, "-v", f"-arch=sm_{arch}", "-o", "/dev/null", str(path)], check=True,
                          capture_output=True, text=True).stderr
    threads = {name: math.prod(map(int, extents.split(","))) for name, extents in re.findall(
        r"\.entry (\w+)\([^{]*?\.maxntid ([\d, ]+)", path.read_text(encoding="utf-8"))}
    found = {}
    for part in re.split(r"Compiling entry function '", text)[1:]:
        name = part.split("'")[0]
        number = lambda pattern: sum(map(int, re.findall(pattern, part)))  # noqa: E731
        found[name] = Resources(number(r"Used (\d+) registers"), number(r"(\d+) bytes stack frame"),
                                number(r"(\d+) bytes spill stores") + number(r"(\d+) bytes spill loads"),
                                number(r"(\d+) bytes smem"), threads.get(name, 0))
    return found


def occupancy(r, arch, dynamic_shared=0):
    """(share of the warps a multiprocessor can hold, what limits it) for blocks of r.threads threads."""
    warps, blocks, shared = LIMITS[arch]
    per_block = -(-r.threads // 32)
    registers = -(-r.registers * 32 // REGISTER_UNIT) * REGISTER_UNIT * per_block
    limits = {"warps": warps // per_block, "blocks": blocks, "registers": REGISTERS // registers,
              "shared memory": shared // (r.shared + dynamic_shared + SHARED_RESERVED)}
    least = min(limits, key=limits.get)
    return min(limits[least] * per_block / warps, 1.0), least


# ---------------------------------------------------------------- instructions

CLASSES = ("f32", "f64", "integer", "convert", "compare, select", "move", "global", "shared", "local",
           "barrier, warp", "atomic", "control")


def class_of(opcode):
    base = opcode.split(".")[0]
    if base in ("ld", "st", "ldu"):
        space = re.search(r"\.(global|shared|local|param|const)", opcode)
        if not space:
            return "global"  # generic addresses: mostly global
        return {"param": "move", "const": "move"}.get(space.group(1), space.group(1))
    if base in ("bar", "barrier", "shfl", "vote", "match", "redux", "activemask"):
        return "barrier, warp"
    if base in ("atom", "red"):
        return "atomic"
    if base in ("bra", "brx", "call", "ret", "exit", "trap"):
        return "control"
    if base in ("setp", "selp", "slct", "set", "min", "max") and not re.search(r"(min|max)\.f", opcode):
        return "compare, select"
    if base == "cvt":
        return "convert"
    if base in ("mov", "cvta"):
        return "move"
    return "f64" if opcode.endswith("f64") else "f32" if opcode.endswith("f32") else "integer"


def bytes_of(opcode):
    """What a thread moves to or from global memory by it."""
    if class_of(opcode) not in ("global", "atomic"):
        return 0
    vector = re.search(r"\.v(\d)", opcode)
    return int(re.search(r"[busf](\d+)$", opcode).group(1)) // 8 * (int(vector.group(1)) if vector else 1)


def called_from(name, bodies):
    """The functions, itself among them, that a kernel or function leads to."""
    found, waiting = {name}, [name]
    while waiting:
        words = set(re.findall(r"[\w$]+", bodies[waiting.pop()]))
        waiting += (new := (words & bodies.keys()) - found)
        found |= new
    return found


def static_counts(path):
    """{kernel: Counter of opcodes} of the text of a PTX file; a function that the kernel leads to counts once."""
    bodies, kernels = {}, []
    text = path.read_text(encoding="utf-8")
    for kind, name, body in re.findall(r"^(?:\.visible |\.weak )*\.(entry|func)\b(?:\s*\([^)]*\))?\s*([\w$]+)[^{;]*^\{(.*?)^\}",
                                       text, re.M | re.S):
        bodies[name] = body
        kernels += [name] if kind == "entry" else []
    counts = {name: Counter(re.findall(r"(?m)^\s*(?:@!?%\w+\s+)?([a-z]\w*(?:\.[\w:]+)*)\s*[^:\n]*;", body))
              for name, body in bodies.items()}
    return {kernel: sum((counts[name] for name in called_from(kernel, bodies)), Counter()) for kernel in kernels}


def by_class(opcodes):
    counts = Counter()
    for opcode, number in opcodes.items():
        counts[class_of(opcode)] += number
    return counts

"""Plants faults in the kernels, the CUDA code of the host and shared headers, one at a time, and sees that the checks find each.

usage: mutate.py BUILD [--every | --sample N | --only NAME...] [--seed S] [--table FILE]

BUILD is a Ninja build of the project with its tests. A mutant (mutants.py) is one exact change of text: a file that no
longer holds the text is an error, so the list cannot rot. Each is built beside the tree and given to the checks
(checks.py), cheapest first. It ends with 1 if some mutant passes every check, or if a check that found one also fails
without.

--every        all mutants and all their checks; prints which check finds what. Also with ESW_TEST_FULL=1
--sample N     N mutants chosen by the seed, each up to the first check that finds it (6 by default)
--table FILE   also writes the table there, as Markdown
"""
import argparse
import os
import random
import sys
import tempfile
import time
from pathlib import Path

import checks
import mutants
import rebuild

SOURCE = Path(__file__).resolve().parents[2]


def mutated(mutant, text):
    """The text of its file with the fault in it."""
    count = text.count(mutant.old)
    if count != 1:
        sys.exit(f"mutants.py: {mutant.name}: {mutant.file} holds its text {count} times, not once:\n{mutant.old}")
    return text.replace(mutant.old, mutant.new)


def examine(mutant, available, tree, mirror, folder, every):
    """What each check says of the mutant: {name: text, '' if it finds nothing}."""
    found = {}
    text = mirror.read(mutant.file)
    mirror.write(mutant.file, mutated(mutant, text))
    try:
        for check in available:
            if not check.concerns(mutant.file):
                continue
            place = folder / check.name.replace(": ", "-")
            try:
                built = rebuild.rebuild(tree, mirror, mutant.file, check.target, place, check.plain_c)
            except rebuild.BuildError as error:
                sys.exit(f"{mutant.name} does not compile, so it proves nothing:\n{error}")
            found[check.name] = check.run(place) if built else ""
            if found[check.name] and not every:
                break
    finally:
        mirror.write(mutant.file, text)
    return found


def table(results, names):
    lines = ["| mutant | file | " + " | ".join(names) + " |", "|---|---|" + "---|" * len(names)]
    for mutant, found in results:
        cells = ["found" if found.get(n) else "–" if n in found else "" for n in names]
        lines.append(f"| {mutant.name} | `{mutant.file}` | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--every", action="store_true")
    parser.add_argument("--sample", type=int, default=6)
    parser.add_argument("--seed", type=int, default=50366)
    parser.add_argument("--only", action="append")
    parser.add_argument("--table")
    return parser.parse_args()


def main():
    options = arguments()
    options.every = options.every or os.environ.get("ESW_TEST_FULL") == "1"
    chosen = list(mutants.MUTANTS)
    for mutant in chosen:
        mutated(mutant, (SOURCE / mutant.file).read_text(encoding="utf-8"))  # each is there, whatever is chosen
    if options.only:
        chosen = [m for m in chosen if m.name in options.only]
    elif not options.every:
        chosen = random.Random(options.seed).sample(chosen, min(options.sample, len(chosen)))
    tree = rebuild.Tree(SOURCE, options.build)
    available = checks.available(tree)
    tree.make({check.target for check in available} | {"edgesweep"})
    results, names = [], [check.name for check in available]
    with tempfile.TemporaryDirectory() as name:
        mirror = rebuild.Mirror(tree, Path(name) / "source")
        for mutant in chosen:
            start = time.monotonic()
            found = examine(mutant, available, tree, mirror, Path(name) / "build", options.every)
            results.append((mutant, found))
            by = [f"{check}: {text}" for check, text in found.items() if text]
            print(f"{mutant.name} ({mutant.file}): {by[0] if by else 'NOT FOUND'} "
                  f"[{time.monotonic() - start:.1f} s]", flush=True)
    for check in available:
        text = check.run(tree.build) if any(found.get(check.name) for _, found in results) else ""
        if text:
            sys.exit(f"{check.name} fails without any mutant too: {text}")
    missed = [mutant.name for mutant, found in results if not any(found.values())]
    text = table(results, names)
    print(f"\n{text}\n\n{len(results) - len(missed)} of {len(results)} mutants found")
    if options.table:
        Path(options.table).write_text(text + "\n")
    if missed:
        sys.exit("not found: " + ", ".join(missed))


if __name__ == "__main__":
    main()

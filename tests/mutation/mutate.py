"""Plants faults in the kernels, the CUDA code of the host and shared headers, one at a time, and sees that the checks find each.

usage: mutate.py BUILD [--all | --every | --only NAME...] [--jobs N] [--table FILE]

BUILD is a Ninja build of the project with its tests. A mutant (mutants.py) is one exact change of text: a file that no
longer holds the text is an error, so the list cannot rot. Each is built beside the tree and given to the checks
(checks.py), the one its entry names first, then the cheapest. A check is first run without any fault: it must find nothing,
and what a mutant does without an end is told by how long that took. It ends with 1 if some mutant passes every check.

--all          all mutants, each up to the first check that finds it. Also with ESW_TEST_FULL=1
--every        all mutants and all their checks: which check finds what
--only NAME    this one; may be repeated. Without any of these the six of every day
--jobs N       N mutants at a time (1 by default)
--table FILE   also writes what is found to a table, as Markdown
"""
import argparse
import os
import sys
import tempfile
import threading
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


class Bench:
    """Where one mutant at a time is built and checked: a copy of the sources and a folder for what is built of it."""

    def __init__(self, tree, available, controls, folder):
        self.tree, self.available, self.controls, self.folder = tree, available, controls, folder
        self.mirror = rebuild.Mirror(tree, folder / "source")

    def examine(self, mutant, every):
        """What each check says of the mutant: {name: text, '' if it finds nothing}."""
        text = self.mirror.read(mutant.file)
        self.mirror.write(mutant.file, mutated(mutant, text))
        try:
            return self.findings(mutant, every)
        except rebuild.BuildError as error:
            sys.exit(f"{mutant.name} does not compile, so it proves nothing:\n{error}")
        finally:
            self.mirror.write(mutant.file, text)

    def findings(self, mutant, every):
        found, built = {}, {}
        checks_of = [check for check in self.available if check.concerns(mutant.file)]
        for check in sorted(checks_of, key=lambda c: c.name != mutant.by):
            place = self.folder / f"{check.target.replace('/', '-')}"
            if (check.target, check.plain_c) not in built:
                built[check.target, check.plain_c] = rebuild.rebuild(self.tree, self.mirror, mutant.file, check.target,
                                                                     place, check.plain_c)
            found[check.name] = ""
            if built[check.target, check.plain_c]:
                found[check.name] = self.controls.finding(check, place, mutant.file)
            if found[check.name] and not every:
                break
        return found


def examine_all(chosen, benches, every):
    """[(mutant, findings)] in the order of `chosen`, by as many threads as there are benches."""
    waiting, results, failures = iter(enumerate(chosen)), {}, []
    lock = threading.Lock()

    def work(bench):
        while not failures:
            with lock:
                number, mutant = next(waiting, (None, None))
            if mutant is None:
                return
            start = time.monotonic()
            try:
                found = bench.examine(mutant, every)
            except (SystemExit, Exception) as error:  # pylint: disable=broad-except
                failures.append(error)
                return
            results[number] = (mutant, found)
            by = [f"{check}: {text}" for check, text in found.items() if text]
            print(f"{mutant.name} ({mutant.file}): {by[0] if by else 'NOT FOUND'} "
                  f"[{time.monotonic() - start:.1f} s]", flush=True)

    threads = [threading.Thread(target=work, args=(bench,)) for bench in benches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return [results[number] for number in sorted(results)]


def table(results, names):
    lines = ["| mutant | file | " + " | ".join(names) + " |", "|---|---|" + "---|" * len(names)]
    for mutant, found in results:
        cells = ["found" if found.get(n) else "–" if n in found else "" for n in names]
        lines.append(f"| {mutant.name} | `{mutant.file}` | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--every", action="store_true")
    parser.add_argument("--only", action="append")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--table")
    return parser.parse_args()


def main():
    options = arguments()
    chosen = list(mutants.MUTANTS)
    for mutant in chosen:
        mutated(mutant, (SOURCE / mutant.file).read_text(encoding="utf-8"))  # each is there, whatever is chosen
    if options.only:
        chosen = [m for m in chosen if m.name in options.only]
    elif not (options.all or options.every or os.environ.get("ESW_TEST_FULL") == "1"):
        chosen = [m for m in chosen if m.name in mutants.DAILY]
    tree = rebuild.Tree(SOURCE, options.build)
    available = checks.available(tree)
    tree.make({target for check in available for target in check.needs()})
    names = [check.name for check in available]
    with tempfile.TemporaryDirectory() as name:
        controls = checks.Controls(tree.build)
        benches = [Bench(tree, available, controls, Path(name) / str(number)) for number in range(options.jobs)]
        try:
            results = examine_all(chosen, benches, options.every)
        except checks.ControlFailed as error:
            sys.exit(str(error))
    missed = [mutant.name for mutant, found in results if not any(found.values())]
    text = table(results, names)
    print(f"\n{text}\n\n{len(results) - len(missed)} of {len(results)} mutants found")
    if options.table:
        Path(options.table).write_text(text + "\n")
    if missed:
        sys.exit("not found: " + ", ".join(missed))


if __name__ == "__main__":
    main()

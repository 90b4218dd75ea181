"""Ctrl-C and SIGTERM while files are written: one line, code 130, no part left behind, what was there as it was."""

import shutil
import signal
import subprocess
import time
import unittest

from edgesweep_cli import EXIT_INTERRUPTED, PROGRAM, SMALL, CliTest

# Cheap scenarios, many numbers to copy.
MANY = SMALL.replace("[device-only, li-gd]", "[device-only, edge-only]").replace("scenarios: 8", "scenarios: 80000")


class Interrupts(CliTest):
    def once(self, begun, number, arguments):
        """Runs a command and sends the signal once `begun` exists; the process, and what it printed and said."""
        with subprocess.Popen([PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True) as process:
            end = time.monotonic() + 60
            while not any(begun.parent.glob(begun.name)) and process.poll() is None and time.monotonic() < end:
                time.sleep(0.001)
            process.send_signal(number)
            return process, *process.communicate(timeout=60)

    def interrupt(self, begun, prepare, *arguments, number=signal.SIGINT):
        """What an interrupted command says, which is one line. One that ends before the signal comes is run again."""
        for _ in range(20):
            prepare()
            process, printed, said = self.once(begun, number, arguments)
            if process.returncode != 0:
                break
        self.assertEqual(process.returncode, EXIT_INTERRUPTED, said)
        self.assertRegex(said, r"^edgesweep: [^\n]*interrupted[^\n]*\n$")
        self.assertEqual(printed, "")
        self.assertEqual([path.name for path in self.folder.rglob("*.part")], [])
        return said

    def many(self):
        run = self.folder / "run"
        self.succeed("run", self.write(MANY + "keep: [scenarios]\n"), "-o", run, "--quiet", timeout=300)
        return run

    def has_hdf5(self):
        return "hdf5         yes" in self.succeed("info")

    def test_an_export_keeps_the_files_that_are_whole(self):
        run, folder, copy = self.many(), self.folder / "csv", self.folder / "copy.h5"
        folder.mkdir()
        old = folder / "scenarios.csv"
        for number in (signal.SIGINT, signal.SIGTERM):
            self.interrupt(folder / "scenarios.csv.*.part", lambda: old.write_text("as it was", encoding="utf-8"), "export",
                           run, "--csv", folder, number=number)
            self.assertEqual(old.read_text(encoding="utf-8"), "as it was")
            self.assertTrue((folder / "summary.csv").exists())
        if self.has_hdf5():
            self.interrupt(self.folder / "copy.h5.*.part", lambda: copy.unlink(missing_ok=True), "export", run, "--hdf5", copy)
            self.assertFalse(copy.exists())

    def test_a_merge_leaves_no_run(self):
        run, merged = self.many(), self.folder / "merged"
        clear = lambda: shutil.rmtree(merged, ignore_errors=True)
        said = self.interrupt(merged / "journal-0000.bin", clear, "merge", run, "-o", merged)
        self.assertIn("nothing was merged", said)
        self.assertEqual(list(merged.iterdir()), [])
        if self.has_hdf5():
            self.interrupt(merged / "results.h5.*.part", clear, "merge", run, "-o", merged, number=signal.SIGTERM)
            self.assertEqual(list(merged.iterdir()), [])
        self.succeed("merge", run, "-o", merged)

    def test_a_report_stays_as_it_was(self):
        run = self.folder / "run"
        page, figures = run / "report.html", run / "report-figures"
        sweep = "sweep: {cell_radius_m: [" + ", ".join(str(20 + k) for k in range(40)) + "]}\n"
        self.succeed("run", self.write(SMALL + sweep), "-o", run, "--quiet")

        def prepare():
            page.write_text("as it was", encoding="utf-8")
            shutil.rmtree(figures, ignore_errors=True)
        said = self.interrupt(figures, prepare, "report", run)
        self.assertIn("no report was written", said)
        self.assertEqual(page.read_text(encoding="utf-8"), "as it was")

    def test_a_grid_is_written_whole_or_not_at_all(self):
        text = SMALL.replace("li-gd]", "{use: grid, levels: 1024, unit_levels: 64}]").replace("users: 4", "users: 12")
        path = self.write(text)
        for name in ("grid.csv", "grid.json") + (("grid.h5",) if self.has_hdf5() else ()):
            target = self.folder / name
            said = self.interrupt(self.folder / f"{name}.*.part", lambda: target.write_text("as it was", encoding="utf-8"),
                                  "solve", path, "--scenario", 0, "--method", "grid", "--grid", target)
            self.assertRegex(said, rf"{name}: interrupted after \d+ of 12 users; nothing was written")
            self.assertEqual(target.read_text(encoding="utf-8"), "as it was")


if __name__ == "__main__":
    unittest.main()

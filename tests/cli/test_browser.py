"""Reports in a real browser, without a window: nothing is complained of, nothing is loaded, no page is wider than its
window, whether narrow or wide."""

import html
import json
import re
import shutil
import subprocess
import sys
import unittest

from edgesweep_cli import SMALL, CliTest, edgesweep

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
WIDTHS = (320, 768, 1600)

# Shows a page at every width and writes what it found as JSON: by how much the page is wider than its window, how many
# drawings it has (each twice, for narrow windows and for wide ones) and shows, its text, and what it asked for.
MEASURE = """\
<!doctype html><meta charset="utf-8"><body><pre id="found"></pre><script>
const widths = WIDTHS, found = [];
for (const width of widths) {
  const frame = document.createElement("iframe");
  frame.style = `width: ${width}px; height: 700px; border: 0`;
  frame.onload = () => {
    const page = frame.contentDocument, root = page.documentElement;
    found.push({width, wider: root.scrollWidth - root.clientWidth, svg: page.querySelectorAll("svg").length,
      shown: [...page.querySelectorAll("svg")].filter(s => s.getBoundingClientRect().height >= 100).length,
      text: page.body.innerText.length,
      loaded: frame.contentWindow.performance.getEntriesByType("resource").map(entry => entry.name)});
    if (found.length === widths.length)
      document.getElementById("found").textContent = JSON.stringify(found);
  };
  frame.src = "PAGE";
  document.body.append(frame);
}
</script>
"""


class Browser(CliTest):
    def look(self, page):
        """What the browser finds of a page at every width, and what it complains of."""
        measure = page.parent / "measure.html"
        measure.write_text(MEASURE.replace("WIDTHS", str(list(WIDTHS))).replace("PAGE", page.name), encoding="utf-8")
        done = subprocess.run(
            [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--host-resolver-rules=MAP * ~NOTFOUND", "--allow-file-access-from-files", "--enable-logging=stderr",
             f"--user-data-dir={self.folder / 'browser'}", "--virtual-time-budget=20000", "--dump-dom", measure.as_uri()],
            capture_output=True, text=True, timeout=150, check=False)
        found = re.search(r'<pre id="found">(.*?)</pre>', done.stdout, re.DOTALL)
        self.assertIsNotNone(found, done.stderr[-2000:])
        return json.loads(html.unescape(found.group(1))), re.findall(r".*CONSOLE.*", done.stderr)

    def check(self, page):
        found, complaints = self.look(page)
        self.assertEqual(complaints, [])
        self.assertEqual(sorted(at["width"] for at in found), sorted(WIDTHS))
        for at in found:
            with self.subTest(page=page.name, width=at["width"]):
                self.assertEqual((at["wider"], at["loaded"]), (0, []))
                self.assertGreater(at["shown"], 0)
                self.assertEqual(2 * at["shown"], at["svg"])
                self.assertGreater(at["text"], 500)

    def test_the_report_of_a_run(self):
        text = SMALL.replace("users: 4, subchannels: 2}", "subchannels: 4}\nsweep: {users: [2, 4, 8], access: [noma, oma]}\n"
                             "compare: {baseline: device-only}\nkeep: [summary, scenarios, users]")
        self.succeed("run", self.write(text), "-o", self.folder / "run", "-q")
        self.succeed("report", self.folder / "run", "-o", self.folder / "report.html")
        self.check(self.folder / "report.html")

    def test_the_report_of_a_figure(self):
        done = edgesweep("reproduce", "ecc-fig6", "--scenarios", 2, "-q", "-o", self.folder / "figure", timeout=120)
        self.assertIn(done.returncode, (0, 1), done.stderr)  # two scenarios decide no claim
        self.check(self.folder / "figure" / "report.html")

    def test_the_browser_would_have_told(self):
        page = self.folder / "bad.html"
        page.write_text('<!doctype html><body><div style="width: 2000px">wide</div><svg width="9" height="9"></svg>'
                        '<img src="http://example.invalid/x.png"><script>nothing.there()</script>', encoding="utf-8")
        found, complaints = self.look(page)
        self.assertTrue(all(at["wider"] >= 400 and at["shown"] == 0 for at in found), found)
        self.assertIn("http://example.invalid/x.png", found[0]["loaded"])
        self.assertTrue(any("nothing is not defined" in line for line in complaints), complaints)


if __name__ == "__main__":
    if BROWSER is None:
        print("left out: reports in a browser (neither chromium nor google-chrome is here)")
        sys.exit(0)
    unittest.main()

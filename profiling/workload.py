"""The experiments that use every kernel of the backend: what table.py counts and on_gpu.sh runs and times."""
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SOURCE / "tests" / "support"))
from simt_program import DESCENTS, METHODS, OPTIMA, experiment, of_system, optima  # noqa: E402

SIZE = (12, 2, 3)  # users, APs, subchannels of the methods of ECC that are no searches
SPREAD_SIZE = (3, 1, 17)  # from eight subchannels on Li-GD gives half a warp to a scenario; these are two rows of lanes
SEARCH_SIZE = (4, 2, 1)
SEARCHES = ("use: grid-optimum, levels: 20, unit_levels: 2", "use: certified, gap: 0.01, max_nodes: 200", "use: joint")


def experiments(scenarios, searches, auctions, realisations):
    """{name: text of an experiment}: so many scenarios of ECC's methods, a sixteenth of them spread over lanes, of its searches for optima, of CANSA, of CLO."""
    users, aps, subchannels = SEARCH_SIZE
    return {"ecc": experiment(SIZE, [method for method in METHODS if method not in OPTIMA], scenarios),
            "spread": experiment(SPREAD_SIZE, DESCENTS, -(-scenarios // 16), combinations=False),
            "optima": optima(searches, users, aps, subchannels, SEARCHES),
            "cansa": of_system("cansa", auctions),
            "clo": of_system("clo", realisations)}

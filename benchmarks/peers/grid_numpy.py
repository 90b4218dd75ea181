"""The cost grid of method `grid` in numpy: utility of every (split, power, units) of every user, and its argmin.

Prints points per second of two versions, float32 both. "plain" is the batch as one writes it: arrays of latency and
energy for all users, their weighted sum, argmin. "tuned" is the best numpy we could write: what does not depend on all
three axes is folded before the grid is formed, in a buffer reused for as many users as stay in the cache.
"""

import argparse
import json
import time

import numpy as np

SEED = 1
WEIGHT_TIME, WEIGHT_ENERGY = np.float32(0.9), np.float32(0.1)


def problem(users, splits, powers, units):
    """Random users: what computing costs per (split, units), what is sent per split, and the SINR at full power."""
    rng = np.random.default_rng(SEED)
    before = np.cumsum(rng.uniform(1e5, 1e8, splits))
    after = before[-1] - before
    speed = 4.5e8 * np.linspace(1, 8, units) ** 1.1
    power = np.geomspace(1e-3, 0.316, powers)
    bits = rng.uniform(1e4, 1e6, splits)
    bits[-1] = 0.0
    values = {
        "device_s": before / 4.3e8,
        "device_j": before * 6.4e-27 * 4.3e8**2,
        "edge_s": after[:, None] / speed,
        "edge_j": after[:, None] * 1e-28 * speed**2,
        "bits": bits,
        "power": power,
        "sinr": np.outer(rng.uniform(1, 1e4, users), power / power[-1]),
        "band_hz": 8e5,
        "download": rng.uniform(1e-4, 1e-3, users),
    }
    return {name: np.asarray(value, np.float32) for name, value in values.items()}


def solve_plain(p):
    """Indices of the least utility of every user, by way of the whole latency and energy grids."""
    rate = p["band_hz"] * np.log2(1 + p["sinr"])
    sent = p["bits"][None, :, None] / rate[:, None, :]
    latency = p["device_s"][None, :, None, None] + p["edge_s"][None, :, None, :] + sent[:, :, :, None]
    energy = p["device_j"][None, :, None, None] + p["edge_j"][None, :, None, :] + (sent * p["power"])[:, :, :, None]
    utility = WEIGHT_TIME * latency + WEIGHT_ENERGY * energy
    utility[:, :-1] += p["download"][:, None, None, None]
    return utility.reshape(len(utility), -1).argmin(axis=1)


def solve_tuned(p, grid):
    """The same, a block of users at a time in the buffer `grid` [block, splits, powers, units]."""
    users, block = len(p["sinr"]), len(grid)
    compute = (WEIGHT_TIME * p["device_s"] + WEIGHT_ENERGY * p["device_j"])[:, None]
    compute = compute + WEIGHT_TIME * p["edge_s"] + WEIGHT_ENERGY * p["edge_j"]
    best = np.empty(users, np.intp)
    for first in range(0, users, block):
        rows = slice(first, min(first + block, users))
        count = rows.stop - rows.start
        per_bit = (WEIGHT_TIME + WEIGHT_ENERGY * p["power"]) / (p["band_hz"] * np.log2(1 + p["sinr"][rows]))
        upload = p["bits"][:, None] * per_bit[:, None, :]
        row = np.repeat(compute[None], count, axis=0)
        row[:, :-1] += p["download"][rows, None, None]
        np.add(row[:, :, None, :], upload[:, :, :, None], out=grid[:count])
        np.argmin(grid[:count].reshape(count, -1), axis=1, out=best[rows])
    return best


def rate_of(points, repeats, solve, *arguments):
    """Points per second, median over repeats after one warm-up, and the answer."""
    best = solve(*arguments)
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        solve(*arguments)
        seconds.append(time.perf_counter() - start)
    return points / np.median(seconds), best


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=960)
    parser.add_argument("--splits", type=int, default=25)
    parser.add_argument("--powers", type=int, default=32)
    parser.add_argument("--units", type=int, default=16)
    parser.add_argument("--repeats", type=int, default=5)
    a = parser.parse_args()
    p = problem(a.users, a.splits, a.powers, a.units)
    shape = (a.splits, a.powers, a.units)
    points = a.users * np.prod(shape)
    plain, expected = rate_of(points, a.repeats, solve_plain, p)
    rates = {}
    for block in (1, 4, 16, 64):
        rates[block], best = rate_of(points, a.repeats, solve_tuned, p, np.empty((block, *shape), np.float32))
        # Float sums in another order: the two may pick neighbours that tie to rounding.
        assert np.mean(best == expected) > 0.9, "the two versions disagree"
    print(json.dumps({"plain_points_per_s": plain, "tuned_points_per_s": max(rates.values()),
                      "tuned_users_per_block": max(rates, key=rates.get)}))


if __name__ == "__main__":
    main()

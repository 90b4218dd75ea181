"""One iteration of the uplink descent in numpy, many scenarios a batch: value, gradient, Barzilai-Borwein step and
projection onto the simplex and the box. Prints iterations (of one scenario) per second, the best over batch sizes.
"""

import argparse
import json
import time

import numpy as np

LN2 = np.log(2.0)


def problem(scenarios, aps, cell, columns, dtype):
    """Random gains over noise, [scenario, AP, cell, user, subchannel], users sorted by index."""
    rng = np.random.default_rng(1)
    gain = rng.exponential(1.0, (scenarios, aps, aps, cell, columns)) * 10.0
    for n in range(aps):
        gain[:, n, n] *= 3e4
    own = np.stack([gain[:, n, n] for n in range(aps)], 1)
    order = np.argsort(-own, axis=2)
    return {
        "gain": gain.astype(dtype),
        "own": own.astype(dtype),
        "order": order,
        "rank": np.argsort(order, axis=2),
        "work": np.full((scenarios, aps, cell), 0.03, dtype),
        "beta": np.full((scenarios, aps, cell, columns), 1.0 / columns, dtype),
        "level": np.ones((scenarios, aps, cell), dtype),
        "last": None,
    }


def project(z):
    """Rows of z onto the simplex, by sorting."""
    ranked = -np.sort(-z, axis=-1)
    level = (np.cumsum(ranked, axis=-1) - 1) / np.arange(1, z.shape[-1] + 1, dtype=z.dtype)
    count = np.count_nonzero(ranked > level, axis=-1)
    tau = np.take_along_axis(level, count[..., None] - 1, axis=-1)
    return np.maximum(z - tau, 0)


def iterate(p, weight_time=0.9, weight_energy=0.1, low=1e-3, ratio=316.2):
    dtype = p["own"].dtype.type
    weight_time, weight_energy = dtype(weight_time), dtype(weight_energy)
    ln_range = dtype(np.log(ratio))
    beta, level, own = p["beta"], p["level"], p["own"]
    aps = np.arange(own.shape[1])
    power = dtype(low) * np.exp(level * ln_range)
    share = beta * power[..., None]
    heard = np.einsum("sacum,scum->sacm", p["gain"], share)
    cross = heard.sum(2) - heard[:, aps, aps]
    received = np.take_along_axis(share * own, p["order"], 2)
    later = np.cumsum(received[:, :, ::-1], 2)[:, :, ::-1] - received
    interference = np.take_along_axis(later, p["rank"], 2) + cross[:, :, None, :] + 1
    signal = power[..., None] * own
    efficiency = np.log2(1 + signal / interference)
    rate = (beta * efficiency).sum(3)
    cost = p["work"] * (weight_time + weight_energy * power) / rate
    value = cost.sum((1, 2))
    price = cost / rate
    pull = price[..., None] * beta * signal / (dtype(LN2) * interference * (interference + signal))
    total = pull.sum(2)
    disturbs = np.einsum("sacum,sam->scum", p["gain"], total) - own * total[:, :, None, :]
    before = np.take_along_axis(pull, p["order"], 2)
    before = np.cumsum(before, 2) - before
    disturbs += own * np.take_along_axis(before, p["rank"], 2)
    scale = 1 / value[:, None, None]
    g_beta = (power[..., None] * disturbs - price[..., None] * efficiency) * scale[..., None]
    direct = disturbs - price[..., None] * own / (dtype(LN2) * (interference + signal))
    g_level = (p["work"] * weight_energy / rate + (beta * direct).sum(3)) * power * ln_range * scale
    alpha = np.ones_like(value)
    if p["last"] is not None:
        last_beta, last_level, last_g_beta, last_g_level = p["last"]
        d_beta, d_level = beta - last_beta, level - last_level
        square = (d_beta * d_beta).sum((1, 2, 3)) + (d_level * d_level).sum((1, 2))
        product = (d_beta * (g_beta - last_g_beta)).sum((1, 2, 3)) + (d_level * (g_level - last_g_level)).sum((1, 2))
        alpha = np.where(product > 0, np.minimum(square / np.where(product > 0, product, 1), dtype(1e5)), dtype(1e5))
    p["last"] = (beta, level, g_beta, g_level)
    p["beta"] = project(beta - alpha[:, None, None, None] * g_beta).astype(dtype, copy=False)
    p["level"] = np.clip(level - alpha[:, None, None] * g_level, 0, 1).astype(dtype, copy=False)
    return value


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--aps", type=int, default=5)
    parser.add_argument("--users", type=int, default=60)
    parser.add_argument("--subchannels", type=int, default=12)
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    best = {}
    for dtype in (np.float64, np.float32):
        for scenarios in (16, 64, 256):
            p = problem(scenarios, args.aps, args.users // args.aps, args.subchannels, dtype)
            iterate(p)
            seconds = []
            for _ in range(args.repeats):
                start = time.perf_counter()
                iterate(p)
                seconds.append(time.perf_counter() - start)
            rate = scenarios / float(np.median(seconds))
            name = np.dtype(dtype).name
            best[name] = max(best.get(name, 0.0), rate)
    print(json.dumps(best))


if __name__ == "__main__":
    main()

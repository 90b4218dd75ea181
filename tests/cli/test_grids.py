"""`solve --grid`: every value of a user's cost grid against a naive evaluation of the model from `solve --json`."""

import csv
import json
import math
import unittest

from edgesweep_cli import EXIT_IO, EXIT_USAGE, SMALL, CliTest

LEVELS, UNIT_LEVELS = 5, 4
GRID = SMALL.replace("[device-only, li-gd]",
                     f"[device-only, {{use: grid, as: g, levels: {LEVELS}, unit_levels: {UNIT_LEVELS}}}]")


class Model:
    """The ECC model in plain Python, of one document; everybody with a subchannel sends at full power."""

    def __init__(self, document):
        self.p, self.i, self.d = (document[key] for key in ("parameters", "instance", "decision"))
        self.users = range(self.p["users"])

    def power_max_w(self, direction):
        return self.p.get("power_max_w", self.p.get(f"power_max_{direction}_w"))

    def power_min_w(self, direction):
        return self.p.get("power_min_w", self.p.get(f"power_min_{direction}_w"))

    def sends(self, user):
        return self.d["assigned_up"][user] >= 0 and self.d["assigned_down"][user] >= 0

    def rate_bps(self, direction, user, power_w):
        gain, ap, assigned = self.i["gain_" + direction], self.i["ap_of_user"], self.d["assigned_" + direction]
        m, full = assigned[user], self.power_max_w(direction)
        others = [v for v in self.users if v != user and assigned[v] == m and self.sends(v)]
        inter = sum(full * (gain[v][ap[user]][m] if direction == "up" else gain[user][ap[v]][m])
                    for v in others if ap[v] != ap[user])
        cluster = [v for v in others if ap[v] == ap[user]]
        own = gain[user][ap[user]][m]
        slices = 1
        if self.p["access"] == "oma":
            slices, inter, intra = 1 + len(others), 0.0, 0.0
        elif self.p["access"] == "oma-in-cell":
            slices, intra = 1 + len(cluster), 0.0
        else:  # SIC: the uplink has the weaker users left when it is decoded, the downlink the stronger ones
            left = [v for v in cluster if (gain[v][ap[v]][m] < own) == (direction == "up")]
            intra = sum(full * (gain[v][ap[v]][m] if direction == "up" else own) for v in left)
        band = self.p[f"bandwidth_{direction}_hz"] / self.p["subchannels"] / slices
        noise = self.i[f"noise_{direction}_w"] / slices
        return band * math.log2(1 + power_w * own / (intra + inter + noise))

    def levels(self, direction):
        low, high = self.power_min_w(direction), self.power_max_w(direction)
        return [low * (high / low) ** (k / (LEVELS - 1)) for k in range(LEVELS)]

    def units(self):
        low, high = self.p["compute_units_min"], self.p["compute_units_max"]
        return [low + (high - low) * k / (UNIT_LEVELS - 1) for k in range(UNIT_LEVELS)]

    def download_w(self, user):
        return min(self.levels("down"), key=lambda power_w: (self.p["weight_time"] + self.p["weight_energy"] * power_w)
                   / self.rate_bps("down", user, power_w))

    def cost(self, user, split, power_w, units):
        """(latency, energy) of a point; infinite for who cannot send."""
        network = self.i["profiles"][self.i["profile_of_user"][user]]
        before, after = sum(network["flops"][:split]), sum(network["flops"][split:])
        device, phi = self.p["device_flops"], self.p["cycles_per_flop"]
        latency, energy = before / device, self.p["kappa_device"] * device ** 2 * phi * before
        if split == len(network["flops"]):
            return latency, energy
        if not self.sends(user):
            return math.inf, math.inf
        edge = units ** self.p["lambda_exponent"] * self.p["edge_unit_flops"]
        up = network["bits"][split] / self.rate_bps("up", user, power_w)
        down_w = self.download_w(user)
        down = network["result_bits"] / self.rate_bps("down", user, down_w)
        return (latency + after / edge + up + down,
                energy + self.p["kappa_edge"] * edge ** 2 * phi * after + power_w * up + down_w * down)


def close(found, expected):
    return found == expected or abs(found - expected) <= 1e-11 * abs(expected)


class Grids(CliTest):
    def grid(self, text, suffix=".json"):
        """The grid, and the document of the same scenario."""
        path, target = self.write(text), self.folder / ("grid" + suffix)
        self.succeed("solve", path, "--scenario", 3, "--method", "g", "--grid", target)
        return target.read_text(encoding="utf-8"), self.solve(path, "g", 3)

    def check(self, text):
        grid, document = self.grid(text)
        grid, model = json.loads(grid), Model(document)
        self.assertEqual([(axis["name"], axis["unit"]) for axis in grid["axes"]],
                         [("split", "1"), ("power_up_w", "W"), ("compute_units", "units")])
        splits, powers, units = (axis["levels"] for axis in grid["axes"])
        self.assertTrue(all(map(close, powers, model.levels("up"))), powers)
        self.assertTrue(all(map(close, units, model.units())), units)
        points = local = 0
        for user, entry in enumerate(grid["users"]):
            last = len(document["instance"]["profiles"][document["instance"]["profile_of_user"][user]]["flops"])
            values = {}
            for s, split in enumerate(splits):
                for p, power in enumerate(powers):
                    for r, unit in enumerate(units):
                        found = [entry[name][s][p][r] for name in ("latency_s", "energy_j", "utility")]
                        if split > last:
                            self.assertEqual(found, [None] * 3)
                            continue
                        points += 1
                        latency, energy = model.cost(user, split, power, unit)
                        if math.isinf(latency):
                            self.assertEqual(found, [None] * 3)
                            continue
                        utility = model.p["weight_time"] * latency + model.p["weight_energy"] * energy
                        self.assertTrue(all(map(close, found, (latency, energy, utility))),
                                        f"user {user}, {split}, {power}, {unit}: {found}")
                        values[s, p, r] = found[2]
            at = tuple(entry["best"]["at"])
            self.assertEqual(at, min(values, key=lambda key: (values[key], key)))
            self.assertEqual(entry["best"]["split"], splits[at[0]])
            self.assertEqual(entry["best"]["utility"], values[at])
            chosen = entry["chosen"]
            self.assertEqual(chosen["split"], document["decision"]["split"][user])
            self.assertLessEqual(values[tuple(chosen["at"])], values[at] * (1 + 1e-5))  # the search is in float
            if chosen["split"] < last:
                self.assertEqual(chosen["power_up_w"], document["decision"]["power_up_w"][user])
                self.assertEqual(chosen["compute_units"], document["decision"]["compute_units"][user])
                self.assertEqual(entry["power_down_w"], document["decision"]["power_down_w"][user])
            local += not model.sends(user)
        return points, local

    def test_every_point_is_the_models(self):
        for access in ("noma", "oma", "oma-in-cell"):
            points, _ = self.check(GRID.replace("aps: 2", f"access: {access}, aps: 2"))
            self.assertGreater(points, 4 * 9 * LEVELS * UNIT_LEVELS - 1)

    def test_users_of_different_networks_share_the_axis_of_splits(self):
        self.check(GRID.replace("aps: 2", "profile: {mix: [nin-cifar10-32, vgg16-cifar10-224]}, aps: 2"))

    def test_a_user_without_a_subchannel_can_only_stay_local(self):
        full = GRID.replace("aps: 2, users: 4, subchannels: 2", "aps: 2, users: 4, subchannels: 1, cluster_cap: 2")
        most = max(self.check(full.replace("seed: 11", f"seed: {seed}"))[1] for seed in range(1, 9))
        unlucky = full.replace("users: 4", "users: 3, layout: uniform").replace("aps: 2", "aps: 3")
        most = max([most] + [self.check(unlucky.replace("cluster_cap: 2", "cluster_cap: 1")
                                        .replace("seed: 11", f"seed: {seed}"))[1] for seed in range(1, 9)])
        self.assertGreater(most, 0)

    def test_csv_has_the_same_points_as_json(self):
        text, _ = self.grid(GRID)
        rows, _ = self.grid(GRID, ".csv")
        grid, rows = json.loads(text), list(csv.DictReader(rows.splitlines()))
        self.assertEqual(len(rows), 4 * len(grid["axes"][0]["levels"]) * LEVELS * UNIT_LEVELS)
        index = 0
        for user, entry in enumerate(grid["users"]):
            for s, split in enumerate(grid["axes"][0]["levels"]):
                for p, power in enumerate(grid["axes"][1]["levels"]):
                    for r, units in enumerate(grid["axes"][2]["levels"]):
                        row = rows[index]
                        index += 1
                        self.assertEqual((int(row["index"]), float(row["split"]), float(row["power_up_w"]),
                                          float(row["compute_units"])), (user, split, power, units))
                        for name in ("latency_s", "energy_j", "utility"):
                            self.assertEqual(float(row[name]), entry[name][s][p][r])
                        self.assertEqual(row["best"], str(int(entry["best"]["at"] == [s, p, r])))
                        self.assertEqual(row["chosen"], str(int(entry["chosen"]["at"] == [s, p, r])))

    def test_what_cannot_be_written_is_refused_with_the_remedy(self):
        path = self.write(GRID)

        def refuse(code, *arguments, says):
            self.fail_with(code, "solve", path, "--scenario", 3, *arguments, says=says)

        refuse(EXIT_USAGE, "--method", "device-only", "--grid", self.folder / "g.h5", says=("device-only", "grid"))
        refuse(EXIT_USAGE, "--method", "g", "--grid", self.folder / "g.txt", says=("g.txt", ".json"))
        refuse(EXIT_USAGE, "--grid", self.folder / "g.json", says="--method")
        refuse(EXIT_IO, "--method", "g", "--grid", self.folder / "no" / "g.json", says="no/g.json")
        huge = self.write(GRID.replace(f"levels: {LEVELS}, unit_levels: {UNIT_LEVELS}",
                                       "levels: 4096, unit_levels: 4096").replace("users: 4, subchannels: 2",
                                                                                  "users: 1200, subchannels: 240"),
                          "huge.yaml")
        for name in ("g.h5", "g.csv"):
            self.fail_with(EXIT_USAGE, "solve", huge, "--scenario", 0, "--method", "g", "--grid", self.folder / name,
                           says="fewer levels")
        self.assertEqual([entry.name for entry in self.folder.glob("g.*")], [])


if __name__ == "__main__":
    unittest.main()

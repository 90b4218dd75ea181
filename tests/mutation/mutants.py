"""The faults that mutate.py plants: an exact text of a file, once in it, and what stands there instead.

Of shared headers only device code is changed in KERNELS and HOST: a fault that the CPU has too is not the kernels'. MODELS
are such faults: the oracles' tests must find them.
"""
from typing import NamedTuple


class Mutant(NamedTuple):
    name: str
    file: str
    old: str
    new: str
    by: str = ""  # the check that is given it first, "" for the cheapest


EVAL = "kernels/ecc/eval.cu"
PROBE = "kernels/common/probe.cu"
STAGE = "kernels/ecc/stage.cu"
LAUNCH = "kernels/common/launch.h"
LOCAL = "kernels/ecc/local.cu"
BATCH = "kernels/ecc/batch.h"
IMAGE = "kernels/ecc/config_image.cu"
WORKER = "kernels/common/worker.cu"
SOLVER = "kernels/common/solver.cu"
DEVICES = "kernels/common/devices.cu"
ASSIGN = "kernels/ecc/assign.cu"
BASELINES = "kernels/ecc/baselines.cu"
GRID = "kernels/ecc/grid.cu"
LI_GD = "kernels/ecc/li_gd.cu"
LANES = "host/ecc/lane_loop.h"
CREW = "kernels/ecc/crew.h"
OPTIMUM = "kernels/ecc/optimum.cu"
FRONTIER = "host/ecc/frontier_search.h"
ARENA = "host/ecc/arena_search.h"
LEVELS = "host/ecc/level_search.h"
BOUND, SCAN, STATES = "host/ecc/bound.h", "host/ecc/scan.h", "host/ecc/states.h"
CANSA, CLO = "kernels/cansa/cansa_kernels.cu", "kernels/clo/clo_kernels.cu"

KERNELS = (
    # ---- indices and bounds
    Mutant("eval-bound-off-by-one", EVAL,
           "    if (pack < packs)\n        eswi_ecc_evaluate(", "    if (pack <= packs)\n        eswi_ecc_evaluate("),
    Mutant("eval-last-pack-left-out", EVAL, "    if (pack < packs)\n        eswi_ecc_evaluate_fixed(",
           "    if (pack < packs - 1)\n        eswi_ecc_evaluate_fixed("),
    Mutant("eval-pack-of-a-warp", EVAL,
           "PACKS_PER_BLOCK + threadIdx.x / ECC_LANES", "PACKS_PER_BLOCK + threadIdx.x / 32"),
    Mutant("eval-blocks-rounded-down", EVAL, "((unsigned)packs + PACKS_PER_BLOCK - 1) / PACKS_PER_BLOCK",
           "(unsigned)packs / PACKS_PER_BLOCK"),
    Mutant("eval-problem-of-the-neighbour", EVAL, "eswi_ecc_evaluate(&problems[pack], &points[pack])",
           "eswi_ecc_evaluate(&problems[pack ^ 1], &points[pack])"),
    Mutant("probe-bound-off-by-one", PROBE, "if (i < n)", "if (i <= n)"),
    Mutant("probe-index-without-block", PROBE, "(int)(blockIdx.x * blockDim.x + threadIdx.x)", "(int)threadIdx.x"),
    Mutant("place-bound-off-by-one", STAGE, "if (user < batch.config.users)", "if (user <= batch.config.users)"),
    Mutant("place-user-off-by-one", STAGE, "const int user = (int)(blockIdx.x * blockDim.x + threadIdx.x);",
           "const int user = (int)(blockIdx.x * blockDim.x + threadIdx.x) + 1;"),
    Mutant("place-same-scenario", STAGE, "seed, first + i, user, &instance", "seed, first, user, &instance"),
    Mutant("mean-without-scenario", STAGE, "            mean[(size_t)i * links + link] =",
           "            mean[link] ="),
    Mutant("mean-of-the-first-link", STAGE, "distance_m[link]);", "distance_m[0]);"),
    Mutant("gain-link-and-block-swapped", STAGE, "link = item / blocks, q = item % blocks;",
           "link = item % blocks, q = item / blocks;"),
    Mutant("gain-directions-swapped", STAGE, "(direction == ECC_UP ?", "(direction != ECC_UP ?"),
    Mutant("gain-draws-of-the-uplink", STAGE, "ECC_STREAM_GAIN_UP + direction,", "ECC_STREAM_GAIN_UP,"),
    Mutant("gain-user-and-ap-swapped", STAGE, "link / aps,\n", "link % aps,\n"),
    Mutant("gain-words-swapped", STAGE, "draw.w[2]), eswi_ecc_faded_gain(own_mean, draw.w[3]))",
           "draw.w[3]), eswi_ecc_faded_gain(own_mean, draw.w[2]))"),
    Mutant("gain-tail-too-long", STAGE, "if (left > 2)", "if (left > 1)"),
    Mutant("gain-vector-where-unaligned", STAGE, "if (subchannels % ECC_STAGE_DRAWS == 0) {", "if (true) {"),
    Mutant("gain-one-direction", STAGE, "rows, ECC_DIRECTIONS);", "rows);"),
    Mutant("gain-grid-rounded-down", STAGE, "(links * blocks + THREADS_PER_BLOCK - 1) / THREADS_PER_BLOCK",
           "links * blocks / THREADS_PER_BLOCK"),
    Mutant("local-bound-off-by-one", LOCAL, "if (user < batch.config.users)", "if (user < batch.config.users - 1)"),
    Mutant("local-decision-of-the-first", LOCAL, "eswi_ecc_batch_decision(&batch, i)",
           "eswi_ecc_batch_decision(&batch, 0)"),
    Mutant("batch-stride-of-instances", BATCH, "scenario * batch->decision_bytes",
           "scenario * batch->instance_bytes"),
    Mutant("assign-cap-off-by-one", ASSIGN, "next.load < config->cluster_cap", "next.load <= config->cluster_cap"),
    Mutant("assign-scenario-off-by-one", ASSIGN, "if (scenario < batch.count &&", "if (scenario <= batch.count &&"),
    Mutant("assign-every-second-row-of-lanes", ASSIGN,
           "    for (int m = lane; m < config->subchannels; m += WARP) {\n        const candidate",
           "    for (int m = lane; m < config->subchannels; m += 2 * WARP) {\n        const candidate"),
    Mutant("assign-most-loaded", ASSIGN, "return a->load < b->load;", "return a->load > b->load;"),
    Mutant("assign-loads-not-cleared", ASSIGN,
           "    for (int m = lane; m < config->subchannels; m += WARP)\n        load[m] = 0;\n", ""),
    Mutant("rates-share-of-the-first", BASELINES, "share[row * subchannels + (size_t)m],", "share[(size_t)m],"),
    Mutant("neurosurgeon-rates-of-the-first", BASELINES, "transfer_of(config, rates_of(&batch, rate_bps, i), user)",
           "transfer_of(config, rates_of(&batch, rate_bps, 0), user)"),
    Mutant("grid-tables-of-the-uplink", GRID, "t->power_w[ECC_DOWN][down.index]", "t->power_w[ECC_UP][down.index]"),
    Mutant("grid-point-transposed", GRID, "const int index = p * t->unit_padded + r;",
           "const int index = r * t->power_padded + p;"),
    # ---- threads that meet
    Mutant("assign-shuffle-distance", ASSIGN, "__shfl_xor_sync(all_lanes, best.subchannel, distance)",
           "__shfl_xor_sync(all_lanes, best.subchannel, distance / 2)"),
    Mutant("assign-every-lane-writes", ASSIGN, "            if (lane == 0)\n", "            if (lane >= 0)\n"),
    Mutant("assign-load-by-another-lane", ASSIGN, "lane == m % WARP", "lane == 0"),
    Mutant("share-increment-not-atomic", BASELINES,
           "atomicAdd(&share[((size_t)i * ECC_DIRECTIONS + (size_t)d) * subchannels + (size_t)m], 1);",
           "share[((size_t)i * ECC_DIRECTIONS + (size_t)d) * subchannels + (size_t)m] += 1;"),
    Mutant("surgery-no-meeting-after-listing", BASELINES, "    s->members = found;\n    __syncwarp();\n",
           "    s->members = found;\n"),
    Mutant("surgery-no-meeting-after-splits", BASELINES, "    __syncwarp();\n    return sum_lanes(offloading);",
           "    return sum_lanes(offloading);"),
    Mutant("surgery-no-meeting-after-sums", BASELINES, "    __syncwarp(); /* the splits are read: the next round may write "
           "them, and a shuffle orders no memory */\n", "", "race"),
    Mutant("surgery-place-after-itself", BASELINES, "(1u << s->lane) - 1u", "(2u << s->lane) - 1u"),
    Mutant("surgery-last-round-stands", BASELINES, "if (round == 0 || round_s < best_s) {", "if (true) {"),
    Mutant("surgery-count-of-the-best-round-lost", BASELINES, "            best_offloading = offloading;\n", ""),
    Mutant("grid-no-meeting-after-costs", GRID, "costs[p] = cost_per_bit(t, ECC_UP, &seen, p);\n    __syncwarp();",
           "costs[p] = cost_per_bit(t, ECC_UP, &seen, p);"),
    Mutant("grid-no-meeting-before-the-next-scenario", GRID,
           "        __syncwarp(); /* the costs of the scenario before are read no more */\n", "", "race"),
    Mutant("grid-rows-do-not-walk", GRID, "i < batch.count && user < users; i += gridDim.y)",
           "i < batch.count && user < users; i += batch.count)"),
    Mutant("rows-without-a-limit", LAUNCH, "scenarios < ESW_GRID_ROWS ? scenarios : ESW_GRID_ROWS", "scenarios"),
    Mutant("grid-warps-share-costs", GRID, "shared + (size_t)warp_of_block * (size_t)tables.power_padded;",
           "shared;"),
    Mutant("grid-reduction-too-short", GRID, "int distance = WARP / 2;", "int distance = WARP / 4;"),
    Mutant("auctions-tables-overwritten-by-the-next", "kernels/cansa/cansa_kernels.cu",
           "            eswi_cansa_report(&decision, CANSA_REASON_NONE, 0, 0, 1);\n        }\n        __syncthreads();\n",
           "            eswi_cansa_report(&decision, CANSA_REASON_NONE, 0, 0, 1);\n        }\n"),
    Mutant("auctions-every-second-of-a-block", "kernels/cansa/cansa_kernels.cu", "scenario += gridDim.x)", "scenario += 2 * gridDim.x)"),
    Mutant("grid-highest-point", GRID, "__reduce_min_sync(all_lanes, (unsigned)lowest)",
           "__reduce_max_sync(all_lanes, (unsigned)lowest)"),
    Mutant("local-every-thread-writes", LOCAL, "if (user == 0)", "if (user >= 0)"),
)

# Searches for optima: how a warp shares the work, and the search's own text where only the kernel has the fault.
SEARCHES = (
    # ---- threads that meet
    Mutant("crew-no-meeting-before-the-order", CREW, "    __syncwarp();\n    const crew_task task",
           "    const crew_task task", "race"),
    Mutant("crew-no-meeting-after-the-work", CREW, "    __syncwarp();\n    return task;", "    return task;", "race"),
    Mutant("crew-half-the-lanes", CREW, "threadIdx.x % CREW_THREADS < ECC_LANES",
           "threadIdx.x % CREW_THREADS < ECC_LANES / 2"),
    Mutant("crew-every-thread-a-lane", CREW, "    if (threadIdx.x % CREW_THREADS < ECC_LANES)\n", ""),
    Mutant("crew-end-not-said", OPTIMUM, "    g->orders[blockIdx.x].task = CREW_DONE;\n", "", "race"),
    Mutant("crew-orders-of-the-first", OPTIMUM, "crew_turn(&g.orders[blockIdx.x])",
           "crew_turn(&g.orders[0])", "race"),
    Mutant("crew-ticket-not-atomic", OPTIMUM, "i < g->count; i = ESW_TAKE_TICKET(g->next))",
           "i < g->count; i = (*g->next)++)", "race"),
    # ---- orders
    Mutant("crew-steps-not-said", CREW, "    o->number = steps;\n", ""),
    Mutant("crew-user-and-level-swapped", CREW, "o->chain, o->number, o->between, o->table",
           "o->chain, o->between, o->number, o->table"),
    Mutant("crew-last-user-left-out", CREW, "user < chain->n; user++", "user < chain->n - 1; user++"),
    Mutant("scan-table-of-gain-one", SCAN, "s->inverse[k + l] * s->own[t];", "s->inverse[k + l];"),
    Mutant("crew-least-of-the-first-lane", CREW, "return eswi_ecc_scan_least(scan);", "return scan->least[0];"),
    Mutant("scan-least-in-the-lane-beside", SCAN, "        s->least[l] = ESW_AT(least, l);",
           "        s->least[l & ~1] = ESW_AT(least, l);", "race"),
    Mutant("chain-table-overwritten", STATES, "t->low[now], t->high[user], t->low[now ^ 1],",
           "t->low[now], t->high[user], t->low[now],", "race"),
    # ---- memory and scenarios
    Mutant("searches-share-a-workspace", OPTIMUM, "g->workspaces + blockIdx.x * g->workspace_bytes",
           "g->workspaces", "race"),
    Mutant("searches-counter-not-cleared", OPTIMUM, "    *g.next = 0;\n", ""),
    Mutant("searches-one-too-many", OPTIMUM, "i < g->count; i = ESW_TAKE", "i <= g->count; i = ESW_TAKE", "asan"),
    # ---- the search
    Mutant("bound-the-wrong-way", BOUND, "g > 0.0 ? g * (b->low", "g < 0.0 ? g * (b->low"),
    Mutant("bound-of-the-halved-box-only", FRONTIER, "node.bound = bound > node.bound ? bound : node.bound;",
           "node.bound = bound < node.bound ? bound : node.bound;"),
    Mutant("cut-on-the-wrong-side", FRONTIER, "if (slope > 0.0)", "if (slope < 0.0)"),
    Mutant("heap-rises-one-level-only", FRONTIER, "    while (at > 0 && f->heap[", "    if (at > 0 && f->heap["),
    Mutant("heap-child-off-by-one", FRONTIER, "child = 2 * at + 1)", "child = 2 * at + 2)"),
    Mutant("batch-one-pair-short", FRONTIER, "while (s->n < ECC_LANES && s->waiting",
           "while (s->n < ECC_LANES - 2 && s->waiting"),
    Mutant("levels-pruned-too-early", LEVELS, "h->best * (1.0 + (double)ECC_SCAN_TOLERANCE)", "h->best * 0.9"),
    Mutant("arena-bound-raised-the-wrong-way", ARENA, "if (bound > *known &&", "if (bound < *known &&"),
)

DESCENTS = (
    Mutant("descents-share-their-memory", LI_GD, "g.crew_memory + i * g.crew_bytes", "g.crew_memory"),
    Mutant("descents-first-left-out", LI_GD, "*g.work.next = 0;", "*g.work.next = 1;"),
    Mutant("descents-seat-beside", LI_GD, "eswi_ecc_seat_turn(&g.work, crew, phase, 0, seat)",
           "eswi_ecc_seat_turn(&g.work, crew, phase, 0, seat ^ 1)"),
    Mutant("descents-scenario-settled-twice", LI_GD, "i += (g).n_crews * ECC_LANES)", "i += (g).n_crews)", "race"),
    Mutant("descents-phase-twice", LI_GD, "run_phase(&g, batch, PHASE_UP, stream, error)",
           "run_phase(&g, batch, PHASE_DOWN, stream, error)"),
    Mutant("lanes-sum-distance", LANES, "ESW_LANES_SHUFFLE(__shfl_down_sync, name, half);",
           "ESW_LANES_SHUFFLE(__shfl_down_sync, name, half / 2);"),
    Mutant("lanes-value-of-the-second", LANES, "ESW_LANES_SHUFFLE(__shfl_sync, value, 0)",
           "ESW_LANES_SHUFFLE(__shfl_sync, value, 1)"),
)

SYSTEMS = (
    Mutant("cansa-no-meeting-after-worths", CANSA,
           "            __syncthreads();\n            if (threadIdx.x == 0 && by_count)",
           "            if (threadIdx.x == 0 && by_count)", "race"),
    Mutant("cansa-no-meeting-before-the-trace", CANSA, "        __syncthreads();\n        if (threadIdx.x == 0) {",
           "        if (threadIdx.x == 0) {", "race"),
    Mutant("cansa-last-rb-left-out", CANSA, "r <= total; r += THREADS_PER_BLOCK)\n                k.value",
           "r < total; r += THREADS_PER_BLOCK)\n                k.value"),
    Mutant("cansa-every-thread-traces", CANSA, "if (threadIdx.x == 0) {\n            eswi_cansa_trace",
           "if (true) {\n            eswi_cansa_trace", "race"),
    Mutant("cansa-packs-share-memory", CANSA, "index * pack_bytes(batch->clients)", "0 * index"),
    Mutant("cansa-games-share-memory", CANSA, "scenario * game_bytes(batch.clients)", "0 * scenario"),
    Mutant("cansa-lane-of-the-warp", CANSA, "lane = threadIdx.x % ESW_LANES", "lane = threadIdx.x % 32"),
    Mutant("clo-device-of-the-scenario", CLO, "(int)(threadIdx.x % devices)", "(int)(i % devices)"),
    Mutant("clo-lists-shared", CLO, "batch.d_lists + i * batch.lists_bytes", "batch.d_lists"),
    Mutant("clo-draws-overlap", CLO, "(int)(blockIdx.x * blockDim.x + threadIdx.x) * CLO_GAINS_A_BLOCK;",
           "(int)(blockIdx.x * blockDim.x + threadIdx.x);", "race"),
)

HOST = (
    # ---- streams
    Mutant("mean-on-the-default-stream", STAGE, "ESW_LAUNCH(ecc_mean_kernel, by_link, THREADS_PER_BLOCK, 0, stream,",
           "ESW_LAUNCH(ecc_mean_kernel, by_link, THREADS_PER_BLOCK, 0, nullptr,"),
    Mutant("no-wait-before-collecting", WORKER,
           "    slot->out = nullptr;\n    ESWI_CUDA_TRY(error, cudaStreamSynchronize(slot->stream));\n",
           "    slot->out = nullptr;\n"),
    Mutant("decisions-on-another-stream", WORKER, "slot->stream));\n    slot->out = out;",
           "w->slot[0].stream));\n    slot->out = out;"),
    Mutant("slot-reused-too-early", WORKER, "        status = collect(&w->slot[next], error);\n        if (!status)",
           "        if (!status)"),
    Mutant("images-left-on-their-way", WORKER,
           "cudaMemcpyAsync(w->d_memory, w->h_images, bytes, cudaMemcpyHostToDevice, stream));\n"
           "    ESWI_CUDA_TRY(error, cudaStreamSynchronize(stream));\n",
           "cudaMemcpyAsync(w->d_memory, w->h_images, bytes, cudaMemcpyHostToDevice, stream));\n"),
    Mutant("images-on-the-default-stream", WORKER,
           "    cudaStream_t stream = w->slot[0].stream;\n"
           "    ESWI_CUDA_TRY(error, cudaMemcpyAsync(w->d_memory, w->h_images, bytes, cudaMemcpyHostToDevice, stream));\n"
           "    ESWI_CUDA_TRY(error, cudaStreamSynchronize(stream));\n",
           "    ESWI_CUDA_TRY(error, cudaMemcpy(w->d_memory, w->h_images, bytes, cudaMemcpyHostToDevice));\n"),
    Mutant("descents-config-on-the-default-stream", "kernels/ecc/li_gd.cu",
           "ESW_LAUNCH(ecc_li_gd_config_kernel, 1, 1, 0, stream,", "ESW_LAUNCH(ecc_li_gd_config_kernel, 1, 1, 0, nullptr,"),
    # ---- memory
    Mutant("shares-cleared-by-half", BASELINES, "sizeof(int32_t) * ECC_DIRECTIONS * batch->count *",
           "sizeof(int32_t) * batch->count *"),
    Mutant("grid-shared-memory-of-one-warp", GRID,
           "warps * (unsigned)tables.power_padded * (unsigned)sizeof(float), stream,",
           "(unsigned)tables.power_padded * (unsigned)sizeof(float), stream,"),
    Mutant("slots-share-instances", WORKER, "slot->d_instances = m.take(w->instance_bytes * w->chunk);",
           "slot->d_instances = s ? w->slot[0].d_instances : m.take(w->instance_bytes * w->chunk);"),
    Mutant("slots-share-decisions", WORKER, "slot->d_decisions = m.take(w->decision_bytes * w->chunk);",
           "slot->d_decisions = s ? w->slot[0].d_decisions : m.take(w->decision_bytes * w->chunk);"),
    Mutant("slots-share-scratch", WORKER, "slot->d_scratch = m.take(scratch);",
           "slot->d_scratch = s ? w->slot[0].d_scratch : m.take(scratch);"),
    Mutant("slots-share-pinned-memory", WORKER, "w->h_memory + (size_t)s * h_bytes", "w->h_memory"),
    Mutant("device-memory-not-freed", WORKER, "    cudaFree(w->d_memory);\n", ""),
    Mutant("pinned-memory-not-freed", WORKER, "    cudaFreeHost(w->h_memory);\n", ""),
    Mutant("streams-not-destroyed", WORKER, "            cudaStreamDestroy(w->slot[s].stream);\n", ""),
    Mutant("image-one-unit-short", IMAGE, "(size_t)from->units + 1;", "(size_t)from->units;"),
    Mutant("image-first-profile-only", IMAGE, "i->h_base + at + p * sizeof to", "i->h_base + at"),
    Mutant("image-arrays-swapped", IMAGE, "take(i, from->flops_before, units)", "take(i, from->flops, units)"),
    # ---- chunks and devices
    Mutant("stale-instances", WORKER, "slot->first == first && slot->held == count", "slot->held == count"),
    Mutant("same-scenarios-in-every-chunk", WORKER, "first + offset, chunk_at(", "first, chunk_at("),
    Mutant("last-chunk-too-long", WORKER, "count - offset < w->chunk ? count - offset : w->chunk", "w->chunk"),
    Mutant("last-decision-not-copied", WORKER, "const size_t bytes = count * w->decision_bytes;",
           "const size_t bytes = (count - 1) * w->decision_bytes;"),
    Mutant("another-seed", WORKER, "w->seed = point->seed;", "w->seed = point->seed + 1;"),
    Mutant("thread-without-its-device", WORKER,
           "    ESWI_CUDA_TRY(error, cudaSetDevice(w->ordinal));\n"
           "    for (uint32_t offset = 0; offset < count && !status;",
           "    for (uint32_t offset = 0; offset < count && !status;"),
    Mutant("parts-overwrite-each-other", SOLVER, "p->decisions + at * s->decision_bytes", "p->decisions"),
    Mutant("every-device-is-the-first", DEVICES, "found->ordinal[found->count++] = ordinal;",
           "found->ordinal[found->count++] = 0;"),
    # ---- errors
    Mutant("allocation-unchecked", WORKER, "ESWI_CUDA_TRY(error, cudaMalloc(&w->d_memory, bytes));",
           "cudaMalloc(&w->d_memory, bytes);"),
    Mutant("copy-unchecked", WORKER, "        ESWI_CUDA_TRY(error, cudaMemcpyAsync(h_instances",
           "        (void)(cudaMemcpyAsync(h_instances"),
)

AUCTION, NASH = "host/cansa/auction.h", "host/cansa/nash.h"
SLOT, QUEUES, CONTROL = "host/clo/slot.h", "host/clo/queues.h", "host/clo/control.h"

MODELS = (
    Mutant("auction-shares-of-all-rbs", AUCTION, "        ESW_AT(pool, l) = p->left[l];",
           "        ESW_AT(pool, l) = rules->rbs_total;"),
    Mutant("nash-ties-to-the-last", NASH, "(other == bid && j < i)", "(other == bid && j > i)"),
    Mutant("slot-power-of-one-unit", SLOT, "*power = *power + count * node->power[i];",
           "*power = set ? *power + node->power[i] : *power;"),
    Mutant("slot-unit-sent-and-decided", SLOT, "fits &= --left[k] >= 0;", "fits &= left[k] > 0;"),
    Mutant("queues-unit-of-the-slot-before", QUEUES, "            eswi_clo_enqueue(q, p->device_node[k], k, t);\n",
           "            eswi_clo_enqueue(q, p->device_node[k], k, t > 0 ? t - 1 : t);\n"),
    Mutant("chain-states-of-the-least-power", STATES, "c->adds[k] * c->power[c->levels - 1]",
           "c->adds[k] * c->power[0]"),
    Mutant("chain-decision-of-a-state-above", STATES, "c->local[k] + t->high[k][state] :",
           "c->local[k] + t->high[k][eswi_ecc_cell_below(c, sum) + 2] :"),
    Mutant("chain-sums-beyond-the-states", STATES, "state < (float)(ECC_CHAIN_STATES - 3) ? state",
           "state < (float)(2 * ECC_CHAIN_STATES) ? state", "race"),
    Mutant("control-the-wrong-way", CONTROL, "p->gamma * (p->r - mean[k])", "p->gamma * (mean[k] - p->r)"),
)

MUTANTS = KERNELS + SEARCHES + DESCENTS + SYSTEMS + HOST + MODELS

# Those of every day, one or two for each way to be found.
DAILY = ("assign-shuffle-distance", "assign-load-by-another-lane", "gain-directions-swapped", "crew-half-the-lanes",
         "crew-ticket-not-atomic", "assign-scenario-off-by-one")

#include "bench_problem.h"

#include <stdlib.h>

#include "bench.h"
#include "ecc/grid.h"
#include "ecc/layers.h"
#include "ecc/params.h"

void bench_problem_close(bench_problem *p)
{
    free(p->block);
    free(p->envelopes);
    if (p->config)
        eswi_ecc_config_free((esw_config *)p->config);
}

bool bench_problem_open(bench_problem *p, int aps, int per_cell, esw_error *error)
{
    *p = (bench_problem){.config = bench_ecc_config(aps, aps * per_cell, (per_cell + 2) / 3, error),
                         .n = aps * per_cell};
    if (!p->config)
        return false;
    /* 40 kHz, what a subchannel has at the paper's size, and users near their cells' edges. */
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        p->config->noise_w[d] *= 40e3 / p->config->subchannel_hz[d];
        p->config->subchannel_hz[d] = 40e3;
    }
    p->config->cell_radius_m = 250.0;
    p->config->cluster_cap = p->n;
    p->block = aligned_alloc(64, (eswi_ecc_instance_bytes(p->config) + 63) / 64 * 64);
    p->envelopes = calloc((size_t)p->config->n_profiles, sizeof *p->envelopes);
    if (!p->block || !p->envelopes) {
        esw_fail(error, ESW_NO_MEMORY, "no memory for a problem");
        bench_problem_close(p);
        return false;
    }
    p->instance = eswi_ecc_instance_view(p->config, p->block);
    for (int i = 0; i < p->config->n_profiles; i++) {
        const eswi_ecc_profile *profile = &p->config->profiles[i];
        double *compute = calloc((size_t)profile->units + 1, sizeof *compute);
        for (int s = 1; compute && s <= profile->units; s++)
            compute[s] = eswi_ecc_compute_utility(p->config, profile, s);
        if (compute)
            eswi_ecc_envelope_of(compute, profile->bits, profile->units - 1, &p->envelopes[i]);
        free(compute);
    }
    p->scene = (eswi_ecc_scene){p->config, &p->instance, ECC_NOMA, p->envelopes};
    return true;
}

void bench_problem_element(bench_problem *p, int scenario, int direction, eswi_ecc_element *e)
{
    int32_t users[ECC_ELEMENT_USERS], slices[ECC_ELEMENT_USERS];
    eswi_ecc_stage(p->config, 2026, (uint64_t)scenario, &p->instance);
    for (int u = 0; u < p->n; u++) {
        users[u] = u;
        slices[u] = 1;
    }
    eswi_ecc_element_build(&p->scene, direction, 0, users, slices, p->n, e);
}

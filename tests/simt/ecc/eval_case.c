#include "eval_case.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/philox.h"
#include "ecc/lanes_load.h"
#include "ecc_setup.h"

/* Room for either kind of problem. */
typedef struct placed {
    eswi_ecc_lanes lanes;
    eswi_ecc_fixed fixed;
    eswi_ecc_evaluation point;
    float *beta, *power, *work; /* what the point reads */
} placed;

/* ---------------------------------------------------------------- layout */

/* Pointers into a block at `base`, or, with base NULL, only its size. */
static size_t place(const eval_case *c, char *base, placed *p)
{
    const ecc_setup *setup = c->setup;
    eswi_carve carve = {base, 0};
    memset(p, 0, sizeof *p);
    if (c->relaxed)
        eswi_ecc_lanes_layout(&p->lanes, &carve, setup->config, c->direction, c->across);
    else
        eswi_ecc_fixed_layout(&p->fixed, &carve, setup->config);
    const size_t rows = (size_t)setup->config->users * ECC_LANES;
    const size_t shares = c->relaxed ? rows * (size_t)p->lanes.tiles : 0;
    p->point.beta = p->beta = ESWI_CARVE(&carve, float, shares);
    p->point.beta_gradient = ESWI_CARVE(&carve, float, shares);
    p->point.power = p->power = ESWI_CARVE(&carve, float, rows);
    p->point.work = p->work = ESWI_CARVE(&carve, float, rows);
    p->point.power_gradient = ESWI_CARVE(&carve, float, rows);
    p->point.rate = ESWI_CARVE(&carve, float, rows);
    p->point.price = ESWI_CARVE(&carve, float, rows);
    p->point.cost = ESWI_CARVE(&carve, float, rows);
    p->point.value = ESWI_CARVE(&carve, float, ECC_LANES);
    return carve.used;
}

size_t eval_case_problem_bytes(int relaxed)
{
    return relaxed ? sizeof(eswi_ecc_lanes) : sizeof(eswi_ecc_fixed);
}

size_t eval_case_point_bytes(void)
{
    return sizeof(eswi_ecc_evaluation);
}

void eval_case_problem(const eval_case *c, void *base, void *problem, void *point)
{
    placed p;
    place(c, base, &p);
    if (c->relaxed)
        memcpy(problem, &p.lanes, sizeof p.lanes);
    else
        memcpy(problem, &p.fixed, sizeof p.fixed);
    memcpy(point, &p.point, sizeof p.point);
}

/* ---------------------------------------------------------------- drawing */

static uint32_t draw(uint64_t index, uint32_t entity, uint32_t block)
{
    return eswi_philox(20, index, 1, entity, block).w[0];
}

static float uniform(uint64_t index, uint32_t entity, uint32_t block)
{
    return eswi_uniform(draw(index, entity, block));
}

/* Sizes: small ones often, primes, U beyond and below a vector, M around multiples of the lanes. */
static void open_setup(eval_case *c, uint64_t index)
{
    static const int user_choices[] = {1, 2, 3, 5, 7, 12, 17, 24, 33},
                     subchannel_choices[] = {1, 2, 3, 6, 12, 16, 17, 35};
    const int users = user_choices[draw(index, 0, 0) % 9], subchannels =
                                                               subchannel_choices[draw(index, 0, 1) % 8];
    const int aps = 1 + (int)(draw(index, 0, 2) % 4), access = (int)(draw(index, 0, 3) % 3);
    const int room = 3 * aps * subchannels;
    static const char *const accesses[] = {"noma", "oma", "oma-in-cell"};
    snprintf(c->text, sizeof c->text,
             "users=%d aps=%d subchannels=%d cluster_cap=3 access=%s reading=%s layout=%s",
             users < room ? users : room, aps, subchannels, accesses[access],
             index % 5 == 4 ? "published" : "repaired", index % 2 ? "uniform" : "users_around_ap");
    ecc_setup *setup = calloc(1, sizeof *setup);
    cr_assert_not_null(setup);
    ecc_setup_open(setup, c->text);
    c->setup = setup;
}

/* A scenario of its own in every lane, or one in all. */
static void load_scenarios(const eval_case *c, placed *p, uint64_t index)
{
    ecc_setup *setup = c->setup;
    const eswi_ecc_config *config = setup->config;
    uint64_t *keys = malloc(2 * (size_t)config->users * sizeof *keys);
    int32_t *next = malloc((size_t)(config->subchannels + config->users) * sizeof *next);
    cr_assert(keys && next);
    for (int lane = 0; lane < (c->across ? 1 : ECC_LANES); lane++) {
        ecc_setup_stage(setup, 7, index * ECC_LANES + (uint64_t)lane);
        if (c->relaxed) {
            eswi_ecc_lanes_load(&p->lanes, config, &setup->instance, lane, keys);
        } else {
            ecc_setup_solve(setup, ECC_EDGE_ONLY);
            eswi_ecc_fixed_load(&p->fixed, config, &setup->instance, c->direction, config->access,
                                setup->decision.assigned[c->direction], lane, next);
        }
    }
    free(keys);
    free(next);
}

/* Powers over the decades of the box, shares on the simplex with some exact zeros, about a quarter of the users
 * local. A pack of one scenario has the same user in every lane. */
static void draw_point(const eval_case *c, placed *p, uint64_t index)
{
    const eswi_ecc_config *config = ((ecc_setup *)c->setup)->config;
    const int d = c->direction, tiles = c->relaxed ? p->lanes.tiles : 0;
    for (int u = 0; u < config->users; u++)
        for (int l = 0; l < ECC_LANES; l++) {
            const uint32_t entity = (uint32_t)(1 + u * ECC_LANES + (c->across ? 0 : l));
            const int sends = uniform(index, entity, 0) > 0.25f;
            const float level = eswi_exp2f(-12.0f * uniform(index, entity, 1));
            p->power[u * ECC_LANES + l] = sends ? (float)config->power_max_w[d] * level : 0.0f;
            p->work[u * ECC_LANES + l] = sends ? 1e-3f + 10.0f * uniform(index, entity, 2) : 0.0f;
        }
    for (int u = 0; u < config->users && tiles > 0; u++)
        for (int l = 0; l < ECC_LANES; l++)
            for (int t = 0; t < tiles; t++) {
                const uint32_t entity = (uint32_t)(1 + u * ECC_LANES + l);
                const int padding = c->across && t * ECC_LANES + l >= config->subchannels;
                const float share = uniform(index, entity, (uint32_t)(3 + t)) / (float)config->subchannels;
                p->beta[(size_t)(u * tiles + t) * ECC_LANES + (size_t)l] =
                    padding || draw(index, entity, (uint32_t)(1000 + t)) % 4 == 0 ? 0.0f : share;
            }
}

void eval_case_draw(eval_case *c, int relaxed, uint64_t index)
{
    placed p;
    memset(c, 0, sizeof *c);
    c->relaxed = relaxed;
    c->across = relaxed && index % 3 == 2;
    c->direction = (int)(index / 2 % 2);
    open_setup(c, index);
    c->bytes = place(c, NULL, &p);
    c->block = aligned_alloc(ESWI_CARVE_ALIGN, c->bytes);
    cr_assert_not_null(c->block);
    memset(c->block, 0, c->bytes);
    place(c, c->block, &p);
    load_scenarios(c, &p, index);
    draw_point(c, &p, index);
    const size_t end = strlen(c->text);
    snprintf(c->text + end, sizeof c->text - end, " %s%s", c->direction == ECC_UP ? "uplink" : "downlink",
             c->across ? " across" : "");
}

void eval_case_free(eval_case *c)
{
    ecc_setup_close(c->setup);
    free(c->setup);
    free(c->block);
}

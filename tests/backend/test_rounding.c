/* From shares to subchannels, against the rule written down with its own search for the next pair. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "base/carve.h"
#include "cases.h"
#include "ecc/rounding.h"

enum { MOST_PAIRS = CASE_MAX_USERS * 24, STEP = 16 };

/* One rounding of a drawn network. */
typedef struct rounding {
    test_case c;
    int direction;
    float beta[MOST_PAIRS]; /* [U][M] */
    uint8_t active[CASE_MAX_USERS];
    int32_t found[CASE_MAX_USERS], expected[CASE_MAX_USERS];
    int unclear; /* as returned */
} rounding;

static float share(const rounding *r, int user, int subchannel)
{
    return r->beta[user * r->c.config.subchannels + subchannel];
}

/* Users of the AP of `user` that `expected` puts on a subchannel. */
static int load_at(const rounding *r, int user, int subchannel)
{
    int load = 0;
    for (int v = 0; v < r->c.config.users; v++)
        load += r->expected[v] == subchannel && r->c.instance.ap_of_user[v] == r->c.instance.ap_of_user[user];
    return load;
}

static bool has_room(const rounding *r, int user, int subchannel)
{
    return load_at(r, user, subchannel) < r->c.config.cluster_cap;
}

/* Gives out the largest share that can still be given; false when there is none. */
static bool give_largest(rounding *r)
{
    int user = -1, subchannel = -1;
    for (int u = 0; u < r->c.config.users; u++)
        for (int m = 0; m < r->c.config.subchannels; m++)
            if (r->active[u] && r->expected[u] < 0 && has_room(r, u, m) &&
                share(r, u, m) > (user < 0 ? 0.0f : share(r, user, subchannel))) {
                user = u;
                subchannel = m;
            }
    if (user >= 0)
        r->expected[user] = subchannel;
    return user >= 0;
}

static void give_leftover(rounding *r, int user)
{
    int best = -1;
    for (int m = 0; m < r->c.config.subchannels; m++) {
        if (!has_room(r, user, m))
            continue;
        const int lighter = best < 0 ? -1 : load_at(r, user, m) - load_at(r, user, best);
        if (lighter < 0 || (lighter == 0 && case_own_gain(&r->c, r->direction, user, m) >
                                                case_own_gain(&r->c, r->direction, user, best)))
            best = m;
    }
    r->expected[user] = best;
}

static void round_naively(rounding *r)
{
    memset(r->expected, -1, sizeof r->expected);
    while (give_largest(r))
        ;
    for (int u = 0; u < r->c.config.users; u++)
        if (r->active[u] && r->expected[u] < 0)
            give_leftover(r, u);
}

/* Shares from a few values only, so that they tie, and many zeros. */
static void draw_shares(rounding *r, dice *d)
{
    static const float some[] = {0.25f, 0.5f, 0.51f, 0.75f, 1.0f, 1e-30f};
    for (int i = 0; i < r->c.config.users * r->c.config.subchannels; i++) {
        const float fine = (float)dice_real(d, 0.0, 1.0), coarse = some[dice_int(d, 0, 5)];
        r->beta[i] = dice_chance(d, 0.6) ? 0.0f : dice_chance(d, 0.5) ? fine : coarse;
    }
}

static void round_it(rounding *r)
{
    const eswi_ecc_config *config = &r->c.config;
    const size_t pairs = (size_t)(config->users * config->subchannels);
    float *lanes = calloc(pairs * STEP, sizeof *lanes);
    void *scratch = aligned_alloc(ESWI_CARVE_ALIGN, eswi_ecc_round_bytes(config));
    cr_assert(lanes && scratch);
    for (size_t i = 0; i < pairs; i++)
        lanes[i * STEP] = r->beta[i];
    r->unclear = eswi_ecc_round(config, &r->c.instance, r->direction, lanes, (size_t)config->subchannels * STEP,
                                STEP, r->active, scratch, r->found);
    free(lanes);
    free(scratch);
}

static void draw(rounding *r, uint64_t index, const case_shape *shape)
{
    dice d = dice_of(73, index);
    memset(r, 0, sizeof *r);
    case_draw(&r->c, 72, index, shape);
    r->direction = (int)(index % ECC_DIRECTIONS);
    for (int u = 0; u < r->c.config.users; u++)
        r->active[u] = shape->all_send || dice_chance(&d, 0.8);
    draw_shares(r, &d);
    round_it(r);
}

static int count_left(const rounding *r)
{
    int left = 0;
    for (int u = 0; u < r->c.config.users; u++)
        left += r->active[u] && r->found[u] < 0;
    return left;
}

Test(rounding, follows_the_rule_pair_by_pair)
{
    static rounding r;
    int left = 0;
    for (uint64_t i = 0; i < 400; i++) {
        draw(&r, i, &(case_shape){.ties = i % 2 == 0, .full = i % 3 == 0, .cluster_cap = 1 + (int)(i % 3)});
        round_naively(&r);
        for (int u = 0; u < r.c.config.users; u++)
            cr_assert_eq(r.found[u], r.expected[u], "case %d, user %d of %d: %d, by the rule %d", (int)i, u,
                         r.c.config.users, r.found[u], r.expected[u]);
        left += count_left(&r);
        case_free(&r.c);
    }
    cr_assert_gt(left, 0, "no cell was ever too full");
}

/* Nobody holds a share: the leftovers' rule alone fills the cells evenly, up to the cap and no further. */
Test(rounding, without_shares_fills_cells_evenly_up_to_the_cap)
{
    static rounding r;
    for (uint64_t i = 0; i < 50; i++) {
        draw(&r, i, &(case_shape){.aps = 1, .full = true, .cluster_cap = 3, .all_send = true});
        memset(r.beta, 0, sizeof r.beta);
        round_it(&r);
        memcpy(r.expected, r.found, sizeof r.found); /* load_at counts what is in `expected` */
        const int users = r.c.config.users, subchannels = r.c.config.subchannels;
        for (int m = 0; m < subchannels; m++)
            cr_assert_eq(load_at(&r, 0, m), users / subchannels, "subchannel %d of %d", m, subchannels);
        cr_assert_eq(r.unclear, users);
        case_free(&r.c);
    }
}

Test(rounding, counts_the_users_the_printed_rule_could_not_round)
{
    static rounding r;
    for (uint64_t i = 0; i < 100; i++) {
        int unclear = 0;
        draw(&r, i, &(case_shape){.users = 9, .cluster_cap = 9});
        for (int u = 0; u < 9; u++) {
            int major = 0;
            for (int m = 0; m < r.c.config.subchannels; m++)
                major += (double)share(&r, u, m) > 0.5;
            unclear += r.active[u] && major != 1;
        }
        cr_assert_eq(r.unclear, unclear);
        case_free(&r.c);
    }
}

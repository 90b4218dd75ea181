/* Rule A against a second implementation that follows the text word by word. */
#include <criterion/criterion.h>

#include <stdlib.h>

#include "base/philox.h"
#include "ecc_setup.h"

/* The rule for one user, by sorting nothing and remembering nothing: counts loads anew, then compares
 * candidates. */
static int naive_choice(const ecc_setup *s, int direction, const int32_t *assigned, int user)
{
    const int ap = s->instance.ap_of_user[user], subchannels = s->config->subchannels;
    int best = -1, best_load = 0;
    float best_gain = 0;
    for (int m = 0; m < subchannels; m++) {
        int load = 0;
        for (int v = 0; v < user; v++) {
            load += s->instance.ap_of_user[v] == ap && assigned[v] == m;
        }
        const float gain = s->instance.gain[direction][((size_t)user * s->config->aps + ap) * subchannels + m];
        const bool better = best < 0 || load < best_load || (load == best_load && gain > best_gain);
        if (load < s->config->cluster_cap && better) {
            best = m;
            best_load = load;
            best_gain = gain;
        }
    }
    return best;
}

static void assign(ecc_setup *s)
{
    int32_t *load = malloc(sizeof *load * s->config->aps * s->config->subchannels);
    eswi_ecc_assign_rule_a(s->config, &s->instance, load, s->decision.assigned);
    free(load);
}

static void expect_naive(ecc_setup *s)
{
    assign(s);
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        for (int u = 0; u < s->config->users; u++) {
            cr_assert_eq(s->decision.assigned[d][u], naive_choice(s, d, s->decision.assigned[d], u),
                         "direction %d user %d", d, u);
        }
    }
}

Test(rule_a, follows_the_text_on_random_networks)
{
    static const char *const sizes[] = {"aps=3 users=30 subchannels=7", "aps=1 users=12 subchannels=4",
                                        "aps=4 users=60 subchannels=5 layout=uniform",
                                        "aps=2 users=8 subchannels=2 cluster_cap=2",
                                        "aps=5 users=61 subchannels=12"};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        ecc_setup s;
        ecc_setup_open(&s, sizes[i]);
        for (uint64_t k = 0; k < 200; k++) {
            ecc_setup_stage(&s, 9, k);
            expect_naive(&s);
        }
        ecc_setup_close(&s);
    }
}

Test(rule_a, breaks_ties_by_the_lowest_index)
{
    ecc_setup s;
    ecc_setup_open(&s, "aps=2 users=18 subchannels=4");
    for (uint64_t k = 0; k < 200; k++) {
        ecc_setup_stage(&s, 9, k);
        for (int d = 0; d < ECC_DIRECTIONS; d++) { /* gains of two values only */
            for (uint32_t i = 0; i < 18 * 2 * 4; i++) {
                s.instance.gain[d][i] = eswi_philox(1, k, (uint32_t)d, i, 0).w[0] & 1 ? 1e-6f : 2e-6f;
            }
        }
        expect_naive(&s);
    }
    ecc_setup_close(&s);
}

/* All users at one AP of a uniform layout: 4 subchannels of 3 places take 12 of them. */
Test(rule_a, leaves_users_without_a_subchannel_when_all_are_full)
{
    ecc_setup s;
    ecc_setup_open(&s, "aps=2 users=20 subchannels=4 layout=uniform");
    ecc_setup_stage(&s, 9, 0);
    for (int u = 0; u < 20; u++) {
        s.instance.ap_of_user[u] = 1;
    }
    expect_naive(&s);
    for (int u = 0; u < 20; u++) {
        cr_assert_eq(s.decision.assigned[ECC_UP][u] < 0, u >= 12);
    }
    esw_error error;
    ecc_setup_solve(&s, ECC_EDGE_ONLY);
    cr_assert_eq(eswi_ecc_check(s.config, &s.instance, &s.decision, &error), ESW_OK, "%s", error.text);
    for (int u = 0; u < 20; u++) {
        cr_assert_eq(ecc_setup_sends(&s, u), u < 12, "users without a subchannel stay local");
    }
    ecc_setup_close(&s);
}

Test(rule_a, pairs_the_directions_when_asked_to)
{
    ecc_setup s;
    ecc_setup_open(&s, "aps=3 users=30 subchannels=6 pair_directions=true");
    ecc_setup_stage(&s, 9, 0);
    assign(&s);
    for (int u = 0; u < 30; u++) {
        cr_assert_eq(s.decision.assigned[ECC_UP][u], naive_choice(&s, ECC_UP, s.decision.assigned[ECC_UP], u));
        cr_assert_eq(s.decision.assigned[ECC_DOWN][u], s.decision.assigned[ECC_UP][u]);
    }
    ecc_setup_close(&s);
}

#include <criterion/criterion.h>

#include <stdlib.h>

#include "backend/cpu/isa.h"
#include "ecc_setup.h"

Test(grid, without_a_finite_point_everybody_stays_local)
{
    ecc_setup setup;
    ecc_setup_open(&setup, "aps=2 users=4 subchannels=3");
    /* Beyond what configure accepts: the search must not depend on that check. */
    setup.config->kappa_device = setup.config->kappa_edge = 1e300;
    ecc_setup_stage(&setup, 1, 0);
    void *scratch = aligned_alloc(64, (eswi_ecc_grid_bytes(setup.config) + 63) / 64 * 64);
    cr_assert_not_null(scratch);
    eswi_ecc_grid_prepare(setup.config, scratch);
    for (const eswi_cpu_kernels *const *isa = eswi_cpu_kernels_available(); *isa; isa++) {
        esw_error error = {{0}};
        eswi_ecc_solve_grid(setup.config, &setup.instance, (*isa)->ecc_grid_search, scratch, &setup.decision);
        for (int u = 0; u < setup.config->users; u++)
            cr_expect(!ecc_setup_sends(&setup, u), "%s: user %d offloads", (*isa)->name, u);
        cr_expect_eq(eswi_ecc_check(setup.config, &setup.instance, &setup.decision, &error), ESW_OK, "%s",
                     error.text);
    }
    free(scratch);
    ecc_setup_close(&setup);
}

/* ECC, method `grid`: every split, uplink power level and compute-unit level of every user, by brute force.
 *
 * Users are assigned by rule A, and each is searched on its own against a fixed plan of the others: every
 * assigned user sends at full power under the access mode of the experiment. With that, user i's utility (19)
 * on the grid is
 *
 *   U(s, p, r) = C(s, r) + y + w_s (wT + wE p) / R(p),   R(p) = band log2(1 + p gain / (interference + noise)),
 *
 * C the computing of split s with r units. The download y does not depend on s (Structure point 4), so the
 * downlink's power has a grid of its own: y = least over P of m (wT + wE P) / Phi(P). Split F sends nothing: C
 * alone.
 *
 * The grid separates, which Structure points 1 and 2 use; this method deliberately does not. It is what the
 * clever methods are checked against and assumes nothing about C, lambda or R.
 *
 * Everything is searched in float, in one written order with exact ties (the lowest (split, power, units) index
 * wins), so that a decision has the same bits on every instruction set. The accountant then scores it with the
 * interference that the decisions really cause.
 */
#ifndef ESWI_ECC_GRID_H
#define ESWI_ECC_GRID_H

#include "ecc/ecc.h"

/* One user's two links under the plan: SINR per watt of own power (1/W) and the band its rate has (Hz). */
typedef struct eswi_ecc_grid_link {
    double sinr_per_w[ECC_DIRECTIONS];
    double band_hz[ECC_DIRECTIONS];
} eswi_ecc_grid_link;

/* What the search reads of an assigned user, and its answer in indices of levels. */
typedef struct eswi_ecc_grid_user {
    int32_t profile;
    float full_sinr[ECC_DIRECTIONS]; /* at the highest level */
    float band_hz[ECC_DIRECTIONS];
} eswi_ecc_grid_user;

typedef struct eswi_ecc_grid_choice {
    int32_t split, power[ECC_DIRECTIONS], units;
    float utility;
} eswi_ecc_grid_choice;

/* What the search reads of a config. Level arrays are padded to whole vectors by repeating the last level. */
typedef struct eswi_ecc_grid_tables {
    int power_padded, unit_padded, max_units;
    int32_t *units;                  /* [profile] F */
    float *result_bits;              /* [profile] m */
    float *bits;                     /* [profile][max_units] w_1 .. w_F */
    float *compute;                  /* [profile][max_units][unit_padded] C(s, r) for s = 1 .. F */
    float *relative[ECC_DIRECTIONS]; /* [power_padded] level / highest level */
    float *price[ECC_DIRECTIONS];    /* [power_padded] wT + wE level */
    float *cost_per_bit;             /* [power_padded] scratch of the user being searched */
    float *upload;                   /* [power_padded] the same times the bits of a split */
    double *power_w[ECC_DIRECTIONS]; /* [power_padded] the levels themselves */
    double *compute_units;           /* [unit_padded] */
} eswi_ecc_grid_tables;

/* The search of `users` users one after the other; one implementation per instruction set, same bits
 * (grid_kernel.h). */
typedef void eswi_ecc_grid_search(const eswi_ecc_grid_tables *tables, int users, const eswi_ecc_grid_user *user,
                                  eswi_ecc_grid_choice *choice);

#ifdef __cplusplus
extern "C" {
#endif

/* Scratch of one worker, 64-byte aligned: prepared once for a config, then used by any number of solves. */
size_t eswi_ecc_grid_bytes(const eswi_ecc_config *config);
void eswi_ecc_grid_prepare(const eswi_ecc_config *config, void *scratch);

/* The tables inside prepared scratch. */
eswi_ecc_grid_tables eswi_ecc_grid_tables_of(const eswi_ecc_config *config, void *scratch);

/* Solves one scenario. No allocation. */
void eswi_ecc_solve_grid(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                         eswi_ecc_grid_search *search, void *scratch, const eswi_ecc_decision *decision);

/* grid_plan.c: the links of all users when every assigned user sends at full power; all 0 in a direction where
 * assigned is -1. `first` [subchannels] and `next` [users] are scratch. O(sum over subchannels of the square of
 * its users). */
void eswi_ecc_grid_plan(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                        int32_t *const assigned[ECC_DIRECTIONS], int32_t *first, int32_t *next,
                        eswi_ecc_grid_link *links);

/* The whole grid of one user of `profile` in double precision, given its links under the plan: latency_s and
 * energy_j, each [F][power_levels][unit_levels] with split s at index s - 1, the downlink at its best level, whose
 * power in W is returned. `tables` is prepared. */
double eswi_ecc_grid_evaluate(const eswi_ecc_config *config, const eswi_ecc_profile *profile,
                              const eswi_ecc_grid_tables *tables, const eswi_ecc_grid_link *link,
                              double *latency_s, double *energy_j);

/* Level k of n of a power (equally spaced in its logarithm) or of the compute units (equally spaced), both ends included;
 * of one level, high. */
double eswi_ecc_grid_power_w(double low, double high, int k, int n);
double eswi_ecc_grid_compute_units(double low, double high, int k, int n);

/* The computing of split s with r units: (1), (3), (13), (16) weighted as in (19). */
double eswi_ecc_grid_computing(const eswi_ecc_config *config, const eswi_ecc_profile *profile, int split,
                               double units);

/* Points of the grid of one user of a profile with F units: F x power_levels x unit_levels. */
size_t eswi_ecc_grid_points(const eswi_ecc_config *config, const eswi_ecc_profile *profile);

#ifdef __cplusplus
}
#endif

#endif

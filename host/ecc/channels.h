/* ECC: channels that come from a file (parameter `gains`) instead of being drawn: measured, or made by a ray tracer.
 *
 * A file is what `edgesweep instance` writes, or holds the arrays themselves, as HDF5 or JSON (the gains as CSV too):
 *
 *   gain_up, gain_down   [scenario][user][ap][subchannel]   linear power gains |h|^2, |H|^2
 *   ap_of_user           [scenario][user]       optional: else the AP of the strongest mean uplink gain, ties to the first
 *   profile_of_user      [scenario][user]       optional: else drawn from the seed as ever
 *   distance_m           [scenario][user][ap]   optional: nothing is computed from it
 *
 * Scenario k is row k, and all arrays with several rows have as many. An array with one row, or without the axis
 * [scenario], holds for every scenario; where all are so, there are as many scenarios as one likes.
 */
#ifndef ESWI_ECC_CHANNELS_H
#define ESWI_ECC_CHANNELS_H

#include "ecc/ecc.h"

/* Gains a file may have: what floats hold, less room for products and sums. */
#define ECC_CHANNEL_GAIN_LOW  1e-30
#define ECC_CHANNEL_GAIN_HIGH 1e30

struct eswi_ecc_channels {
    char *name;         /* of the file, without folder */
    uint64_t scenarios; /* rows, >= 1 */
    bool repeats;       /* its one row is every scenario */
    int users, aps, subchannels;
    float *gain[ECC_DIRECTIONS]; /* [scenario][user][ap][subchannel] */
    int32_t *ap_of_user;         /* [scenario][user] */
    int32_t *profile_of_user;    /* [scenario][user]; NULL: drawn */
    double *distance_m;          /* [scenario][user][ap]; NULL: unknown */
    double gain_max[ECC_DIRECTIONS];
};

#ifdef __cplusplus
extern "C" {
#endif

/* The channels of the file at `path` for a config whose dimensions and number of profiles are set. Configs alive at the
 * same time share one copy of a file in memory. ESW_BAD_INPUT naming file, array, index and remedy; ESW_IO,
 * ESW_TOO_LARGE, ESW_UNSUPPORTED, ESW_NO_MEMORY. Thread safe. */
esw_status eswi_ecc_channels_open(const char *path, const eswi_ecc_config *config,
                                  const eswi_ecc_channels **channels, esw_error *error);
/* One row, zeroed, that every scenario is: the caller fills *channels, the config's from now on. */
esw_status eswi_ecc_channels_single(const char *name, eswi_ecc_config *config, eswi_ecc_channels **channels,
                                    esw_error *error);

/* Gives one use back; NULL is allowed. Thread safe. */
void eswi_ecc_channels_close(const eswi_ecc_channels *channels);

/* Bytes of memory they take; 0 for NULL. */
size_t eswi_ecc_channels_bytes(const eswi_ecc_channels *channels);

/* Fills an instance with row `scenario`; the network of each user is drawn from the seed where the file does not say. */
void eswi_ecc_channels_stage(const eswi_ecc_config *config, uint64_t seed, uint64_t scenario,
                             const eswi_ecc_instance *instance);

/* channels_read.c: reads and checks a file into zeroed *channels whose dimensions are set. Freed by
 * eswi_ecc_channels_free also after a failure. */
esw_status eswi_ecc_channels_read(const char *path, int n_profiles, eswi_ecc_channels *channels,
                                  esw_error *error);
/* Arrays for the name, dimensions and scenarios that are set. ESW_TOO_LARGE, ESW_NO_MEMORY. */
esw_status eswi_ecc_channels_allocate(eswi_ecc_channels *channels, bool has_profiles, bool has_distances,
                                      esw_error *error);
void eswi_ecc_channels_free(eswi_ecc_channels *channels);

#ifdef __cplusplus
}
#endif

#endif

/* ECC: chain models from profile files. The form of a file is documented in datasets/profiles/README.md. */
#ifndef ESWI_ECC_PROFILE_H
#define ESWI_ECC_PROFILE_H

#include <jansson.h>

#include "ecc/ecc.h"

/* Bits that are sent, and FLOPs other than 0: what times and energies in single precision have room for. */
#define ECC_PROFILE_LOW  1e-9
#define ECC_PROFILE_HIGH 1e21

enum {
    ECC_PROFILE_UNITS_MAX = 1000, /* units of one profile */
    ECC_MIX_MAX = 256,            /* profiles of one mix; naming one twice doubles its share */
};

/* Allocates a profile of `units` units, all zero. ESW_NO_MEMORY. Free with eswi_ecc_profile_free. */
esw_status eswi_ecc_profile_alloc(const char *name, int units, eswi_ecc_profile *profile, esw_error *error);
void eswi_ecc_profile_free(eswi_ecc_profile *profile);

/* Once flops, bits and result_bits are set: fills flops_before and flops_after and checks units, signs and that there is work.
 * `where` begins the message. ESW_BAD_INPUT. */
esw_status eswi_ecc_profile_finish(eswi_ecc_profile *profile, const char *where, esw_error *error);

/* Loads the value of parameter `profile`: a name, a path relative to `base_dir` (NULL: the working
 * directory), or {mix: [...]}. *profiles is new, *count of them; free with eswi_ecc_profiles_free.
 * ESW_BAD_INPUT, ESW_IO, ESW_NO_MEMORY; messages name file, line, what was found and what is allowed. */
esw_status eswi_ecc_profiles_load(const json_t *tree, const char *base_dir, ecc_upload upload,
                                  eswi_ecc_profile **profiles, int *count, esw_error *error);
void eswi_ecc_profiles_free(eswi_ecc_profile *profiles, int count);

/* "name\tthe network it describes" of the built-in profiles, NULL-terminated. */
const char *const *eswi_ecc_profile_catalogue(void);

#endif

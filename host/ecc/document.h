/* ECC: the JSON document of `solve --json`, both ways. */
#ifndef ESWI_ECC_DOCUMENT_H
#define ESWI_ECC_DOCUMENT_H

#include "ecc/ecc.h"
#include "edgesweep/system.h"

/* describe.c: esw_system.describe. */
json_t *eswi_ecc_describe(const esw_config *config, const void *instance, const void *decision);

/* describe.c: `profile` of the parameters: a name, or {"mix": [names]}. New reference; NULL when out of memory. */
json_t *eswi_ecc_profile_names(const eswi_ecc_config *config);

/* parameters_read.c: every parameter at its default, then what the object says, in table order: a bound for one direction
 * comes after the one for both. ESW_BAD_INPUT names the parameter and what it must be. */
esw_status eswi_ecc_parameters_read(eswi_ecc_config *config, const json_t *parameters, esw_error *error);

/* read.c: esw_system.config_from_json and read. */
esw_status eswi_ecc_config_from_json(const json_t *document, const char *base_dir, esw_config **config,
                                     esw_error *error);
esw_status eswi_ecc_read(const esw_config *config, const json_t *document, void *instance, void *decision,
                         esw_error *error);

/* The numbers of eswi_ecc_diagnostics by their JSON name; `reason` and `access` are written in their own
 * way. */
typedef struct eswi_ecc_diagnostic {
    const char *name;
    size_t offset; /* into eswi_ecc_diagnostics */
    bool real;     /* float, else int32_t */
} eswi_ecc_diagnostic;

enum { ECC_DIAGNOSTICS = 11 };
extern const eswi_ecc_diagnostic eswi_ecc_diagnostic_table[ECC_DIAGNOSTICS];

/* The names of ecc_reason. */
enum {
#define X(name, text) name##_INDEX,
    ECC_REASON_LIST(X)
#undef X
        ECC_REASONS
};
extern const char *const eswi_ecc_reason_names[ECC_REASONS];

#endif

/* CLO: the JSON document of `solve --json`, both ways. */
#ifndef ESWI_CLO_DOCUMENT_H
#define ESWI_CLO_DOCUMENT_H

#include "clo/clo.h"
#include "edgesweep/system.h"

/* Longer realisations are written without their slots. */
enum { CLO_SLOTS_WRITTEN = 1000 };

/* describe.c: esw_system.describe. */
json_t *eswi_clo_describe(const esw_config *config, const void *instance, const void *decision);

/* What of an instance follows from parameters and curves: nodes, device_node, server_model, models, links, loss_mean. A
 * new reference, NULL when out of memory. */
json_t *eswi_clo_derived_json(const eswi_clo_config *config);

/* read.c: esw_system.config_from_json and read. */
esw_status eswi_clo_config_from_json(const json_t *document, const char *base_dir, esw_config **config,
                                     esw_error *error);
esw_status eswi_clo_read(const esw_config *config, const json_t *document, void *instance, void *decision,
                         esw_error *error);

/* The names of clo_method, as in the method table. */
extern const char *const eswi_clo_method_names[CLO_METHODS];

#endif

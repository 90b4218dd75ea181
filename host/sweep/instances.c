/* Writing instances out for other programs. */
#include "edgesweep/run.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/fileio.h"
#include "sweep/experiment.h"
#include "sweep/hdf5_json.h"
#include "sweep/scenario.h"

/* Describes one scenario and moves what it holds into the document. */
static esw_status add_instance(const esw_experiment *experiment, const esw_config *config, uint64_t scenario,
                               void *block, json_t *document, json_t *list, esw_error *error)
{
    experiment->system->stage(config, experiment->seed, scenario, block);
    json_t *described = experiment->system->describe(config, block, NULL);
    json_t *entry = described ? json_pack("{s:I, s:O}", "scenario", (json_int_t)scenario, "instance",
                                          json_object_get(described, "instance"))
                              : NULL;
    int failed = json_array_append_new(list, entry);
    if (!failed && !json_object_get(document, "parameters"))
        failed = json_object_set(document, "parameters", json_object_get(described, "parameters"));
    json_decref(described);
    return failed ? esw_fail(error, ESW_NO_MEMORY, "%s: out of memory for scenario %" PRIu64,
                             experiment->source, scenario)
                  : ESW_OK;
}

static esw_status add_instances(const esw_experiment *experiment, const esw_config *config, uint64_t first,
                                uint64_t last, json_t *document, esw_error *error)
{
    esw_sizes sizes = experiment->system->sizes(config);
    void *block = eswi_scenario_block(sizes.instance_bytes);
    json_t *list = json_array();
    esw_status status =
        block && list ? ESW_OK : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", experiment->source);
    for (uint64_t scenario = first; scenario <= last && !status; ++scenario) {
        memset(block, 0, sizes.instance_bytes);
        status = add_instance(experiment, config, scenario, block, document, list, error);
    }
    free(block);
    if (!status && json_object_set(document, "instances", list))
        status = esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", experiment->source);
    json_decref(list);
    return status;
}

esw_status esw_instances(const esw_experiment *experiment, size_t point, uint64_t first, uint64_t last,
                         json_t **document, esw_error *error)
{
    if (point >= experiment->n_points)
        return esw_fail(error, ESW_BAD_USAGE, "%s: has %zu points, counted from 0", experiment->source,
                        experiment->n_points);
    if (last < first || last == UINT64_MAX)
        return esw_fail(error, ESW_BAD_USAGE,
                        "--scenarios: found %" PRIu64 "..%" PRIu64 ", must be FIRST..LAST", first, last);
    esw_config *config;
    esw_status status = esw_experiment_configure(experiment, point, ESW_NONE, &config, error);
    if (status)
        return status;
    json_t *made = eswi_document_head(experiment, point, "host");
    status = made ? add_instances(experiment, config, first, last, made, error)
                  : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", experiment->source);
    experiment->system->config_free(config);
    if (status)
        json_decref(made);
    else
        *document = made;
    return status;
}

esw_status esw_instances_write(const json_t *document, const char *path, esw_error *error)
{
    size_t length = strlen(path);
    if (length > 3 && strcmp(path + length - 3, ".h5") == 0)
        return eswi_hdf5_write_json(document, path, error);
    char *text = json_dumps(document, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
    if (!text)
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    esw_status status = eswi_file_replace(path, text, strlen(text), error);
    free(text);
    return status;
}

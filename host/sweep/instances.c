/* Writing instances out for other programs. */
#include "edgesweep/run.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/isa.h"
#include "base/machine.h"
#include "base/text.h"
#include "sweep/experiment.h"
#include "sweep/list_file.h"
#include "sweep/scenario.h"

/* One scenario at a time. */
typedef struct drawing {
    const esw_experiment *experiment;
    esw_config *config;
    void *block;
    size_t block_bytes;
    const volatile sig_atomic_t *stop; /* may be NULL */
} drawing;

/* {"parameters", "instance"} of a scenario; a new reference. */
static esw_status draw(const drawing *d, uint64_t scenario, json_t **described, esw_error *error)
{
    const esw_system *system = d->experiment->system;
    memset(d->block, 0, d->block_bytes);
    system->stage(d->config, d->experiment->seed, scenario, d->block);
    *described = system->describe(d->config, d->block, NULL);
    return *described ? ESW_OK
                      : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory for scenario %" PRIu64,
                                 d->experiment->source, scenario);
}

static esw_status put(const drawing *d, uint64_t scenario, eswi_list_file *file, esw_error *error)
{
    json_t *described;
    esw_status status = draw(d, scenario, &described, error);
    if (status)
        return status;
    json_t *item = json_pack("{s:I, s:O}", "scenario", (json_int_t)scenario, "instance",
                             json_object_get(described, "instance"));
    status = item ? eswi_list_file_put(file, item)
                  : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", d->experiment->source);
    json_decref(item);
    json_decref(described);
    return status;
}

/* Whether the disk holds `count` instances like this one. */
static esw_status check_disk(const json_t *described, double count, const char *path, esw_error *error)
{
    const double bytes = count * eswi_list_file_item_bytes(path, json_object_get(described, "instance"));
    const double left = (double)eswi_machine_disk_bytes(path);
    if (bytes <= left)
        return ESW_OK;
    char needed[32], there[32];
    return esw_fail(error, ESW_TOO_LARGE,
                    "%s: %.0f instances take about %s, free on the disk: %s; ask for fewer scenarios", path,
                    count, eswi_format_bytes(bytes, needed), eswi_format_bytes(left, there));
}

static esw_status write_all(const drawing *d, size_t point, uint64_t first, uint64_t last, const char *path,
                            esw_error *error)
{
    json_t *described;
    esw_status status = draw(d, first, &described, error);
    if (status)
        return status;
    status = check_disk(described, (double)(last - first) + 1, path, error);
    json_t *head = status ? NULL : eswi_document_head(d->experiment, point, "host");
    if (!status && (!head || json_object_set(head, "parameters", json_object_get(described, "parameters"))))
        status = esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    eswi_list_file *file;
    if (!status)
        status = eswi_list_file_begin(path, head, "instances", &file, error);
    if (!status) {
        for (uint64_t scenario = first; scenario <= last && !status; ++scenario)
            status = d->stop && *d->stop
                         ? esw_fail(error, ESW_INTERRUPTED,
                                    "%s: interrupted after %" PRIu64 " of %" PRIu64
                                    " instances; nothing was written",
                                    path, scenario - first, last - first + 1)
                         : put(d, scenario, file, error);
        status = eswi_list_file_end(file, status, error);
    }
    json_decref(head);
    json_decref(described);
    return status;
}

static bool has_suffix(const char *path, const char *suffix)
{
    const size_t length = strlen(path), size = strlen(suffix);
    return length > size && strcmp(path + length - size, suffix) == 0;
}

esw_status esw_instances_write(const esw_experiment *experiment, size_t point, uint64_t first, uint64_t last,
                               const char *path, const volatile sig_atomic_t *stop, esw_error *error)
{
    esw_status status = eswi_isa_check(error);
    if (status)
        return status;
    if (!has_suffix(path, ".h5") && !has_suffix(path, ".json"))
        return esw_fail(error, ESW_BAD_USAGE, "-o: found '%s', must end in .h5 or .json", path);
    if (point >= experiment->n_points)
        return esw_fail(error, ESW_BAD_USAGE, "%s: has %zu points, counted from 0", experiment->source,
                        experiment->n_points);
    if (last < first || last >= ESW_SCENARIOS_MAX)
        return esw_fail(error, ESW_BAD_USAGE,
                        "--scenarios: found %" PRIu64 "..%" PRIu64
                        ", must be FIRST..LAST, LAST at most %" PRIu64,
                        first, last, ESW_SCENARIOS_MAX - 1);
    drawing d = {.experiment = experiment, .stop = stop};
    status = esw_experiment_configure(experiment, point, ESW_NONE, &d.config, error);
    if (!status)
        status = eswi_point_check_scenarios(experiment, point, d.config, last + 1, error);
    if (!status)
        status = eswi_scenario_check_memory(experiment, d.config, 0, true, error);
    if (status) {
        if (d.config)
            experiment->system->config_free(d.config);
        return status;
    }
    d.block_bytes = experiment->system->sizes(d.config).instance_bytes;
    d.block = eswi_scenario_block(d.block_bytes);
    status = d.block ? write_all(&d, point, first, last, path, error)
                     : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory for one instance of %zu bytes",
                                experiment->source, d.block_bytes);
    free(d.block);
    experiment->system->config_free(d.config);
    return status;
}

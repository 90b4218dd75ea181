#include "sweep/manifest.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fileio.h"
#include "base/text.h"
#include "build_info.h"
#include "sweep/experiment.h"

json_t *eswi_build_json(void)
{
    return json_pack("{s:s, s:s, s:b, s:s, s:s}", "version", ESWI_VERSION, "commit", ESWI_COMMIT, "dirty",
                     ESWI_DIRTY, "compiler", ESWI_COMPILER, "flags", ESWI_FLAGS);
}

json_t *esw_identity_json(const char *backend)
{
    return json_pack("{s:s, s:s, s:s}", "version", ESWI_VERSION, "commit",
                     ESWI_DIRTY ? ESWI_COMMIT "-dirty" : ESWI_COMMIT, "backend", backend);
}

static json_t *inputs_json(const esw_experiment *experiment)
{
    json_t *list = json_array();
    for (size_t i = 0; i < experiment->n_inputs; ++i) {
        const eswi_input *input = &experiment->inputs[i];
        char *crc = eswi_format("%08x", input->content.crc32c);
        json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:s*}", "from", input->text, "file",
                                              input->stored, "bytes", (json_int_t)input->content.size, "crc32c", crc));
        free(crc);
    }
    return list;
}

/* "2/5", or NULL for a run that is no shard. */
static json_t *shard_json(const esw_run_options *options)
{
    char *text = options->shards ? eswi_format("%u/%u", options->shard, options->shards) : NULL;
    json_t *json = text ? json_string(text) : json_null();
    free(text);
    return json;
}

/* The part of a manifest that one process (or team) made. */
static const char *const process_keys[] = {"edgesweep",    "state",   "backend", "device",
                                           "command_line", "host",    "threads", "processes",
                                           "shard",        "started", "ended"};

static json_t *manifest_json(const esw_experiment *experiment, const eswi_run_plan *plan,
                             const esw_run_options *options, const eswi_run_state *state)
{
    char host[256] = "", hash[33];
    gethostname(host, sizeof host - 1);
    esw_experiment_hash(experiment, hash);
    /* clang-format off */
    return json_pack("{s:o, s:s, s:s, s:s, s:s?, s:s?, s:s?, s:s, s:i, s:i, s:o, s:s, s:s?, s:o, s:O?}",
                     "edgesweep", eswi_build_json(),
                     "config_hash", hash,
                     "source", experiment->source,
                     "state", state->state,
                     "backend", plan ? plan->backend->name : NULL,
                     "device", plan ? plan->backend->describe() : NULL,
                     "command_line", options->command_line,
                     "host", host,
                     "threads", plan ? plan->threads : 1,
                     "processes", options->team ? options->team->size : 1,
                     "shard", shard_json(options),
                     "started", state->started,
                     "ended", *state->ended ? state->ended : NULL,
                     "inputs", inputs_json(experiment),
                     "history", state->history);
    /* clang-format on */
}

esw_status eswi_manifest_write(const char *directory, const esw_experiment *experiment,
                               const eswi_run_plan *plan, const esw_run_options *options,
                               const eswi_run_state *state, esw_error *error)
{
    json_t *manifest = manifest_json(experiment, plan, options, state);
    char *text = manifest ? json_dumps(manifest, JSON_INDENT(2)) : NULL;
    char *path = eswi_path_join(directory, "manifest.json");
    esw_status status = text && path
                            ? eswi_file_replace(path, text, strlen(text), error)
                            : esw_fail(error, ESW_NO_MEMORY, "%s/manifest.json: out of memory", directory);
    json_decref(manifest);
    free(text);
    free(path);
    return status;
}

json_t *eswi_manifest_history(const char *directory)
{
    char *path = eswi_path_join(directory, "manifest.json");
    json_t *manifest = path ? json_load_file(path, 0, NULL) : NULL;
    free(path);
    const json_t *before = json_object_get(manifest, "history");
    json_t *history = json_is_array(before) ? json_deep_copy(before) : json_array();
    if (json_is_object(manifest)) {
        json_t *process = json_object();
        for (size_t i = 0; i < sizeof process_keys / sizeof *process_keys; ++i)
            json_object_set(process, process_keys[i], json_object_get(manifest, process_keys[i]));
        const char *state = json_string_value(json_object_get(process, "state"));
        if (state && strcmp(state, "running") == 0) /* it had no time to say how it ended */
            json_object_set_new(process, "state", json_string("cut off"));
        json_array_append_new(history, process);
    }
    json_decref(manifest);
    return history;
}

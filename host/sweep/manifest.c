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
        char *crc = eswi_format("%08x", input->crc32c);
        json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:s*}", "from", input->text, "file",
                                              input->stored, "bytes", (json_int_t)input->size, "crc32c", crc));
        free(crc);
    }
    return list;
}

static json_t *manifest_json(const esw_experiment *experiment, const eswi_run_plan *plan,
                             const esw_run_options *options, const char *state, const char *started,
                             const char *ended)
{
    char host[256] = "", hash[33];
    gethostname(host, sizeof host - 1);
    esw_experiment_hash(experiment, hash);
    /* clang-format off */
    return json_pack("{s:o, s:s, s:s, s:s, s:s, s:s, s:s?, s:s, s:i, s:s, s:s?, s:o}",
                     "edgesweep", eswi_build_json(),
                     "config_hash", hash,
                     "source", experiment->source,
                     "state", state,
                     "backend", plan->backend->name,
                     "device", plan->backend->describe(),
                     "command_line", options->command_line,
                     "host", host,
                     "threads", plan->threads,
                     "started", started,
                     "ended", ended,
                     "inputs", inputs_json(experiment));
    /* clang-format on */
}

esw_status eswi_manifest_write(const char *directory, const esw_experiment *experiment,
                               const eswi_run_plan *plan, const esw_run_options *options, const char *state,
                               const char *started, const char *ended, esw_error *error)
{
    json_t *manifest = manifest_json(experiment, plan, options, state, started, ended);
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

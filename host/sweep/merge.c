/* Parts of one run (shards, copies that were interrupted) into one directory.
 *
 * The records are written anew in the order of point, block, method, which is the order of a run that one process did
 * in one go: the journal of a merge depends on what the parts hold, not on how the work was cut or in which order the
 * parts are named.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fileio.h"
#include "sweep/experiment.h"
#include "sweep/results_internal.h"
#include "sweep/run_directory.h"

/* The line around a place of a text, malloc'ed. */
static char *line_at(const char *text, size_t at)
{
    while (at > 0 && text[at - 1] != '\n')
        --at;
    return strndup(text + at, strcspn(text + at, "\n"));
}

/* Parts of one run have the same resolved experiment. */
static esw_status check_same(const char *first, const char *second, const char *a, const char *b,
                             esw_error *error)
{
    size_t at = 0;
    while (a[at] && a[at] == b[at])
        ++at;
    if (!a[at] && !b[at])
        return ESW_OK;
    char *line_a = line_at(a, at), *line_b = line_at(b, at);
    esw_status status = esw_fail(error, ESW_BAD_USAGE,
                                 "%s and %s are not parts of one run: `%.200s` and `%.200s`; bring them to the "
                                 "same experiment with `edgesweep run --resume`",
                                 first, second, line_a ? line_a : "", line_b ? line_b : "");
    free(line_a);
    free(line_b);
    return status;
}

static esw_status load(const char *directory, esw_experiment **experiment, char **text, esw_error *error)
{
    char *path = eswi_path_join(directory, "experiment.yaml");
    esw_status status = path ? esw_experiment_load(path, NULL, experiment, error)
                             : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", directory);
    free(path);
    if (status)
        return status;
    *text = eswi_experiment_yaml(*experiment, true);
    return *text ? ESW_OK : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", directory);
}

/* Loads the first part's experiment and checks that the others have the same. */
static esw_status load_all(const char *const *directories, size_t n, esw_experiment **experiment,
                           esw_error *error)
{
    char *text = NULL;
    esw_status status = load(directories[0], experiment, &text, error);
    for (size_t i = 1; i < n && !status; ++i) {
        esw_experiment *other = NULL;
        char *other_text = NULL;
        status = load(directories[i], &other, &other_text, error);
        if (!status)
            status = check_same(directories[0], directories[i], text, other_text, error);
        esw_experiment_free(other);
        free(other_text);
    }
    free(text);
    return status;
}

/* Appends the record at a place under the number that its method has in the merged journal. */
static esw_status copy_record(const esw_results *parts, const eswi_record_place *place, eswi_buffer *from,
                              eswi_buffer *record, eswi_journal *journal, esw_error *error)
{
    eswi_cursor payload;
    eswi_block_key key;
    esw_status status = eswi_results_record(parts, place, from, &payload, &key, error);
    if (status)
        return status;
    eswi_record_begin(record, ESWI_RECORD_BLOCK);
    eswi_buffer_put_u32(record, key.point);
    eswi_buffer_put_u32(record, place->method);
    eswi_buffer_put(record, from->data + 8, from->size - 8);
    eswi_record_finish(record);
    return eswi_journal_append(journal, record, error);
}

static esw_status copy_point(const esw_results *parts, size_t point, eswi_journal *journal, esw_error *error)
{
    const size_t methods = parts->experiment->n_methods;
    const uint64_t blocks = (parts->extents[point].scenarios - 1) / ESW_BLOCK_SCENARIOS + 1;
    size_t *next = calloc(methods, sizeof *next);
    eswi_buffer from = {0}, record = {0};
    esw_status status = next ? ESW_OK : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", journal->file.path);
    for (uint64_t block = 0; block < blocks && !status; ++block)
        for (size_t method = 0; method < methods && !status; ++method) {
            size_t n;
            const eswi_record_place *places = eswi_results_places(parts, point, method, &n);
            if (next[method] < n && places[next[method]].block == block)
                status = copy_record(parts, &places[next[method]++], &from, &record, journal, error);
        }
    eswi_buffer_free(&from);
    eswi_buffer_free(&record);
    free(next);
    return status;
}

static esw_status write_journal(const esw_results *parts, const char *directory, esw_error *error)
{
    eswi_journal journal = {.file = {.fd = -1}};
    json_t *header = eswi_journal_header(parts->experiment, &parts->metrics);
    char *path = eswi_run_directory_journal(directory, 0);
    esw_status status = header && path ? eswi_journal_create(&journal, path, header, error)
                                       : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", directory);
    for (size_t point = 0; point < parts->experiment->n_points && !status; ++point)
        status = copy_point(parts, point, &journal, error);
    esw_status closed = eswi_journal_close(&journal, status ? NULL : error);
    json_decref(header);
    free(path);
    return status ? status : closed;
}

/* What the parts' manifests say of who worked on them. */
static json_t *all_histories(const char *const *directories, size_t n)
{
    json_t *all = json_array();
    for (size_t i = 0; i < n; ++i) {
        json_t *one = eswi_manifest_history(directories[i]);
        json_array_extend(all, one);
        json_decref(one);
    }
    return all;
}

static esw_status merge(const esw_results *parts, const char *const *directories, size_t n,
                        const esw_run_options *options, esw_error *error)
{
    const char *directory = options->directory;
    bool written;
    eswi_file_lock claim = {0};
    esw_status status = eswi_run_directory_claim(directory, parts->experiment, false, &claim, error);
    if (status)
        return status;
    eswi_run_state state = {.state = "running", .history = all_histories(directories, n)};
    eswi_clock_utc(state.started);
    status = eswi_run_directory_prepare(directory, parts->experiment, NULL, options, &state, error);
    if (!status)
        status = write_journal(parts, directory, error);
    if (!status)
        status = eswi_run_directory_results(directory, options->stop, &written, error);
    if (!status) {
        state.state = eswi_results_are_complete(parts) ? "merged" : "merged in part";
        eswi_clock_utc(state.ended);
        status = eswi_manifest_write(directory, parts->experiment, NULL, options, &state, error);
    }
    json_decref(state.history);
    if (status) /* the parts have all there is: what was merged so far is no run to go on with */
        eswi_run_directory_clear(directory, parts->experiment, 0);
    eswi_file_lock_release(&claim);
    return status;
}

esw_status esw_merge(const char *const *directories, size_t n, const char *directory, const char *command_line,
                     const volatile sig_atomic_t *stop, esw_error *error)
{
    const esw_run_options options = {.directory = directory, .command_line = command_line, .stop = stop};
    esw_experiment *experiment = NULL;
    esw_results *parts = NULL;
    if (n == 0)
        return esw_fail(error, ESW_BAD_USAGE, "a merge needs at least one run directory");
    esw_status status = load_all(directories, n, &experiment, error);
    if (!status)
        status = eswi_run_directory_check(directory, experiment, false, error);
    if (!status)
        status = eswi_results_open_index(directories, n, experiment, true, stop, &parts, error);
    if (!status)
        status = merge(parts, directories, n, &options, error);
    if (status == ESW_INTERRUPTED)
        esw_fail(error, status, "%s: interrupted; nothing was merged", directory);
    esw_results_close(parts);
    esw_experiment_free(experiment);
    return status;
}

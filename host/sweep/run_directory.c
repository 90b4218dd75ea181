#include "sweep/run_directory.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fileio.h"
#include "base/text.h"
#include "edgesweep/results.h"
#include "sweep/experiment.h"
#include "sweep/results_internal.h"

/* ---------------------------------------------------------------- what is there */

/* The first entry of the directory that belongs to a run, malloc'ed; NULL if there is none. */
static char *find_run(const char *directory)
{
    char *found = NULL;
    DIR *folder = opendir(directory);
    if (!folder)
        return NULL;
    for (const struct dirent *entry; !found && (entry = readdir(folder));)
        if (strcmp(entry->d_name, "experiment.yaml") == 0 || strcmp(entry->d_name, "manifest.json") == 0 ||
            strcmp(entry->d_name, "results.h5") == 0 || strncmp(entry->d_name, "journal-", 8) == 0)
            found = strdup(entry->d_name);
    closedir(folder);
    return found;
}

/* The first thing in which two hashed objects differ: "seed: 3 there, 4 here". malloc'ed. */
static char *describe_difference(const json_t *there, const json_t *here)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)here, key, value) {
        const json_t *other = json_object_get(there, key);
        if (json_equal(other, value))
            continue;
        if (json_is_object(value) && json_is_object(other) &&
            json_object_size(value) == json_object_size(other)) {
            char *inner = describe_difference(other, value);
            char *text = inner ? eswi_format("%s: %s", key, inner) : NULL;
            free(inner);
            if (text)
                return text;
        }
        char *a = other ? json_dumps(other, JSON_COMPACT | JSON_ENCODE_ANY) : strdup("nothing");
        char *b = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        char *text = a && b ? eswi_format("%s: %.200s there, %.200s here", key, a, b) : NULL;
        free(a);
        free(b);
        return text;
    }
    return NULL;
}

static esw_status compare_hashes(const char *directory, const esw_experiment *there, const esw_experiment *here,
                                 esw_error *error)
{
    char hash_there[33], hash_here[33];
    esw_experiment_hash(there, hash_there);
    esw_experiment_hash(here, hash_here);
    if (strcmp(hash_there, hash_here) == 0)
        return ESW_OK;
    json_t *a = eswi_experiment_hashed(there), *b = eswi_experiment_hashed(here);
    char *difference = describe_difference(a, b);
    json_decref(a);
    json_decref(b);
    esw_status status = esw_fail(
        error, ESW_BAD_USAGE,
        "%s: holds a run of another experiment, so %s cannot be resumed there (%s); scenarios, methods, "
        "compare, stop and keep may change",
        directory, here->source, difference ? difference : "the order of the sweep differs");
    free(difference);
    return status;
}

static esw_status compare_methods(const char *directory, const esw_experiment *there,
                                  const esw_experiment *here, esw_error *error)
{
    esw_status status = ESW_OK;
    for (size_t i = 0; i < here->n_methods && !status; ++i) {
        const size_t other = esw_experiment_method_find(there, here->methods[i].label);
        if (other == ESW_NONE)
            continue;
        json_t *a = eswi_method_json(there, other), *b = eswi_method_json(here, i);
        if (!json_equal(a, b))
            status = esw_fail(error, ESW_BAD_USAGE,
                              "%s: its method %s ran with other options than %s gives it; name this one "
                              "otherwise with `as:`",
                              directory, here->methods[i].label, here->source);
        json_decref(a);
        json_decref(b);
    }
    return status;
}

esw_status eswi_run_directory_check(const char *directory, const esw_experiment *experiment, bool resume,
                                    esw_error *error)
{
    char *found = find_run(directory);
    if (!found)
        return ESW_OK;
    esw_status status = ESW_OK;
    if (!resume)
        status = esw_fail(error, ESW_BAD_USAGE,
                          "%s: already holds a run (%s); go on with it by --resume, choose another folder or "
                          "remove it",
                          directory, found);
    free(found);
    if (status)
        return status;
    char *path = eswi_path_join(directory, "experiment.yaml");
    esw_experiment *there = NULL;
    status = path ? esw_experiment_load(path, NULL, &there, error)
                  : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", directory);
    free(path);
    if (!status)
        status = compare_hashes(directory, there, experiment, error);
    if (!status)
        status = compare_methods(directory, there, experiment, error);
    esw_experiment_free(there);
    return status;
}

/* The number of "journal-0012.bin"; false for any other name. */
static bool journal_number(const char *name, uint64_t *number)
{
    char digits[24];
    const size_t length = strlen(name);
    if (length < 13 || length > 30 || strncmp(name, "journal-", 8) != 0 ||
        strcmp(name + length - 4, ".bin") != 0)
        return false;
    memcpy(digits, name + 8, length - 12);
    digits[length - 12] = '\0';
    return eswi_parse_uint64(digits, number) && *number < UINT32_MAX;
}

static esw_status check_journal(const char *path, const esw_experiment *experiment, const eswi_metrics *metrics,
                                esw_error *error)
{
    eswi_journal_reader reader;
    eswi_journal_view view = {0};
    esw_status status = eswi_journal_open(&reader, path, error);
    if (!status && reader.header) /* a process that was killed early has none */
        status = eswi_journal_header_view(reader.header, path, experiment, metrics, &view, error);
    free(view.methods);
    eswi_journal_reader_close(&reader);
    return status;
}

esw_status eswi_run_directory_check_journals(const char *directory, const esw_experiment *experiment,
                                             esw_error *error)
{
    uint64_t number;
    eswi_metrics metrics = {0};
    esw_status status = eswi_metrics_make(experiment, &metrics, error);
    DIR *folder = status ? NULL : opendir(directory);
    for (const struct dirent *entry; !status && folder && (entry = readdir(folder));) {
        char *path = journal_number(entry->d_name, &number) ? eswi_path_join(directory, entry->d_name) : NULL;
        if (path)
            status = check_journal(path, experiment, &metrics, error);
        free(path);
    }
    if (folder)
        closedir(folder);
    eswi_metrics_free(&metrics);
    return status;
}

uint32_t eswi_run_directory_next_journal(const char *directory)
{
    uint64_t next = 0, number;
    DIR *folder = opendir(directory);
    if (!folder)
        return 0;
    for (const struct dirent *entry; (entry = readdir(folder));)
        if (journal_number(entry->d_name, &number) && number >= next)
            next = number + 1;
    closedir(folder);
    return (uint32_t)next;
}

char *eswi_run_directory_journal(const char *directory, uint32_t number)
{
    return eswi_format("%s/journal-%04" PRIu32 ".bin", directory, number);
}

/* ---------------------------------------------------------------- one process at a time */

/* Removes the temporary files that killed processes left: those of `of`, of any file where that is NULL. */
static void remove_temporaries(const char *directory, const char *of)
{
    DIR *folder = opendir(directory);
    if (!folder)
        return;
    for (const struct dirent *entry; (entry = readdir(folder));)
        if (eswi_file_is_temporary(entry->d_name, of))
            unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
}

static void remove_all_temporaries(const char *directory)
{
    static const char *const files[] = {"experiment.yaml", "manifest.json", "results.h5"};
    for (size_t i = 0; i < sizeof files / sizeof *files; ++i)
        remove_temporaries(directory, files[i]);
    char *inputs = eswi_path_join(directory, "inputs");
    if (inputs)
        remove_temporaries(inputs, NULL);
    free(inputs);
}

/* Locks the directory; where the file system has no locks, who makes the file first has a new directory. */
static esw_status lock_directory(const char *directory, bool resume, eswi_file_lock *claim, esw_error *error)
{
    bool busy = false;
    char *path = eswi_path_join(directory, ".lock");
    esw_status status = path ? eswi_file_lock_take(claim, path, &busy, error)
                             : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", directory);
    if (busy)
        status = esw_fail(error, ESW_BAD_USAGE,
                          "%s: another process is at work on the run there; wait for its end or choose another "
                          "folder",
                          directory);
    else if (!status && !claim->held && !claim->made && !resume)
        status = esw_fail(error, ESW_BAD_USAGE,
                          "%s: somebody began a run there (%s; the file system has no locks that would tell "
                          "whether it goes on); go on with it by --resume or choose another folder",
                          directory, path);
    free(path);
    return status;
}

esw_status eswi_run_directory_claim(const char *directory, const esw_experiment *experiment, bool resume,
                                    eswi_file_lock *claim, esw_error *error)
{
    esw_status status = eswi_make_directories(directory, error);
    if (!status)
        status = lock_directory(directory, resume, claim, error);
    if (!status) /* whoever had it a moment ago may have left a run */
        status = eswi_run_directory_check(directory, experiment, resume, error);
    if (!status && claim->held)
        remove_all_temporaries(directory);
    if (status)
        eswi_file_lock_release(claim);
    return status;
}

/* ---------------------------------------------------------------- writing */

static esw_status write_experiment(const esw_experiment *experiment, const char *directory, esw_error *error)
{
    char *text = eswi_experiment_yaml(experiment, true);
    char *path = eswi_path_join(directory, "experiment.yaml");
    esw_status status = text && path ? eswi_file_replace(path, text, strlen(text), error)
                                     : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", directory);
    free(text);
    free(path);
    return status;
}

esw_status eswi_run_directory_prepare(const char *directory, const esw_experiment *experiment,
                                      const eswi_run_plan *plan, const esw_run_options *options,
                                      const eswi_run_state *state, esw_error *error)
{
    esw_status status = eswi_make_directories(directory, error);
    if (!status)
        status = eswi_inputs_copy(experiment, directory, error);
    if (!status)
        status = write_experiment(experiment, directory, error);
    return status ? status : eswi_manifest_write(directory, experiment, plan, options, state, error);
}

static void remove_from(const char *directory, const char *name)
{
    char *path = eswi_path_join(directory, name);
    if (path)
        remove(path);
    free(path);
}

void eswi_run_directory_clear(const char *directory, const esw_experiment *experiment, uint32_t journal)
{
    char *path = eswi_run_directory_journal(directory, journal);
    if (path)
        remove(path);
    free(path);
    remove_from(directory, "manifest.json");
    remove_from(directory, "experiment.yaml");
    for (size_t i = 0; i < experiment->n_inputs; ++i)
        remove_from(directory, experiment->inputs[i].stored);
    remove_from(directory, "inputs");
}

esw_status eswi_run_directory_results(const char *directory, const volatile sig_atomic_t *stop, bool *written,
                                      esw_error *error)
{
    *written = false;
    if (!esw_have_hdf5())
        return ESW_OK;
    esw_results *results;
    esw_status status = eswi_results_open(directory, stop, &results, error);
    if (status)
        return status;
    char *path = eswi_path_join(directory, "results.h5");
    status = path ? esw_results_write_hdf5(results, path, error)
                  : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", directory);
    *written = !status;
    free(path);
    esw_results_close(results);
    return status;
}

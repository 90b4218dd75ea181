/* esw_solve_grid: a method's whole cost grid in one scenario. */
#include "sweep/grid_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/machine.h"
#include "base/text.h"
#include "edgesweep/run.h"
#include "sweep/experiment.h"
#include "sweep/metrics.h"
#include "sweep/scenario.h"

void eswi_grid_levels(const esw_grid *grid, size_t point, size_t levels[ESW_GRID_AXES_MAX])
{
    for (size_t i = grid->n_axes; i-- > 0;) {
        levels[i] = point % grid->axes[i].n;
        point /= grid->axes[i].n;
    }
}

static const eswi_grid_format *format_of(const char *path)
{
    static const eswi_grid_format *const formats[] = {&eswi_grid_hdf5, &eswi_grid_json, &eswi_grid_csv};
    const size_t length = strlen(path);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; ++i) {
        const size_t suffix = strlen(formats[i]->suffix);
        if (length > suffix && strcmp(path + length - suffix, formats[i]->suffix) == 0)
            return formats[i];
    }
    return NULL;
}

/* The methods of a system that search a grid, or what says that there are none. */
static esw_status no_grid(const esw_experiment *experiment, size_t method, esw_error *error)
{
    const esw_system *system = experiment->system;
    char names[256] = "";
    size_t used = 0;
    for (size_t i = 0; system->grid && i < system->n_methods; ++i)
        if (system->grid->searched_by(i) && used + strlen(system->methods[i].name) + 3 < sizeof names)
            used += (size_t)sprintf(names + used, "%s%s", used ? ", " : "", system->methods[i].name);
    if (!*names)
        return esw_fail(error, ESW_BAD_USAGE, "--grid: no method of system %s searches a cost grid",
                        system->name);
    return esw_fail(
        error, ESW_BAD_USAGE,
        "--grid: method %s searches no cost grid; of system %s these do: %s (`--methods` adds them)",
        experiment->methods[method].label, system->name, names);
}

/* ---------------------------------------------------------------- what it takes */

static eswi_grid_head head_of(const esw_system *system, const esw_grid *grid, const json_t *document)
{
    eswi_grid_head head = {.grid = grid, .entity = system->entity, .points = 1, .document = document};
    for (size_t i = 0; i < grid->n_axes; ++i)
        head.points *= grid->axes[i].n;
    for (size_t i = 0; i < grid->n_quantities; ++i)
        if (grid->quantities[i].flags & ESW_METRIC_OBJECTIVE)
            head.objective = i;
    return head;
}

static esw_status check_room(const eswi_grid_head *head, const eswi_grid_format *format, const char *path,
                             esw_error *error)
{
    char needed[32], left[32];
    const double values = (double)head->points * (double)head->grid->n_quantities;
    const double memory = values * sizeof(double);
    const double disk = values * (double)head->grid->entities * (double)format->value_bytes;
    const double memory_free = 0.9 * (double)eswi_machine_memory_bytes();
    const double disk_free = (double)eswi_machine_disk_bytes(path);
    if (memory > memory_free)
        return esw_fail(error, ESW_TOO_LARGE,
                        "--grid: one of the %s takes %s of memory, free: %s; use fewer levels", head->entity,
                        eswi_format_bytes(memory, needed), eswi_format_bytes(memory_free, left));
    if (disk > disk_free)
        return esw_fail(error, ESW_TOO_LARGE,
                        "%s: the grid takes about %s of disk, free: %s; use fewer levels", path,
                        eswi_format_bytes(disk, needed), eswi_format_bytes(disk_free, left));
    return ESW_OK;
}

/* Before anything is solved. */
static esw_status check_size(const esw_experiment *experiment, size_t point, size_t method,
                             const eswi_grid_format *format, const char *path, esw_error *error)
{
    const esw_system *system = experiment->system;
    esw_config *config;
    esw_grid *grid;
    esw_status status = esw_experiment_configure(experiment, point, method, &config, error);
    if (status)
        return status;
    status = system->grid->open(config, NULL, NULL, &grid, error);
    if (!status) {
        const eswi_grid_head head = head_of(system, grid, NULL);
        status = check_room(&head, format, path, error);
        system->grid->close(grid);
    }
    system->config_free(config);
    return status;
}

/* ---------------------------------------------------------------- writing */

/* The first of the least values; what is NaN or infinite is none. */
static size_t least(const double *values, size_t n)
{
    size_t best = ESW_GRID_NONE;
    double value = INFINITY;
    for (size_t i = 0; i < n; ++i)
        if (values[i] < value) {
            value = values[i];
            best = i;
        }
    return best;
}

static esw_status write_entities(const esw_grid_ops *ops, const eswi_grid_head *head, const char *path,
                                 const eswi_grid_format *format, const volatile sig_atomic_t *stop,
                                 eswi_grid_writer *writer, esw_error *error)
{
    const esw_grid *grid = head->grid;
    double *values = malloc((grid->n_quantities * head->points + grid->n_constants) * sizeof *values);
    if (!values)
        return esw_fail(error, ESW_NO_MEMORY, "--grid: out of memory");
    double *constants = values + grid->n_quantities * head->points;
    esw_status status = ESW_OK;
    for (size_t i = 0; i < grid->entities && !status; ++i) {
        eswi_grid_entity entity = {.index = i, .values = values, .constants = constants};
        if (stop && *stop) {
            status =
                esw_fail(error, ESW_INTERRUPTED, "%s: interrupted after %zu of %zu %s; nothing was written",
                         path, i, grid->entities, head->entity);
            break;
        }
        entity.chosen = ops->values(grid, i, values, constants);
        entity.best = least(values + head->objective * head->points, head->points);
        status = format->put(writer, &entity);
    }
    free(values);
    return status;
}

static esw_status write_grid(const esw_system *system, const esw_grid *grid, const json_t *document,
                             const eswi_grid_format *format, const char *path,
                             const volatile sig_atomic_t *stop, esw_error *error)
{
    const eswi_grid_head head = head_of(system, grid, document);
    eswi_grid_writer *writer;
    esw_status status = format->begin(&head, path, &writer, error);
    if (status)
        return status;
    status = write_entities(system->grid, &head, path, format, stop, writer, error);
    return format->end(writer, status, error);
}

/* How the file begins: as a document of `solve --json`, up to and with "parameters". */
static json_t *describe(const esw_experiment *experiment, size_t point, size_t method, uint64_t scenario,
                        const eswi_answer *answer)
{
    json_t *document = eswi_document_head(experiment, point, answer->backend->name);
    json_t *described =
        experiment->system->describe(answer->configs.runs[0].config, answer->solved.instance, NULL);
    int failed = !document || !described;
    if (!failed) {
        failed |= json_object_set_new(document, "scenario", json_integer((json_int_t)scenario));
        failed |= json_object_set_new(document, "method", json_string(experiment->methods[method].label));
        failed |= json_object_set(document, "parameters", json_object_get(described, "parameters"));
    }
    json_decref(described);
    if (failed) {
        json_decref(document);
        return NULL;
    }
    return document;
}

esw_status esw_solve_grid(const esw_experiment *experiment, size_t point, size_t method, uint64_t scenario,
                          const char *backend, const char *path, const volatile sig_atomic_t *stop,
                          esw_error *error)
{
    const esw_system *system = experiment->system;
    const eswi_grid_format *format = format_of(path);
    if (!format)
        return esw_fail(error, ESW_BAD_USAGE, "--grid: found '%s', must end in .h5, .json or .csv", path);
    if (point >= experiment->n_points || method >= experiment->n_methods)
        return esw_fail(error, ESW_BAD_USAGE, "%s: has %zu points and %zu methods, counted from 0",
                        experiment->source, experiment->n_points, experiment->n_methods);
    if (!system->grid || !system->grid->searched_by(experiment->methods[method].method))
        return no_grid(experiment, method, error);
    esw_status status = check_size(experiment, point, method, format, path, error);
    if (status)
        return status;
    eswi_answer answer;
    json_t *document = NULL;
    esw_grid *grid = NULL;
    status = eswi_answer_make(experiment, point, method, scenario, backend, true, &answer, error);
    if (!status) {
        document = describe(experiment, point, method, scenario, &answer);
        if (!document)
            status = esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    }
    if (!status)
        status = system->grid->open(answer.configs.runs[0].config, answer.solved.instance,
                                    answer.solved.decision, &grid, error);
    if (!status) {
        status = write_grid(system, grid, document, format, path, stop, error);
        system->grid->close(grid);
    }
    json_decref(document);
    eswi_answer_free(&answer);
    return status;
}

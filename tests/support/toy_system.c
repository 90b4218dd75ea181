#include "toy_system.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "backend/registry.h"

uint64_t toy_failing_scenario = UINT64_MAX;

/* ---------------------------------------------------------------- tables */

enum { USERS, SCALE, SHAPE, FAST, DATA, BOOST, FRAMES, MEMORY, PARAMS };

static const esw_param params[PARAMS] = {
    [USERS] = {"users", ESW_PARAM_INTEGER, "1", "4", 1, 1000, NULL, 0, "How many.", "test"},
    [SCALE] = {"scale", ESW_PARAM_REAL, "s", "1.5", 0, 10, NULL, ESW_PARAM_PER_METHOD, "Factor.", "test"},
    [SHAPE] = {"shape", ESW_PARAM_CHOICE, "1", "round", 0, 0, "round|square", ESW_PARAM_PER_METHOD, "Form.",
               "test"},
    [FAST] = {"fast", ESW_PARAM_BOOLEAN, "1", "true", 0, 0, NULL, 0, "Nothing.", "test"},
    [DATA] = {"data", ESW_PARAM_TREE, "1", NULL, 0, 0, NULL, ESW_PARAM_NULLABLE, "A tree or a file.", "test"},
    [BOOST] = {"boost", ESW_PARAM_REAL, "1", "2", 0, 8, NULL, ESW_PARAM_METHOD_ONLY, "Steps saved.", "test"},
    [FRAMES] = {"frames", ESW_PARAM_INTEGER, "1", "0", 0, 1000, NULL, 0, "Length of the series.", "test"},
    [MEMORY] = {"memory_mib", ESW_PARAM_INTEGER, "1", "0", 0, 1e9, NULL, 0, "Claimed per scenario.", "test"},
};

static const esw_metric metrics[TOY_METRICS] = {
    [TOY_LATENCY] = {"latency_s", "s", ESW_METRIC_LATENCY, "Time."},
    [TOY_ENERGY] = {"energy_j", "J", ESW_METRIC_ENERGY, "Energy."},
    [TOY_COST] = {"cost", "1", ESW_METRIC_OBJECTIVE, "What is minimised."},
    [TOY_BOUND] = {"bound", "1", ESW_METRIC_LOWER_BOUND, "Below the cost."},
    [TOY_STEPS] = {"steps", "1", ESW_METRIC_DIAGNOSTIC, "Work."},
};

enum { SLOW, QUICK, BEST, METHODS };

static const esw_method methods[METHODS] = {
    {"slow", "Does little.", ""},
    {"quick", "Does more.", "boost"},
    {"best", "Does all.", ""},
};

static const esw_field fields[] = {
    {"share", "1", false, "A part."},
    {"kind", "1", true, "A number from 0 to 4."},
};
enum { FIELDS = sizeof fields / sizeof *fields };

static const esw_metric series[] = {{"queue", "1", 0, "Length over time."}};

/* ---------------------------------------------------------------- definition */

/* A number in [0, 1) of (seed, scenario, stream). */
static double draw(uint64_t seed, uint64_t scenario, uint64_t stream)
{
    uint64_t z = seed + 0x9e3779b97f4a7c15u * (scenario * 64 + stream + 1);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

void toy_expected(uint64_t seed, uint64_t scenario, int users, double scale, bool square, double boost,
                  size_t method, double out[TOY_METRICS])
{
    double u = draw(seed, scenario, 0);
    double speed = method == SLOW ? 1 : method == QUICK ? 1 + boost : 4;
    out[TOY_LATENCY] = (0.1 + scale * u * u + 0.001 * users) / speed;
    out[TOY_ENERGY] = (square ? 3 : 2) + draw(seed, scenario, 1 + method);
    if (scenario % 17 == 3)
        out[TOY_ENERGY] = NAN;
    if (method == SLOW && scenario % 101 == 5)
        out[TOY_ENERGY] = INFINITY;
    out[TOY_COST] = 1 + u + (method == BEST ? 0 : draw(seed, scenario, 9 + method));
    out[TOY_BOUND] = method == BEST ? 0.9 * (1 + u) : NAN;
    out[TOY_STEPS] = (double)(uint64_t)(100 * draw(seed, scenario, 20 + method));
}

double toy_field(uint64_t seed, uint64_t scenario, size_t method, int field, int user)
{
    double u = draw(seed, scenario, 30 + 7 * method + (uint64_t)(user % 3));
    return field == 0 ? u : (double)(int)(5 * u);
}

double toy_series(uint64_t seed, uint64_t scenario, size_t method, size_t frame)
{
    return draw(seed, scenario, 50 + method) * (double)(frame + 1);
}

/* ---------------------------------------------------------------- descriptor */

struct esw_config {
    int users;
    double scale, boost;
    bool square;
    size_t frames;
    uint64_t memory_bytes;
};

typedef struct toy_instance {
    uint64_t seed, scenario;
} toy_instance;

typedef struct toy_decision {
    uint64_t method;
    uint64_t scenario;
    uint64_t note; /* means nothing; told where it is not 0 */
} toy_decision;

static esw_status configure(const esw_value *values, const char *base_dir, esw_config **config,
                            esw_error *error)
{
    (void)base_dir;
    if (values[USERS].integer == 999)
        return esw_fail(error, ESW_BAD_INPUT, "line %d: users: 999 is refused by the system",
                        values[USERS].line);
    esw_config *made = malloc(sizeof *made);
    if (!made)
        return esw_fail(error, ESW_NO_MEMORY, "out of memory");
    *made = (esw_config){
        .users = (int)values[USERS].integer,
        .scale = values[SCALE].real,
        .boost = values[BOOST].real,
        .square = values[SHAPE].integer == 1,
        .frames = (size_t)values[FRAMES].integer,
        .memory_bytes = (uint64_t)values[MEMORY].integer << 20,
    };
    *config = made;
    return ESW_OK;
}

static void config_free(esw_config *config)
{
    free(config);
}

static esw_sizes sizes(const esw_config *config)
{
    return (esw_sizes){64, 64, (size_t)config->users, config->frames, 0, 0};
}

static void stage(const esw_config *config, uint64_t seed, uint64_t scenario, void *instance)
{
    (void)config;
    *(toy_instance *)instance = (toy_instance){seed, scenario};
}

static void account(const esw_config *config, const void *instance, const void *decision,
                    const esw_scores *scores)
{
    const toy_instance *i = instance;
    const toy_decision *d = decision;
    if (d->scenario != i->scenario)
        abort(); /* the engine paired a decision with another instance */
    if (scores->metrics)
        toy_expected(i->seed, i->scenario, config->users, config->scale, config->square, config->boost,
                     d->method, scores->metrics);
    for (int field = 0; field < FIELDS && scores->fields; ++field)
        for (int user = 0; user < config->users; ++user)
            scores->fields[field * config->users + user] =
                toy_field(i->seed, i->scenario, d->method, field, user);
    for (size_t frame = 0; frame < config->frames && scores->series; ++frame)
        scores->series[frame] = toy_series(i->seed, i->scenario, d->method, frame);
}

double toy_oracle_error;

static void oracle(const esw_config *config, const void *instance, const void *decision, double *out)
{
    account(config, instance, decision, &(esw_scores){.metrics = out});
    out[TOY_LATENCY] *= 1 + toy_oracle_error;
    out[TOY_STEPS] = NAN;
}

static json_t *describe(const esw_config *config, const void *instance, const void *decision)
{
    const toy_instance *i = instance;
    const toy_decision *d = decision;
    json_t *document =
        json_pack("{s:{s:i, s:f, s:f, s:b}, s:{s:I, s:I}}", "parameters", "users", config->users, "scale",
                  config->scale, "boost", config->boost, "square", config->square, "instance", "seed_used",
                  (json_int_t)i->seed, "drawn", (json_int_t)i->scenario);
    if (d) {
        double out[TOY_METRICS];
        account(config, instance, decision, &(esw_scores){.metrics = out});
        json_t *told = json_pack("{s:I}", "method", (json_int_t)d->method);
        if (d->note)
            json_object_set_new(told, "note", json_integer((json_int_t)d->note));
        json_object_set_new(document, "decision", told);
        json_object_set_new(document, "metrics", json_pack("{s:f}", "latency_s", out[TOY_LATENCY]));
    }
    return document;
}

static esw_status config_from_json(const json_t *document, const char *base_dir, esw_config **config,
                                   esw_error *error)
{
    (void)base_dir;
    int users, square;
    double scale, boost;
    if (json_unpack((json_t *)document, "{s:{s:i, s:F, s:F, s:b}}", "parameters", "users", &users, "scale",
                    &scale, "boost", &boost, "square", &square) != 0)
        return esw_fail(error, ESW_BAD_INPUT, "parameters: incomplete");
    *config = malloc(sizeof **config);
    if (!*config)
        return esw_fail(error, ESW_NO_MEMORY, "out of memory");
    **config = (esw_config){.users = users, .scale = scale, .boost = boost, .square = square};
    return ESW_OK;
}

static esw_status read_document(const esw_config *config, const json_t *document, void *instance,
                                void *decision, esw_error *error)
{
    (void)config;
    json_int_t seed, scenario, method;
    if (json_unpack((json_t *)document, "{s:{s:I, s:I}, s:{s:I}}", "instance", "seed_used", &seed, "drawn",
                    &scenario, "decision", "method", &method) != 0 ||
        method < 0 || method >= METHODS)
        return esw_fail(error, ESW_BAD_INPUT, "decision: infeasible");
    *(toy_instance *)instance = (toy_instance){(uint64_t)seed, (uint64_t)scenario};
    *(toy_decision *)decision = (toy_decision){(uint64_t)method, (uint64_t)scenario, 0};
    return ESW_OK;
}

/* ---------------------------------------------------------------- grid */

static const double shifts[TOY_SHIFTS] = {0, 0.5, 2};
static const double sizes_kib[TOY_SIZES] = {1, 2, 4, 8};

static const esw_metric grid_quantities[] = {
    {"wait_s", "s", ESW_METRIC_LATENCY, "Time."},
    {"cost", "1", ESW_METRIC_OBJECTIVE, "What is minimised."},
};
static const esw_metric grid_constants[] = {{"base", "1", 0, "Of the entity."}};

double toy_grid_value(size_t entity, int quantity, size_t shift, size_t size)
{
    if (entity % 2 == 1 && shift == TOY_SHIFTS - 1)
        return NAN; /* it has no such level */
    if (entity == 4)
        return INFINITY;
    if (quantity == 0)
        return shifts[shift] + 0.25 * sizes_kib[size];
    return fabs(shifts[shift] - 0.5) + fabs(sizes_kib[size] - (double)(2 + entity)); /* with ties */
}

size_t toy_grid_chosen(size_t entity)
{
    return entity == 2 ? ESW_GRID_NONE : entity;
}

static bool searched_by(size_t method)
{
    return method == BEST;
}

static esw_status open_grid(const esw_config *config, const void *instance, const void *decision,
                            esw_grid **grid, esw_error *error)
{
    (void)instance, (void)decision;
    *grid = malloc(sizeof **grid);
    if (!*grid)
        return esw_fail(error, ESW_NO_MEMORY, "out of memory");
    **grid = (esw_grid){.axes = {{"shift", "s", shifts, TOY_SHIFTS}, {"size", "KiB", sizes_kib, TOY_SIZES}},
                        .n_axes = 2,
                        .quantities = grid_quantities,
                        .n_quantities = 2,
                        .constants = grid_constants,
                        .n_constants = 1,
                        .entities = (size_t)config->users};
    return ESW_OK;
}

static size_t grid_values(const esw_grid *grid, size_t entity, double *values, double *constants)
{
    (void)grid;
    for (int quantity = 0; quantity < 2; ++quantity)
        for (size_t i = 0; i < TOY_SHIFTS; ++i)
            for (size_t j = 0; j < TOY_SIZES; ++j)
                values[((size_t)quantity * TOY_SHIFTS + i) * TOY_SIZES + j] =
                    toy_grid_value(entity, quantity, i, j);
    constants[0] = 10 + (double)entity;
    return toy_grid_chosen(entity);
}

static void close_grid(esw_grid *grid)
{
    free(grid);
}

static const esw_grid_ops grid_ops = {searched_by, open_grid, grid_values, close_grid};

const esw_system toy_system = {
    .name = "toy",
    .title = "A system for tests",
    .paper = "none",
    .entity = "users",
    .params = params,
    .n_params = PARAMS,
    .metrics = metrics,
    .n_metrics = TOY_METRICS,
    .methods = methods,
    .n_methods = METHODS,
    .fields = fields,
    .n_fields = FIELDS,
    .series = series,
    .n_series = 1,
    .configure = configure,
    .config_free = config_free,
    .sizes = sizes,
    .stage = stage,
    .account = account,
    .oracle = oracle,
    .verify = "system: toy\nscenarios: 20\nmethods: [slow, quick, best]\nsweep: {users: [1, 3]}\n",
    .describe = describe,
    .config_from_json = config_from_json,
    .read = read_document,
    .grid = &grid_ops,
};

/* ---------------------------------------------------------------- backend */

struct eswi_solver {
    const eswi_point *point;
    uint32_t capacity, count;
    unsigned char *instances; /* [capacity][64] */
};

static size_t footprint(const eswi_point *point, const eswi_resources *resources)
{
    return resources->batch * (64 + point->config->memory_bytes);
}

static esw_status open_solver(const eswi_point *point, const eswi_resources *resources, eswi_solver **solver,
                              esw_error *error)
{
    eswi_solver *made = malloc(sizeof *made);
    unsigned char *instances = malloc(64 * (size_t)resources->batch);
    if (!made || !instances) {
        free(made);
        free(instances);
        return esw_fail(error, ESW_NO_MEMORY, "out of memory");
    }
    *made = (eswi_solver){point, resources->batch, 0, instances};
    *solver = made;
    return ESW_OK;
}

static void close_solver(eswi_solver *solver)
{
    free(solver->instances);
    free(solver);
}

static esw_status stage_batch(eswi_solver *solver, uint64_t first, uint32_t count, esw_error *error)
{
    if (count == 0 || count > solver->capacity)
        return esw_fail(error, ESW_BACKEND, "a batch of %u, capacity %u", count, solver->capacity);
    solver->count = count;
    for (uint32_t i = 0; i < count; ++i)
        stage(solver->point->config, solver->point->seed, first + i, solver->instances + 64 * (size_t)i);
    return ESW_OK;
}

static const void *instance_of(eswi_solver *solver, uint32_t i)
{
    return solver->instances + 64 * (size_t)i;
}

static esw_status solve(eswi_solver *solver, size_t run, void *decisions, esw_error *error)
{
    for (uint32_t i = 0; i < solver->count; ++i) {
        const toy_instance *instance = instance_of(solver, i);
        if (instance->scenario == toy_failing_scenario) {
            toy_failing_scenario = UINT64_MAX;
            return esw_fail(error, ESW_BACKEND, "the device is gone");
        }
        toy_decision *decision = (toy_decision *)((unsigned char *)decisions + 64 * (size_t)i);
        *decision = (toy_decision){solver->point->runs[run].method, instance->scenario, 0};
    }
    return ESW_OK;
}

static const eswi_solver_ops ops = {.footprint = footprint,
                                    .open = open_solver,
                                    .close = close_solver,
                                    .stage = stage_batch,
                                    .solve = solve,
                                    .instance = instance_of};

static const char *describe_backend(void)
{
    return "no device";
}

static const eswi_solver_ops *ops_of(const esw_system *system)
{
    return system == &toy_system ? &ops : NULL;
}

static const eswi_backend toy_backend = {"toy", describe_backend, ops_of, NULL};

void toy_use(void)
{
    static const esw_system *const systems[] = {&toy_system, NULL};
    static const eswi_backend *const backends[] = {&toy_backend, NULL};
    eswi_registry_use(systems, backends);
}

/* CLO: the tasks and their curves, made once per config. A scenario draws which task every unit is.
 *
 * `logit-normal`: pixel logits of objects and background are normal, their means move with the difficulty of the picture.
 * `published-curves`: the same formulas fitted to the curves of the authors' program (FITS). A file: the table described in
 * docs/user_guide.md. The pools do not depend on the experiment's seed: all scenarios draw from the same pictures.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fileio.h"
#include "base/philox.h"
#include "base/text.h"
#include "clo/clo.h"

enum { POOL_TASKS = 512, POOL_SEED = 7003, FILE_BYTES_MAX = 64 << 20, COLUMNS_MAX = 64 };
enum { DRAW_COMMON = 0, DRAW_MODEL = 1 }; /* streams of the pools */

/* One task's curve of one model. */
typedef struct curve {
    double m1, s1, m0, s0, m0_predicted;
} curve;

/* ---------------------------------------------------------------- logit-normal */

typedef struct logit_model {
    const char *name;
    double m1, s1, m0, s0, g;
} logit_model;

/* Chosen so that deeper models lose less and are more precise; see docs/theory_clo.md. */
static const logit_model LOGIT_MODELS[] = {
    {"mnv3_minimal", 2.05, 1.90, 5.95, 2.25, 1.15},
    {"mnv3_large", 2.45, 1.85, 6.25, 2.25, 1.05},
    {"resnet18", 2.75, 1.80, 6.50, 2.25, 0.98},
    {"resnet50", 3.30, 1.75, 6.95, 2.25, 0.90},
};

static const double DIFFICULTY_SHARED = 0.85; /* correlation of a picture's difficulty over the models */
static const double OBJECT_MEDIAN = 0.08, OBJECT_SPREAD = 0.5, OBJECT_MIN = 0.03, OBJECT_MAX = 0.4;
static const double BACKGROUND_GAIN = 0.1, PREDICTOR_SPREAD = 0.15, OBJECT_SHIFT = -0.95;

static double normal(const eswi_draw *draw, int pair)
{
    return eswi_normal_quantile(eswi_uniform53(draw->w[2 * pair], draw->w[2 * pair + 1]));
}

static double logit_odds(int task)
{
    const eswi_draw common = eswi_philox(POOL_SEED, 0, DRAW_COMMON, 0, (uint32_t)task);
    const double raw = OBJECT_MEDIAN * eswi_exp(OBJECT_SPREAD * normal(&common, 1));
    const double share = raw < OBJECT_MIN ? OBJECT_MIN : raw > OBJECT_MAX ? OBJECT_MAX : raw;
    return (1.0 - share) / share;
}

static curve logit_curve(int task, int row)
{
    const logit_model *m = &LOGIT_MODELS[row];
    const eswi_draw common = eswi_philox(POOL_SEED, 0, DRAW_COMMON, 0, (uint32_t)task);
    const eswi_draw own = eswi_philox(POOL_SEED, 0, DRAW_MODEL, (uint32_t)row, (uint32_t)task);
    const double rest = sqrt(1.0 - DIFFICULTY_SHARED * DIFFICULTY_SHARED);
    const double difficulty = DIFFICULTY_SHARED * normal(&common, 0) + rest * normal(&own, 0);
    const double m0 = m->m0 - BACKGROUND_GAIN * m->g * difficulty;
    return (curve){.m1 = m->m1 + OBJECT_SHIFT - m->g * difficulty,
                   .s1 = m->s1,
                   .m0 = m0,
                   .s0 = m->s0,
                   .m0_predicted = m0 + PREDICTOR_SPREAD * normal(&own, 1)};
}

/* ---------------------------------------------------------------- published curves */

typedef struct fit {
    const char *name;
    double a, b, s1, c, d; /* L: m1 = a + b z, s1; mean F = Phi(-(logit theta + c) / d) */
} fit;

/* Fitted to the look-up tables of frbinucci/CLOWiOpt @f595638: single hop D0, D3; multi hop D0, D1, D2. */
static const fit FITS[] = {
    {"mnv3_minimal", 6.452, 8.176, 6.222, 0.190, 5.586}, {"resnet50", 41.12, 29.58, 20.63, 21.56, 26.03},
    {"mnv3_large", 31.43, 24.53, 17.60, 12.14, 18.33},   {"resnet18.1", 30.41, 22.53, 15.70, 12.02, 17.40},
    {"resnet18.2", 37.94, 28.88, 19.05, 19.35, 23.65},
};

/* A threshold model with correlation rho of its latent variable has mean Phi(x) and, around 1/2, a variance of
 * 2/pi asin(rho) mean (1 - mean): 0.588 gives the 0.4 assumed for the spread of F. */
static const double F_CORRELATION = 0.588;

/* The place of a picture among those with an object, or among those without. */
typedef struct place {
    int index, count;
} place;

static place place_of(int task, int empty)
{
    return task < empty ? (place){task, empty} : (place){task - empty, POOL_TASKS - empty};
}

static int common_divisor(int a, int b)
{
    return b == 0 ? a : common_divisor(b, a % b);
}

/* A picture's two normal coordinates are those of a lattice (the first, and a permutation of it by steps near the golden
 * section), so that the pool has the means of the fit, which draws would miss by several per cent. */
static double even_normal(place at)
{
    return eswi_normal_quantile((at.index + 0.5) / at.count);
}

static double permuted_normal(place at)
{
    int step = (int)(0.618 * at.count);
    while (common_divisor(at.count, step) > 1)
        step++;
    return even_normal((place){at.index * step % at.count, at.count});
}

static curve fitted_curve(int task, int empty, int row)
{
    const fit *f = &FITS[row];
    const place at = place_of(task, empty);
    const eswi_draw own = eswi_philox(POOL_SEED, 1, DRAW_MODEL, (uint32_t)row, (uint32_t)task);
    const double s0 = f->d * sqrt(1.0 - F_CORRELATION),
                 m0 = f->c + f->d * sqrt(F_CORRELATION) * permuted_normal(at);
    return (curve){.m1 = f->a + f->b * even_normal(at),
                   .s1 = f->s1,
                   .m0 = m0,
                   .s0 = s0,
                   .m0_predicted = m0 + PREDICTOR_SPREAD / 2.25 * s0 * normal(&own, 1)};
}

/* ---------------------------------------------------------------- a file */

typedef struct table {
    const char *path;
    char *text;
    int columns, tasks;
    const char *names[COLUMNS_MAX];
    double *values; /* [tasks][columns] */
} table;

static int split(char *line, const char *fields[COLUMNS_MAX])
{
    int count = 0;
    for (char *field; (field = strsep(&line, ",")) != NULL; count++) {
        if (count < COLUMNS_MAX)
            fields[count] = field;
    }
    return count;
}

static esw_status read_row(table *t, char *line, int number, esw_error *error)
{
    const char *fields[COLUMNS_MAX];
    const int count = split(line, fields);
    if (count != t->columns)
        return esw_fail(error, ESW_BAD_INPUT, "%s:%d: %d fields; the column line names %d", t->path, number,
                        count, t->columns);
    if (t->tasks == CLO_TASKS_MAX)
        return esw_fail(error, ESW_BAD_INPUT, "%s:%d: more than %d tasks", t->path, number, CLO_TASKS_MAX);
    for (int c = 0; c < count; c++)
        if (!eswi_parse_real(fields[c], &t->values[t->tasks * t->columns + c]))
            return esw_fail(error, ESW_BAD_INPUT, "%s:%d: %s: '%.40s'; must be a number", t->path, number,
                            t->names[c], fields[c]);
    t->tasks++;
    return ESW_OK;
}

static esw_status read_table(table *t, esw_error *error)
{
    size_t length = 0;
    esw_status status = eswi_file_read(t->path, FILE_BYTES_MAX, &t->text, &length, error);
    char *rest = t->text ? t->text + eswi_utf8_mark(t->text, length) : NULL, *line;
    for (int number = 1; !status && (line = strsep(&rest, "\n")) != NULL; number++) {
        line[strcspn(line, "\r")] = '\0';
        if (*line == '\0' || *line == '#')
            continue;
        if (t->columns > 0) {
            status = read_row(t, line, number, error);
            continue;
        }
        t->columns = split(line, t->names);
        if (t->columns > COLUMNS_MAX)
            return esw_fail(error, ESW_BAD_INPUT, "%s:%d: %d columns; at most %d", t->path, number, t->columns,
                            COLUMNS_MAX);
        for (int c = 1; c < t->columns; c++)
            for (int other = 0; other < c; other++)
                if (!strcmp(t->names[c], t->names[other]))
                    return esw_fail(error, ESW_BAD_INPUT, "%s:%d: the column %.60s is there twice", t->path,
                                    number, t->names[c]);
        t->values = calloc((size_t)CLO_TASKS_MAX * (size_t)t->columns, sizeof *t->values);
        if (!t->values)
            return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", t->path);
    }
    if (!status && t->tasks == 0)
        status = esw_fail(error, ESW_BAD_INPUT, "%s: no tasks", t->path);
    return status;
}

static int column_called(const table *t, const char *prefix, const char *model)
{
    char name[64];
    snprintf(name, sizeof name, "%s%s", prefix, model);
    for (int c = 0; c < t->columns; c++)
        if (!strcmp(t->names[c], name))
            return c;
    return -1;
}

static double at(const table *t, int task, const char *prefix, const char *model)
{
    return t->values[task * t->columns + column_called(t, prefix, model)];
}

static curve table_curve(const table *t, int task, const char *model)
{
    return (curve){.m1 = at(t, task, "m1_", model),
                   .s1 = at(t, task, "s1_", model),
                   .m0 = at(t, task, "m0_", model),
                   .s0 = at(t, task, "s0_", model),
                   .m0_predicted = at(t, task, "m0_pred_", model)};
}

/* ---------------------------------------------------------------- any of them */

typedef enum { LOGIT_NORMAL, PUBLISHED_CURVES, FROM_FILE, NAMES_ALONE } source_kind;

typedef struct source {
    source_kind kind;
    table file;
    const char *const *names; /* NAMES_ALONE: [n_names] */
    int n_names;
} source;

/* Whether the source has a model of this very name; rows of the built-in tables. */
static int row_of(const source *s, const char *model)
{
    const size_t logit = sizeof LOGIT_MODELS / sizeof *LOGIT_MODELS, fits = sizeof FITS / sizeof *FITS;
    if (s->kind == FROM_FILE)
        return column_called(&s->file, "m1_", model);
    for (int i = 0; i < s->n_names; i++)
        if (!strcmp(s->names[i], model))
            return i;
    if (s->kind == NAMES_ALONE)
        return -1;
    for (size_t i = 0; i < (s->kind == LOGIT_NORMAL ? logit : fits); i++)
        if (!strcmp(s->kind == LOGIT_NORMAL ? LOGIT_MODELS[i].name : FITS[i].name, model))
            return (int)i;
    return -1;
}

/* The model under which the source knows a node's: its name, or what comes before its dot. */
static esw_status resolve(const source *s, const eswi_clo_config *config, int n, char name[CLO_NAME_BYTES],
                          esw_error *error)
{
    snprintf(name, CLO_NAME_BYTES, "%s", config->network.node_model[n]);
    if (row_of(s, name) < 0)
        name[strcspn(name, ".")] = '\0';
    if (row_of(s, name) < 0)
        return esw_fail(error, ESW_BAD_INPUT,
                        "network: node %s has the model '%s', which tasks: %s does not know",
                        config->network.node_name[n], config->network.node_model[n], config->tasks);
    return ESW_OK;
}

static esw_status name_models(const source *s, eswi_clo_config *config, esw_error *error)
{
    eswi_clo_problem *p = &config->problem;
    p->tasks.models = 0;
    for (int n = 0; n < config->network.nodes; n++) {
        char name[CLO_NAME_BYTES];
        p->node_model[n] = CLO_NO_MODEL;
        if (!config->network.node_model[n][0])
            continue;
        const esw_status status = resolve(s, config, n, name, error);
        if (status)
            return status;
        int m = 0;
        while (m < p->tasks.models && strcmp(config->model_name[m], name) != 0)
            m++;
        if (m == p->tasks.models)
            memcpy(config->model_name[p->tasks.models++], name, CLO_NAME_BYTES);
        p->node_model[n] = m;
    }
    return ESW_OK;
}

static esw_status check_columns(const source *s, const eswi_clo_config *config, esw_error *error)
{
    static const char *const PREFIXES[] = {"m1_", "s1_", "m0_", "s0_", "m0_pred_"};
    if (s->kind != FROM_FILE)
        return ESW_OK;
    if (column_called(&s->file, "object_fraction", "") < 0)
        return esw_fail(error, ESW_BAD_INPUT, "%s: the column object_fraction is missing", s->file.path);
    for (int m = 0; m < config->problem.tasks.models; m++)
        for (size_t i = 0; i < sizeof PREFIXES / sizeof *PREFIXES; i++)
            if (column_called(&s->file, PREFIXES[i], config->model_name[m]) < 0)
                return esw_fail(error, ESW_BAD_INPUT, "%s: the column %s%s is missing", s->file.path,
                                PREFIXES[i], config->model_name[m]);
    return ESW_OK;
}

static curve curve_of(const source *s, int task, int empty, const char *model)
{
    if (s->kind == FROM_FILE)
        return table_curve(&s->file, task, model);
    const int row = row_of(s, model);
    return s->kind == LOGIT_NORMAL ? logit_curve(task, row) : fitted_curve(task, empty, row);
}

static double odds_of(const source *s, int task)
{
    if (s->kind == PUBLISHED_CURVES)
        return 1.0;
    if (s->kind == LOGIT_NORMAL)
        return logit_odds(task);
    const double share = at(&s->file, task, "object_fraction", "");
    return (1.0 - share) / share;
}

/* The arrays of problem.tasks as the config's own, to be filled. */
typedef struct arrays {
    double *m1, *s1, *m0, *s0, *m0_predicted, *odds, *f_grid;
} arrays;

static esw_status allocate(eswi_clo_config *config, int tasks, arrays *a, esw_error *error)
{
    eswi_clo_tasks *t = &config->problem.tasks;
    double *block = calloc(eswi_clo_curves_count(tasks, t->models), sizeof *block);
    if (!block)
        return esw_fail(error, ESW_NO_MEMORY, "tasks: out of memory");
    free(config->curves);
    t->tasks = tasks;
    eswi_clo_curves_lay_out(config, block);
    *a = (arrays){(double *)t->m1,           (double *)t->s1,   (double *)t->m0,    (double *)t->s0,
                  (double *)t->m0_predicted, (double *)t->odds, (double *)t->f_grid};
    return ESW_OK;
}

static esw_status check_curve(const eswi_clo_config *config, int task, int m, const curve *c, double odds,
                              esw_error *error)
{
    const bool fine = c->s1 > 0.0 && c->s0 > 0.0 && isfinite(c->m1) && isfinite(c->m0) &&
                      isfinite(c->m0_predicted) && odds > 0.0 && isfinite(odds);
    return fine ? ESW_OK
                : esw_fail(error, ESW_BAD_INPUT,
                           "tasks: %s: task %d, model %s: s1 and s0 must be > 0 and 0 < object_fraction < 1",
                           config->tasks, task, config->model_name[m]);
}

/* LO's tables: F_hat of every task and the mean loss at its thresholds. */
static void tabulate(eswi_clo_problem *p, double *f_grid)
{
    eswi_clo_tasks *t = &p->tasks;
    for (int m = 0; m < t->models; m++) {
        for (int i = 0; i < p->thetas; i++) {
            double sum = 0.0;
            for (int task = 0; task < t->tasks; task++) {
                const eswi_clo_threshold theta = p->theta_grid[i];
                f_grid[(task * t->models + m) * CLO_THETAS_MAX + i] = eswi_clo_predicted(t, task, m, theta);
                sum = sum + eswi_clo_loss(t, task, m, theta);
            }
            t->loss_mean[m][i] = sum / (double)t->tasks;
        }
    }
}

esw_status eswi_clo_tasks_finish(eswi_clo_config *config, esw_error *error)
{
    const eswi_clo_tasks *t = &config->problem.tasks;
    for (int task = 0; task < t->tasks; task++) {
        for (int m = 0; m < t->models; m++) {
            const int i = task * t->models + m;
            const curve c = {t->m1[i], t->s1[i], t->m0[i], t->s0[i], t->m0_predicted[i]};
            const esw_status status = check_curve(config, task, m, &c, t->odds[task], error);
            if (status)
                return status;
        }
    }
    tabulate(&config->problem, (double *)t->f_grid);
    return ESW_OK;
}

static esw_status fill(const source *s, eswi_clo_config *config, esw_error *error)
{
    const int tasks = s->kind == FROM_FILE ? s->file.tasks : POOL_TASKS, models = config->problem.tasks.models;
    const int empty = (int)(config->empty_fraction * tasks + 0.5);
    arrays a = {0};
    esw_status status = allocate(config, tasks, &a, error);
    for (int task = 0; !status && task < tasks; task++) {
        a.odds[task] = odds_of(s, task);
        for (int m = 0; m < models; m++) {
            const curve c = curve_of(s, task, empty, config->model_name[m]);
            const int i = task * models + m;
            a.m1[i] = task < empty ? CLO_NEVER_LOST : c.m1;
            a.s1[i] = c.s1;
            a.m0[i] = c.m0;
            a.s0[i] = c.s0;
            a.m0_predicted[i] = c.m0_predicted;
        }
    }
    return status ? status : eswi_clo_tasks_finish(config, error);
}

esw_status eswi_clo_tasks_room(eswi_clo_config *config, const char *const *models, int n_models, int tasks,
                               esw_error *error)
{
    const source s = {.kind = NAMES_ALONE, .names = models, .n_names = n_models};
    arrays ignored;
    const esw_status status = name_models(&s, config, error);
    return status ? status : allocate(config, tasks, &ignored, error);
}

/* A file that cannot be read may be a source misspelt. */
static esw_status explain(const eswi_clo_config *config, esw_status status, esw_error *error)
{
    static const char *const SOURCES[] = {"logit-normal", "published-curves"};
    const esw_error cause = *error;
    const char *nearest = eswi_nearest(config->tasks, SOURCES, sizeof SOURCES / sizeof *SOURCES);
    if (nearest)
        return esw_fail(
            error, ESW_BAD_INPUT,
            "tasks: '%.60s' is no source (did you mean %s?); must be logit-normal, published-curves or a CSV "
            "file",
            config->tasks, nearest);
    return esw_fail(error, status, "tasks: must be logit-normal, published-curves or a CSV file: %s",
                    cause.text);
}

esw_status eswi_clo_tasks_load(eswi_clo_config *config, const char *base_dir, esw_error *error)
{
    source s = {.kind = !strcmp(config->tasks, "logit-normal")       ? LOGIT_NORMAL
                        : !strcmp(config->tasks, "published-curves") ? PUBLISHED_CURVES
                                                                     : FROM_FILE};
    char *path = NULL;
    esw_status status = ESW_OK;
    if (s.kind == FROM_FILE) {
        path = config->tasks[0] == '/' ? strdup(config->tasks) : eswi_path_join(base_dir, config->tasks);
        s.file.path = path;
        status = path ? read_table(&s.file, error) : esw_fail(error, ESW_NO_MEMORY, "tasks: out of memory");
        status = status == ESW_IO ? explain(config, status, error) : status;
    }
    if (!status)
        status = name_models(&s, config, error);
    if (!status)
        status = check_columns(&s, config, error);
    if (!status)
        status = fill(&s, config, error);
    free(s.file.text);
    free(s.file.values);
    free(path);
    return status;
}

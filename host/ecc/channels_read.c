/* ECC: a file of channels read and checked, whichever of its forms it has. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array_file.h"
#include "base/text.h"
#include "ecc/channels.h"

/* Rows of an array are read about this many numbers at a time: compressed files have chunks. */
static const uint64_t numbers_at_once = 1 << 19;

enum { ARRAY_NAME = 96 };

/* A file being read. */
typedef struct reader {
    const char *path;
    eswi_array_file *file;
    bool
        is_list; /* as `edgesweep instance` writes it: instances/K/instance/NAME, without the axis [scenario] */
    eswi_ecc_channels *into;
    int n_profiles;
    esw_error *error;
} reader;

/* An array as it must be: the axes behind [scenario]. */
typedef struct array {
    const char *name;
    const char *axes;  /* for messages */
    const char *order; /* MATLAB's, to reverse the axes */
    int rank;
    bool needed;
} array;

enum { GAIN_UP, GAIN_DOWN, AP_OF_USER, PROFILE_OF_USER, DISTANCE_M, ARRAYS };

static const array ARRAY[ARRAYS] = {
    [GAIN_UP] = {"gain_up", "[users][aps][subchannels]", "[4 3 2 1]", 3, true},
    [GAIN_DOWN] = {"gain_down", "[users][aps][subchannels]", "[4 3 2 1]", 3, true},
    [AP_OF_USER] = {"ap_of_user", "[users]", "[2 1]", 1, false},
    [PROFILE_OF_USER] = {"profile_of_user", "[users]", "[2 1]", 1, false},
    [DISTANCE_M] = {"distance_m", "[users][aps]", "[3 2 1]", 2, false},
};

/* The lengths of those axes. */
static eswi_array_shape wanted_shape(const reader *r, const array *a)
{
    return (eswi_array_shape){
        a->rank, {(uint64_t)r->into->users, (uint64_t)r->into->aps, (uint64_t)r->into->subchannels}};
}

/* ---------------------------------------------------------------- names */

static const char *full_name(const reader *r, const array *a, uint64_t scenario, char name[ARRAY_NAME])
{
    if (!r->is_list) {
        return a->name;
    }
    snprintf(name, ARRAY_NAME, "instances/%llu/instance/%s", (unsigned long long)scenario, a->name);
    return name;
}

/* Refuses an array of no known name: a slip of the pen must not be taken for an array left out. */
static esw_status check_name(const char *name, void *context)
{
    const reader *r = context;
    const char *known[ARRAYS];
    for (int i = 0; i < ARRAYS; i++) {
        known[i] = ARRAY[i].name;
        if (!strcmp(name, known[i])) {
            return ESW_OK;
        }
    }
    if (name[0] == '#') { /* MATLAB's own */
        return ESW_OK;
    }
    const char *nearest = eswi_nearest(name, known, ARRAYS);
    return esw_fail(
        r->error, ESW_BAD_INPUT,
        "%s: %.60s: unknown%s%s%s: channels are gain_up, gain_down, ap_of_user, profile_of_user and "
        "distance_m, or what `edgesweep instance` writes",
        r->path, name, nearest ? ", did you mean '" : "", nearest ? nearest : "", nearest ? "'" : "");
}

static esw_status count_name(const char *name, void *context)
{
    (void)name;
    ++*(uint64_t *)context;
    return ESW_OK;
}

/* ---------------------------------------------------------------- shapes */

static bool is_reversed(const eswi_array_shape *found, const eswi_array_shape *wanted)
{
    bool reversed = found->rank == wanted->rank + 1 || found->rank == wanted->rank;
    for (int axis = 0; axis < wanted->rank && reversed; axis++) {
        reversed = found->length[wanted->rank - 1 - axis] == wanted->length[axis];
    }
    return reversed;
}

static esw_status wrong_shape(const reader *r, const array *a, const char *name, const eswi_array_shape *found,
                              const eswi_array_shape *wanted)
{
    char found_text[ESWI_ARRAY_SHAPE_TEXT], wanted_text[ESWI_ARRAY_SHAPE_TEXT], hint[160] = "";
    if (is_reversed(found, wanted) && wanted->rank > 1) {
        snprintf(hint, sizeof hint,
                 "; its axes are in reverse, as MATLAB and Octave write them: permute(%s, %s)", a->name,
                 a->order);
    }
    return esw_fail(r->error, ESW_BAD_INPUT, "%s: %s: is %s, must be %s%s = %s%s%s", r->path, name,
                    eswi_array_shape_text(found, found_text), r->is_list ? "" : "[scenarios]", a->axes,
                    r->is_list ? "" : "[scenarios]", eswi_array_shape_text(wanted, wanted_text), hint);
}

/* Checks the shape of an array; *rows is its first axis, or 1 for one without [scenario]. */
static esw_status check_shape(const reader *r, const array *a, const char *name, uint64_t *rows, bool *has_rows)
{
    const eswi_array_shape wanted = wanted_shape(r, a);
    eswi_array_shape found;
    const esw_status status = eswi_array_file_shape(r->file, name, &found, r->error);
    if (status != ESW_OK) {
        return status;
    }
    *has_rows = !r->is_list && found.rank == wanted.rank + 1;
    const int lead = *has_rows ? 1 : 0;
    bool right = found.rank == wanted.rank + lead;
    for (int axis = 0; axis < wanted.rank && right; axis++) {
        right = found.length[axis + lead] == wanted.length[axis];
    }
    if (!right) {
        return wrong_shape(r, a, name, &found, &wanted);
    }
    *rows = *has_rows ? found.length[0] : 1;
    return *rows > 0 ? ESW_OK : esw_fail(r->error, ESW_BAD_INPUT, "%s: %s: has no scenarios", r->path, name);
}

/* ---------------------------------------------------------------- rows */

/* Takes one row of an array, numbers in order. */
typedef esw_status take_row(const reader *r, const array *a, uint64_t scenario, const double *values);

/* Fails at a number; `allowed` is what it must be. */
static esw_status wrong_value(const reader *r, const array *a, uint64_t scenario, size_t index, double value,
                              const char *allowed)
{
    eswi_array_shape at = wanted_shape(r, a);
    char text[ESWI_ARRAY_SHAPE_TEXT], name[ARRAY_NAME], row[32] = "", number[ESWI_REAL_TEXT];
    for (int axis = at.rank; axis-- > 0;) {
        const uint64_t length = at.length[axis];
        at.length[axis] = index % length;
        index /= length;
    }
    if (!r->is_list) {
        snprintf(row, sizeof row, "[%llu]", (unsigned long long)scenario);
    }
    return esw_fail(r->error, ESW_BAD_INPUT, "%s: %s%s%s: found %s, must be %s", r->path,
                    full_name(r, a, scenario, name), row, eswi_array_shape_text(&at, text),
                    eswi_format_real(value, number), allowed);
}

static esw_status read_list(const reader *r, const array *a, take_row *take, double *values)
{
    char name[ARRAY_NAME];
    uint64_t rows;
    bool has_rows;
    esw_status status = ESW_OK;
    for (uint64_t k = 0; k < r->into->scenarios && status == ESW_OK; k++) {
        status = check_shape(r, a, full_name(r, a, k, name), &rows, &has_rows);
        if (status == ESW_OK) {
            const eswi_array_shape shape = wanted_shape(r, a);
            status = eswi_array_file_read(r->file, name, 0, shape.length[0], values, r->error);
        }
        if (status == ESW_OK) {
            status = take(r, a, k, values);
        }
    }
    return status;
}

/* An array that holds for every scenario. */
static esw_status read_constant(const reader *r, const array *a, bool has_rows, take_row *take, double *values)
{
    const uint64_t count = has_rows ? 1 : wanted_shape(r, a).length[0];
    esw_status status = eswi_array_file_read(r->file, a->name, 0, count, values, r->error);
    for (uint64_t k = 0; k < r->into->scenarios && status == ESW_OK; k++) {
        status = take(r, a, k, values);
    }
    return status;
}

static esw_status read_table(const reader *r, const array *a, take_row *take, double *values, uint64_t at_once)
{
    const eswi_array_shape shape = wanted_shape(r, a);
    const uint64_t row = eswi_array_shape_elements(&shape, 0), scenarios = r->into->scenarios;
    esw_status status = ESW_OK;
    for (uint64_t first = 0; first < scenarios && status == ESW_OK; first += at_once) {
        const uint64_t count = scenarios - first < at_once ? scenarios - first : at_once;
        status = eswi_array_file_read(r->file, a->name, first, count, values, r->error);
        for (uint64_t k = 0; k < count && status == ESW_OK; k++) {
            status = take(r, a, first + k, values + k * row);
        }
    }
    return status;
}

static esw_status read_array(const reader *r, const array *a, take_row *take)
{
    const eswi_array_shape shape = wanted_shape(r, a);
    const uint64_t row = eswi_array_shape_elements(&shape, 0), scenarios = r->into->scenarios;
    uint64_t at_once = numbers_at_once / row, rows = scenarios;
    bool has_rows = false;
    at_once = at_once == 0 ? 1 : at_once > scenarios ? scenarios : at_once;
    if (!r->is_list) {
        const esw_status status = check_shape(r, a, a->name, &rows, &has_rows);
        if (status != ESW_OK) {
            return status;
        }
    }
    double *values = malloc(at_once * row * sizeof *values);
    if (!values) {
        return esw_fail(r->error, ESW_NO_MEMORY, "%s: out of memory", r->path);
    }
    const esw_status status = r->is_list ? read_list(r, a, take, values)
                              : rows > 1 ? read_table(r, a, take, values, at_once)
                                         : read_constant(r, a, has_rows, take, values);
    free(values);
    return status;
}

/* ---------------------------------------------------------------- what rows hold */

static esw_status take_gains(const reader *r, const array *a, uint64_t scenario, const double *values)
{
    const int direction = a == &ARRAY[GAIN_UP] ? ECC_UP : ECC_DOWN;
    const size_t gains = (size_t)r->into->users * (size_t)r->into->aps * (size_t)r->into->subchannels;
    float *row = r->into->gain[direction] + scenario * gains;
    double most = r->into->gain_max[direction];
    for (size_t i = 0; i < gains; i++) {
        if (!(values[i] >= ECC_CHANNEL_GAIN_LOW && values[i] <= ECC_CHANNEL_GAIN_HIGH)) {
            return wrong_value(r, a, scenario, i, values[i],
                               "a linear power gain from 1e-30 to 1e30 (not dB; no path at all: 1e-30)");
        }
        row[i] = (float)values[i];
        most = values[i] > most ? values[i] : most;
    }
    r->into->gain_max[direction] = most;
    return ESW_OK;
}

static esw_status take_indices(const reader *r, const array *a, uint64_t scenario, const double *values,
                               int count, int32_t *into)
{
    char allowed[96];
    for (size_t u = 0; u < (size_t)r->into->users; u++) {
        if (!(values[u] >= 0.0 && values[u] < count && values[u] == (double)(int32_t)values[u])) {
            snprintf(allowed, sizeof allowed, "an integer from 0 to %d (counted from 0)", count - 1);
            return wrong_value(r, a, scenario, u, values[u], allowed);
        }
        into[scenario * (size_t)r->into->users + u] = (int32_t)values[u];
    }
    return ESW_OK;
}

static esw_status take_aps(const reader *r, const array *a, uint64_t scenario, const double *values)
{
    return take_indices(r, a, scenario, values, r->into->aps, r->into->ap_of_user);
}

static esw_status take_profiles(const reader *r, const array *a, uint64_t scenario, const double *values)
{
    return take_indices(r, a, scenario, values, r->n_profiles, r->into->profile_of_user);
}

static esw_status take_distances(const reader *r, const array *a, uint64_t scenario, const double *values)
{
    const size_t links = (size_t)r->into->users * (size_t)r->into->aps;
    for (size_t i = 0; i < links; i++) {
        if (!(values[i] >= 0.0 && values[i] <= 1e30)) {
            return wrong_value(r, a, scenario, i, values[i], "a distance in m, at least 0");
        }
    }
    memcpy(r->into->distance_m + scenario * links, values, links * sizeof *values);
    return ESW_OK;
}

/* The AP of the strongest gain, mean over the subchannels; ties to the first. */
static void choose_aps(eswi_ecc_channels *c)
{
    const size_t users = (size_t)c->scenarios * (size_t)c->users, subchannels = (size_t)c->subchannels;
    const float *gain = c->gain[ECC_UP];
    for (size_t u = 0; u < users; u++) {
        double strongest = -1.0;
        for (int n = 0; n < c->aps; n++, gain += subchannels) {
            double sum = 0.0;
            for (size_t m = 0; m < subchannels; m++) {
                sum += (double)gain[m];
            }
            if (sum > strongest) {
                strongest = sum;
                c->ap_of_user[u] = n;
            }
        }
    }
}

/* ---------------------------------------------------------------- a file */

/* Whether an array is there; in a list of instances all have it, or none. */
static bool is_there(const reader *r, const array *a)
{
    char name[ARRAY_NAME];
    return eswi_array_file_has(r->file, full_name(r, a, 0, name));
}

/* How many scenarios the arrays have: the rows of those with more than one, which must be equal. */
static esw_status count_rows(reader *r)
{
    const char *counted = NULL;
    uint64_t rows;
    bool has_rows;
    r->into->scenarios = 1;
    for (int i = 0; i < ARRAYS; i++) {
        if (!ARRAY[i].needed && !is_there(r, &ARRAY[i])) {
            continue;
        }
        const esw_status status = check_shape(r, &ARRAY[i], ARRAY[i].name, &rows, &has_rows);
        if (status != ESW_OK) {
            return status;
        }
        if (rows > 1 && counted && rows != r->into->scenarios) {
            return esw_fail(r->error, ESW_BAD_INPUT, "%s: %s: has %llu scenarios, %s has %llu", r->path,
                            ARRAY[i].name, (unsigned long long)rows, counted,
                            (unsigned long long)r->into->scenarios);
        }
        if (rows > 1) {
            counted = ARRAY[i].name;
            r->into->scenarios = rows;
        }
    }
    r->into->repeats = !counted;
    return ESW_OK;
}

static esw_status count_scenarios(reader *r)
{
    uint64_t rows = 0;
    r->is_list = eswi_array_file_has(r->file, "instances");
    esw_status status;
    if (r->is_list) {
        status = eswi_array_file_each(r->file, "instances", count_name, &rows, r->error);
        if (status == ESW_OK && rows == 0) {
            status = esw_fail(r->error, ESW_BAD_INPUT, "%s: instances: has no scenarios", r->path);
        }
        r->into->scenarios = rows;
    } else {
        status = eswi_array_file_each(r->file, "", check_name, r, r->error);
        if (status == ESW_OK) {
            status = count_rows(r);
        }
    }
    return status;
}

static esw_status read_all(reader *r)
{
    static take_row *const TAKE[ARRAYS] = {
        [GAIN_UP] = take_gains,        [GAIN_DOWN] = take_gains,
        [AP_OF_USER] = take_aps,       [PROFILE_OF_USER] = take_profiles,
        [DISTANCE_M] = take_distances,
    };
    esw_status status = count_scenarios(r);
    if (status == ESW_OK) {
        status = eswi_ecc_channels_allocate(r->into, is_there(r, &ARRAY[PROFILE_OF_USER]),
                                            is_there(r, &ARRAY[DISTANCE_M]), r->error);
    }
    for (int i = 0; i < ARRAYS && status == ESW_OK; i++) {
        if (ARRAY[i].needed || is_there(r, &ARRAY[i])) {
            status = read_array(r, &ARRAY[i], TAKE[i]);
        }
    }
    if (status == ESW_OK && !is_there(r, &ARRAY[AP_OF_USER])) {
        choose_aps(r->into);
    }
    return status;
}

esw_status eswi_ecc_channels_read(const char *path, int n_profiles, eswi_ecc_channels *channels,
                                  esw_error *error)
{
    const char *slash = strrchr(path, '/');
    reader r = {.path = path, .into = channels, .n_profiles = n_profiles, .error = error};
    channels->name = strdup(slash ? slash + 1 : path);
    if (!channels->name) {
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    }
    esw_status status = eswi_array_file_open(path, &r.file, error);
    if (status == ESW_OK) {
        status = read_all(&r);
        eswi_array_file_close(r.file);
    }
    return status;
}

/* results.h5 read back with HDF5 itself. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <hdf5.h>
#include <hdf5_hl.h>

#include "edgesweep/results.h"
#include "edgesweep/run.h"
#include "run_folder.h"
#include "toy_system.h"

static const char text[] = "system: toy\nscenarios: 600\nmethods: [slow, quick, best]\n"
                           "sweep: {users: [1, 7], frames: [4, 6]}\n"
                           "compare: {baseline: slow, optimum: best}\n"
                           "keep: [summary, scenarios, users, series]\n";
enum { POINTS = 4, METHODS = 3, METRICS = TOY_METRICS + 2, SCENARIOS = 600, LONGEST = 6 };

static char *folder;
static esw_results *results;
static hid_t file;

static void set_up(void)
{
    esw_experiment *experiment;
    char path[300];
    toy_use();
    folder = run_folder_make();
    cr_assert_eq(esw_experiment_parse(text, strlen(text), "toy.yaml", ".", NULL, &experiment, NULL), ESW_OK);
    esw_run_options options = {.directory = folder, .threads = 2};
    cr_assert_eq(esw_run(experiment, &options, NULL, NULL), ESW_OK);
    esw_experiment_free(experiment);
    cr_assert_eq(esw_results_open(folder, &results, NULL), ESW_OK);
    snprintf(path, sizeof path, "%s/results.h5", folder);
    file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    cr_assert_geq(file, 0);
}

static void tear_down(void)
{
    H5Fclose(file);
    esw_results_close(results);
    run_folder_remove(folder);
}

TestSuite(engine_hdf5, .init = set_up, .fini = tear_down);

/* A whole dataset of doubles; its number of elements must be as expected. */
static double *read_all(const char *name, size_t elements)
{
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    cr_assert_geq(dataset, 0, "%s", name);
    hid_t space = H5Dget_space(dataset);
    cr_assert_eq((size_t)H5Sget_simple_extent_npoints(space), elements, "%s", name);
    double *values = malloc(elements * sizeof *values);
    cr_assert_geq(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), 0);
    H5Sclose(space);
    H5Dclose(dataset);
    return values;
}

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

Test(engine_hdf5, summary_is_the_summary)
{
    double *mean = read_all("/summary/mean", POINTS * METHODS * METRICS);
    double *high = read_all("/summary/ci95_high", POINTS * METHODS * METRICS);
    double *count = read_all("/summary/count", POINTS * METHODS * METRICS);
    double *quantiles = read_all("/summary/quantiles", POINTS * METHODS * METRICS * ESW_QUANTILES);
    for (size_t i = 0; i < POINTS * METHODS * METRICS; ++i) {
        esw_summary s;
        esw_results_summary(results, i / METRICS / METHODS, i / METRICS % METHODS, i % METRICS, &s);
        cr_assert(same(mean[i], s.mean) && same(high[i], s.ci95_high) && count[i] == (double)s.count);
        for (size_t q = 0; q < ESW_QUANTILES; ++q)
            cr_assert(same(quantiles[i * ESW_QUANTILES + q], s.quantiles[q]));
    }
    free(mean);
    free(high);
    free(count);
    free(quantiles);
}

Test(engine_hdf5, compare_is_the_ratios)
{
    double *value = read_all("/compare/value", POINTS * METHODS * ESW_RATIOS);
    for (size_t i = 0; i < POINTS * METHODS * ESW_RATIOS; ++i) {
        esw_ratio ratio;
        esw_results_ratio(results, i / ESW_RATIOS / METHODS, i / ESW_RATIOS % METHODS,
                          (esw_ratio_kind)(i % ESW_RATIOS), &ratio);
        cr_assert(same(value[i], ratio.value));
    }
    free(value);
}

Test(engine_hdf5, scenarios_are_the_scenarios)
{
    static double column[SCENARIOS];
    double *all = read_all("/scenarios", POINTS * METHODS * SCENARIOS * METRICS);
    for (size_t i = 0; i < POINTS * METHODS * METRICS; ++i) {
        size_t point = i / METRICS / METHODS, method = i / METRICS % METHODS, metric = i % METRICS;
        esw_results_scenarios(results, point, method, metric, 0, SCENARIOS, column, NULL);
        for (size_t s = 0; s < SCENARIOS; ++s)
            cr_assert(same(all[((point * METHODS + method) * SCENARIOS + s) * METRICS + metric], column[s]));
    }
    free(all);
}

Test(engine_hdf5, users_are_kept_per_point)
{
    double *kind = read_all("/users/2/kind", METHODS * SCENARIOS * 7);
    double *few = read_all("/users/0/share", METHODS * SCENARIOS * 1);
    for (size_t method = 0; method < METHODS; ++method)
        for (size_t s = 0; s < SCENARIOS; ++s) {
            for (size_t user = 0; user < 7; ++user)
                cr_assert_eq(kind[(method * SCENARIOS + s) * 7 + user], toy_field(1, s, method, 1, (int)user));
            cr_assert_eq(few[method * SCENARIOS + s], toy_field(1, s, method, 0, 0));
        }
    free(kind);
    free(few);
}

Test(engine_hdf5, every_axis_has_a_dimension_scale)
{
    static const char *const datasets[] = {"/summary/mean", "/summary/quantiles", "/compare/value",
                                           "/scenarios",    "/users/0/share",     "/users/3/kind",
                                           "/series/mean"};
    for (size_t i = 0; i < sizeof datasets / sizeof *datasets; ++i) {
        hid_t dataset = H5Dopen2(file, datasets[i], H5P_DEFAULT);
        hid_t space = H5Dget_space(dataset);
        for (int axis = 0; axis < H5Sget_simple_extent_ndims(space); ++axis)
            cr_assert_eq(H5DSget_num_scales(dataset, (unsigned)axis), 1, "%s, axis %d", datasets[i], axis);
        H5Sclose(space);
        H5Dclose(dataset);
    }
    double *index = read_all("/users/3/index", 7);
    cr_assert(index[0] == 0 && index[6] == 6);
    free(index);
}

Test(engine_hdf5, series_of_different_lengths_are_filled_up)
{
    double *mean = read_all("/series/mean", POINTS * METHODS * LONGEST);
    for (size_t i = 0; i < POINTS * METHODS * LONGEST; ++i) {
        size_t frame = i % LONGEST, method = i / LONGEST % METHODS, point = i / LONGEST / METHODS;
        double sum = 0;
        for (uint64_t s = 0; s < SCENARIOS; ++s)
            sum += toy_series(1, s, method, frame);
        if (point % 2 == 0 && frame >= 4)
            cr_assert(isnan(mean[i]));
        else
            cr_assert_float_eq(mean[i], sum / SCENARIOS, 1e-12 * sum);
    }
    free(mean);
}

Test(engine_hdf5, swept_values_are_numbers_along_the_points)
{
    static const double users[] = {1, 1, 7, 7}, frames[] = {4, 6, 4, 6};
    double *found = read_all("/sweep/users", POINTS);
    cr_assert_eq(memcmp(found, users, sizeof users), 0);
    free(found);
    found = read_all("/sweep/frames", POINTS);
    cr_assert_eq(memcmp(found, frames, sizeof frames), 0);
    free(found);
}

/* Counts the objects that carry a time, which two equal runs would not share. */
static herr_t count_timed(hid_t group, const char *name, const H5O_info_t *info, void *timed)
{
    (void)group;
    (void)name;
    *(int *)timed += info->ctime != 0 || info->mtime != 0;
    return 0;
}

Test(engine_hdf5, nothing_carries_a_time)
{
    int timed = 0;
    cr_assert_geq(H5Ovisit(file, H5_INDEX_NAME, H5_ITER_INC, count_timed, &timed), 0);
    cr_assert_eq(timed, 0);
}

/* The place of a double in a file's bytes. */
static size_t find_value(const char *bytes, size_t length, double value)
{
    for (size_t at = 0; at + sizeof value <= length; ++at)
        if (memcmp(bytes + at, &value, sizeof value) == 0)
            return at;
    return length;
}

Test(engine_hdf5, a_flipped_bit_of_a_number_is_an_error_for_every_reader)
{
    static const struct {
        const char *name;
        size_t elements;
    } datasets[] = {{"/summary/mean", POINTS * METHODS * METRICS},
                    {"/compare/value", POINTS * METHODS * ESW_RATIOS},
                    {"/scenarios", POINTS * METHODS * SCENARIOS * METRICS}};
    size_t length;
    char path[300], *bytes = run_folder_read(folder, "results.h5", &length);
    snprintf(path, sizeof path, "%s/flipped.h5", folder);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    for (size_t d = 0; d < sizeof datasets / sizeof *datasets; ++d) {
        double *values = read_all(datasets[d].name, datasets[d].elements);
        size_t pick = 0;
        while (!isfinite(values[pick]) || values[pick] == rint(values[pick])) /* zeros are everywhere */
            ++pick;
        const size_t at = find_value(bytes, length, values[pick]);
        cr_assert_lt(at, length, "%s", datasets[d].name);
        bytes[at + 3] ^= 16;
        run_folder_write(folder, "flipped.h5", bytes, length);
        bytes[at + 3] ^= 16;
        const hid_t other = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
        cr_assert_geq(other, 0);
        size_t refused = 0;
        for (size_t k = 0; k < sizeof datasets / sizeof *datasets; ++k) {
            double *found = malloc(datasets[k].elements * sizeof *found);
            refused += H5LTread_dataset_double(other, datasets[k].name, found) < 0;
            free(found);
        }
        cr_assert_eq(refused, 1, "%s", datasets[d].name);
        H5Fclose(other);
        free(values);
    }
    free(bytes);
}

/* The cost grid of a method, read back with HDF5 itself. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>
#include <hdf5.h>
#include <hdf5_hl.h>

#include "edgesweep/run.h"
#include "run_folder.h"
#include "toy_system.h"

enum { USERS = 5, POINTS = TOY_SHIFTS * TOY_SIZES };

static char *folder;
static hid_t file;

static void set_up(void)
{
    static const char text[] = "system: toy\nscenarios: 9\nmethods: [best]\nparameters: {users: 5}\n";
    char path[300];
    esw_experiment *experiment;
    toy_use();
    folder = run_folder_make();
    snprintf(path, sizeof path, "%s/grid.h5", folder);
    cr_assert_eq(esw_experiment_parse(text, strlen(text), "toy.yaml", ".", NULL, &experiment, NULL), ESW_OK);
    cr_assert_eq(esw_solve_grid(experiment, 0, 0, 7, NULL, path, NULL, NULL), ESW_OK);
    esw_experiment_free(experiment);
    file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    cr_assert_geq(file, 0);
}

static void tear_down(void)
{
    H5Fclose(file);
    run_folder_remove(folder);
}

TestSuite(engine_grid_hdf5, .init = set_up, .fini = tear_down);

Test(engine_grid_hdf5, every_quantity_is_one_array_over_users_and_axes)
{
    double values[USERS][POINTS];
    for (int q = 0; q < 2; ++q) {
        cr_assert_geq(H5LTread_dataset_double(file, q ? "/cost" : "/wait_s", &values[0][0]), 0);
        for (size_t user = 0; user < USERS; ++user)
            for (size_t i = 0; i < POINTS; ++i) {
                const double expected = toy_grid_value(user, q, i / TOY_SIZES, i % TOY_SIZES);
                cr_assert(values[user][i] == expected || (isnan(expected) && isnan(values[user][i])));
            }
    }
    double base[USERS];
    cr_assert_geq(H5LTread_dataset_double(file, "/base", base), 0);
    cr_assert(base[0] == 10 && base[USERS - 1] == 10 + USERS - 1);
}

Test(engine_grid_hdf5, least_and_chosen_points_are_indices_of_levels)
{
    long long best[USERS][2], chosen[USERS][2];
    cr_assert_geq(H5LTread_dataset(file, "/best", H5T_NATIVE_LLONG, best), 0);
    cr_assert_geq(H5LTread_dataset(file, "/chosen", H5T_NATIVE_LLONG, chosen), 0);
    /* cost = |shift - 0.5| + |size - 2 - user| over shifts 0, 0.5, 2 and sizes 1, 2, 4, 8 */
    static const long long expected[USERS][2] = {{1, 1}, {1, 1}, {1, 2}, {1, 2}, {-1, -1}};
    for (size_t user = 0; user < USERS; ++user) {
        cr_assert(best[user][0] == expected[user][0] && best[user][1] == expected[user][1], "user %zu", user);
        const size_t point = toy_grid_chosen(user);
        cr_assert_eq(chosen[user][0], point == ESW_GRID_NONE ? -1 : (long long)(point / TOY_SIZES));
        cr_assert_eq(chosen[user][1], point == ESW_GRID_NONE ? -1 : (long long)(point % TOY_SIZES));
    }
}

Test(engine_grid_hdf5, axes_are_dimension_scales_with_levels_and_units)
{
    static const char *const scales[] = {"/index", "/shift", "/size"};
    double sizes[TOY_SIZES];
    char unit[16], objective[64];
    cr_assert_geq(H5LTread_dataset_double(file, "/size", sizes), 0);
    cr_assert(sizes[0] == 1 && sizes[3] == 8);
    hid_t cost = H5Dopen2(file, "/cost", H5P_DEFAULT);
    for (unsigned i = 0; i < 3; ++i) {
        hid_t scale = H5Dopen2(file, scales[i], H5P_DEFAULT);
        cr_assert_gt(H5DSis_attached(cost, scale, i), 0, "%s", scales[i]);
        H5Dclose(scale);
    }
    H5Dclose(cost);
    char *text;
    cr_assert_geq(H5LTget_attribute_string(file, "/size", "units", (char *)&text), 0);
    snprintf(unit, sizeof unit, "%s", text);
    H5free_memory(text);
    cr_assert_str_eq(unit, "KiB");
    cr_assert_geq(H5LTget_attribute_string(file, "/", "objective", (char *)&text), 0);
    snprintf(objective, sizeof objective, "%s", text);
    H5free_memory(text);
    cr_assert_str_eq(objective, "cost");
}

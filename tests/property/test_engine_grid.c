/* The cost grid of a method, as JSON and CSV, against the toy system's definition. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "edgesweep/run.h"
#include "run_folder.h"
#include "toy_system.h"

enum { USERS = 5, POINTS = TOY_SHIFTS * TOY_SIZES };

static char *folder;
static esw_experiment *experiment;

static void set_up(void)
{
    static const char text[] = "system: toy\nscenarios: 9\nmethods: [slow, best]\nparameters: {users: 5}\n";
    toy_use();
    folder = run_folder_make();
    cr_assert_eq(esw_experiment_parse(text, strlen(text), "toy.yaml", ".", NULL, &experiment, NULL), ESW_OK);
}

static void tear_down(void)
{
    esw_experiment_free(experiment);
    run_folder_remove(folder);
}

TestSuite(engine_grid, .init = set_up, .fini = tear_down);

static esw_status write_grid(size_t method, const char *name, esw_error *error)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return esw_solve_grid(experiment, 0, method, 7, NULL, path, NULL, error);
}

/* The first of the least costs, by a scan of its own. */
static int least_point(size_t user)
{
    int best = -1;
    for (int i = POINTS - 1; i >= 0; --i) {
        const double value = toy_grid_value(user, 1, (size_t)i / TOY_SIZES, (size_t)i % TOY_SIZES);
        const double least =
            best < 0 ? INFINITY : toy_grid_value(user, 1, (size_t)best / TOY_SIZES, (size_t)best % TOY_SIZES);
        if (isfinite(value) && value <= least)
            best = i;
    }
    return best;
}

static void check_json_point(const json_t *point, size_t user, int expected)
{
    if (expected < 0) {
        cr_assert(json_is_null(point), "user %zu", user);
        return;
    }
    const json_t *at = json_object_get(point, "at");
    cr_assert_eq(json_integer_value(json_array_get(at, 0)) * TOY_SIZES +
                     json_integer_value(json_array_get(at, 1)),
                 expected, "user %zu", user);
    const json_t *cost = json_object_get(point, "cost");
    const double value = toy_grid_value(user, 1, (size_t)expected / TOY_SIZES, (size_t)expected % TOY_SIZES);
    cr_assert(isfinite(value) ? json_number_value(cost) == value : json_is_null(cost));
}

Test(engine_grid, json_holds_every_point_with_the_least_and_the_chosen_one_marked)
{
    size_t length;
    cr_assert_eq(write_grid(1, "grid.json", NULL), ESW_OK);
    char *text = run_folder_read(folder, "grid.json", &length);
    json_t *document = json_loads(text, 0, NULL);
    cr_assert_not_null(document);
    cr_assert_str_eq(json_string_value(json_object_get(document, "method")), "best");
    cr_assert_eq(json_integer_value(json_object_get(document, "scenario")), 7);
    const json_t *axis = json_array_get(json_object_get(document, "axes"), 1);
    cr_assert_str_eq(json_string_value(json_object_get(axis, "name")), "size");
    cr_assert_str_eq(json_string_value(json_object_get(axis, "unit")), "KiB");
    cr_assert_eq(json_number_value(json_array_get(json_object_get(axis, "levels"), 3)), 8);
    const json_t *users = json_object_get(document, "users");
    cr_assert_eq(json_array_size(users), USERS);
    for (size_t user = 0; user < USERS; ++user) {
        const json_t *entry = json_array_get(users, user);
        cr_assert_eq(json_number_value(json_object_get(entry, "base")), 10 + (double)user);
        check_json_point(json_object_get(entry, "best"), user, least_point(user));
        check_json_point(json_object_get(entry, "chosen"), user, user == 2 ? -1 : (int)toy_grid_chosen(user));
        for (size_t i = 0; i < POINTS; ++i)
            for (int q = 0; q < 2; ++q) {
                const json_t *rows = json_object_get(entry, q ? "cost" : "wait_s");
                const json_t *found = json_array_get(json_array_get(rows, i / TOY_SIZES), i % TOY_SIZES);
                const double value = toy_grid_value(user, q, i / TOY_SIZES, i % TOY_SIZES);
                cr_assert(isfinite(value) ? json_number_value(found) == value : json_is_null(found));
            }
    }
    json_decref(document);
    free(text);
}

Test(engine_grid, csv_has_a_row_for_every_point_that_there_is)
{
    static const double shifts[TOY_SHIFTS] = {0, 0.5, 2};
    size_t length, rows = 0;
    cr_assert_eq(write_grid(1, "grid.csv", NULL), ESW_OK);
    char *text = run_folder_read(folder, "grid.csv", &length), *rest = text;
    cr_assert_str_eq(strsep(&rest, "\n"), "index,shift,size,wait_s,cost,base,best,chosen");
    for (size_t user = 0; user < USERS; ++user)
        for (size_t i = 0; i < POINTS; ++i) {
            if (isnan(toy_grid_value(user, 1, i / TOY_SIZES, i % TOY_SIZES)))
                continue;
            size_t index;
            double shift, size, wait, cost, base;
            int best, chosen;
            const char *row = strsep(&rest, "\n");
            cr_assert_eq(sscanf(row, "%zu,%lf,%lf,%lf,%lf,%lf,%d,%d", &index, &shift, &size, &wait, &cost,
                                &base, &best, &chosen),
                         8, "%s", row);
            cr_assert(index == user && shift == shifts[i / TOY_SIZES] && size == 1 << i % TOY_SIZES);
            cr_assert_eq(cost, toy_grid_value(user, 1, i / TOY_SIZES, i % TOY_SIZES));
            cr_assert_eq(wait, toy_grid_value(user, 0, i / TOY_SIZES, i % TOY_SIZES));
            cr_assert(base == 10 + (double)user && best == ((int)i == least_point(user)) &&
                      chosen == (i == toy_grid_chosen(user)));
            rows++;
        }
    cr_assert_eq(rows, 5 * POINTS - 2 * TOY_SIZES);
    cr_assert_str_eq(rest, "");
    free(text);
}

Test(engine_grid, methods_without_a_grid_and_other_names_are_refused_and_leave_nothing)
{
    esw_error error;
    cr_assert_eq(write_grid(0, "grid.json", &error), ESW_BAD_USAGE);
    cr_assert(strstr(error.text, "slow") && strstr(error.text, "best"), "%s", error.text);
    cr_assert_eq(write_grid(1, "grid.txt", &error), ESW_BAD_USAGE);
    cr_assert(strstr(error.text, ".csv"), "%s", error.text);
    cr_assert_eq(write_grid(1, "none/grid.csv", &error), ESW_IO);
    cr_assert(strstr(error.text, "none/grid.csv"), "%s", error.text);
    cr_assert(!run_folder_has(folder, "grid.json") && !run_folder_has(folder, "grid.txt"));
}

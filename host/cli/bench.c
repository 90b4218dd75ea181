/* edgesweep bench: how fast the hot loops are here, beside naive versions of the same work. */
#include "cli.h"
#include "document.h"
#include "table.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "base/fileio.h"

static const char HELP[] =
    "usage: edgesweep bench [--filter TEXT] [--json FILE|-] [--threads N] [--repeats N] [--seconds S]\n"
    "\n"
    "Measures descent iterations, grid points and Li-GD scenarios per second, each beside a plain scalar\n"
    "version of the same work on one thread and, where Python has it, numpy; medians, in one run. `engine` is a\n"
    "whole run of many small scenarios (into TMPDIR, else /tmp) beside its solver alone.\n"
    "\n"
    "  --filter TEXT            only the cases with TEXT in their name\n"
    "  --json FILE|-            the figures as JSON too\n"
    "  --threads N              threads of the fast versions [all usable cores]\n"
    "  --repeats N              measurements per figure [5]\n"
    "  --seconds S              length of one measurement [0.5]\n"
    "  -h, --help               this text\n"
    "\n"
    "example: edgesweep bench --filter descent\n";

enum { OPT_FILTER = CLI_OPT_FIRST_OWN, OPT_JSON, OPT_REPEATS, OPT_SECONDS };

static const struct option OPTIONS[] = {
    {"help", no_argument, NULL, 'h'},
    {"filter", required_argument, NULL, OPT_FILTER},
    {"json", required_argument, NULL, OPT_JSON},
    {"threads", required_argument, NULL, CLI_OPT_THREADS},
    {"repeats", required_argument, NULL, OPT_REPEATS},
    {"seconds", required_argument, NULL, OPT_SECONDS},
    {0},
};

static int usable_cores(void)
{
    cpu_set_t usable;
    return sched_getaffinity(0, sizeof usable, &usable) == 0 ? CPU_COUNT(&usable) : 1;
}

static bool take_option(int option, esw_bench_options *options, const char **json_path)
{
    uint64_t number;
    switch (option) {
    case OPT_FILTER:
        options->filter = optarg;
        return true;
    case OPT_JSON:
        *json_path = optarg;
        return true;
    case OPT_SECONDS:
        return cli_parse_seconds("--seconds", optarg, &options->seconds);
    case OPT_REPEATS:
        if (!cli_parse_integer("--repeats", optarg, 1, 101, &number))
            return false;
        options->repeats = (int)number;
        return true;
    default:
        if (!cli_parse_integer("--threads", optarg, 1, 4096, &number))
            return false;
        options->threads = (int)number;
        return true;
    }
}

static void print_case(cli_table *table, const json_t *result)
{
    size_t index;
    json_t *entry;
    cli_table_add(table, "%s: %s", json_string_value(json_object_get(result, "name")),
                  json_string_value(json_object_get(result, "unit")));
    cli_table_add(table, "%.4g", json_number_value(json_object_get(result, "value")));
    cli_table_add(table, "%s", "");
    json_array_foreach(json_object_get(result, "rivals"), index, entry) {
        cli_table_add(table, "  beside %s", json_string_value(json_object_get(entry, "name")));
        cli_table_add(table, "%.4g", json_number_value(json_object_get(entry, "value")));
        cli_table_add(table, "%.3gx", json_number_value(json_object_get(entry, "ratio")));
    }
    json_array_foreach(json_object_get(result, "left_out"), index, entry) {
        cli_table_add(table, "  left out: %s", json_string_value(entry));
        cli_table_add(table, "%s", "");
        cli_table_add(table, "%s", "");
    }
}

static int print_report(const json_t *report)
{
    cli_table table = {.columns = 3};
    size_t index;
    json_t *result;
    printf("%s, %d threads, median of %d; peak %.0f GFLOP/s of float multiply-adds\n\n",
           json_string_value(json_object_get(report, "isa")),
           (int)json_integer_value(json_object_get(report, "threads")),
           (int)json_integer_value(json_object_get(report, "repeats")),
           json_number_value(json_object_get(report, "fma_peak_gflops")));
    cli_table_add(&table, "%s", "case");
    cli_table_add(&table, "%s", "value");
    cli_table_add(&table, "%s", "ratio");
    json_array_foreach(json_object_get(report, "cases"), index, result)
        print_case(&table, result);
    return cli_table_print(&table, 0) ? 0 : cli_fail(ESW_NO_MEMORY, "out of memory");
}

static int run_bench(int argc, char **argv)
{
    esw_bench_options options = {.threads = usable_cores(), .repeats = 5, .seconds = 0.5};
    const char *json_path = NULL;
    int option;
    while ((option = cli_next_option(&cli_bench, argc, argv, "h", OPTIONS)) >= 0)
        if (!take_option(option, &options, &json_path))
            return esw_status_exit_code(ESW_BAD_USAGE);
    if (option != CLI_OPTIONS_DONE)
        return cli_option_exit_code(option);
    if (!cli_positionals(&cli_bench, argc, argv, 0, ""))
        return esw_status_exit_code(ESW_BAD_USAGE);

    const bool to_stdout = json_path && strcmp(json_path, "-") == 0;
    json_t *report = NULL;
    esw_error error = {{0}};
    esw_status status = json_path && !to_stdout ? eswi_file_check_replaceable(json_path, &error) : ESW_OK;
    if (status == ESW_OK)
        status = esw_bench(&options, &report, &error);
    if (status != ESW_OK)
        return cli_fail(status, "%s", error.text);
    int code = to_stdout ? 0 : print_report(report); /* first: a file that fails now must not take the figures along */
    if (json_path)
        status = cli_document_write(report, json_path, &error);
    if (status != ESW_OK)
        code = cli_fail(status, "%s", error.text);
    json_decref(report);
    return code;
}

const cli_command cli_bench = {"bench", "measures the speed of the hot loops beside plain versions", HELP,
                               run_bench};

/* edgesweep compare: what differs between two runs. */
#include "cli.h"
#include "table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "edgesweep/compare.h"

static const char HELP[] =
    "usage: edgesweep compare DIR DIR [OPTIONS]\n"
    "\n"
    "Prints what differs in the setup of two runs of one system (A and B), and per sweep point and method the\n"
    "difference B - A of the means with its 95 % interval. Runs of one seed that keep scenarios are paired\n"
    "scenario by scenario. A star marks differences whose interval leaves out 0.\n"
    "\n"
    "      --metrics A,B        these metrics instead of the main ones, or `all`\n"
    "      --json               everything as JSON\n"
    "  -h, --help               this text\n"
    "\n"
    "example: edgesweep compare runs/users runs/users-oma\n";

enum { OPT_METRICS = CLI_OPT_FIRST_OWN, OPT_JSON };

static const struct option OPTIONS[] = {
    {"metrics", required_argument, NULL, OPT_METRICS},
    {"json", no_argument, NULL, OPT_JSON},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "-";
}

static double number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* ---------------------------------------------------------------- which metrics */

/* Whether `name` stands in the list "a,b,c". */
static bool is_listed(const char *list, const char *name)
{
    const size_t length = strlen(name);
    for (const char *at = list; *at; at += strcspn(at, ","), at += *at == ',')
        if (strcspn(at, ",") == length && strncmp(at, name, length) == 0)
            return true;
    return false;
}

static bool is_shown(const json_t *metrics, const char *name, const char *wanted)
{
    const json_t *metric;
    size_t i;
    if (wanted)
        return strcmp(wanted, "all") == 0 || is_listed(wanted, name);
    json_array_foreach(metrics, i, metric)
        if (strcmp(text_of(metric, "name"), name) == 0)
            return !json_is_true(json_object_get(metric, "diagnostic"));
    return false;
}

/* A line on stderr and false when a listed metric is not there. */
static bool check_metrics(const json_t *metrics, const char *wanted)
{
    const json_t *metric;
    size_t i;
    for (const char *at = wanted; at && *at && strcmp(wanted, "all") != 0;) {
        const size_t length = strcspn(at, ",");
        bool known = false;
        json_array_foreach(metrics, i, metric) {
            const char *name = text_of(metric, "name");
            known = known || (strlen(name) == length && strncmp(name, at, length) == 0);
        }
        if (!known) {
            cli_fail(ESW_BAD_USAGE,
                     "--metrics: the runs have no metric %.*s; `edgesweep list metrics` lists them",
                     (int)length, at);
            return false;
        }
        at += length + (at[length] == ',');
    }
    return true;
}

/* ---------------------------------------------------------------- output */

static bool print_setup(const json_t *report)
{
    const json_t *setup = json_object_get(report, "setup"), *item;
    size_t i;
    if (json_array_size(setup) == 0) {
        printf("The setups are equal.\n");
        return true;
    }
    cli_table table = {.columns = 3};
    cli_table_add(&table, "setup");
    cli_table_add(&table, "A");
    cli_table_add(&table, "B");
    json_array_foreach(setup, i, item) {
        cli_table_add(&table, "%s", text_of(item, "what"));
        cli_table_add(&table, "%s", text_of(item, "a"));
        cli_table_add(&table, "%s", text_of(item, "b"));
    }
    return cli_table_print(&table, 0);
}

static void print_only(const json_t *report, const char *key, const char *run)
{
    const json_t *item;
    size_t i;
    json_array_foreach(json_object_get(report, key), i, item) {
        if (i == 0)
            printf("\nonly in %s: ", run);
        printf("%s%s", i == 0 ? "" : "; ", json_string_value(item)); /* a point's name may have commas */
    }
    if (i > 0)
        putchar('\n');
}

static void add_row(cli_table *table, const json_t *row)
{
    char text[ESWI_INTERVAL_TEXT];
    const double difference = number_of(row, "difference"), low = number_of(row, "low"),
                 high = number_of(row, "high");
    const double relative = number_of(row, "relative");
    cli_table_add(table, "%s", text_of(row, "method"));
    cli_table_add(table, "%s", text_of(row, "metric"));
    cli_table_add(table, "%.5g", number_of(row, "a"));
    cli_table_add(table, "%.5g", number_of(row, "b"));
    if (difference == 0 && low == 0 && high == 0)
        cli_table_add(table, "same");
    else
        cli_table_add(table, "%s%s", eswi_format_interval(difference, low, high, text),
                      low > 0 || high < 0 ? " *" : "  ");
    if (isfinite(relative) && difference != 0)
        cli_table_add(table, "%+.3g %%", 100 * relative);
    else
        cli_table_add(table, "%s", "");
}

static bool print_rows(const json_t *report, const char *wanted)
{
    const json_t *rows = json_object_get(report, "rows"), *metrics = json_object_get(report, "metrics"), *row;
    static const char *const head[] = {"method", "metric", "A", "B", "B - A  ", "relative"};
    cli_table table = {.columns = 6};
    const char *point = NULL;
    bool good = true;
    size_t i;
    json_array_foreach(rows, i, row) {
        if (!is_shown(metrics, text_of(row, "metric"), wanted))
            continue;
        if (!point || strcmp(point, text_of(row, "point")) != 0) {
            good = good && (!point || cli_table_print(&table, 2));
            point = text_of(row, "point");
            printf("\n%s%s", point, *point ? "\n" : "");
            table = (cli_table){.columns = 6};
            for (size_t k = 0; k < 6; k++)
                cli_table_add(&table, "%s", head[k]);
        }
        add_row(&table, row);
    }
    return good && (!point || cli_table_print(&table, 2));
}

static int print_report(const json_t *report, const char *wanted)
{
    if (!check_metrics(json_object_get(report, "metrics"), wanted))
        return esw_status_exit_code(ESW_BAD_USAGE);
    if (!print_setup(report))
        return cli_fail(ESW_NO_MEMORY, "out of memory");
    print_only(report, "only_a", "A");
    print_only(report, "only_b", "B");
    if (json_array_size(json_object_get(report, "rows")) == 0) {
        printf("\nThere is nothing to compare: %s.\n", text_of(report, "why"));
        return 0;
    }
    if (json_is_true(json_object_get(report, "paired")))
        printf("\nDifferences are paired scenario by scenario; intervals are 95 %%.\n");
    else
        printf("\nDifferences are not paired: %s; intervals are Welch's, 95 %%.\n", text_of(report, "why"));
    return print_rows(report, wanted) ? 0 : cli_fail(ESW_NO_MEMORY, "out of memory");
}

static int run_compare(int argc, char **argv)
{
    const char *metrics = NULL;
    bool as_json = false;
    int option, code = 0;
    while ((option = cli_next_option(&cli_compare, argc, argv, "h", OPTIONS)) >= 0) {
        if (option == OPT_METRICS)
            metrics = optarg;
        else
            as_json = true;
    }
    if (option != CLI_OPTIONS_DONE)
        return cli_option_exit_code(option);
    if (!cli_positionals(&cli_compare, argc, argv, 2, "DIR DIR"))
        return esw_status_exit_code(ESW_BAD_USAGE);
    json_t *report = NULL;
    esw_error error = {0};
    esw_status status = esw_compare(argv[optind], argv[optind + 1], &report, &error);
    if (status != ESW_OK)
        code = cli_fail(status, "%s", error.text);
    else if (as_json)
        json_dumpf(report, stdout, JSON_INDENT(2));
    else
        code = print_report(report, metrics);
    if (as_json && status == ESW_OK)
        putchar('\n');
    json_decref(report);
    return code;
}

const cli_command cli_compare = {"compare", "says what differs between two runs", HELP, run_compare};

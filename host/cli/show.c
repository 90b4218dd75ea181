/* edgesweep show: the results of a run as tables a person can read. */
#include "cli.h"
#include "codes.h"
#include "gaps.h"
#include "histogram.h"
#include "table.h"
#include "visible.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const char HELP[] =
    "usage: edgesweep show DIR [OPTIONS]\n"
    "\n"
    "Prints, for every sweep point, a row per method: means over the scenarios with the half width of\n"
    "their 95 % interval and, where the experiment asked to compare, speed-up and energy ratio over the\n"
    "baseline (ratios of means, above 1 is better), then the distribution of the gaps to the optimum, if the\n"
    "experiment names one. Runs that keep users also show how often each value\n"
    "of an integral column (the split) occurs.\n"
    "\n"
    "      --metrics A,B        these metrics instead of the main ones, or `all`\n"
    "      --field NAME         the per-user column to count, or `none` (default: the first integral one)\n"
    "      --plot METRIC        also a metric or ratio (speed_up) over the sweep as a plot in the terminal; needs\n"
    "                           gnuplot and a sweep over numbers\n"
    "  -h, --help               this text\n"
    "\n"
    "example: edgesweep show runs/users --metrics latency_s,iterations\n";

enum { OPT_METRICS = CLI_OPT_FIRST_OWN, OPT_FIELD, OPT_PLOT };

static const struct option OPTIONS[] = {
    {"metrics", required_argument, NULL, OPT_METRICS},
    {"field", required_argument, NULL, OPT_FIELD},
    {"plot", required_argument, NULL, OPT_PLOT},
    {"help", no_argument, NULL, 'h'},
    {0},
};

typedef struct view {
    const esw_results *results;
    const esw_experiment *experiment;
    bool *shown; /* [metric] */
    bool ratio[ESW_RATIOS];
} view;

/* ---------------------------------------------------------------- which columns */

/* Marks the metrics named in `list`; false after a line on stderr. */
static bool choose_named(view *v, const char *list)
{
    char *names = strdup(list), *rest = names, known[512] = "";
    const size_t count = esw_results_metric_count(v->results);
    bool good = names != NULL;
    if (!good)
        cli_fail(ESW_NO_MEMORY, "out of memory");
    for (char *name; good && (name = strsep(&rest, ","));) {
        size_t i = 0;
        name = eswi_trim(name);
        while (i < count && strcmp(esw_results_metric(v->results, i)->name, name) != 0)
            i++;
        good = i < count;
        if (good)
            v->shown[i] = true;
        for (size_t k = 0; k < count && !good; k++)
            eswi_list_append(known, sizeof known, esw_results_metric(v->results, k)->name);
        if (!good)
            cli_fail(ESW_BAD_USAGE, "--metrics: the run has no metric '%.60s'; it has %s", name, known);
    }
    free(names);
    return good;
}

static bool choose_metrics(view *v, const char *wanted)
{
    if (wanted && strcmp(wanted, "all") != 0)
        return choose_named(v, wanted);
    for (size_t i = 0; i < esw_results_metric_count(v->results); i++)
        v->shown[i] = wanted || !(esw_results_metric(v->results, i)->flags & ESW_METRIC_DIAGNOSTIC);
    return true;
}

/* A ratio is shown when the run compares and any method of any point has one. */
static void choose_ratios(view *v)
{
    size_t points = esw_experiment_point_count(v->experiment);
    size_t methods = esw_experiment_method_count(v->experiment);
    for (int kind = 0; kind < ESW_RATIOS; kind++)
        for (size_t i = 0; i < points * methods && !v->ratio[kind]; i++) {
            esw_ratio ratio;
            esw_results_ratio(v->results, i / methods, i % methods, (esw_ratio_kind)kind, &ratio);
            v->ratio[kind] = ratio.count > 0;
        }
}

/* ---------------------------------------------------------------- cells */

static void add_interval(cli_table *table, double value, double low, double high)
{
    char text[ESWI_INTERVAL_TEXT];
    cli_table_add(table, "%s", eswi_format_interval(value, low, high, text));
}

/* Codes have no mean: they are counted below the table. */
static bool is_column(const view *v, size_t metric)
{
    return v->shown[metric] && !esw_results_codes(v->results, metric);
}

static void add_header(cli_table *table, const view *v)
{
    cli_table_add(table, "method");
    for (size_t i = 0; i < esw_results_metric_count(v->results); i++)
        if (is_column(v, i))
            cli_table_add(table, "%s", esw_results_metric(v->results, i)->name);
    for (int kind = 0; kind < ESW_RATIOS; kind++)
        if (v->ratio[kind])
            cli_table_add(table, "%s", esw_ratio_name((esw_ratio_kind)kind));
    cli_table_add(table, "scenarios");
    table->columns = table->count;
}

static void add_row(cli_table *table, const view *v, size_t point, size_t method)
{
    cli_table_add(table, "%s", esw_experiment_method_label(v->experiment, method));
    for (size_t i = 0; i < esw_results_metric_count(v->results); i++) {
        if (!is_column(v, i))
            continue;
        esw_summary summary;
        esw_results_summary(v->results, point, method, i, &summary);
        add_interval(table, summary.mean, summary.ci95_low, summary.ci95_high);
    }
    for (int kind = 0; kind < ESW_RATIOS; kind++) {
        if (!v->ratio[kind])
            continue;
        esw_ratio ratio;
        esw_results_ratio(v->results, point, method, (esw_ratio_kind)kind, &ratio);
        add_interval(table, ratio.value, ratio.ci95_low, ratio.ci95_high);
    }
    cli_table_add(table, "%" PRIu64, esw_results_done(v->results, point, method));
}

/* ---------------------------------------------------------------- output */

static void print_title(const view *v)
{
    const esw_system *system = esw_experiment_system(v->experiment);
    cli_print_visible(esw_experiment_name(v->experiment));
    printf(": %s, seed %" PRIu64, system->title, esw_experiment_seed(v->experiment));
    size_t baseline = esw_experiment_baseline(v->experiment);
    if (baseline != ESW_NONE)
        printf(", ratios over %s", esw_experiment_method_label(v->experiment, baseline));
    printf("\n");
}

static void print_point_title(const view *v, size_t point)
{
    size_t keys = esw_experiment_sweep_key_count(v->experiment);
    putchar('\n');
    for (size_t key = 0; key < keys; key++) {
        const char *unit = esw_experiment_sweep_unit(v->experiment, key);
        bool has_unit = unit && strcmp(unit, "1") != 0;
        printf("%s%s = ", key > 0 ? ", " : "", esw_experiment_sweep_key(v->experiment, key));
        cli_print_visible(esw_experiment_sweep_text(v->experiment, point, key));
        printf("%s%s", has_unit ? " " : "", has_unit ? unit : "");
    }
    if (keys > 0)
        putchar('\n');
}

static esw_status print_results(const view *v, size_t field, esw_error *error)
{
    print_title(v);
    for (size_t point = 0; point < esw_experiment_point_count(v->experiment); point++) {
        print_point_title(v, point);
        cli_table table = {0};
        add_header(&table, v);
        for (size_t method = 0; method < esw_experiment_method_count(v->experiment); method++)
            add_row(&table, v, point, method);
        if (!cli_table_print(&table, 2))
            return esw_fail(error, ESW_NO_MEMORY, "out of memory");
        esw_status status = cli_gaps_print(v->results, point, error);
        if (status == ESW_OK)
            status = cli_codes_print(v->results, point, v->shown, error);
        if (status == ESW_OK && field != ESW_NONE)
            status = cli_histogram_print(v->results, point, field, error);
        if (status != ESW_OK)
            return status;
    }
    return ESW_OK;
}

/* The field to count: the one named, else the first integral one; ESW_NONE for none. */
static esw_status choose_field(const esw_experiment *experiment, const char *wanted, size_t *field,
                               esw_error *error)
{
    const esw_system *system = esw_experiment_system(experiment);
    *field = ESW_NONE;
    if (!(esw_experiment_keep(experiment) & ESW_KEEP_ENTITIES))
        return wanted && strcmp(wanted, "none") != 0
                   ? esw_fail(error, ESW_BAD_USAGE, "--field: the run kept no %s (`keep: [%s]`)",
                              system->entity, system->entity)
                   : ESW_OK;
    if (wanted && strcmp(wanted, "none") == 0)
        return ESW_OK;
    for (size_t i = 0; i < system->n_fields && *field == ESW_NONE; i++)
        if (system->fields[i].integral && (!wanted || strcmp(system->fields[i].name, wanted) == 0))
            *field = i;
    char known[512] = "";
    for (size_t i = 0; i < system->n_fields; i++)
        if (system->fields[i].integral)
            eswi_list_append(known, sizeof known, system->fields[i].name);
    if (wanted && *field == ESW_NONE)
        return esw_fail(error, ESW_BAD_USAGE, "--field: %s has no integral column '%.60s'; it has %s", system->name,
                        wanted, known);
    return ESW_OK;
}

/* What was asked for; NULL where nothing was. */
typedef struct wishes {
    const char *metrics, *field, *plot;
} wishes;

enum { PLOT_COLUMNS = 100, PLOT_ROWS = 28 };

/* The tables and, where one is asked for, the plot, which is drawn first: a wrong name is not hidden behind tables. */
static esw_status print_all(const view *v, const wishes *wanted, esw_error *error)
{
    size_t field;
    char *plot = NULL;
    esw_status status = choose_field(v->experiment, wanted->field, &field, error);
    esw_status drawn = ESW_OK;
    if (status == ESW_OK && wanted->plot)
        drawn = esw_report_plot_text(v->results, wanted->plot, PLOT_COLUMNS, PLOT_ROWS, &plot, error);
    if (status == ESW_OK && drawn == ESW_BAD_USAGE)
        return drawn;
    if (status == ESW_OK)
        status = print_results(v, field, drawn == ESW_OK ? error : NULL);
    if (status == ESW_OK && plot)
        fputs(plot, stdout);
    free(plot);
    return drawn == ESW_OK ? status : drawn;
}

static int show(const char *directory, const wishes *wanted)
{
    esw_results *results = NULL;
    esw_error error = {0};
    esw_status status = esw_results_open(directory, &results, &error);
    if (status != ESW_OK)
        return cli_fail(status, "%s", error.text);

    view v = {.results = results, .experiment = esw_results_experiment(results)};
    v.shown = calloc(esw_results_metric_count(results), sizeof *v.shown);
    int code;
    if (!v.shown) {
        code = cli_fail(ESW_NO_MEMORY, "out of memory");
    } else if (!choose_metrics(&v, wanted->metrics)) {
        code = esw_status_exit_code(ESW_BAD_USAGE);
    } else {
        choose_ratios(&v);
        status = print_all(&v, wanted, &error);
        code = status == ESW_OK ? 0 : cli_fail(status, "%s", error.text);
        if (*esw_results_warning(results))
            fprintf(stderr, "edgesweep: note: %s\n", esw_results_warning(results));
    }
    free(v.shown);
    esw_results_close(results);
    return code;
}

static int run_show(int argc, char **argv)
{
    wishes wanted = {0};
    int option;
    while ((option = cli_next_option(&cli_show, argc, argv, "h", OPTIONS)) >= 0)
        *(option == OPT_METRICS ? &wanted.metrics
          : option == OPT_FIELD ? &wanted.field
                                : &wanted.plot) = optarg;
    if (option != CLI_OPTIONS_DONE)
        return cli_option_exit_code(option);
    if (!cli_positionals(&cli_show, argc, argv, 1, "DIR"))
        return esw_status_exit_code(ESW_BAD_USAGE);
    return show(argv[optind], &wanted);
}

const cli_command cli_show = {"show", "prints the results of a run as tables", HELP, run_show};

/* edgesweep reproduce: the figures of papers, each with its experiment, plot and claims. */
#include "cli.h"
#include "command_line.h"
#include "interrupt.h"
#include "progress.h"
#include "report.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fileio.h"
#include "base/text.h"

static const char HELP[] =
    "usage: edgesweep reproduce [NAME] [-o DIR] [--quick] [OPTIONS]\n"
    "\n"
    "Runs the experiment behind a figure of a paper, draws it, and checks each claim that the paper makes about\n"
    "it: reproduced, not reproduced, or undetermined, with the value and its 95 % interval. NAME is a figure, the\n"
    "beginning of several (ecc: all of ecc-...) or the path of a figure file (docs/figures.md). Without NAME it\n"
    "lists the figures; with -o or --quick and no NAME it runs them all. Figures of one experiment share its run,\n"
    "and a run that is there already is gone on with.\n"
    "\n"
    "  -o, --output DIR         the runs, report.html and its figures (default: runs/reproduce-NAME)\n"
    "      --quick              fewer scenarios, as each figure says: minutes instead of hours\n"
    "      --scenarios N        scenarios per point, instead of what the experiment says\n"
    "      --backend NAME       auto (default) or one of `edgesweep list backends`; no result changes\n"
    "      --threads N          worker threads (default: one per usable core); no result changes\n"
    "  -q, --quiet              no progress\n"
    "  -h, --help               this text\n"
    "\n"
    "Exit code 1 says that at least one claim is not reproduced.\n"
    "\n"
    "example: edgesweep reproduce ecc-fig6 --quick -o runs/fig6\n";

enum { OPT_QUICK = CLI_OPT_FIRST_OWN };

static const struct option OPTIONS[] = {
    {"output", required_argument, NULL, 'o'},
    {"quick", no_argument, NULL, OPT_QUICK},
    {"scenarios", required_argument, NULL, CLI_OPT_SCENARIOS},
    {"backend", required_argument, NULL, CLI_OPT_BACKEND},
    {"threads", required_argument, NULL, CLI_OPT_THREADS},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

typedef struct arguments {
    const char *name;
    char *directory;
    uint64_t scenarios;
    bool quick, quiet;
    esw_run_options run;
} arguments;

/* Figures of one experiment, and its run. */
typedef struct group {
    const esw_figure **figures;
    size_t n;
    char *directory;
    esw_results *results;
} group;

typedef struct plan {
    esw_figure **figures; /* chosen, in order */
    size_t n_figures;
    group *groups;
    size_t n_groups;
} plan;

/* ---------------------------------------------------------------- choosing figures */

static bool is_path(const char *name)
{
    return strchr(name, '/') || strstr(name, ".yaml");
}

/* "ecc" chooses ecc-fig2, ecc-fig3, ... */
static bool is_chosen(const char *figure, const char *name)
{
    const size_t length = name ? strlen(name) : 0;
    return !name || (strncmp(figure, name, length) == 0 && (figure[length] == '\0' || figure[length] == '-'));
}

static esw_status add_figure(plan *p, const char *path, const char *name, esw_error *error)
{
    esw_figure **more = realloc(p->figures, (p->n_figures + 1) * sizeof *more);
    if (!more)
        return esw_fail(error, ESW_NO_MEMORY, "out of memory");
    p->figures = more;
    esw_status status = esw_figure_load(path, &more[p->n_figures], error);
    if (status != ESW_OK)
        return status;
    if (is_chosen(esw_figure_name(more[p->n_figures]), name))
        p->n_figures++;
    else
        esw_figure_free(more[p->n_figures]);
    return ESW_OK;
}

static esw_status choose(plan *p, const char *name, esw_error *error)
{
    char **paths;
    size_t count;
    if (name && is_path(name))
        return add_figure(p, name, NULL, error);
    esw_status status = esw_figures_find(&paths, &count, error);
    if (status != ESW_OK)
        return status;
    for (size_t i = 0; i < count; i++) {
        if (status == ESW_OK)
            status = add_figure(p, paths[i], name, error);
        free(paths[i]);
    }
    free(paths);
    if (status == ESW_OK && p->n_figures == 0)
        status = esw_fail(error, ESW_BAD_USAGE, "no figure %s; `edgesweep reproduce` lists them", name);
    return status;
}

static void print_list(const plan *p)
{
    size_t width = 0;
    for (size_t i = 0; i < p->n_figures; i++) {
        const size_t length = strlen(esw_figure_name(p->figures[i]));
        width = length > width ? length : width;
    }
    for (size_t i = 0; i < p->n_figures; i++)
        printf("%-*s  %2zu claims  %s\n", (int)width, esw_figure_name(p->figures[i]),
               esw_figure_claim_count(p->figures[i]), esw_figure_title(p->figures[i]));
}

/* ---------------------------------------------------------------- running */

static void plan_free(plan *p)
{
    for (size_t i = 0; i < p->n_groups; i++) {
        free(p->groups[i].figures);
        free(p->groups[i].directory);
        esw_results_close(p->groups[i].results);
    }
    free(p->groups);
    for (size_t i = 0; i < p->n_figures; i++)
        esw_figure_free(p->figures[i]);
    free(p->figures);
}

/* "DIR/ecc-density" for ".../experiments/ecc-density.yaml". */
static char *run_directory(const char *directory, const char *experiment)
{
    const char *slash = strrchr(experiment, '/');
    const char *base = slash ? slash + 1 : experiment;
    const char *dot = strrchr(base, '.');
    return eswi_format("%s/%.*s", directory, dot ? (int)(dot - base) : (int)strlen(base), base);
}

static esw_status group_figures(plan *p, const char *directory, esw_error *error)
{
    p->groups = calloc(p->n_figures + 1, sizeof *p->groups);
    if (!p->groups)
        return esw_fail(error, ESW_NO_MEMORY, "out of memory");
    for (size_t i = 0; i < p->n_figures; i++) {
        const char *experiment = esw_figure_experiment(p->figures[i]);
        size_t k = 0;
        while (k < p->n_groups && strcmp(esw_figure_experiment(p->groups[k].figures[0]), experiment) != 0)
            k++;
        group *g = &p->groups[k];
        if (k == p->n_groups) {
            p->n_groups++;
            g->figures = calloc(p->n_figures, sizeof *g->figures);
            g->directory = run_directory(directory, experiment);
            if (!g->figures || !g->directory)
                return esw_fail(error, ESW_NO_MEMORY, "out of memory");
        }
        g->figures[g->n++] = p->figures[i];
    }
    return ESW_OK;
}

/* Scenarios per point of a group: 0 is what its experiment says. */
static uint64_t scenarios_of(const arguments *args, const group *g)
{
    uint64_t scenarios = args->scenarios;
    for (size_t i = 0; i < g->n && args->quick && args->scenarios == 0; i++) {
        const uint64_t wanted = esw_figure_quick_scenarios(g->figures[i]);
        scenarios = wanted > scenarios ? wanted : scenarios;
    }
    return scenarios;
}

static esw_status run_group(const arguments *args, group *g, esw_error *error)
{
    esw_experiment *experiment = NULL;
    const esw_overrides overrides = {.scenarios = scenarios_of(args, g)};
    esw_run_options options = args->run;
    cli_progress progress;
    esw_status status =
        esw_experiment_load(esw_figure_experiment(g->figures[0]), &overrides, &experiment, error);
    if (status != ESW_OK)
        return status;
    cli_progress_begin(&progress);
    options.directory = g->directory;
    options.resume = true; /* figures asked for again, or with more scenarios, go on with what is there */
    if (!args->quiet) {
        fprintf(stderr, "%s: %zu points x %zu methods x %" PRIu64 " scenarios\n",
                esw_experiment_name(experiment), esw_experiment_point_count(experiment),
                esw_experiment_method_count(experiment), esw_experiment_scenarios(experiment));
        options.progress = cli_progress_show;
        options.context = &progress;
    }
    status = esw_run(experiment, &options, NULL, error);
    cli_progress_end(&progress);
    esw_experiment_free(experiment);
    return status != ESW_OK ? status : esw_results_open(g->directory, &g->results, error);
}

/* ---------------------------------------------------------------- verdicts */

static void print_claim(const esw_claim_check *check)
{
    char value[96];
    if (isfinite(check->low) && isfinite(check->high))
        snprintf(value, sizeof value, "%.4g [%.4g, %.4g]", check->value, check->low, check->high);
    else
        snprintf(value, sizeof value, "%.4g, no interval", check->value);
    printf("  %-14s  %-36s  %s\n", esw_claim_verdict_text(check->verdict), value, check->claim);
}

static esw_status print_verdicts(const esw_figure *figure, const esw_results *results, esw_error *error)
{
    const size_t n = esw_figure_claim_count(figure);
    esw_claim_check *checks = calloc(n + 1, sizeof *checks);
    if (!checks)
        return esw_fail(error, ESW_NO_MEMORY, "out of memory");
    esw_status status = esw_figure_check(figure, results, checks, error);
    if (status == ESW_OK)
        printf("\n%s: %s\n", esw_figure_name(figure), esw_figure_title(figure));
    for (size_t k = 0; k < n && status == ESW_OK; k++)
        print_claim(&checks[k]);
    free(checks);
    return status;
}

/* The run behind a figure. */
static const group *group_of(const plan *p, const esw_figure *figure)
{
    const group *g = p->groups;
    while (strcmp(esw_figure_experiment(g->figures[0]), esw_figure_experiment(figure)) != 0)
        g++;
    return g;
}

static esw_status write_report(const plan *p, const arguments *args, esw_report_summary *summary,
                               esw_error *error)
{
    esw_report_part *parts = calloc(p->n_figures + 1, sizeof *parts);
    char *path = eswi_path_join(args->directory, "report.html");
    char *title = p->n_figures == 1 ? strdup(esw_figure_title(p->figures[0]))
                                    : eswi_format("Figures of papers%s%s", args->name ? ": " : "",
                                                  args->name ? args->name : "");
    esw_status status = parts && path && title ? ESW_OK : esw_fail(error, ESW_NO_MEMORY, "out of memory");
    for (size_t i = 0; i < p->n_figures && parts; i++) {
        const group *g = group_of(p, p->figures[i]);
        esw_results_stop_at(g->results, args->run.stop);
        parts[i] = (esw_report_part){g->directory, g->results, (const esw_figure *const *)&p->figures[i], 1};
    }
    if (status == ESW_OK)
        status = esw_report_write(title, parts, p->n_figures, path, summary, error);
    if (status == ESW_OK) {
        printf("\n%zu reproduced, %zu not reproduced, %zu undetermined\n", summary->verdicts[ESW_REPRODUCED],
               summary->verdicts[ESW_NOT_REPRODUCED], summary->verdicts[ESW_UNDETERMINED]);
        cli_report_print_notes(summary, path);
    }
    free(title);
    free(path);
    free(parts);
    return status;
}

static int reproduce(arguments *args, plan *p)
{
    esw_error error = {0};
    esw_report_summary summary = {0};
    args->run.stop = cli_catch_interrupts(CLI_FINISHING_BLOCKS);
    esw_status status = group_figures(p, args->directory, &error);
    for (size_t i = 0; i < p->n_groups && status == ESW_OK; i++)
        status = run_group(args, &p->groups[i], &error);
    for (size_t i = 0; i < p->n_figures && status == ESW_OK; i++)
        status = print_verdicts(p->figures[i], group_of(p, p->figures[i])->results, &error);
    if (status == ESW_OK)
        status = write_report(p, args, &summary, &error);
    if (status == ESW_INTERRUPTED)
        return cli_fail(status, "interrupted: what is done is kept in %s; the same command again goes on",
                        args->directory);
    if (status != ESW_OK)
        return cli_fail(status, "%s", error.text);
    return summary.verdicts[ESW_NOT_REPRODUCED] > 0 ? esw_status_exit_code(ESW_CHECK_FAILED) : 0;
}

/* ---------------------------------------------------------------- the command */

static bool take_option(arguments *args, int option)
{
    uint64_t number;
    switch (option) {
    case 'o':
        free(args->directory);
        args->directory = strdup(optarg);
        return true;
    case OPT_QUICK:
        args->quick = true;
        return true;
    case CLI_OPT_SCENARIOS:
        return cli_parse_integer("--scenarios", optarg, 1, UINT64_C(1) << 40, &args->scenarios);
    case CLI_OPT_BACKEND:
        args->run.backend = optarg;
        return true;
    case CLI_OPT_THREADS:
        if (!cli_parse_integer("--threads", optarg, 1, 4096, &number))
            return false;
        args->run.threads = (int)number;
        return true;
    default:
        args->quiet = true;
        return true;
    }
}

static int list_or_reproduce(arguments *args)
{
    plan p = {0};
    esw_error error = {0};
    int code;
    const bool run = args->name || args->directory || args->quick || args->scenarios > 0;
    esw_status status = choose(&p, args->name, &error);
    if (status == ESW_OK && run && !args->directory)
        args->directory = p.n_figures == 1 ? eswi_format("runs/reproduce-%s", esw_figure_name(p.figures[0]))
                                           : eswi_format("runs/reproduce%s%s", args->name ? "-" : "",
                                                         args->name ? args->name : "");
    if (status == ESW_OK && run && !args->directory)
        status = esw_fail(&error, ESW_NO_MEMORY, "out of memory");
    if (status != ESW_OK) {
        code = cli_fail(status, "%s", error.text);
    } else if (run) {
        code = reproduce(args, &p);
    } else {
        print_list(&p);
        code = 0;
    }
    plan_free(&p);
    return code;
}

static int run_reproduce(int argc, char **argv)
{
    char *command_line = cli_command_line(argc, argv); /* as typed: parsing moves the words about */
    arguments args = {.run.command_line = command_line};
    int option;
    bool good = true;
    while (good && (option = cli_next_option(&cli_reproduce, argc, argv, "o:qh", OPTIONS)) >= 0)
        good = take_option(&args, option);
    int code;
    if (!good || option != CLI_OPTIONS_DONE) {
        code = good ? cli_option_exit_code(option) : esw_status_exit_code(ESW_BAD_USAGE);
    } else if (argc - optind > 1) {
        code = cli_fail(ESW_BAD_USAGE, "unexpected argument %s; usage: edgesweep reproduce [NAME]",
                        argv[optind + 1]);
    } else {
        args.name = optind < argc ? argv[optind] : NULL;
        code = list_or_reproduce(&args);
    }
    free(args.directory);
    free(command_line);
    return code;
}

const cli_command cli_reproduce = {"reproduce", "makes figures of papers and checks their claims", HELP,
                                   run_reproduce};

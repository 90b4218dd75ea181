/* edgesweep report: a run as one HTML file. */
#include "cli.h"
#include "interrupt.h"
#include "report.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fileio.h"

static const char HELP[] =
    "usage: edgesweep report DIR [-o FILE.html] [--claims FIGURE.yaml]...\n"
    "\n"
    "Writes one self-contained HTML file about a run: what was run, a figure per metric over the sweep with 95 %\n"
    "intervals, the distribution of the gaps to the optimum where the run has them, tables. The figures are also\n"
    "written as SVG files, each with the gnuplot script that drew it, into the folder FILE-figures.\n"
    "\n"
    "  -o, --output FILE        default: DIR/report.html\n"
    "      --claims FILE        plot and check the claims of a figure file instead (docs/figures.md); may be\n"
    "                           repeated; needs a run that keeps scenarios\n"
    "  -h, --help               this text\n"
    "\n"
    "Interrupted by Ctrl-C or SIGTERM it writes no report; one that was there stays as it was.\n"
    "\n"
    "example: edgesweep report runs/users -o users.html\n";

enum { OPT_CLAIMS = CLI_OPT_FIRST_OWN };

static const struct option OPTIONS[] = {
    {"output", required_argument, NULL, 'o'},
    {"claims", required_argument, NULL, OPT_CLAIMS},
    {"help", no_argument, NULL, 'h'},
    {0},
};

enum { FIGURES_MAX = 64 };

typedef struct arguments {
    const char *directory, *output;
    const char *claims[FIGURES_MAX];
    size_t n_claims;
} arguments;

void cli_report_print_notes(const esw_report_summary *summary, const char *path)
{
    if (summary->without[0])
        fprintf(stderr,
                "edgesweep: note: the report has no figures: %s (Debian: apt-get install gnuplot-nox)\n",
                summary->without);
    printf("%s\n", path);
}

static esw_status write_report(const arguments *args, const esw_results *results, const char *path,
                               esw_error *error)
{
    esw_figure *figures[FIGURES_MAX] = {NULL};
    size_t loaded = 0;
    esw_status status = ESW_OK;
    while (loaded < args->n_claims && !status) {
        status = esw_figure_load(args->claims[loaded], &figures[loaded], error);
        loaded += status == ESW_OK;
    }
    const esw_report_part part = {args->directory, results, (const esw_figure *const *)figures, loaded};
    esw_report_summary summary;
    if (!status)
        status = esw_report_write(esw_experiment_name(esw_results_experiment(results)), &part, 1, path,
                                  &summary, error);
    if (!status)
        cli_report_print_notes(&summary, path);
    for (size_t i = 0; i < loaded; i++)
        esw_figure_free(figures[i]);
    return status;
}

static int report(const arguments *args)
{
    esw_results *results = NULL;
    esw_error error = {0};
    char *path = args->output ? NULL : eswi_path_join(args->directory, "report.html");
    if (!args->output && !path)
        return cli_fail(ESW_NO_MEMORY, "out of memory");
    esw_status status = esw_results_open(args->directory, &results, &error);
    if (status == ESW_OK)
        esw_results_stop_at(results, cli_catch_interrupts(NULL));
    if (status == ESW_OK)
        status = write_report(args, results, path ? path : args->output, &error);
    esw_results_close(results);
    free(path);
    return status == ESW_OK ? 0 : cli_fail(status, "%s", error.text);
}

static int run_report(int argc, char **argv)
{
    arguments args = {0};
    int option;
    while ((option = cli_next_option(&cli_report, argc, argv, "o:h", OPTIONS)) >= 0) {
        if (option == 'o')
            args.output = optarg;
        else if (args.n_claims < FIGURES_MAX)
            args.claims[args.n_claims++] = optarg;
        else
            return cli_fail(ESW_BAD_USAGE, "--claims: at most %d files", FIGURES_MAX);
    }
    if (option != CLI_OPTIONS_DONE)
        return cli_option_exit_code(option);
    if (!cli_positionals(&cli_report, argc, argv, 1, "DIR"))
        return esw_status_exit_code(ESW_BAD_USAGE);
    args.directory = argv[optind];
    return report(&args);
}

const cli_command cli_report = {"report", "writes a run as one HTML file with figures", HELP, run_report};

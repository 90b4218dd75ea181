/* edgesweep export: the results of a run as tidy CSV or as one HDF5 file. */
#include "cli.h"
#include "interrupt.h"

#include <stddef.h>

static const char HELP[] =
    "usage: edgesweep export DIR --csv DIR2 | --hdf5 FILE\n"
    "\n"
    "Writes the results of a run directory, summaries and whatever it kept.\n"
    "\n"
    "      --csv DIR2           one tidy CSV file per table into DIR2\n"
    "      --hdf5 FILE          everything into one HDF5 file, as results.h5 holds it\n"
    "  -h, --help               this text\n"
    "\n"
    "Interrupted by Ctrl-C or SIGTERM it keeps the files that are whole; the one in work stays as it was.\n"
    "\n"
    "example: edgesweep export runs/users --csv runs/users/csv\n";

enum { OPT_CSV = CLI_OPT_FIRST_OWN, OPT_HDF5 };

static const struct option OPTIONS[] = {
    {"csv", required_argument, NULL, OPT_CSV},
    {"hdf5", required_argument, NULL, OPT_HDF5},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static int run_export(int argc, char **argv)
{
    const char *csv = NULL, *hdf5 = NULL;
    int option;
    while ((option = cli_next_option(&cli_export, argc, argv, "h", OPTIONS)) >= 0)
        *(option == OPT_CSV ? &csv : &hdf5) = optarg;
    if (option != CLI_OPTIONS_DONE)
        return cli_option_exit_code(option);
    if (!cli_positionals(&cli_export, argc, argv, 1, "DIR"))
        return esw_status_exit_code(ESW_BAD_USAGE);
    if (!csv && !hdf5)
        return cli_fail(ESW_BAD_USAGE,
                        "--csv DIR2 or --hdf5 FILE is missing; `edgesweep export --help` shows an example");

    esw_results *results = NULL;
    esw_error error = {0};
    esw_status status = esw_results_open(argv[optind], &results, &error);
    if (status == ESW_OK)
        esw_results_stop_at(results, cli_catch_interrupts(NULL));
    if (status == ESW_OK && csv)
        status = esw_results_export_csv(results, csv, &error);
    if (status == ESW_OK && hdf5)
        status = esw_results_write_hdf5(results, hdf5, &error);
    esw_results_close(results);
    if (status == ESW_INTERRUPTED)
        return cli_fail(status, "%s; the export is not complete, and the file in work was not written",
                        error.text);
    return status == ESW_OK ? 0 : cli_fail(status, "%s", error.text);
}

const cli_command cli_export = {"export", "writes the results of a run as CSV or HDF5", HELP, run_export};

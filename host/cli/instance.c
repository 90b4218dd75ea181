/* edgesweep instance: scenarios as drawn, for somebody else's program. */
#include "cli.h"

#include <inttypes.h>
#include <stdio.h>

static const char HELP[] =
    "usage: edgesweep instance EXPERIMENT.yaml --scenarios K..L -o FILE [OPTIONS]\n"
    "\n"
    "Writes the drawn instances (positions, gains, profiles, resolved parameters) of scenarios K to L of\n"
    "a sweep point.\n"
    "\n"
    "      --scenarios K..L     which scenarios, both ends included, from 0; or one, K\n"
    "  -o, --output FILE        HDF5 when the name ends in .h5, JSON otherwise\n"
    "      --point P            which sweep point, from 0 (default 0)\n"
    "      --set KEY=VALUE      sets a parameter or the seed over the file; may be repeated\n"
    "      --methods A,B        only these of the file's methods (instances do not depend on them)\n"
    "  -h, --help               this text\n"
    "\n"
    "example: edgesweep instance users.yaml --scenarios 0..9 -o instances.h5\n";

enum { OPT_POINT = CLI_OPT_FIRST_OWN };

static const struct option OPTIONS[] = {
    {"scenarios", required_argument, NULL, CLI_OPT_SCENARIOS},
    {"output", required_argument, NULL, 'o'},
    {"point", required_argument, NULL, OPT_POINT},
    CLI_EXPERIMENT_OPTIONS,
    {"help", no_argument, NULL, 'h'},
    {0},
};

typedef struct arguments {
    const char *experiment, *scenarios, *output;
    uint64_t first, last, point;
    cli_overrides overrides;
} arguments;

static bool take_option(arguments *args, int option)
{
    switch (option) {
    case CLI_OPT_SCENARIOS:
        args->scenarios = optarg;
        return cli_parse_range("--scenarios", optarg, &args->first, &args->last);
    case 'o':
        args->output = optarg;
        return true;
    case OPT_POINT:
        return cli_parse_integer("--point", optarg, 0, INT64_MAX, &args->point);
    default:
        return cli_overrides_take(&args->overrides, option, optarg);
    }
}

static int parse(arguments *args, int argc, char **argv)
{
    int option;
    while ((option = cli_next_option(&cli_instance, argc, argv, "o:h", OPTIONS)) >= 0)
        if (!take_option(args, option))
            return CLI_OPTION_WRONG;
    if (option != CLI_OPTIONS_DONE)
        return option;
    if (!cli_positionals(&cli_instance, argc, argv, 1, "EXPERIMENT.yaml"))
        return CLI_OPTION_WRONG;
    args->experiment = argv[optind];
    if (!args->scenarios || !args->output) {
        cli_fail(ESW_BAD_USAGE, "%s is missing; `edgesweep instance --help` shows an example",
                 args->scenarios ? "-o FILE" : "--scenarios K..L");
        return CLI_OPTION_WRONG;
    }
    return CLI_OPTIONS_DONE;
}

static esw_status write_instances(const arguments *args, esw_error *error)
{
    esw_experiment *experiment = NULL;
    json_t *document = NULL;
    esw_status status = esw_experiment_load(args->experiment, &args->overrides.values, &experiment, error);
    if (status == ESW_OK && args->point >= esw_experiment_point_count(experiment))
        status = esw_fail(error, ESW_BAD_USAGE, "--point %" PRIu64 ": the sweep has %zu points, from 0",
                          args->point, esw_experiment_point_count(experiment));
    if (status == ESW_OK)
        status = esw_instances(experiment, args->point, args->first, args->last, &document, error);
    if (status == ESW_OK)
        status = esw_instances_write(document, args->output, error);
    json_decref(document);
    esw_experiment_free(experiment);
    return status;
}

static int run_instance(int argc, char **argv)
{
    arguments args = {0};
    int answer = parse(&args, argc, argv);
    int code = cli_option_exit_code(answer);
    if (answer == CLI_OPTIONS_DONE) {
        esw_error error = {0};
        esw_status status = write_instances(&args, &error);
        code = status == ESW_OK ? 0 : cli_fail(status, "%s", error.text);
    }
    cli_overrides_free(&args.overrides);
    return code;
}

const cli_command cli_instance = {"instance", "writes drawn instances for your own program", HELP,
                                  run_instance};

/* edgesweep instance: scenarios as drawn, for somebody else's program. */
#include "experiment_command.h"
#include "interrupt.h"

static const char HELP[] =
    "usage: edgesweep instance EXPERIMENT.yaml --scenarios K..L -o FILE [OPTIONS]\n"
    "\n"
    "Writes the drawn instances (positions, gains, profiles, resolved parameters) of scenarios K to L of\n"
    "a sweep point.\n"
    "\n"
    "      --scenarios K..L     which scenarios, both ends included, from 0; or one, K\n"
    "  -o, --output FILE        the name ends in .h5 or .json\n"
    "      --point P            which sweep point, from 0 (default 0)\n"
    "      --set KEY=VALUE      sets a parameter or the seed over the file, in place of a sweep of it too; may be\n"
    "                           repeated\n"
    "      --methods A,B        only these of the file's methods (instances do not depend on them)\n"
    "  -h, --help               this text\n"
    "\n"
    "Interrupted by Ctrl-C or SIGTERM it writes nothing; a file of that name stays as it was.\n"
    "\n"
    "example: edgesweep instance users.yaml --scenarios 0..9 -o instances.h5\n";

enum { OPT_POINT = CLI_OPT_FIRST_OWN, OPT_RANGE };

static const struct option OPTIONS[] = {
    {"scenarios", required_argument, NULL, OPT_RANGE},
    {"output", required_argument, NULL, 'o'},
    {"point", required_argument, NULL, OPT_POINT},
    CLI_EXPERIMENT_OPTIONS,
    {"help", no_argument, NULL, 'h'},
    {0},
};

typedef struct arguments {
    const char *scenarios, *output;
    uint64_t first, last, point;
} arguments;

static bool take_option(void *context, int option)
{
    arguments *args = context;
    switch (option) {
    case OPT_RANGE:
        args->scenarios = optarg;
        return cli_parse_range("--scenarios", optarg, &args->first, &args->last);
    case 'o':
        args->output = optarg;
        return true;
    default: /* OPT_POINT */
        return cli_parse_integer("--point", optarg, 0, INT64_MAX, &args->point);
    }
}

static const char *missing_option(const void *context)
{
    const arguments *args = context;
    return !args->scenarios ? "--scenarios K..L" : !args->output ? "-o FILE" : NULL;
}

static int write_instances(const esw_experiment *experiment, void *context)
{
    const arguments *args = context;
    if (!cli_experiment_has_point(experiment, args->point))
        return esw_status_exit_code(ESW_BAD_USAGE);
    esw_error error = {0};
    const volatile sig_atomic_t *stop = cli_catch_interrupts(NULL);
    esw_status status =
        esw_instances_write(experiment, args->point, args->first, args->last, args->output, stop, &error);
    return status == ESW_OK ? 0 : cli_fail(status, "%s", error.text);
}

static int run_instance(int argc, char **argv)
{
    static const cli_experiment_command frame = {&cli_instance, "o:h",          OPTIONS,
                                                 take_option,   missing_option, write_instances};
    arguments args = {0};
    return cli_experiment_command_run(&frame, argc, argv, &args);
}

const cli_command cli_instance = {"instance", "writes drawn instances for your own program", HELP,
                                  run_instance};

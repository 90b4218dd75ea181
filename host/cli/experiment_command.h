/* What the subcommands on an experiment share (run, solve, instance): the file as the one positional argument,
 * the options that change it (--set, --methods, --scenarios), loading, and the points of its sweep. */
#ifndef CLI_EXPERIMENT_COMMAND_H
#define CLI_EXPERIMENT_COMMAND_H

#include "cli.h"

/* Rows of an option table that all of them have. */
// clang-format off
#define CLI_EXPERIMENT_OPTIONS                      \
    {"set", required_argument, NULL, CLI_OPT_SET},  \
    {"methods", required_argument, NULL, CLI_OPT_METHODS}
// clang-format on

/* A subcommand on an experiment; `arguments` is its own struct, handed through. */
typedef struct cli_experiment_command {
    const cli_command *command;
    const char *short_options;
    const struct option *options;
    /* Takes an option, with `optarg`, that is none of CLI_OPT_SET, CLI_OPT_METHODS, CLI_OPT_SCENARIOS. False
     * after a line on stderr. */
    bool (*take)(void *arguments, int option);
    /* The option that must be there and is not ("-o DIR"), NULL when nothing is missing. */
    const char *(*missing)(const void *arguments);
    /* The work on the loaded experiment; returns the exit code. */
    int (*work)(const esw_experiment *experiment, void *arguments);
} cli_experiment_command;

/* Parses the command line, loads the experiment with its overrides and lets `work` do the rest. Returns the
 * exit code of whatever ended it. */
int cli_experiment_command_run(const cli_experiment_command *frame, int argc, char **argv, void *arguments);

/* Whether the sweep has point `point`; a line on stderr where it has not. */
bool cli_experiment_has_point(const esw_experiment *experiment, uint64_t point);

/* The index of the method labelled `label`; ESW_NONE after a line on stderr that names the labels there are.
 * `option` is what asked for it. */
size_t cli_experiment_method(const esw_experiment *experiment, const char *option, const char *label);

#endif

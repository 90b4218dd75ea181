/* What the subcommands of the program share: the command table's row, option parsing and reporting.
 *
 * A subcommand is one file with a `static int run_<name>(int argc, char **argv)` and one `const cli_command`
 * that main.c lists. It parses with cli_next_option, prints results to stdout, everything else to stderr, and
 * returns the program's exit code. Of the library it uses the public headers, like any program that links
 * edgesweep; texts and files it handles with host/base.
 */
#ifndef CLI_H
#define CLI_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>

#include "edgesweep/edgesweep.h"

typedef struct cli_command {
    const char *name;
    const char *summary; /* one line for `edgesweep --help` */
    const char *help;    /* the whole text of `edgesweep NAME --help`: usage, options, an example */
    int (*run)(int argc, char **argv);
} cli_command;

/* The processes that work together where there are several (edgesweep-mpi), else NULL; and the threads of one that is
 * not told, 0 for the library's choice. Only rank 0 prints what all have to say. */
extern const esw_team *cli_team;
extern int cli_default_threads;

/* The subcommands; main.c lists them in the order of the help text. */
extern const cli_command cli_run, cli_show, cli_export, cli_solve, cli_account, cli_instance, cli_list,
    cli_info, cli_bench, cli_merge, cli_report, cli_reproduce, cli_verify,
    cli_compare;

/* Long options above the range of characters: those that many subcommands share. */
enum {
    CLI_OPT_BACKEND = 256,
    CLI_OPT_THREADS,
    CLI_OPT_SET,
    CLI_OPT_METHODS,
    CLI_OPT_SCENARIOS,
    CLI_OPT_FIRST_OWN /* a subcommand's own options begin here */
};

/* cli_next_option's answers beside an option's value. */
enum { CLI_OPTIONS_DONE = -1, CLI_OPTION_WRONG = -2, CLI_OPTION_HELP = -3 };

/* The next option of a subcommand, getopt_long's value of it. -h and --help print the command's text and give
 * CLI_OPTION_HELP (end with exit code 0); a wrong option prints one line, with the nearest known name, and
 * gives CLI_OPTION_WRONG (end with exit code 2). `options` lists {"help", no_argument, NULL, 'h'} like any
 * other. */
int cli_next_option(const cli_command *command, int argc, char **argv, const char *short_options,
                    const struct option *options);

/* The exit code for what cli_next_option gave when it is not a value. */
int cli_option_exit_code(int answer);

/* The positional arguments after the options: exactly `count`; otherwise one line says what is missing
 * (`what`) or too much, and the answer is false. */
bool cli_positionals(const cli_command *command, int argc, char **argv, int count, const char *what);

/* Numbers of options; a line on stderr and false when the text is not one in range. */
bool cli_parse_integer(const char *option, const char *text, uint64_t low, uint64_t high, uint64_t *value);
bool cli_parse_seconds(const char *option, const char *text, double *value);
bool cli_parse_bytes(const char *option, const char *text, uint64_t *bytes); /* 1000, 512M, 8G (2^30) */
bool cli_parse_range(const char *option, const char *text, uint64_t *first, uint64_t *last); /* K or K..L */

/* "edgesweep: text" on stderr; returns the exit code of `status`. Of a team rank 0 prints at once; the others keep
 * their first line for cli_gate. */
int cli_fail(esw_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "PROGRAM VERSION (COMMIT)" on stdout; returns the exit code. */
int cli_print_version(const char *program);

/* A line on stderr where another version of the program worked last on the run in a directory. */
void cli_note_other_version(const char *directory);

/* Collective where there is a team: all processes' exit codes so far; 0 when they may go on together. Of those that may
 * not, rank 0 has printed its line; if it had none, one of the others prints its own. */
int cli_gate(int code);

#endif

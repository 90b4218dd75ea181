/* edgesweep: finds the subcommand and lets it run. */
#include "cli.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const cli_command *const commands[] = {
    &cli_run,     &cli_show,     &cli_report, &cli_reproduce, &cli_compare, &cli_export, &cli_merge, &cli_solve,
    &cli_account, &cli_instance, &cli_list,   &cli_info,      &cli_bench,   &cli_verify, NULL,
};

static void print_help(void)
{
    puts("edgesweep: batch optimizer for edge and split DNN inference over wireless networks\n"
         "\n"
         "usage: edgesweep COMMAND [OPTIONS]\n");
    for (const cli_command *const *command = commands; *command; command++)
        printf("  %-10s %s\n", (*command)->name, (*command)->summary);
    puts("\n"
         "`edgesweep COMMAND --help` explains a command and shows an example.\n"
         "`edgesweep --version` prints the version.\n"
         "Results go to standard output, progress and messages to standard error.\n"
         "Exit codes: 0 done, 1 a check failed, 2 usage or experiment error, 3 input or output failed,\n"
         "4 backend or device failed, 130 interrupted.");
}

static const cli_command *find_command(const char *name)
{
    const char *names[sizeof commands / sizeof commands[0]];
    size_t count = 0;
    for (; commands[count]; count++) {
        names[count] = commands[count]->name;
        if (strcmp(names[count], name) == 0)
            return commands[count];
    }
    const char *nearest = eswi_nearest(name, names, count);
    cli_fail(ESW_BAD_USAGE, "unknown command %s%s%s%s; `edgesweep --help` lists them", name,
             nearest ? " (did you mean " : "", nearest ? nearest : "", nearest ? "?)" : "");
    return NULL;
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2)
        return cli_fail(ESW_BAD_USAGE, "a command is missing; `edgesweep --help` lists them");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help();
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0)
        return cli_print_version("edgesweep");
    const cli_command *command = find_command(argv[1]);
    return command ? command->run(argc - 1, argv + 1) : esw_status_exit_code(ESW_BAD_USAGE);
}

int main(int argc, char **argv)
{
    signal(SIGXFSZ, SIG_IGN); /* a file size limit is a write error with one line, like a full disk */
    int code = dispatch(argc, argv);
    /* Results that did not reach their file (a full disk behind `> table.txt`) must not look like success. */
    if ((fflush(stdout) != 0 || ferror(stdout)) && code == 0)
        code = cli_fail(ESW_IO, "writing to standard output failed: %s", strerror(errno));
    return code;
}

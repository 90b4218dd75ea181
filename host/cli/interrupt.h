/* Ctrl-C and SIGTERM for subcommands that end in good order: the first asks the work to stop, a second ends at once. */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <signal.h>

/* The notice where blocks of a run are in work. */
#define CLI_FINISHING_BLOCKS                                                                        \
    "\nfinishing the blocks in flight; a second signal ends at once and keeps what was done before " \
    "them\n"

/* From now on the first signal prints `notice` (a constant text; NULL: nothing) and sets the flag that is given back, for
 * the `stop` of the library's functions. */
const volatile sig_atomic_t *cli_catch_interrupts(const char *notice);

#endif

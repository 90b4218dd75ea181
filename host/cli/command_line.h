/* Command lines as they can be typed again. */
#ifndef CLI_COMMAND_LINE_H
#define CLI_COMMAND_LINE_H

/* "edgesweep WORD WORD ...", words quoted where a shell needs it; malloc'ed, NULL when out of memory. */
char *cli_command_line(int argc, char *const *argv);

#endif

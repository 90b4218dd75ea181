#include "command_line.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *cli_command_line(int argc, char *const *argv)
{
    size_t size = sizeof "edgesweep";
    for (int i = 0; i < argc; i++)
        size += strlen(argv[i]) + 3;
    char *line = malloc(size);
    if (!line)
        return NULL;
    char *end = stpcpy(line, "edgesweep");
    for (int i = 0; i < argc; i++) {
        bool quote = strpbrk(argv[i], " \t\"$&;|<>*?()[]{}") != NULL;
        end += sprintf(end, quote ? " '%s'" : " %s", argv[i]);
    }
    return line;
}

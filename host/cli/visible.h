/* Texts that come from files, as a terminal may show them. */
#ifndef CLI_VISIBLE_H
#define CLI_VISIBLE_H

#include <stddef.h>

/* Replaces every control character of `text` by '?': below 32, 127, and U+0080 to U+009F in UTF-8. A terminal would obey
 * them. Returns text. */
char *cli_visible(char *text);

/* Prints a text to stdout in that form. */
void cli_print_visible(const char *text);

#endif

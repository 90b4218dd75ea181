/* Aligned text tables: the first column to the left, the others to the right, widths counted in characters. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct cli_table {
    size_t columns, count; /* cells so far, row after row */
    char **cells;
    bool failed; /* out of memory once: nothing will be printed */
} cli_table;

/* Appends the next cell. A table is zero-initialised except for `columns`. */
void cli_table_add(cli_table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints to stdout with two spaces between columns, `indent` spaces before each row, and a rule below the
 * first row. Frees the cells; false when memory had run out. */
bool cli_table_print(cli_table *table, int indent);

/* Drops the cells; on a printed table nothing happens. */
void cli_table_free(cli_table *table);

#endif

#include "table.h"

#include "visible.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void cli_table_add(cli_table *table, const char *format, ...)
{
    char **cells = realloc(table->cells, (table->count + 1) * sizeof *cells);
    if (!cells) {
        table->failed = true;
        return;
    }
    table->cells = cells;
    va_list args;
    va_start(args, format);
    if (vasprintf(&cells[table->count], format, args) < 0)
        table->failed = true;
    else
        cli_visible(cells[table->count++]);
    va_end(args);
}

/* Characters of UTF-8 text: every byte that does not continue one. */
static int text_width(const char *text)
{
    int width = 0;
    for (; *text; text++)
        width += (*text & 0xc0) != 0x80;
    return width;
}

static int column_width(const cli_table *table, size_t column)
{
    int widest = 0;
    for (size_t i = column; i < table->count; i += table->columns) {
        int width = text_width(table->cells[i]);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static void print_repeated(char character, int times)
{
    for (int i = 0; i < times; i++)
        putchar(character);
}

/* A cell after the blanks before it; those that it ends in (bars are filled up) come before the next. */
static void print_text(const char *text, int *blanks)
{
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == ' ')
        length--;
    if (length > 0) {
        print_repeated(' ', *blanks);
        *blanks = 0;
        fwrite(text, 1, length, stdout);
    }
    *blanks += (int)strlen(text + length);
}

static void print_rows(const cli_table *table, const int *widths, int indent)
{
    int blanks = 0; /* owed to the row: those at its end are never printed */
    for (size_t i = 0; i < table->count; i++) {
        size_t column = i % table->columns;
        int padding = widths[column] - text_width(table->cells[i]);
        blanks += column == 0 ? indent : 2 + padding;
        print_text(table->cells[i], &blanks);
        blanks += column == 0 ? padding : 0;
        if (column + 1 < table->columns)
            continue;
        blanks = 0;
        putchar('\n');
        if (i < table->columns) {
            int total = 0;
            for (size_t c = 0; c < table->columns; c++)
                total += widths[c] + (c > 0 ? 2 : 0);
            print_repeated(' ', indent);
            print_repeated('-', total);
            putchar('\n');
        }
    }
}

void cli_table_free(cli_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        free(table->cells[i]);
    free(table->cells);
    *table = (cli_table){.columns = table->columns};
}

bool cli_table_print(cli_table *table, int indent)
{
    int *widths = calloc(table->columns, sizeof *widths);
    bool good = widths && !table->failed;
    if (good) {
        for (size_t c = 0; c < table->columns; c++)
            widths[c] = column_width(table, c);
        print_rows(table, widths, indent);
    }
    free(widths);
    cli_table_free(table);
    return good;
}

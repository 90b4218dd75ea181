#include "visible.h"

#include <stdio.h>

/* Bytes of the control character at `text`, 0 where there is none. */
static size_t control_bytes(const char *text)
{
    const unsigned char first = (unsigned char)text[0], second = first ? (unsigned char)text[1] : 0;
    if (first == 0)
        return 0;
    if (first < 32 || first == 127)
        return 1;
    return first == 0xc2 && second >= 0x80 && second < 0xa0 ? 2 : 0;
}

char *cli_visible(char *text)
{
    char *to = text;
    for (const char *from = text; *from;) {
        size_t bytes = control_bytes(from);
        *to++ = bytes ? '?' : *from;
        from += bytes ? bytes : 1;
    }
    *to = '\0';
    return text;
}

void cli_print_visible(const char *text)
{
    while (*text) {
        size_t bytes = control_bytes(text);
        putchar(bytes ? '?' : *text);
        text += bytes ? bytes : 1;
    }
}

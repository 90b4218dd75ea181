#include "sweep/html.h"

#include <stdarg.h>
#include <string.h>

static void put(eswi_buffer *out, const char *text)
{
    eswi_buffer_put(out, text, strlen(text));
}

/* Control characters other than line breaks and tabs are not allowed in HTML. */
static void put_escaped(eswi_buffer *out, const char *text)
{
    for (; *text; ++text) {
        switch (*text) {
        case '&':
            put(out, "&amp;");
            break;
        case '<':
            put(out, "&lt;");
            break;
        case '>':
            put(out, "&gt;");
            break;
        case '"':
            put(out, "&quot;");
            break;
        case '\'':
            put(out, "&#39;");
            break;
        default:
            if ((unsigned char)*text >= 0x20 || *text == '\n' || *text == '\t')
                eswi_buffer_put(out, text, 1);
        }
    }
}

void eswi_html(eswi_buffer *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    while (*format) {
        const size_t plain = strcspn(format, "%");
        eswi_buffer_put(out, format, plain);
        format += plain;
        if (*format == '%' && format[1] == 's')
            put_escaped(out, va_arg(args, const char *));
        else if (*format == '%')
            put(out, "%");
        format += *format ? 2 : 0;
    }
    va_end(args);
}

/* ---------------------------------------------------------------- SVG */

/* What is written instead of a text that begins within a tag. */
typedef struct replacement {
    const char *from, *to;
    bool prefixed; /* the prefix follows `to` */
} replacement;

static const replacement REPLACEMENTS[] = {
    {"id='", "id='", true},
    {"id=\"", "id=\"", true},
    {"href='#", "href='#", true},
    {"url(#", "url(#", true},
    {"\"black\"", "\"currentColor\"", false},
    {"'black'", "'currentColor'", false},
    {"\"#ffffff\"", "\"none\"", false},
    {"rgb(  0,   0,   0)", "currentColor", false},
};

/* Writes the replacement that applies at `at`, if any; returns how much of the text it stands for. */
static size_t replace(eswi_buffer *out, const char *at, const char *end, const char *prefix)
{
    for (size_t i = 0; i < sizeof REPLACEMENTS / sizeof REPLACEMENTS[0]; ++i) {
        const size_t length = strlen(REPLACEMENTS[i].from);
        if ((size_t)(end - at) < length || memcmp(at, REPLACEMENTS[i].from, length) != 0)
            continue;
        put(out, REPLACEMENTS[i].to);
        put(out, REPLACEMENTS[i].prefixed ? prefix : "");
        return length;
    }
    return 0;
}

void eswi_html_svg(eswi_buffer *out, const char *svg, size_t length, const char *prefix, const char *css_class,
                   const char *label)
{
    const char *end = svg + length;
    const char *at = memmem(svg, length, "<svg", 4);
    if (!at)
        return;
    eswi_html(out, "<svg role=\"img\" class=\"%s\" aria-label=\"%s\"", css_class, label);
    at += 4;
    /* The title and description of the whole would show as "gnuplot" under the pointer. */
    const char *title = memmem(at, (size_t)(end - at), "<title>", 7);
    const char *description = memmem(at, (size_t)(end - at), "</desc>", 7);
    bool in_tag = true;
    while (at < end) {
        if (at == title && description)
            at = description + 7;
        const size_t replaced = in_tag ? replace(out, at, end, prefix) : 0;
        if (replaced == 0) {
            in_tag = *at == '<' || (in_tag && *at != '>');
            eswi_buffer_put(out, at, 1);
        }
        at += replaced ? replaced : 1;
    }
}

/* Writing HTML: what comes from names and files is always escaped. */
#ifndef ESWI_HTML_H
#define ESWI_HTML_H

#include "base/buffer.h"

/* Appends `format` with every %s replaced by its argument, escaped for text and quoted attributes; %% is a
 * percent sign and there is nothing else. */
void eswi_html(eswi_buffer *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends the first <svg> of a document as gnuplot writes it, to stand within HTML: its ids begin with `prefix`
 * (letters, digits, '-'), black is the colour of the text around it, its background is transparent. `label`
 * says what it shows. */
void eswi_html_svg(eswi_buffer *out, const char *svg, size_t length, const char *prefix, const char *css_class,
                   const char *label);

/* The style sheet of reports. */
extern const char eswi_report_style[];

#endif

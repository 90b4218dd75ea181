/* Numbers and words as text. Nothing here depends on the locale. */
#ifndef ESWI_TEXT_H
#define ESWI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads a whole text as a decimal number ("1", "-2.5e3", ".5"): false for anything else (hexadecimal, "nan",
 * blanks) and for what does not fit a finite double. */
bool eswi_parse_real(const char *text, double *value);

/* Reads a whole text as an integer: digits, or a number such as 1e6 whose value is integral and below 2^53. */
bool eswi_parse_integer(const char *text, int64_t *value);

/* Reads digits only, up to 2^64 - 1. */
bool eswi_parse_uint64(const char *text, uint64_t *value);

enum { ESWI_REAL_TEXT = 32 };

/* Writes the shortest of 15, 16 or 17 digits that reads back to the same double; "nan", "inf", "-inf". Returns
 * text. */
const char *eswi_format_real(double value, char text[ESWI_REAL_TEXT]);

enum { ESWI_INTERVAL_TEXT = 64 };

/* Writes a value and the half width of its interval, "1.234 ± 0.012": two significant digits of the half width,
 * but at most five of the value; a half width below the last digit is written as "± 2e-06". The value alone
 * where there is no interval, "-" where there is none. Returns text. */
const char *eswi_format_interval(double value, double low, double high, char text[ESWI_INTERVAL_TEXT]);

/* Writes a number of bytes for people: "1 byte", "513 bytes", "1.5 KiB", "230 MiB". Returns text. */
const char *eswi_format_bytes(double bytes, char text[32]);

/* The word of words[n] nearest to `word` in edit distance (insert, delete, replace, swap neighbours); when
 * none is within a third of its length, the first that begins with `word` (three letters at least), or NULL. Ties go to
 * the first. */
const char *eswi_nearest(const char *word, const char *const *words, size_t n);

/* Appends a name to a list in `list`, a text of at most size - 1 bytes ("" begins one): "a", "a, b". A name is never cut: where
 * one does not fit, the list ends in ", ..." and takes no more. */
void eswi_list_append(char *list, size_t size, const char *name);

/* Cuts blanks off both ends of `word`, in place; returns where it begins. */
char *eswi_trim(char *word);

/* The bytes of the byte order mark that a text of `length` bytes in UTF-8 begins with: 3, or 0 where it has none. */
size_t eswi_utf8_mark(const char *text, size_t length);

/* malloc'ed printf; NULL when out of memory. */
char *eswi_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif

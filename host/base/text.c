#include "base/text.h"

#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Skips digits; returns how many there were. */
static size_t skip_digits(const char **text)
{
    const char *start = *text;
    while (**text >= '0' && **text <= '9')
        ++*text;
    return (size_t)(*text - start);
}

static bool is_decimal(const char *text)
{
    if (*text == '+' || *text == '-')
        ++text;
    size_t digits = skip_digits(&text);
    if (*text == '.') {
        ++text;
        digits += skip_digits(&text);
    }
    if (digits == 0)
        return false;
    if (*text == 'e' || *text == 'E') {
        ++text;
        if (*text == '+' || *text == '-')
            ++text;
        if (skip_digits(&text) == 0)
            return false;
    }
    return *text == '\0';
}

bool eswi_parse_real(const char *text, double *value)
{
    if (!is_decimal(text))
        return false;
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c_locale)
        return false;
    *value = strtod_l(text, NULL, c_locale);
    freelocale(c_locale);
    return isfinite(*value);
}

bool eswi_parse_uint64(const char *text, uint64_t *value)
{
    uint64_t result = 0;
    if (!*text)
        return false;
    for (; *text; ++text) {
        if (*text < '0' || *text > '9')
            return false;
        uint64_t digit = (uint64_t)(*text - '0');
        if (result > (UINT64_MAX - digit) / 10)
            return false;
        result = result * 10 + digit;
    }
    *value = result;
    return true;
}

bool eswi_parse_integer(const char *text, int64_t *value)
{
    bool negative = *text == '-';
    uint64_t magnitude;
    if (eswi_parse_uint64(text + (negative || *text == '+'), &magnitude)) {
        if (magnitude > (uint64_t)INT64_MAX)
            return false;
        *value = negative ? -(int64_t)magnitude : (int64_t)magnitude;
        return true;
    }
    double real;
    if (!eswi_parse_real(text, &real) || real < -0x1p53 || real > 0x1p53 || real != (double)(int64_t)real)
        return false;
    *value = (int64_t)real;
    return true;
}

const char *eswi_format_real(double value, char text[ESWI_REAL_TEXT])
{
    if (isnan(value))
        return strcpy(text, "nan");
    if (isinf(value))
        return strcpy(text, value > 0 ? "inf" : "-inf");
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t before = uselocale(c_locale);
    for (int digits = 15; digits <= 17; ++digits) {
        snprintf(text, ESWI_REAL_TEXT, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    uselocale(before);
    freelocale(c_locale);
    return text;
}

/* The decimal exponent of a number that is not 0: 3 for 1234. */
static int decimal_exponent(double value)
{
    char text[ESWI_REAL_TEXT];
    snprintf(text, sizeof text, "%.1e", value);
    return atoi(strchr(text, 'e') + 1);
}

const char *eswi_format_interval(double value, double low, double high, char text[ESWI_INTERVAL_TEXT])
{
    const double half = 0.5 * (high - low);
    if (!isfinite(value) || value == 0.0 || !isfinite(half) || half <= 0.0) {
        snprintf(text, ESWI_INTERVAL_TEXT, isfinite(value) ? "%.5g" : "-", value);
        return text;
    }
    const int decimals_of_half = 1 - decimal_exponent(half);
    const int decimals_of_value = 4 - decimal_exponent(value);
    int decimals = decimals_of_half < decimals_of_value ? decimals_of_half : decimals_of_value;
    decimals = decimals < 0 ? 0 : decimals;
    if (fabs(value) >= 1e7 || fabs(value) < 1e-4)
        snprintf(text, ESWI_INTERVAL_TEXT, "%.5g ± %.1g", value, half);
    else if (decimals < decimals_of_half - 1)
        snprintf(text, ESWI_INTERVAL_TEXT, "%.*f ± %.0e", decimals, value, half);
    else
        snprintf(text, ESWI_INTERVAL_TEXT, "%.*f ± %.*f", decimals, value, decimals, half);
    return text;
}

enum { WORD_MAX = 63 };

/* Optimal string alignment distance of two words of at most WORD_MAX characters. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t rows[3][WORD_MAX + 1];
    size_t na = strlen(a), nb = strlen(b);
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= nb; ++j)
        last[j] = j;
    for (size_t i = 1; i <= na; ++i) {
        now[0] = i;
        for (size_t j = 1; j <= nb; ++j) {
            size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
            if (last[j] + 1 < best)
                best = last[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            now[j] = best;
        }
        size_t *recycled = before;
        before = last;
        last = now;
        now = recycled;
    }
    return last[nb];
}

const char *eswi_nearest(const char *word, const char *const *words, size_t n)
{
    size_t length = strlen(word);
    if (length > WORD_MAX)
        return NULL;
    const char *nearest = NULL;
    size_t allowed = length < 3 ? 1 : (length + 2) / 3;
    size_t best = allowed < length ? allowed + 1 : length; /* replacing every letter is no likeness */
    for (size_t i = 0; i < n; ++i) {
        if (strlen(words[i]) > WORD_MAX)
            continue;
        size_t distance = edit_distance(word, words[i]);
        if (distance < best) {
            nearest = words[i];
            best = distance;
        }
    }
    for (size_t i = 0; i < n && !nearest && length >= 3; ++i)
        if (strncmp(words[i], word, length) == 0)
            nearest = words[i];
    return nearest;
}

const char *eswi_format_bytes(double bytes, char text[32])
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
    const size_t last = sizeof units / sizeof *units - 1;
    size_t unit = 0;
    if (bytes < 1024) {
        snprintf(text, 32, "%.0f byte%s", bytes, bytes == 1 ? "" : "s");
        return text;
    }
    for (bytes /= 1024; bytes >= 1023.5 && unit < last; bytes /= 1024)
        ++unit;
    snprintf(text, 32, "%.*f %s", bytes < 9.95 ? 1 : 0, bytes, units[unit]);
    return text;
}

void eswi_list_append(char *list, size_t size, const char *name)
{
    static const char ellipsis[] = "...";
    const size_t used = strlen(list), rest = strlen(ellipsis);
    if (used >= rest && strcmp(list + used - rest, ellipsis) == 0)
        return;
    const char *separator = used > 0 ? ", " : "";
    const size_t end = used + strlen(separator) + strlen(name);
    const bool fits = end + strlen(", ") + rest < size; /* after it there is room to say that there are more */
    snprintf(list + used, size - used, "%s%s", separator, fits ? name : ellipsis);
}

char *eswi_trim(char *word)
{
    word += strspn(word, " \t");
    size_t length = strlen(word);
    while (length > 0 && strchr(" \t", word[length - 1]))
        word[--length] = '\0';
    return word;
}

size_t eswi_utf8_mark(const char *text, size_t length)
{
    static const char mark[] = "\xef\xbb\xbf";
    return length >= sizeof mark - 1 && memcmp(text, mark, sizeof mark - 1) == 0 ? sizeof mark - 1 : 0;
}

char *eswi_format(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    va_end(args);
    return text;
}

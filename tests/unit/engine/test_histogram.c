#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/histogram.h"

static double any_finite(uint64_t *state)
{
    double value;
    do {
        *state = *state * 6364136223846793005u + 1442695040888963407u;
        memcpy(&value, state, sizeof value);
    } while (!isfinite(value));
    return value;
}

Test(histogram, bins_order_like_values_and_are_narrow)
{
    uint64_t state = 1;
    for (int i = 0; i < 200000; ++i) {
        double a = any_finite(&state), b = any_finite(&state);
        cr_assert(a < b ? eswi_bin_of(a) <= eswi_bin_of(b) : eswi_bin_of(a) >= eswi_bin_of(b));
        double edge = eswi_bin_value(eswi_bin_of(a));
        cr_assert_leq(fabs(edge), fabs(a));
        /* Subnormal numbers share coarser bins. */
        if (fabs(a) >= DBL_MIN)
            cr_assert_leq(fabs(a - edge), 0x1p-10 * fabs(edge));
        cr_assert_eq(eswi_bin_of(edge), eswi_bin_of(a));
    }
    cr_assert_eq(eswi_bin_of(0.0), eswi_bin_of(-0.0));
    cr_assert_lt(eswi_bin_of(-1.0), eswi_bin_of(0.0));
    cr_assert_lt(eswi_bin_of(-DBL_MAX), eswi_bin_of(-1.0));
}

Test(histogram, small_integers_stand_for_themselves)
{
    for (int i = -2047; i < 2048; ++i)
        cr_assert_eq(eswi_bin_value(eswi_bin_of(i)), i);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

enum { VALUES = 5003 };

static void fill(eswi_histogram *histogram, const double *values, size_t n, size_t first_block, size_t step)
{
    for (size_t start = first_block * 256; start < n; start += 256 * step) {
        eswi_buffer buffer = {0};
        eswi_histogram_encode(values + start, n - start < 256 ? n - start : 256, &buffer);
        eswi_cursor cursor = {.data = buffer.data, .size = buffer.size};
        cr_assert(eswi_histogram_decode(histogram, &cursor));
        cr_assert_eq(cursor.at, cursor.size);
        eswi_buffer_free(&buffer);
    }
}

Test(histogram, quantiles_are_the_nearest_ranks_to_a_thousandth)
{
    static double values[VALUES], sorted[VALUES];
    uint64_t state = 9;
    for (size_t i = 0; i < VALUES; ++i) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        double u = (double)(state >> 11) * 0x1p-53;
        sorted[i] = values[i] = i % 3 ? exp(20 * u - 10) : -u;
    }
    qsort(sorted, VALUES, sizeof *sorted, ascending);
    eswi_histogram histogram = {0};
    fill(&histogram, values, VALUES, 0, 1);
    cr_assert_eq(histogram.count, VALUES);
    for (unsigned percent = 0; percent <= 100; ++percent) {
        size_t rank = (size_t)ceil(percent * (double)VALUES / 100);
        double exact = sorted[rank ? rank - 1 : 0];
        double found = eswi_histogram_quantile(&histogram, percent);
        cr_assert(fabs(found) <= fabs(exact) && fabs(exact - found) <= 0.001 * fabs(exact), "%u: %g %g",
                  percent, found, exact);
    }
    eswi_histogram_free(&histogram);
}

Test(histogram, merges_in_any_order_to_the_same)
{
    static double values[VALUES];
    uint64_t state = 2;
    for (size_t i = 0; i < VALUES; ++i)
        values[i] = i % 7 == 0 ? NAN : i % 11 == 0 ? INFINITY : any_finite(&state);
    eswi_histogram forward = {0}, interleaved = {0};
    fill(&forward, values, VALUES, 0, 1);
    for (size_t k = 5; k-- > 0;)
        fill(&interleaved, values, VALUES, k, 5);
    cr_assert_eq(forward.count, interleaved.count);
    for (unsigned percent = 0; percent <= 100; ++percent)
        cr_assert_eq(eswi_histogram_quantile(&forward, percent),
                     eswi_histogram_quantile(&interleaved, percent));
    eswi_histogram_free(&forward);
    eswi_histogram_free(&interleaved);
}

static int by_bin(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The format of docs/formats.md, written down without any cleverness. */
static void encode_plainly(const double *values, size_t n, eswi_buffer *buffer)
{
    uint32_t bins[256], before = 0;
    size_t finite = 0, distinct = 0;
    for (size_t i = 0; i < n; ++i)
        if (isfinite(values[i]))
            bins[finite++] = eswi_bin_of(values[i]);
    qsort(bins, finite, sizeof *bins, by_bin);
    for (size_t i = 0; i < finite; ++i)
        distinct += i == 0 || bins[i] != bins[i - 1];
    eswi_buffer_put_varint(buffer, distinct);
    for (size_t i = 0, next; i < finite; i = next) {
        for (next = i; next < finite && bins[next] == bins[i];)
            ++next;
        eswi_buffer_put_varint(buffer, bins[i] - before);
        eswi_buffer_put_varint(buffer, next - i);
        before = bins[i];
    }
}

/* Values over 2^spread around 1: a bin, some bins, about as many as are counted in place, and far more. */
Test(histogram, close_and_scattered_values_are_written_alike)
{
    uint64_t state = 5;
    for (int round = 0; round < 4000; ++round) {
        double values[256];
        const size_t n = (size_t)(round % 257);
        const double spread = (double[]){0, 1e-3, 0.5, 3, 7.5, 7.99, 8, 8.01, 9, 200}[round % 10];
        for (size_t i = 0; i < n; ++i) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            const double u = (double)(state >> 11) * 0x1p-53;
            values[i] = exp2(spread * (i == 0 ? 0 : i == 1 ? 1 : u));
            values[i] *= round % 3 ? 1 : i % 2 ? -1 : 1;
            values[i] = state >> 61 == 0 && round % 4 == 0 ? (double[]){0, -0.0, NAN, INFINITY}[state >> 9 & 3] : values[i];
        }
        eswi_buffer found = {0}, expected = {0};
        eswi_histogram_encode(values, n, &found);
        encode_plainly(values, n, &expected);
        cr_assert_eq(found.size, expected.size, "round %d", round);
        cr_assert_eq(memcmp(found.data, expected.data, found.size), 0, "round %d", round);
        eswi_buffer_free(&found);
        eswi_buffer_free(&expected);
    }
}

Test(histogram, of_nothing_has_no_quantiles)
{
    eswi_histogram histogram = {0};
    const double values[] = {NAN, INFINITY};
    fill(&histogram, values, 2, 0, 1);
    cr_assert(isnan(eswi_histogram_quantile(&histogram, 50)));
    eswi_histogram_free(&histogram);
}

Test(histogram, refuses_a_malformed_encoding)
{
    static const unsigned char cases[][8] = {
        {1},                                  /* ends early */
        {1, 0xff, 0xff, 0xff, 0xff, 0x0f, 1}, /* a bin out of range */
        {0x80},                               /* an unfinished number */
    };
    static const size_t lengths[] = {1, 7, 1};
    for (size_t i = 0; i < 3; ++i) {
        eswi_histogram histogram = {0};
        eswi_cursor cursor = {.data = cases[i], .size = lengths[i]};
        cr_assert_not(eswi_histogram_decode(&histogram, &cursor));
        cr_assert(cursor.failed);
        eswi_histogram_free(&histogram);
    }
}

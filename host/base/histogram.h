/* Log-linear histograms: quantiles that merge exactly, in any order.
 *
 * A bin holds the doubles that share sign, exponent and the ten leading bits of the mantissa, so it is never
 * wider than 2^-10 of its values (0.098 %). The bin of a value is a shift of its bits, the bin's value is its
 * edge nearer to 0: integers below 2048 stand for themselves.
 */
#ifndef ESWI_HISTOGRAM_H
#define ESWI_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

/* The bin of a finite value; bins order like the values. Both zeros share a bin. */
uint32_t eswi_bin_of(double value);
double eswi_bin_value(uint32_t bin);

/* Counts per bin in pages of one octave each. Zero-initialise. Its size grows with the octaves that occur (8
 * KiB each), never with the number of values. */
typedef struct eswi_histogram_page eswi_histogram_page;
typedef struct eswi_histogram {
    eswi_histogram_page *pages; /* sorted */
    size_t n_pages;
    uint64_t count;
} eswi_histogram;

void eswi_histogram_free(eswi_histogram *histogram);
/* False when out of memory. */
bool eswi_histogram_add(eswi_histogram *histogram, uint32_t bin, uint64_t count);
/* How many values share the bin of this one. */
uint64_t eswi_histogram_count(const eswi_histogram *histogram, double value);
/* The value of rank ceil(percent / 100 * count), at least 1; NaN when there are no values. */
double eswi_histogram_quantile(const eswi_histogram *histogram, unsigned percent);

/* The histogram of the finite ones of values[n], n <= 256, in its journal form: number of bins, then for each
 * the distance from the bin before and its count, as varints. */
void eswi_histogram_encode(const double *values, size_t n, eswi_buffer *buffer);
/* Adds an encoded histogram. False when it is malformed (the cursor has failed) or memory runs out. */
bool eswi_histogram_decode(eswi_histogram *histogram, eswi_cursor *cursor);

#endif

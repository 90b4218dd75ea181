#include "base/histogram.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MANTISSA_BITS = 10, SHIFT = 52 - MANTISSA_BITS, PAGE_BINS = 1 << MANTISSA_BITS, BLOCK_VALUES = 256, SPAN = 8 * PAGE_BINS };
static const uint32_t sign_bit = UINT32_C(1) << (63 - SHIFT); /* set: not negative */

struct eswi_histogram_page {
    uint32_t page; /* bin >> MANTISSA_BITS */
    uint64_t *counts;
};

uint32_t eswi_bin_of(double value)
{
    uint64_t bits;
    value += 0.0; /* -0 becomes +0 */
    memcpy(&bits, &value, sizeof bits);
    uint32_t top = (uint32_t)(bits >> SHIFT);
    /* Negative values order downwards in their magnitude. */
    return top & sign_bit ? ~top & (2 * sign_bit - 1) : top | sign_bit;
}

double eswi_bin_value(uint32_t bin)
{
    uint32_t top = bin & sign_bit ? bin & ~sign_bit : ~bin & (2 * sign_bit - 1);
    uint64_t bits = (uint64_t)top << SHIFT;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

void eswi_histogram_free(eswi_histogram *histogram)
{
    for (size_t i = 0; i < histogram->n_pages; ++i)
        free(histogram->pages[i].counts);
    free(histogram->pages);
    *histogram = (eswi_histogram){0};
}

/* Where `page` is or belongs. */
static size_t page_position(const eswi_histogram *histogram, uint32_t page)
{
    size_t low = 0, high = histogram->n_pages;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (histogram->pages[middle].page < page)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool insert_page(eswi_histogram *histogram, size_t at, uint32_t page)
{
    uint64_t *counts = calloc(PAGE_BINS, sizeof *counts);
    if (!counts)
        return false;
    eswi_histogram_page *pages = realloc(histogram->pages, (histogram->n_pages + 1) * sizeof *pages);
    if (!pages) {
        free(counts);
        return false;
    }
    memmove(pages + at + 1, pages + at, (histogram->n_pages - at) * sizeof *pages);
    pages[at] = (eswi_histogram_page){.page = page, .counts = counts};
    histogram->pages = pages;
    ++histogram->n_pages;
    return true;
}

bool eswi_histogram_add(eswi_histogram *histogram, uint32_t bin, uint64_t count)
{
    uint32_t page = bin >> MANTISSA_BITS;
    size_t at = page_position(histogram, page);
    bool present = at < histogram->n_pages && histogram->pages[at].page == page;
    if (!present && !insert_page(histogram, at, page))
        return false;
    histogram->pages[at].counts[bin % PAGE_BINS] += count;
    histogram->count += count;
    return true;
}

uint64_t eswi_histogram_count(const eswi_histogram *histogram, double value)
{
    const uint32_t bin = eswi_bin_of(value), page = bin >> MANTISSA_BITS;
    const size_t at = page_position(histogram, page);
    const bool present = at < histogram->n_pages && histogram->pages[at].page == page;
    return present ? histogram->pages[at].counts[bin % PAGE_BINS] : 0;
}

double eswi_histogram_quantile(const eswi_histogram *histogram, unsigned percent)
{
    if (histogram->count == 0)
        return NAN;
    /* ceil(count percent / 100) without overflow. */
    uint64_t rank = histogram->count / 100 * percent + (histogram->count % 100 * percent + 99) / 100;
    if (rank == 0)
        rank = 1;
    uint64_t seen = 0;
    for (size_t i = 0; i < histogram->n_pages; ++i)
        for (uint32_t bin = 0; bin < PAGE_BINS; ++bin) {
            seen += histogram->pages[i].counts[bin];
            if (seen >= rank)
                return eswi_bin_value(histogram->pages[i].page << MANTISSA_BITS | bin);
        }
    return NAN;
}

/* Bottom-up merge sort; returns the array that holds the result. qsort's calls would cost as much as solving a
 * small instance. */
static uint32_t *sort_bins(uint32_t *bins, uint32_t *scratch, size_t n)
{
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t start = 0; start < n; start += 2 * width) {
            size_t middle = start + width < n ? start + width : n;
            size_t end = start + 2 * width < n ? start + 2 * width : n;
            size_t left = start, right = middle;
            for (size_t k = start; k < end; ++k)
                scratch[k] =
                    right == end || (left < middle && bins[left] <= bins[right]) ? bins[left++] : bins[right++];
        }
        uint32_t *merged = scratch;
        scratch = bins;
        bins = merged;
    }
    return bins;
}

/* Bins that lie anywhere, in order. */
static void encode_sorted(uint32_t *bins, size_t n, eswi_buffer *buffer)
{
    uint32_t scratch[BLOCK_VALUES], before = 0;
    size_t distinct = 0;
    bins = sort_bins(bins, scratch, n);
    for (size_t i = 0; i < n; ++i)
        distinct += i == 0 || bins[i] != bins[i - 1];
    eswi_buffer_put_varint(buffer, distinct);
    for (size_t i = 0; i < n;) {
        size_t next = i + 1;
        while (next < n && bins[next] == bins[i])
            ++next;
        eswi_buffer_put_varint(buffer, bins[i] - before);
        eswi_buffer_put_varint(buffer, next - i);
        before = bins[i];
        i = next;
    }
}

/* Bins low .. low + SPAN - 1: counted where they stand, which is far cheaper than sorting. */
static void encode_close(const uint32_t *bins, size_t n, uint32_t low, uint32_t high, eswi_buffer *buffer)
{
    union {
        uint16_t of[SPAN];
        uint64_t four[SPAN / 4];
    } counts;
    const size_t fours = (high - low) / 4 + 1;
    size_t distinct = 0;
    uint32_t before = 0;
    memset(counts.four, 0, fours * sizeof *counts.four);
    for (size_t i = 0; i < n; ++i)
        distinct += counts.of[bins[i] - low]++ == 0;
    eswi_buffer_put_varint(buffer, distinct);
    for (size_t k = 0; k < fours; ++k)
        for (uint32_t at = (uint32_t)(4 * k); counts.four[k] && at < 4 * (k + 1); ++at) {
            if (counts.of[at] == 0)
                continue;
            eswi_buffer_put_varint(buffer, low + at - before);
            eswi_buffer_put_varint(buffer, counts.of[at]);
            before = low + at;
        }
}

void eswi_histogram_encode(const double *values, size_t n, eswi_buffer *buffer)
{
    uint32_t bins[BLOCK_VALUES], low = UINT32_MAX, high = 0;
    size_t finite = 0;
    for (size_t i = 0; i < n; ++i)
        if (isfinite(values[i])) {
            const uint32_t bin = eswi_bin_of(values[i]);
            low = bin < low ? bin : low;
            high = bin > high ? bin : high;
            bins[finite++] = bin;
        }
    if (finite > 0 && high - low < SPAN)
        encode_close(bins, finite, low, high, buffer);
    else
        encode_sorted(bins, finite, buffer);
}

bool eswi_histogram_decode(eswi_histogram *histogram, eswi_cursor *cursor)
{
    uint64_t distinct = eswi_cursor_varint(cursor);
    uint64_t bin = 0;
    for (uint64_t i = 0; i < distinct && !cursor->failed; ++i) {
        uint64_t step = eswi_cursor_varint(cursor);
        uint64_t count = eswi_cursor_varint(cursor);
        bin += step;
        if (cursor->failed || step >= 2 * sign_bit || bin >= 2 * sign_bit) {
            cursor->failed = true;
            break;
        }
        if (!eswi_histogram_add(histogram, (uint32_t)bin, count))
            return false;
    }
    return !cursor->failed;
}

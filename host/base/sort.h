/* Sorting 64-bit keys without allocation: short runs by insertion, then merged. Keys are unique in their low bits
 * wherever it is used, so the order is total and stability does not matter. Shared by host and device. */
#ifndef ESWI_SORT_H
#define ESWI_SORT_H

#include "base/portable.h"

enum { ESWI_SORT_RUN = 16 };

ESW_FN void eswi_sort_run(uint64_t *keys, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const uint64_t key = keys[i];
        size_t j = i;
        for (; j > 0 && keys[j - 1] > key; j--)
            keys[j] = keys[j - 1];
        keys[j] = key;
    }
}

ESW_FN void eswi_sort_merge(const uint64_t *a, const uint64_t *a_end, const uint64_t *b, const uint64_t *b_end,
                            uint64_t *out)
{
    while (a < a_end && b < b_end)
        *out++ = *b < *a ? *b++ : *a++;
    while (a < a_end)
        *out++ = *a++;
    while (b < b_end)
        *out++ = *b++;
}

/* Sorts keys[count] ascending; `spare` holds count keys. */
ESW_FN void eswi_sort_keys(uint64_t *keys, size_t count, uint64_t *spare)
{
    const size_t run = ESWI_SORT_RUN;
    uint64_t *from = keys, *to = spare;
    for (size_t i = 0; i < count; i += run)
        eswi_sort_run(keys + i, count - i < run ? count - i : run);
    for (size_t width = run; width < count; width *= 2) {
        for (size_t i = 0; i < count; i += 2 * width) {
            const size_t middle = i + width < count ? i + width : count;
            const size_t end = middle + width < count ? middle + width : count;
            eswi_sort_merge(from + i, from + middle, from + middle, from + end, to + i);
        }
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    for (size_t i = 0; from != keys && i < count; i++)
        keys[i] = from[i];
}

#endif

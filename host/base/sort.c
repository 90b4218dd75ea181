#include "base/sort.h"

#include <string.h>

enum { RUN = 16 };

static void insert_run(uint64_t *keys, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const uint64_t key = keys[i];
        size_t j = i;
        for (; j > 0 && keys[j - 1] > key; j--)
            keys[j] = keys[j - 1];
        keys[j] = key;
    }
}

static void merge(const uint64_t *a, const uint64_t *a_end, const uint64_t *b, const uint64_t *b_end, uint64_t *out)
{
    while (a < a_end && b < b_end)
        *out++ = *b < *a ? *b++ : *a++;
    while (a < a_end)
        *out++ = *a++;
    while (b < b_end)
        *out++ = *b++;
}

void eswi_sort_keys(uint64_t *keys, size_t count, uint64_t *spare)
{
    uint64_t *from = keys, *to = spare;
    for (size_t i = 0; i < count; i += RUN)
        insert_run(keys + i, count - i < RUN ? count - i : RUN);
    for (size_t width = RUN; width < count; width *= 2) {
        for (size_t i = 0; i < count; i += 2 * width) {
            const size_t middle = i + width < count ? i + width : count;
            const size_t end = middle + width < count ? middle + width : count;
            merge(from + i, from + middle, from + middle, from + end, to + i);
        }
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != keys)
        memcpy(keys, from, count * sizeof *keys);
}

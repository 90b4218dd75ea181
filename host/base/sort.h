/* Sorting 64-bit keys without allocation: short runs by insertion, then merged. Keys are unique in their low bits
 * wherever it is used, so the order is total and stability does not matter. */
#ifndef ESWI_SORT_H
#define ESWI_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Sorts keys[count] ascending; `spare` holds count keys. */
void eswi_sort_keys(uint64_t *keys, size_t count, uint64_t *spare);

#endif

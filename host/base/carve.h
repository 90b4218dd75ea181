/* Carving one memory block into aligned arrays: the same code measures (cursor NULL) and places, on the host and
 * on a device.
 *
 *   size_t bytes = layout(&w, NULL);  void *block = aligned_alloc(64, bytes);  layout(&w, block);
 */
#ifndef ESWI_CARVE_H
#define ESWI_CARVE_H

#include "base/portable.h"

enum { ESWI_CARVE_ALIGN = 64 };

typedef struct eswi_carve {
    char *base;  /* NULL while measuring */
    size_t used; /* always a multiple of ESWI_CARVE_ALIGN */
} eswi_carve;

/* The next `count` elements of `size` bytes, 64-byte aligned; NULL while measuring. */
ESW_FN void *eswi_carve_take(eswi_carve *carve, size_t count, size_t size)
{
    void *here = carve->base ? carve->base + carve->used : NULL;
    carve->used += (count * size + ESWI_CARVE_ALIGN - 1) / ESWI_CARVE_ALIGN * ESWI_CARVE_ALIGN;
    return here;
}

#define ESWI_CARVE(carve, type, count) ((type *)eswi_carve_take((carve), (count), sizeof(type)))

#endif

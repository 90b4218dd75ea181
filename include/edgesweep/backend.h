/* The backends this program can compute with, for listings. Which one a run uses is chosen by name ("auto", "cpu", ...)
 * in esw_run_options; results do not depend on it. */
#ifndef EDGESWEEP_BACKEND_H
#define EDGESWEEP_BACKEND_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How many backends are compiled in or were found. Thread safe, like the two below. */
size_t esw_backend_count(void);

/* The name of backend `index` < esw_backend_count(): "cpu", "cuda", "simt". */
const char *esw_backend_name(size_t index);

/* Its device and instruction set in one line. */
const char *esw_backend_device(size_t index);

#ifdef __cplusplus
}
#endif
#endif

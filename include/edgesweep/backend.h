/* The backends of this program, for listings. Which one a run uses is chosen by name ("auto", "cpu", ...) in
 * esw_run_options; results do not depend on it. Backends other than "cpu" are modules, files named edgesweep-NAME.so
 * that are looked for in the folders of the environment variable EDGESWEEP_BACKENDS (separated by colons) where that is
 * set, else beside the program and in the installation. */
#ifndef EDGESWEEP_BACKEND_H
#define EDGESWEEP_BACKEND_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How many backends are compiled in or were found, usable here or not. Thread safe, like the three below. */
size_t esw_backend_count(void);

/* The name of backend `index` < esw_backend_count(): "cpu", "cuda", "simt". */
const char *esw_backend_name(size_t index);

/* Its device and instruction set in one line; of one that is not usable the reason. */
const char *esw_backend_device(size_t index);

/* Whether it works on this machine. */
bool esw_backend_usable(size_t index);

#ifdef __cplusplus
}
#endif
#endif

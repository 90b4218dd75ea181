/* The first place in which two JSON values differ. */
#ifndef ESWI_JSON_DIFFERENCE_H
#define ESWI_JSON_DIFFERENCE_H

#include <stdbool.h>

#include <jansson.h>

/* *text = "instance.gain_up[0][1]: 3e-9, not the 4e-9", malloc'ed, NULL where they are equal. `name` is what
 * the path begins with. False when out of memory. */
bool eswi_json_difference(const json_t *found, const json_t *expected, const char *name, char **text);

#endif

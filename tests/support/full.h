/* Whether the long forms of tests are asked for: ESW_TEST_FULL is set and neither empty nor 0. */
#ifndef TEST_FULL_H
#define TEST_FULL_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static inline bool test_full(void)
{
    const char *text = getenv("ESW_TEST_FULL");
    return text && *text && strcmp(text, "0") != 0;
}

#endif

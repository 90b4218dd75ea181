#include "base/clock.h"

#include <time.h>

double eswi_clock_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

const char *eswi_clock_utc(char text[24])
{
    time_t now = time(NULL);
    struct tm broken;
    gmtime_r(&now, &broken);
    strftime(text, 24, "%Y-%m-%dT%H:%M:%SZ", &broken);
    return text;
}

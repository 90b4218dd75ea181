#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

double eswi_clock_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double eswi_clock_queued_s(void)
{
    uint64_t ran_ns, queued_ns = 0;
    FILE *file = fopen("/proc/thread-self/schedstat", "r");
    if (file) {
        if (fscanf(file, "%" SCNu64 " %" SCNu64, &ran_ns, &queued_ns) != 2)
            queued_ns = 0;
        fclose(file);
    }
    return 1e-9 * (double)queued_ns;
}

const char *eswi_clock_utc(char text[24])
{
    time_t now = time(NULL);
    struct tm broken;
    gmtime_r(&now, &broken);
    strftime(text, 24, "%Y-%m-%dT%H:%M:%SZ", &broken);
    return text;
}

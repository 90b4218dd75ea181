#include "base/machine.h"

#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fileio.h"

int eswi_machine_cores(void)
{
    cpu_set_t usable;
    if (sched_getaffinity(0, sizeof usable, &usable) == 0)
        return CPU_COUNT(&usable);
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

static uint64_t available_bytes(void)
{
    uint64_t kib = 0;
    char line[256];
    FILE *file = fopen("/proc/meminfo", "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "MemAvailable: %" SCNu64 " kB", &kib) == 1)
            break;
    if (file)
        fclose(file);
    if (kib > 0)
        return kib * 1024;
    return (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* The number in a file, `otherwise` when there is none ("max", or no such file). */
static uint64_t number_in(const char *path, uint64_t otherwise)
{
    uint64_t number = otherwise;
    FILE *file = fopen(path, "r");
    if (file) {
        if (fscanf(file, "%" SCNu64, &number) != 1)
            number = otherwise;
        fclose(file);
    }
    return number;
}

uint64_t eswi_machine_memory_bytes(void)
{
    uint64_t available = available_bytes();
    uint64_t limit = number_in("/sys/fs/cgroup/memory.max", UINT64_MAX);
    if (limit == UINT64_MAX)
        return available;
    uint64_t used = number_in("/sys/fs/cgroup/memory.current", 0);
    uint64_t left = limit > used ? limit - used : 0;
    return left < available ? left : available;
}

uint64_t eswi_machine_disk_bytes(const char *path)
{
    struct statvfs disk;
    char *folder = eswi_path_directory(path);
    uint64_t bytes = UINT64_MAX;
    if (folder && statvfs(folder, &disk) == 0)
        bytes =
            disk.f_bavail > UINT64_MAX / disk.f_frsize ? UINT64_MAX : (uint64_t)disk.f_bavail * disk.f_frsize;
    free(folder);
    return bytes;
}

/* What this machine offers. */
#ifndef ESWI_MACHINE_H
#define ESWI_MACHINE_H

#include <stdint.h>

/* Cores this process may use, at least 1. */
int eswi_machine_cores(void);

/* Bytes that can be taken without swapping: MemAvailable, less where a control group allows less. */
uint64_t eswi_machine_memory_bytes(void);

/* Bytes free to this process where a file of this name would be made; UINT64_MAX where that cannot be told. */
uint64_t eswi_machine_disk_bytes(const char *path);

#endif

/* A lock that one process at a time holds, for as long as it lives.
 *
 * The kernel keeps the lock, the file only gives it a place: however a process ends, its lock ends with it. */
#ifndef ESWI_FILE_LOCK_H
#define ESWI_FILE_LOCK_H

#include <stdbool.h>

#include "edgesweep/status.h"

/* Zero-initialise; taken while `path` is not NULL. */
typedef struct eswi_file_lock {
    char *path;
    int fd;
    bool held; /* false on a file system without locks */
    bool made; /* the file was not there before: true for one process at most, locks or not */
} eswi_file_lock;

/* Takes the lock of a file, which is made where it is missing. *busy, and the lock not taken, where another process
 * holds it: nobody waits. ESW_IO when the file cannot be made. */
esw_status eswi_file_lock_take(eswi_file_lock *lock, const char *path, bool *busy, esw_error *error);

/* Removes the file, if it is this process's, and lets go; nothing on a lock that is not taken. */
void eswi_file_lock_release(eswi_file_lock *lock);

#endif

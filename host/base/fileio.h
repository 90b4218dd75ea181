/* Files that must not be lost: whole writes, syncs, and replacement in one step.
 *
 * Errors are ESW_IO with `path: what failed: why`. Every operation passes the fault hook first, so that tests
 * can make the k-th write fail.
 */
#ifndef ESWI_FILEIO_H
#define ESWI_FILEIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "edgesweep/status.h"

/* A file being written. Zero-initialise; `fd` is valid while `path` is not NULL. */
typedef struct eswi_file {
    int fd;
    char *path;
    uint64_t size; /* of the file: one past the last byte written */
} eswi_file;

/* Makes a new file; fails when it exists. */
esw_status eswi_file_create(eswi_file *file, const char *path, esw_error *error);
/* Writes all bytes or fails; then some of them may have been written. */
esw_status eswi_file_write(eswi_file *file, const void *data, size_t length, esw_error *error);
/* The same at an offset; the place of eswi_file_write does not move. */
esw_status eswi_file_write_at(eswi_file *file, uint64_t offset, const void *data, size_t length,
                              esw_error *error);
esw_status eswi_file_sync(eswi_file *file, esw_error *error);
/* Cuts the file back to `size` bytes. */
esw_status eswi_file_truncate(eswi_file *file, uint64_t size, esw_error *error);
/* Closes and frees; on a closed file nothing happens. */
esw_status eswi_file_close(eswi_file *file, esw_error *error);

/* The name under which this process writes what will be `path`: "path.1a2b3c4d.part", another one with every call,
 * so that processes that write the same file never meet. malloc'ed; NULL when out of memory. */
char *eswi_file_temporary(const char *path);

/* Whether a name is one of those of `of`, or of any file where that is NULL. */
bool eswi_file_is_temporary(const char *name, const char *of);

/* Syncs the finished file `temporary`, renames it to `path` and syncs the folder. On failure `temporary` is
 * removed. */
esw_status eswi_file_commit(const char *temporary, const char *path, esw_error *error);

/* Whether eswi_file_replace may make `path` here and now, for work whose result must not be lost; the file itself is not
 * touched. */
esw_status eswi_file_check_replaceable(const char *path, esw_error *error);

/* Writes a whole file under a temporary name, then commits it: readers see the old bytes or the new, never a
 * part. */
esw_status eswi_file_replace(const char *path, const void *data, size_t length, esw_error *error);

/* Reads a whole regular file of at most `limit` bytes into a malloc'ed, NUL-terminated *data. */
esw_status eswi_file_read(const char *path, size_t limit, char **data, size_t *length, esw_error *error);

/* Reads exactly `length` bytes at `offset`. */
esw_status eswi_file_read_at(int fd, const char *path, uint64_t offset, void *data, size_t length,
                             esw_error *error);

/* Makes a folder and those above it; existing ones are fine. */
esw_status eswi_make_directories(const char *path, esw_error *error);

/* malloc'ed "directory/name"; NULL when out of memory. */
char *eswi_path_join(const char *directory, const char *name);

/* malloc'ed folder part of a path, "." if it has none; NULL when out of memory. */
char *eswi_path_directory(const char *path);

/* For tests only: called before each operation ("open", "read", "write", "sync", "truncate", "rename", "lock"); a
 * nonzero result is the errno the operation then fails with. NULL in normal use. */
extern int (*eswi_file_fault)(const char *operation, const char *path);

#endif

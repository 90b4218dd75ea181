#include "base/file_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fileio.h"

/* flock, not fcntl: its locks belong to the open file, so that no other close of the file in this process ends
 * them. On NFS Linux makes them locks of the server, which all nodes see. */
static int try_lock(int fd, const char *path)
{
    const int code = eswi_file_fault ? eswi_file_fault("lock", path) : 0;
    if (code) {
        errno = code;
        return -1;
    }
    return flock(fd, LOCK_EX | LOCK_NB);
}

/* Some file systems have no locks, or a server that does not answer for them. */
static bool knows_no_locks(int code)
{
    return code == ENOLCK || code == ENOSYS || code == EOPNOTSUPP || code == EINVAL || code == EBADF;
}

static int open_file(const char *path, bool *made)
{
    const int flags = O_RDWR | O_CREAT | O_CLOEXEC;
    const int code = eswi_file_fault ? eswi_file_fault("open", path) : 0;
    if (code) {
        errno = code;
        return -1;
    }
    const int fd = open(path, flags | O_EXCL, 0666);
    *made = fd >= 0;
    return fd < 0 && errno == EEXIST ? open(path, flags, 0666) : fd;
}

/* Whoever held the lock before may have removed the file between open and lock: then this is not the file that
 * the next process would lock. */
static bool still_there(int fd, const char *path)
{
    struct stat locked, named;
    return fstat(fd, &locked) == 0 && stat(path, &named) == 0 && locked.st_dev == named.st_dev &&
           locked.st_ino == named.st_ino;
}

/* One attempt; *again where the file vanished in between. */
static esw_status attempt(eswi_file_lock *lock, const char *path, bool *busy, bool *again, esw_error *error)
{
    *again = false;
    lock->fd = open_file(path, &lock->made);
    if (lock->fd < 0)
        return esw_fail(error, ESW_IO, "%s: creating it failed: %s", path, strerror(errno));
    lock->held = try_lock(lock->fd, path) == 0;
    const int code = lock->held ? 0 : errno;
    *busy = code == EWOULDBLOCK;
    *again = lock->held && !still_there(lock->fd, path);
    if (code == 0 || *busy || knows_no_locks(code))
        return ESW_OK;
    return esw_fail(error, ESW_IO, "%s: locking it failed: %s", path, strerror(code));
}

esw_status eswi_file_lock_take(eswi_file_lock *lock, const char *path, bool *busy, esw_error *error)
{
    bool again;
    esw_status status;
    *busy = false;
    do {
        status = attempt(lock, path, busy, &again, error);
        if ((status || again || *busy) && lock->fd >= 0)
            close(lock->fd);
    } while (again);
    if (status || *busy) {
        *lock = (eswi_file_lock){0};
        return status;
    }
    lock->path = strdup(path);
    if (lock->path)
        return ESW_OK;
    close(lock->fd);
    *lock = (eswi_file_lock){0};
    return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
}

void eswi_file_lock_release(eswi_file_lock *lock)
{
    if (!lock->path)
        return;
    if (lock->held || lock->made)
        unlink(lock->path); /* before the lock goes: what is removed is this process's */
    close(lock->fd);
    free(lock->path);
    *lock = (eswi_file_lock){0};
}

#include "base/fileio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

int (*eswi_file_fault)(const char *operation, const char *path);

/* True, with errno set, when a test wants this operation to fail. */
static bool fault(const char *operation, const char *path)
{
    int code = eswi_file_fault ? eswi_file_fault(operation, path) : 0;
    if (code)
        errno = code;
    return code != 0;
}

static esw_status fail_errno(esw_error *error, const char *path, const char *action)
{
    return esw_fail(error, ESW_IO, "%s: %s failed: %s", path, action, strerror(errno));
}

esw_status eswi_file_create(eswi_file *file, const char *path, esw_error *error)
{
    *file = (eswi_file){.fd = -1};
    char *copy = strdup(path);
    if (!copy)
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    int fd = fault("open", path) ? -1 : open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        free(copy);
        return fail_errno(error, path, "creating it");
    }
    file->fd = fd;
    file->path = copy;
    return ESW_OK;
}

esw_status eswi_file_write(eswi_file *file, const void *data, size_t length, esw_error *error)
{
    const char *bytes = data;
    while (length > 0) {
        ssize_t written = fault("write", file->path) ? -1 : write(file->fd, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return fail_errno(error, file->path, "writing");
        bytes += written;
        length -= (size_t)written;
        file->size += (uint64_t)written;
    }
    return ESW_OK;
}

esw_status eswi_file_write_at(eswi_file *file, uint64_t offset, const void *data, size_t length,
                              esw_error *error)
{
    const char *bytes = data;
    while (length > 0) {
        ssize_t written = fault("write", file->path) ? -1 : pwrite(file->fd, bytes, length, (off_t)offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return fail_errno(error, file->path, "writing");
        bytes += written;
        length -= (size_t)written;
        offset += (uint64_t)written;
        if (offset > file->size)
            file->size = offset;
    }
    return ESW_OK;
}

esw_status eswi_file_sync(eswi_file *file, esw_error *error)
{
    if (fault("sync", file->path) || fdatasync(file->fd) != 0)
        return fail_errno(error, file->path, "syncing");
    return ESW_OK;
}

esw_status eswi_file_truncate(eswi_file *file, uint64_t size, esw_error *error)
{
    if (fault("truncate", file->path) || ftruncate(file->fd, (off_t)size) != 0 ||
        lseek(file->fd, (off_t)size, SEEK_SET) < 0)
        return fail_errno(error, file->path, "truncating");
    file->size = size;
    return ESW_OK;
}

esw_status eswi_file_close(eswi_file *file, esw_error *error)
{
    if (!file->path)
        return ESW_OK;
    esw_status status = ESW_OK;
    if (close(file->fd) != 0)
        status = fail_errno(error, file->path, "closing");
    free(file->path);
    *file = (eswi_file){.fd = -1};
    return status;
}

char *eswi_path_join(const char *directory, const char *name)
{
    return eswi_format("%s/%s", directory, name);
}

char *eswi_path_directory(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return strdup(".");
    return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* A dot, eight digits, the ending. */
static const char temporary_end[] = ".part";
enum { TEMPORARY_DIGITS = 8 };

char *eswi_file_temporary(const char *path)
{
    uint32_t unique = 0;
    if (getrandom(&unique, sizeof unique, GRND_NONBLOCK) != sizeof unique)
        unique = (uint32_t)getpid(); /* a clash is an error of eswi_file_create, never a file that two write */
    return eswi_format("%s.%08x%s", path, unique, temporary_end);
}

bool eswi_file_is_temporary(const char *name, const char *of)
{
    const size_t length = strlen(name), end = sizeof temporary_end - 1;
    if (length < 1 + TEMPORARY_DIGITS + end || strcmp(name + length - end, temporary_end) != 0)
        return false;
    const size_t base = length - end - TEMPORARY_DIGITS - 1;
    if (name[base] != '.' || strspn(name + base + 1, "0123456789abcdef") != TEMPORARY_DIGITS)
        return false;
    return !of || (strlen(of) == base && strncmp(name, of, base) == 0);
}

/* Syncs the folder that holds `path`, so that a rename in it survives a power cut. */
static esw_status sync_directory_of(const char *path, esw_error *error)
{
    char *directory = eswi_path_directory(path);
    if (!directory)
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    esw_status status = ESW_OK;
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* Some file systems cannot sync a folder and say EINVAL; there is nothing more to do on those. */
    if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL))
        status = fail_errno(error, directory, "syncing the folder");
    if (fd >= 0)
        close(fd);
    free(directory);
    return status;
}

/* Renaming over a device, a pipe or a link would put a file in its place, and the user meant what was there. */
static esw_status check_replaceable(const char *path, esw_error *error)
{
    struct stat there;
    if (lstat(path, &there) != 0 || S_ISREG(there.st_mode))
        return ESW_OK;
    return esw_fail(error, ESW_IO, "%s: is %s, not a file; name a file", path,
                    S_ISLNK(there.st_mode)   ? "a symbolic link"
                    : S_ISDIR(there.st_mode) ? "a folder"
                                             : "a device or a pipe");
}

esw_status eswi_file_commit(const char *temporary, const char *path, esw_error *error)
{
    int fd = -1;
    esw_status status = check_replaceable(path, error);
    if (!status) {
        fd = open(temporary, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || fault("sync", temporary) || fsync(fd) != 0)
            status = fail_errno(error, temporary, "syncing");
        else if (fault("rename", path) || rename(temporary, path) != 0)
            status = fail_errno(error, path, "renaming the finished file to it");
    }
    if (fd >= 0)
        close(fd);
    if (status) {
        unlink(temporary);
        return status;
    }
    return sync_directory_of(path, error);
}

esw_status eswi_file_check_replaceable(const char *path, esw_error *error)
{
    esw_status status = check_replaceable(path, error);
    if (status)
        return status;
    char *temporary = eswi_file_temporary(path);
    if (!temporary)
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    eswi_file file;
    status = eswi_file_create(&file, temporary, error);
    if (!status) {
        status = eswi_file_close(&file, error);
        unlink(temporary);
    }
    free(temporary);
    return status;
}

esw_status eswi_file_replace(const char *path, const void *data, size_t length, esw_error *error)
{
    char *temporary = eswi_file_temporary(path);
    if (!temporary)
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    eswi_file file;
    esw_status status = eswi_file_create(&file, temporary, error);
    if (!status) {
        status = eswi_file_write(&file, data, length, error);
        esw_status closed = eswi_file_close(&file, status ? NULL : error);
        if (!status)
            status = closed;
        if (status)
            unlink(temporary);
        else
            status = eswi_file_commit(temporary, path, error);
    }
    free(temporary);
    return status;
}

esw_status eswi_file_read_at(int fd, const char *path, uint64_t offset, void *data, size_t length,
                             esw_error *error)
{
    char *bytes = data;
    while (length > 0) {
        ssize_t got = fault("read", path) ? -1 : pread(fd, bytes, length, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_errno(error, path, "reading");
        if (got == 0)
            return esw_fail(error, ESW_IO, "%s: ends at byte %llu, %zu bytes short", path,
                            (unsigned long long)offset, length);
        bytes += got;
        offset += (uint64_t)got;
        length -= (size_t)got;
    }
    return ESW_OK;
}

esw_status eswi_file_read(const char *path, size_t limit, char **data, size_t *length, esw_error *error)
{
    /* Without O_NONBLOCK opening a pipe that nobody writes to would wait for ever. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0) {
        esw_status status = fail_errno(error, path, "opening");
        if (fd >= 0)
            close(fd);
        return status;
    }
    esw_status status = ESW_OK;
    char *bytes = NULL;
    if (!S_ISREG(info.st_mode))
        status = esw_fail(error, ESW_IO, "%s: not a regular file", path);
    else if ((uint64_t)info.st_size > limit)
        status = esw_fail(error, ESW_BAD_USAGE, "%s: %lld bytes, at most %zu are allowed", path,
                          (long long)info.st_size, limit);
    else if (!(bytes = malloc((size_t)info.st_size + 1)))
        status = esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    else
        status = eswi_file_read_at(fd, path, 0, bytes, (size_t)info.st_size, error);
    close(fd);
    if (status) {
        free(bytes);
        return status;
    }
    bytes[info.st_size] = '\0';
    *data = bytes;
    *length = (size_t)info.st_size;
    return ESW_OK;
}

esw_status eswi_make_directories(const char *path, esw_error *error)
{
    char *partial = strdup(path);
    if (!partial)
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    esw_status status = ESW_OK;
    for (char *end = partial + 1; !status; ++end) {
        char kept = *end;
        if (kept != '/' && kept != '\0')
            continue;
        *end = '\0';
        if (mkdir(partial, 0777) != 0 && errno != EEXIST)
            status = fail_errno(error, partial, "making the folder");
        *end = kept;
        if (kept == '\0')
            break;
    }
    struct stat info;
    if (!status && (stat(path, &info) != 0 || !S_ISDIR(info.st_mode)))
        status = esw_fail(error, ESW_IO, "%s: not a folder", path);
    free(partial);
    return status;
}

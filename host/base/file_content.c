#include "base/file_content.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crc32c.h"
#include "base/fileio.h"

static const uint64_t piece_bytes = 1 << 22;

static esw_status open_regular(const char *path, int *fd, uint64_t *size, esw_error *error)
{
    struct stat info;
    /* Without O_NONBLOCK opening a pipe that nobody writes to would wait for ever. */
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*fd < 0 || fstat(*fd, &info) != 0)
        return esw_fail(error, ESW_IO, "%s: opening failed: %s", path, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return esw_fail(error, ESW_IO, "%s: not a regular file", path);
    *size = (uint64_t)info.st_size;
    return ESW_OK;
}

/* Reads a file piece by piece, into `out` where it is not NULL. */
static esw_status pass(const char *path, eswi_file *out, eswi_file_content *content, esw_error *error)
{
    int fd;
    *content = (eswi_file_content){0, 0};
    esw_status status = open_regular(path, &fd, &content->size, error);
    const uint64_t most = content->size < piece_bytes ? content->size : piece_bytes;
    char *bytes = malloc((size_t)most + 1);
    if (!status && !bytes)
        status = esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    for (uint64_t at = 0; at < content->size && !status; at += most) {
        const size_t length = (size_t)(content->size - at < most ? content->size - at : most);
        status = eswi_file_read_at(fd, path, at, bytes, length, error);
        if (!status)
            content->crc32c = eswi_crc32c(content->crc32c, bytes, length);
        if (!status && out)
            status = eswi_file_write(out, bytes, length, error);
    }
    free(bytes);
    if (fd >= 0)
        close(fd);
    return status;
}

esw_status eswi_file_content_read(const char *path, eswi_file_content *content, esw_error *error)
{
    return pass(path, NULL, content, error);
}

static esw_status copy_to(const char *from, const char *temporary, const eswi_file_content *content,
                          esw_error *error)
{
    eswi_file file;
    eswi_file_content found;
    esw_status status = eswi_file_create(&file, temporary, error);
    if (status)
        return status;
    status = pass(from, &file, &found, error);
    if (!status && (found.size != content->size || found.crc32c != content->crc32c))
        status = esw_fail(error, ESW_IO, "%s: has changed since it was first read", from);
    const esw_status closed = eswi_file_close(&file, status ? NULL : error);
    status = status ? status : closed;
    if (status)
        unlink(temporary);
    return status;
}

esw_status eswi_file_content_copy(const char *from, const char *to, const eswi_file_content *content,
                                  esw_error *error)
{
    char *temporary = eswi_file_temporary(to);
    if (!temporary)
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", to);
    esw_status status = copy_to(from, temporary, content, error);
    if (!status)
        status = eswi_file_commit(temporary, to, error);
    free(temporary);
    return status;
}

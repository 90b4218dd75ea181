#include "sweep/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crc32c.h"

/* A frame: magic, kind, payload length (8 bytes), CRC of the payload, CRC of the 20 bytes before. */
enum { FRAME_BYTES = 24, CHECKED_BYTES = 20 };
static const uint32_t magic = 0x52575345; /* "ESWR" */
static const double sync_interval_s = 5;
/* A record may end in a few zeros of its own, but it ends in no more than this. */
static const uint64_t lost_bytes_least = 16;

typedef struct frame {
    uint32_t kind;
    uint64_t length;
    uint32_t payload_crc;
} frame;

/* ---------------------------------------------------------------- writing */

void eswi_record_begin(eswi_buffer *buffer, eswi_record_kind kind)
{
    buffer->size = 0;
    eswi_buffer_put_u32(buffer, magic);
    eswi_buffer_put_u32(buffer, kind);
    for (int i = 0; i < 4; ++i)
        eswi_buffer_put_u32(buffer, 0);
}

void eswi_record_finish(eswi_buffer *buffer)
{
    if (buffer->failed)
        return;
    /* Everything behind the kind is known only now: write the frame's rest over its place. */
    size_t end = buffer->size, length = end - FRAME_BYTES;
    buffer->size = 8;
    eswi_buffer_put_u64(buffer, length);
    eswi_buffer_put_u32(buffer, eswi_crc32c(0, buffer->data + FRAME_BYTES, length));
    eswi_buffer_put_u32(buffer, eswi_crc32c(0, buffer->data, CHECKED_BYTES));
    buffer->size = end;
}

/* Continues the chain with the payload CRC that stands in a record's bytes. */
static uint32_t chain_record(uint32_t chain, const unsigned char *record)
{
    return eswi_crc32c(chain, record + 16, 4);
}

static esw_status write_record(eswi_journal *journal, const eswi_buffer *record, esw_error *error)
{
    if (record->failed)
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory for a record", journal->file.path);
    uint64_t whole = journal->file.size;
    esw_status status = eswi_file_write(&journal->file, record->data, record->size, error);
    if (status) {
        journal->broken = true;
        /* If this fails as well, readers find the record unfinished: nothing is lost. */
        eswi_file_truncate(&journal->file, whole, NULL);
    }
    return status;
}

static esw_status sync_journal(eswi_journal *journal, esw_error *error)
{
    esw_status status = eswi_file_sync(&journal->file, error);
    if (status)
        journal->broken = true;
    journal->synced_s = eswi_clock_s();
    return status;
}

esw_status eswi_journal_create(eswi_journal *journal, const char *path, const json_t *header, esw_error *error)
{
    *journal = (eswi_journal){.file = {.fd = -1}};
    esw_status status = eswi_file_create(&journal->file, path, error);
    if (status)
        return status;
    char *text = json_dumps(header, JSON_COMPACT);
    eswi_buffer record = {0};
    eswi_record_begin(&record, ESWI_RECORD_HEADER);
    eswi_buffer_put(&record, text, text ? strlen(text) : 0);
    record.failed |= !text;
    eswi_record_finish(&record);
    status = write_record(journal, &record, error);
    if (!status)
        status = sync_journal(journal, error);
    eswi_buffer_free(&record);
    free(text);
    if (status)
        eswi_file_close(&journal->file, NULL);
    return status;
}

esw_status eswi_journal_append(eswi_journal *journal, const eswi_buffer *record, esw_error *error)
{
    esw_status status = write_record(journal, record, error);
    if (status)
        return status;
    ++journal->records;
    journal->chain = chain_record(journal->chain, record->data);
    return eswi_clock_s() - journal->synced_s < sync_interval_s ? ESW_OK : sync_journal(journal, error);
}

esw_status eswi_journal_sync(eswi_journal *journal, esw_error *error)
{
    return journal->file.path ? sync_journal(journal, error) : ESW_OK;
}

esw_status eswi_journal_close(eswi_journal *journal, esw_error *error)
{
    esw_status status = ESW_OK;
    if (!journal->file.path)
        return ESW_OK;
    if (!journal->broken) {
        eswi_buffer record = {0};
        eswi_record_begin(&record, ESWI_RECORD_END);
        eswi_buffer_put_u64(&record, journal->records);
        eswi_buffer_put_u32(&record, journal->chain);
        eswi_record_finish(&record);
        status = write_record(journal, &record, error);
        if (!status)
            status = sync_journal(journal, error);
        eswi_buffer_free(&record);
    }
    esw_status closed = eswi_file_close(&journal->file, status ? NULL : error);
    return status ? status : closed;
}

/* ---------------------------------------------------------------- reading */

static esw_status damaged(const eswi_journal_reader *reader, uint64_t offset, const char *what,
                          esw_error *error)
{
    return esw_fail(
        error, ESW_IO,
        "%s: damaged in the record at byte %llu: %s; move the file away and resume the run: its blocks are "
        "done again",
        reader->path, (unsigned long long)offset, what);
}

/* The first byte of the zeros that the file ends with, not looked for before `from`. */
static esw_status find_zeros(const eswi_journal_reader *reader, uint64_t from, uint64_t *first, esw_error *error)
{
    unsigned char bytes[4096];
    *first = reader->size;
    while (*first > from) {
        const uint64_t left = *first - from;
        const size_t some = left < sizeof bytes ? (size_t)left : sizeof bytes;
        esw_status status = eswi_file_read_at(reader->fd, reader->path, *first - some, bytes, some, error);
        if (status)
            return status;
        size_t n = some;
        while (n > 0 && bytes[n - 1] == 0)
            --n;
        *first -= some - n;
        if (n > 0)
            break;
    }
    return ESW_OK;
}

/* What does not fit its checksum is damage, unless the file ends in zeros that begin in the record, at `latest` at the
 * latest: then the power was cut before all of it came to the disk, and the file system gave the file its new length
 * all the same. */
static esw_status unless_never_written(const eswi_journal_reader *reader, uint64_t offset, uint64_t latest,
                                       const char *what, esw_error *error)
{
    uint64_t zeros;
    esw_status status = find_zeros(reader, offset, &zeros, error);
    if (status || zeros == offset || (zeros <= latest && reader->size - zeros >= lost_bytes_least))
        return status;
    return damaged(reader, offset, what, error);
}

/* Reads and checks the frame and payload at `offset`; *whole is false when the file ends inside the record, or in
 * zeros that were never written over. */
static esw_status read_record(const eswi_journal_reader *reader, uint64_t offset, frame *found,
                              eswi_buffer *buffer, bool *whole, esw_error *error)
{
    unsigned char bytes[FRAME_BYTES];
    uint64_t left = reader->size - offset;
    *whole = false;
    if (left < FRAME_BYTES)
        return ESW_OK;
    esw_status status = eswi_file_read_at(reader->fd, reader->path, offset, bytes, sizeof bytes, error);
    if (status)
        return status;
    eswi_cursor cursor = {.data = bytes, .size = sizeof bytes};
    uint32_t found_magic = eswi_cursor_u32(&cursor);
    found->kind = eswi_cursor_u32(&cursor);
    found->length = eswi_cursor_u64(&cursor);
    found->payload_crc = eswi_cursor_u32(&cursor);
    if (eswi_cursor_u32(&cursor) != eswi_crc32c(0, bytes, CHECKED_BYTES))
        return unless_never_written(reader, offset, offset + FRAME_BYTES - 1,
                                    "the checksum of its frame does not fit", error);
    if (found_magic != magic)
        return damaged(reader, offset, "it is no record of a journal", error);
    if (found->length > left - FRAME_BYTES)
        return ESW_OK;
    buffer->size = 0;
    eswi_buffer_reserve(buffer, found->length);
    if (buffer->failed)
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory for the record at byte %llu", reader->path,
                        (unsigned long long)offset);
    status =
        eswi_file_read_at(reader->fd, reader->path, offset + FRAME_BYTES, buffer->data, found->length, error);
    if (status)
        return status;
    buffer->size = found->length;
    if (eswi_crc32c(0, buffer->data, buffer->size) != found->payload_crc)
        return unless_never_written(reader, offset, offset + FRAME_BYTES + found->length - lost_bytes_least,
                                    "the checksum of its content does not fit", error);
    *whole = true;
    return ESW_OK;
}

static esw_status read_header(eswi_journal_reader *reader, esw_error *error)
{
    frame found;
    bool whole;
    esw_status status = read_record(reader, 0, &found, &reader->payload, &whole, error);
    if (status)
        return status;
    if (!whole) {
        reader->torn = true;
        return ESW_OK;
    }
    if (found.kind != ESWI_RECORD_HEADER)
        return damaged(reader, 0, "a journal begins with a header", error);
    reader->header = json_loadb((const char *)reader->payload.data, reader->payload.size, 0, NULL);
    if (!json_is_object(reader->header))
        return damaged(reader, 0, "the header is not JSON", error);
    json_int_t format = json_integer_value(json_object_get(reader->header, "format"));
    if (format != ESWI_JOURNAL_FORMAT)
        return esw_fail(error, ESW_IO, "%s: journal format %lld; this version reads format %d", reader->path,
                        (long long)format, ESWI_JOURNAL_FORMAT);
    reader->at = FRAME_BYTES + found.length;
    return ESW_OK;
}

esw_status eswi_journal_open(eswi_journal_reader *reader, const char *path, esw_error *error)
{
    struct stat info;
    *reader = (eswi_journal_reader){.fd = -1};
    reader->path = strdup(path);
    if (!reader->path)
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", path);
    reader->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (reader->fd < 0 || fstat(reader->fd, &info) != 0)
        return esw_fail(error, ESW_IO, "%s: opening failed: %s", path, strerror(errno));
    reader->size = (uint64_t)info.st_size;
    return read_header(reader, error);
}

static esw_status check_end(eswi_journal_reader *reader, esw_error *error)
{
    eswi_cursor cursor = {.data = reader->payload.data, .size = reader->payload.size};
    uint64_t records = eswi_cursor_u64(&cursor);
    uint32_t chain = eswi_cursor_u32(&cursor);
    if (cursor.failed || records != reader->records || chain != reader->chain)
        return damaged(reader, reader->at, "the end mark does not fit the records before it", error);
    if (reader->at + FRAME_BYTES + reader->payload.size != reader->size)
        return damaged(reader, reader->at, "there are bytes behind the end mark", error);
    reader->ended = true;
    return ESW_OK;
}

esw_status eswi_journal_next(eswi_journal_reader *reader, eswi_cursor *payload, uint64_t *offset, bool *found,
                             esw_error *error)
{
    frame record;
    bool whole;
    *found = false;
    if (reader->ended || reader->torn || reader->at == reader->size)
        return ESW_OK;
    esw_status status = read_record(reader, reader->at, &record, &reader->payload, &whole, error);
    if (status)
        return status;
    if (!whole) {
        reader->torn = true;
        return ESW_OK;
    }
    if (record.kind == ESWI_RECORD_END)
        return check_end(reader, error);
    if (record.kind != ESWI_RECORD_BLOCK)
        return damaged(reader, reader->at, "a record of an unknown kind", error);
    unsigned char crc[4] = {(unsigned char)record.payload_crc, (unsigned char)(record.payload_crc >> 8),
                            (unsigned char)(record.payload_crc >> 16),
                            (unsigned char)(record.payload_crc >> 24)};
    reader->chain = eswi_crc32c(reader->chain, crc, sizeof crc);
    ++reader->records;
    *offset = reader->at;
    *payload = (eswi_cursor){.data = reader->payload.data, .size = reader->payload.size};
    *found = true;
    reader->at += FRAME_BYTES + record.length;
    return ESW_OK;
}

esw_status eswi_journal_read(const eswi_journal_reader *reader, uint64_t offset, eswi_buffer *buffer,
                             eswi_cursor *payload, esw_error *error)
{
    frame record;
    bool whole;
    esw_status status = read_record(reader, offset, &record, buffer, &whole, error);
    if (!status && !whole)
        status = damaged(reader, offset, "the file has become shorter", error);
    *payload = (eswi_cursor){.data = buffer->data, .size = buffer->size};
    return status;
}

void eswi_journal_reader_close(eswi_journal_reader *reader)
{
    if (reader->fd >= 0)
        close(reader->fd);
    json_decref(reader->header);
    eswi_buffer_free(&reader->payload);
    free(reader->path);
    *reader = (eswi_journal_reader){.fd = -1};
}

/* The journal: one append-only file per process, the crash-safe truth of a run. Format: docs/formats.md.
 *
 * A journal is a sequence of records: a header (JSON), one record per finished block and method, an end mark.
 * Each record carries the CRC-32C of its frame and of its payload, so that any flipped byte is found; a cut one
 * is, because the end mark counts the records. What a killed process leaves is a journal without an end mark,
 * at worst with an unfinished last record; a power cut may leave zeros in the place of what was not synced.
 */
#ifndef ESWI_JOURNAL_H
#define ESWI_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/buffer.h"
#include "base/fileio.h"

enum { ESWI_JOURNAL_FORMAT = 1 };

typedef enum { ESWI_RECORD_HEADER = 1, ESWI_RECORD_BLOCK = 2, ESWI_RECORD_END = 3 } eswi_record_kind;

/* Building a record: begin, put the payload, finish. The buffer is then the record's bytes. */
void eswi_record_begin(eswi_buffer *buffer, eswi_record_kind kind);
void eswi_record_finish(eswi_buffer *buffer);

typedef struct eswi_journal {
    eswi_file file;
    uint64_t records; /* written after the header */
    uint32_t chain;   /* CRC-32C over the payload checksums of those records, in order */
    double synced_s;  /* monotonic time of the last sync */
    bool broken;      /* a write failed: nothing more is written */
} eswi_journal;

/* Makes the file and writes the header. */
esw_status eswi_journal_create(eswi_journal *journal, const char *path, const json_t *header, esw_error *error);
/* Appends a finished record; syncs when the last sync is five seconds ago. After a failure the file is cut back
 * to the last whole record and the journal takes no more. */
esw_status eswi_journal_append(eswi_journal *journal, const eswi_buffer *record, esw_error *error);
/* Syncs what was appended so far; nothing on a journal that is not open. */
esw_status eswi_journal_sync(eswi_journal *journal, esw_error *error);
/* Writes the end mark, unless broken, syncs and closes. */
esw_status eswi_journal_close(eswi_journal *journal, esw_error *error);

typedef struct eswi_journal_reader {
    char *path;
    int fd;
    uint64_t size, at;
    uint64_t records;
    uint32_t chain;
    bool ended;     /* the end mark was read */
    bool torn;      /* the last record, at `at`, is unfinished */
    json_t *header; /* NULL when not even the header is whole (then torn) */
    eswi_buffer payload;
} eswi_journal_reader;

/* Opens a journal and reads its header. Close it also after a failure. */
esw_status eswi_journal_open(eswi_journal_reader *reader, const char *path, esw_error *error);
/* The next block record: its payload in *payload (valid until the next call) and its place. *found is false at
 * the end. ESW_IO naming path and offset when a byte is wrong. */
esw_status eswi_journal_next(eswi_journal_reader *reader, eswi_cursor *payload, uint64_t *offset, bool *found,
                             esw_error *error);
/* Reads the block record at an offset that eswi_journal_next gave, into a buffer of the caller. Thread safe. */
esw_status eswi_journal_read(const eswi_journal_reader *reader, uint64_t offset, eswi_buffer *buffer,
                             eswi_cursor *payload, esw_error *error);
void eswi_journal_reader_close(eswi_journal_reader *reader);

#endif

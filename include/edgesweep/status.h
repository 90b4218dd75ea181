/* Status codes and the error object of edgesweep.
 *
 * Every fallible function returns an esw_status and, where it takes an esw_error, leaves a one-line text there
 * that names the place (file, line, key), the value found, what is allowed and the remedy. The library never
 * prints, exits or aborts.
 */
#ifndef EDGESWEEP_STATUS_H
#define EDGESWEEP_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

/* One list gives the enum and the strings. The third column is the program's exit code for that status. */
#define ESW_STATUS_LIST(X)                                                                                   \
    X(ESW_OK, "done", 0)                                                                                     \
    X(ESW_CHECK_FAILED, "a check failed", 1)                                                                 \
    X(ESW_BAD_USAGE, "usage or experiment error", 2)                                                         \
    X(ESW_BAD_INPUT, "the input does not fit its description", 2)                                            \
    X(ESW_TOO_LARGE, "more memory is needed than is allowed", 2)                                             \
    X(ESW_IO, "input or output failed", 3)                                                                   \
    X(ESW_NO_MEMORY, "out of memory", 3)                                                                     \
    X(ESW_BACKEND, "the backend or its device failed", 4)                                                    \
    X(ESW_UNSUPPORTED, "not available in this build", 4)                                                     \
    X(ESW_INTERRUPTED, "interrupted", 130)

typedef enum esw_status {
#define X(name, text, code) name,
    ESW_STATUS_LIST(X)
#undef X
} esw_status;

/* The text of the last error; zero-initialise before use. Owned by the caller, never shared between threads. */
typedef struct esw_error {
    char text[1024];
} esw_error;

/* A short constant text for a status; "unknown status" outside the list. Thread safe. */
const char *esw_status_text(esw_status status);

/* The exit code the command line uses for a status. Thread safe. */
int esw_status_exit_code(esw_status status);

/* Writes a printf-style text into *error (when not NULL) and returns `status`, so that failing is one statement:
 * `return esw_fail(error, ESW_IO, "%s: %s", path, strerror(errno));` */
esw_status esw_fail(esw_error *error, esw_status status, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;

#ifdef __cplusplus
}
#endif
#endif

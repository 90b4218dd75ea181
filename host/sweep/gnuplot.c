/* Running gnuplot: the script as its standard input, its output and messages into files that vanish with us. */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sweep/plot.h"

extern char **environ;

typedef struct streams {
    FILE *input, *output, *messages;
} streams;

static void close_streams(streams *s)
{
    FILE *files[] = {s->input, s->output, s->messages};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; ++i)
        if (files[i])
            fclose(files[i]);
}

static esw_status open_streams(streams *s, const eswi_buffer *script, esw_error *error)
{
    *s = (streams){tmpfile(), tmpfile(), tmpfile()};
    if (!s->input || !s->output || !s->messages ||
        fwrite(script->data, 1, script->size, s->input) != script->size || fflush(s->input) != 0)
        return esw_fail(error, ESW_IO, "a temporary file for gnuplot: %s", strerror(errno));
    rewind(s->input);
    return ESW_OK;
}

/* Starts gnuplot; 0 or an errno. */
static int start(const streams *s, const char *folder, pid_t *child)
{
    char *const arguments[] = {"gnuplot", "-", NULL};
    posix_spawn_file_actions_t actions;
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed)
        return failed;
    failed = posix_spawn_file_actions_addchdir_np(&actions, folder);
    failed = failed ? failed : posix_spawn_file_actions_adddup2(&actions, fileno(s->input), STDIN_FILENO);
    failed = failed ? failed : posix_spawn_file_actions_adddup2(&actions, fileno(s->output), STDOUT_FILENO);
    failed = failed ? failed : posix_spawn_file_actions_adddup2(&actions, fileno(s->messages), STDERR_FILENO);
    failed = failed ? failed : posix_spawnp(child, arguments[0], &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

/* The last line of what gnuplot said: the lines before it quote the command. */
static esw_status fail_with_message(FILE *messages, esw_error *error)
{
    char line[256], last[256] = "";
    rewind(messages);
    while (fgets(line, sizeof line, messages))
        if (strspn(line, " \t\r\n^") < strlen(line))
            memcpy(last, line, sizeof last);
    last[strcspn(last, "\n")] = '\0';
    return esw_fail(error, ESW_IO, "gnuplot failed: %s", last[0] ? last : "it gave no reason");
}

static void append_output(FILE *file, eswi_buffer *output)
{
    char chunk[4096];
    rewind(file);
    for (size_t n = fread(chunk, 1, sizeof chunk, file); n > 0; n = fread(chunk, 1, sizeof chunk, file))
        eswi_buffer_put(output, chunk, n);
}

esw_status eswi_gnuplot_run(const char *folder, const eswi_buffer *script, eswi_buffer *output,
                            esw_error *error)
{
    streams s;
    pid_t child;
    int state = 0;
    if (script->failed)
        return esw_fail(error, ESW_NO_MEMORY, "out of memory");
    esw_status status = open_streams(&s, script, error);
    int failed = status ? 0 : start(&s, folder, &child);
    if (!status && failed)
        status = failed == ENOENT ? esw_fail(error, ESW_UNSUPPORTED, "gnuplot is not installed")
                                  : esw_fail(error, ESW_IO, "starting gnuplot: %s", strerror(failed));
    if (!status) {
        while (waitpid(child, &state, 0) < 0 && errno == EINTR)
            ;
        if (!WIFEXITED(state) || WEXITSTATUS(state) != 0)
            status = fail_with_message(s.messages, error);
    }
    if (!status && output)
        append_output(s.output, output);
    close_streams(&s);
    return status;
}

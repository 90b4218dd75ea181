/* Which program this is, and whether a run was begun by another. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fileio.h"

int cli_print_version(const char *program)
{
    json_t *identity = esw_identity_json("");
    if (!identity)
        return cli_fail(ESW_NO_MEMORY, "out of memory");
    printf("%s %s (%s)\n", program, json_string_value(json_object_get(identity, "version")),
           json_string_value(json_object_get(identity, "commit")));
    json_decref(identity);
    return 0;
}

void cli_note_other_version(const char *directory)
{
    char *path = eswi_path_join(directory, "manifest.json");
    json_t *manifest = path ? json_load_file(path, 0, NULL) : NULL, *here = esw_identity_json("");
    const json_t *there = json_object_get(manifest, "edgesweep");
    const char *version = json_string_value(json_object_get(there, "version"));
    const char *commit = json_string_value(json_object_get(there, "commit"));
    const char *own_version = json_string_value(json_object_get(here, "version"));
    const char *own_commit = json_string_value(json_object_get(here, "commit"));
    /* A commit that was built with changes ends in -dirty here, and is told by `dirty` there. */
    if (version && commit && own_version && own_commit &&
        (strcmp(version, own_version) != 0 || strncmp(commit, own_commit, strlen(commit)) != 0))
        fprintf(stderr, "edgesweep: note: %s was last worked on by version %.40s (%.60s), this is %s (%s)\n",
                directory, version, commit, own_version, own_commit);
    json_decref(manifest);
    json_decref(here);
    free(path);
}

/* Finding the figures that come with edgesweep: all *.yaml of figures/ in the first data folder that has it. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/datasets.h"
#include "base/fileio.h"
#include "edgesweep/figure.h"

enum { PATH_BYTES = 4096 };

/* Order in which runs of digits compare as numbers: fig2 before fig10. */
static int natural_order(const void *left, const void *right)
{
    const char *a = *(const char *const *)left, *b = *(const char *const *)right;
    while (*a && *b) {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            char *end_a, *end_b;
            const unsigned long x = strtoul(a, &end_a, 10), y = strtoul(b, &end_b, 10);
            if (x != y)
                return x < y ? -1 : 1;
            a = end_a;
            b = end_b;
        } else if (*a != *b) {
            break;
        } else {
            ++a;
            ++b;
        }
    }
    return (unsigned char)*a - (unsigned char)*b;
}

static bool is_figure(const char *name)
{
    const size_t length = strlen(name);
    return length > 5 && strcmp(name + length - 5, ".yaml") == 0;
}

static esw_status add_path(char ***paths, size_t *count, const char *folder, const char *name, esw_error *error)
{
    char **more = realloc(*paths, (*count + 1) * sizeof *more);
    if (more)
        *paths = more;
    char *path = more ? eswi_path_join(folder, name) : NULL;
    if (!path)
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", folder);
    more[(*count)++] = path;
    return ESW_OK;
}

esw_status esw_figures_find(char ***paths, size_t *count, esw_error *error)
{
    char folder[PATH_BYTES];
    *paths = NULL;
    *count = 0;
    DIR *dir = eswi_dataset_find("figures", folder, sizeof folder) ? opendir(folder) : NULL;
    if (!dir)
        return esw_fail(
            error, ESW_IO,
            "the figures that come with edgesweep are missing; name the folder that holds figures/ in "
            "EDGESWEEP_DATA");
    esw_status status = ESW_OK;
    for (struct dirent *entry = readdir(dir); entry && !status; entry = readdir(dir))
        if (is_figure(entry->d_name))
            status = add_path(paths, count, folder, entry->d_name, error);
    closedir(dir);
    if (!status && *count > 1)
        qsort(*paths, *count, sizeof **paths, natural_order);
    for (size_t i = 0; i < *count && status; ++i)
        free((*paths)[i]);
    if (status) {
        free(*paths);
        *paths = NULL;
        *count = 0;
    }
    return status;
}

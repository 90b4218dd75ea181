#include "backend/modules.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend_abi.h"

/* A module that is there but cannot be used, and why. */
typedef struct broken_module {
    eswi_backend backend; /* first, so that a pointer to it is one to the whole */
    esw_error why;
} broken_module;

static esw_status say_why(const eswi_backend *self, esw_error *error)
{
    const broken_module *broken = (const broken_module *)self;
    return esw_fail(error, ESW_BACKEND, "%s", broken->why.text);
}

static const char *describe_nothing(void)
{
    return "";
}

static const eswi_solver_ops *no_ops(const esw_system *system)
{
    (void)system;
    return NULL;
}

static const eswi_backend *broken(const char *name, const char *path, const char *why)
{
    broken_module *module = calloc(1, sizeof *module);
    if (!module)
        return NULL;
    module->backend = (eswi_backend){name, describe_nothing, no_ops, say_why};
    /* dlerror begins with the path itself. */
    const char *place = strncmp(why, path, strlen(path)) == 0 ? "" : path;
    esw_fail(&module->why, ESW_BACKEND, "%.500s%s%.500s", place, *place ? ": " : "", why);
    return &module->backend;
}

static const eswi_backend *open_module(const char *name, const char *path)
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        return broken(name, path, dlerror());
    const eswi_backend_exports *exports = dlsym(handle, ESWI_BACKEND_SYMBOL);
    const char *why = !exports                                      ? "is not a backend of edgesweep"
                      : strcmp(exports->abi, ESWI_BACKEND_ABI) != 0 ? "belongs to another version of edgesweep"
                      : strcmp(exports->backend->name, name) != 0   ? "holds a backend of another name"
                                                                    : NULL;
    if (!why)
        return exports->backend;
    dlclose(handle);
    return broken(name, path, why);
}

/* The folder of the program or shared library that this code is in, without a slash at its end. */
static void own_folder(char *folder, size_t size)
{
    Dl_info info;
    char *path = dladdr(&eswi_module_load, &info) && strchr(info.dli_fname, '/')
                     ? realpath(info.dli_fname, NULL)
                     : realpath("/proc/self/exe", NULL); /* a program found in PATH */
    char *slash = path ? strrchr(path, '/') : NULL;
    if (slash)
        *slash = '\0';
    snprintf(folder, size, "%s", slash ? path : ".");
    free(path);
}

const eswi_backend *eswi_module_load(const char *name)
{
    char beside[4096], folders[3 * 4096];
    const char *chosen = getenv("EDGESWEEP_BACKENDS");
    own_folder(beside, sizeof beside);
    snprintf(folders, sizeof folders, "%s:%s/" ESWI_MODULES_FROM_PROGRAM ":" ESWI_MODULES_INSTALLED, beside,
             beside);
    for (const char *folder = chosen ? chosen : folders; *folder;) {
        char path[4096 + 64];
        const size_t length = strcspn(folder, ":");
        const int written = snprintf(path, sizeof path, "%.*s/edgesweep-%s.so", (int)length, folder, name);
        if (length > 0 && written < (int)sizeof path && access(path, F_OK) == 0)
            return open_module(name, path);
        folder += length + (folder[length] == ':');
    }
    return NULL;
}

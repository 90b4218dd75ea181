/* Backends in files of their own, edgesweep-NAME.so, loaded with dlopen: a program built with CUDA starts where its
 * libraries are missing, and host code never asks which backends it was built with. */
#ifndef ESWI_MODULES_H
#define ESWI_MODULES_H

#include "backend/backend.h"

/* The backend of module `name`; NULL where no such file is found. A file that is there but cannot be loaded, or belongs
 * to another build, gives a backend whose `usable` says why. What is loaded stays loaded. Not thread safe. */
const eswi_backend *eswi_module_load(const char *name);

#endif

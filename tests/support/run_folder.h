/* Folders that tests write to: made in the working folder, removed at the end. */
#ifndef RUN_FOLDER_H
#define RUN_FOLDER_H

#include <stddef.h>

/* A new empty folder; the text is malloc'ed. */
char *run_folder_make(void);
/* Removes a folder with all it holds and frees the text. */
void run_folder_remove(char *folder);

/* A whole file, NUL-terminated and malloc'ed; fails the test when it cannot be read. */
char *run_folder_read(const char *folder, const char *name, size_t *length);
void run_folder_write(const char *folder, const char *name, const void *data, size_t length);
void run_folder_unlink(const char *folder, const char *name);
/* 1 if the folder holds a file of that name. */
int run_folder_has(const char *folder, const char *name);

#endif

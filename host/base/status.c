#include "edgesweep/status.h"

#include <stdarg.h>
#include <stdio.h>

const char *esw_status_text(esw_status status)
{
    switch (status) {
#define X(name, text, code) \
    case name:              \
        return text;
        ESW_STATUS_LIST(X)
#undef X
    }
    return "unknown status";
}

int esw_status_exit_code(esw_status status)
{
    switch (status) {
#define X(name, text, code) \
    case name:              \
        return code;
        ESW_STATUS_LIST(X)
#undef X
    }
    return 4;
}

esw_status esw_fail(esw_error *error, esw_status status, const char *format, ...)
{
    if (error) {
        va_list args;
        va_start(args, format);
        vsnprintf(error->text, sizeof error->text, format, args);
        va_end(args);
    }
    return status;
}

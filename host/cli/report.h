/* What `report` and `reproduce` say about a report they wrote. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "edgesweep/report.h"

/* The report's path on stdout; on stderr, if it has no figures, why. */
void cli_report_print_notes(const esw_report_summary *summary, const char *path);

#endif

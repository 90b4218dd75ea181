/* Reports: one line each that names kernel, block, thread and source line. */
#include <cstdarg>
#include <cstdio>

#include "engine.h"

namespace simt
{

static const size_t most_reports = 50; /* a broken kernel repeats itself */
static std::vector<std::string> &found =
    *new std::vector<std::string>; /* leaks are reported after destructors */

const std::vector<std::string> &reports()
{
    return found;
}
void clear_reports()
{
    found.clear();
}

static std::string context()
{
    if (!engine.kernel)
        return "host";
    char text[256];
    const uint3 b = current_block.block_index;
    snprintf(text, sizeof text, "kernel %s", engine.kernel);
    std::string result = text;
    if (engine.call) { /* an executor names block and thread itself */
        snprintf(text, sizeof text, ", block (%u,%u,%u)", b.x, b.y, b.z);
        result += text;
    }
    if (current_thread) {
        snprintf(text, sizeof text, ", thread %u", current_thread->linear);
        result += text;
    }
    return result;
}

static void add(const char *file, int line, const char *format, va_list arguments)
{
    char text[2048];
    vsnprintf(text, sizeof text, format, arguments);
    if (found.size() >= most_reports)
        return;
    std::string where = file ? ", " + std::string(file) + ":" + std::to_string(line) : "";
    found.push_back("simt: " + context() + where + ": " + text);
    if (config.print_reports)
        fprintf(stderr, "%s\n", found.back().c_str());
}

void report(const char *file, int line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(file, line, format, arguments);
    va_end(arguments);
    device_lost(cudaErrorLaunchFailure);
}

void remark(const char *file, int line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(file, line, format, arguments);
    va_end(arguments);
}

int report_leaks()
{
    const Locked locked;
    return report_memory_leaks() + report_stream_leaks();
}

} // namespace simt

#if SIMT_ASAN
/* The sanitizers call these before their own reports, which know the source line but no CUDA thread. */
extern "C" void __asan_on_error()
{
    fprintf(stderr, "simt: %s: AddressSanitizer found:\n", simt::context().c_str());
}

extern "C" void __ubsan_on_report()
{
    fprintf(stderr, "simt: %s: UndefinedBehaviorSanitizer found:\n", simt::context().c_str());
}
#endif

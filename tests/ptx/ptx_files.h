/* The PTX files a test is about, listed by the build. */
#ifndef PTX_FILES_H
#define PTX_FILES_H

#include <string>
#include <vector>

inline std::vector<std::string> ptx_files()
{
    std::vector<std::string> files{""};
    for (const char *c = ESW_PTX_FILES; *c; c++)
        if (*c == '|')
            files.emplace_back();
        else
            files.back() += *c;
    return files;
}

#endif

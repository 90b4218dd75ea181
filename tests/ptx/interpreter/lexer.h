/* PTX text as tokens. */
#ifndef PTX_LEXER_H
#define PTX_LEXER_H

#include <string>
#include <vector>

namespace ptx
{

struct Token {
    std::string text; /* words (with '.', '%', '$', '::'), numbers, strings without quotes, single characters */
    int line;
};

/* Comments dropped; the last token has an empty text. Throws Error. */
std::vector<Token> tokenize(const std::string &text);

} // namespace ptx

#endif

#include <cctype>

#include "lexer.h"
#include "opcodes.h"

namespace ptx
{

/* Instructions begin statements: after ';', '{', '}', ':' or a guard. */
static bool begins_statement(const std::vector<Token> &tokens, size_t i)
{
    if (!isalpha(static_cast<unsigned char>(tokens[i].text[0])) || tokens[i + 1].text == ":")
        return false;
    const std::string &before = i > 0 ? tokens[i - 1].text : ";";
    const bool after_guard =
        i >= 2 && (tokens[i - 2].text == "@" || (tokens[i - 2].text == "!" && tokens[i - 3].text == "@"));
    /* A .loc has no end mark of its own: what follows it starts a line. */
    const bool starts_line =
        i > 0 && tokens[i - 1].line < tokens[i].line && tokens[i].text.find('.') != std::string::npos;
    return before == ";" || before == "{" || before == "}" || before == ":" || after_guard || starts_line;
}

std::vector<std::string> lint(const std::string &text)
{
    std::vector<std::string> findings;
    const std::vector<Token> tokens = tokenize(text);
    for (size_t i = 0; i + 1 < tokens.size(); i++) {
        if (tokens[i].text.empty() || !begins_statement(tokens, i))
            continue;
        const std::string why = refusal(tokens[i].text);
        if (why != "unknown instruction")
            findings.push_back("line " + std::to_string(tokens[i].line) + " " + tokens[i].text + ": " + why);
    }
    return findings;
}

} // namespace ptx

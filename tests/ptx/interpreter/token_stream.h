/* Reading tokens one after the other, with errors that name the line. */
#ifndef PTX_TOKEN_STREAM_H
#define PTX_TOKEN_STREAM_H

#include <string>
#include <vector>

#include "lexer.h"
#include "parser.h"

namespace ptx
{

[[noreturn]] inline void fail_at(int line, const std::string &text)
{
    throw Error("line " + std::to_string(line) + ": " + text);
}

class TokenStream
{
  public:
    explicit TokenStream(const std::string &text) : tokens_(tokenize(text))
    {
    }

    const std::string &peek() const
    {
        return tokens_[at_].text;
    }
    /* The token behind the next one. */
    const std::string &peek_second() const
    {
        return tokens_[at_end() ? at_ : at_ + 1].text;
    }
    int line() const
    {
        return tokens_[at_].line;
    }
    bool at_end() const
    {
        return at_ + 1 == tokens_.size();
    }

    std::string next()
    {
        const std::string text = peek();
        if (!at_end())
            at_++;
        return text;
    }
    bool accept(const std::string &text)
    {
        if (peek() != text || at_end())
            return false;
        at_++;
        return true;
    }
    void expect(const std::string &text)
    {
        if (!accept(text))
            fail_at(line(), "expected '" + text + "', found '" + peek() + "'");
    }
    uint64_t number()
    {
        uint64_t value;
        if (!parse_number(peek(), &value))
            fail_at(line(), "expected a number, found '" + peek() + "'");
        next();
        return value;
    }
    void skip_line()
    {
        for (const int start = line(); !at_end() && line() == start;)
            next();
    }
    void skip_past(const std::string &text)
    {
        while (!at_end() && next() != text) {
        }
    }

  private:
    std::vector<Token> tokens_;
    size_t at_ = 0;
};

} // namespace ptx

#endif

#include "lexer.h"

#include <cctype>

#include "module.h"

namespace ptx
{

static bool is_word(char c)
{
    return isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$' || c == '%' || c == '.';
}

namespace
{

class Lexer
{
  public:
    explicit Lexer(const std::string &text) : text_(text)
    {
    }

    std::vector<Token> run()
    {
        std::vector<Token> tokens;
        for (skip_blanks(); at_ < text_.size(); skip_blanks())
            tokens.push_back({next(), line_});
        tokens.push_back({"", line_});
        return tokens;
    }

  private:
    bool looking_at(const char *word) const
    {
        return text_.compare(at_, 2, word) == 0;
    }

    void skip_to_end_of(const char *mark)
    {
        const size_t end = text_.find(mark, at_);
        if (end == std::string::npos) {
            at_ = text_.size();
            return;
        }
        for (; at_ < end; at_++)
            line_ += text_[at_] == '\n';
    }

    void skip_blanks()
    {
        while (at_ < text_.size()) {
            if (looking_at("//")) {
                skip_to_end_of("\n");
            } else if (looking_at("/*")) {
                skip_to_end_of("*/");
                at_ += 2;
            } else if (isspace(static_cast<unsigned char>(text_[at_]))) {
                line_ += text_[at_++] == '\n';
            } else {
                return;
            }
        }
    }

    std::string next()
    {
        const size_t begin = at_;
        if (text_[at_] == '"') {
            const size_t end = text_.find('"', at_ + 1);
            if (end == std::string::npos)
                throw Error("line " + std::to_string(line_) + ": a string does not end");
            at_ = end + 1;
            return text_.substr(begin + 1, end - begin - 1);
        }
        if (!is_word(text_[at_]))
            return std::string(1, text_[at_++]);
        while (at_ < text_.size() && (is_word(text_[at_]) || looking_at("::")))
            at_ += text_[at_] == ':' ? 2 : 1;
        return text_.substr(begin, at_ - begin);
    }

    const std::string &text_;
    size_t at_ = 0;
    int line_ = 1;
};

} // namespace

std::vector<Token> tokenize(const std::string &text)
{
    return Lexer(text).run();
}

} // namespace ptx

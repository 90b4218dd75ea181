/* Declarations, function bodies and operands. The grammar is the part of PTX that nvcc emits for kernels. */
#include "parser.h"

#include <cctype>
#include <cstdlib>
#include <cstring>

#include "token_stream.h"

namespace ptx
{

bool parse_number(const std::string &text, uint64_t *value)
{
    if (text.empty() || !isdigit(static_cast<unsigned char>(text[0])))
        return false;
    const char *digits = text.c_str();
    int base = 0;
    if (text.size() > 2 && digits[0] == '0' && strchr("fFdD", digits[1])) { /* the bits of a float or double */
        digits += 2;
        base = 16;
    }
    char *end;
    *value = strtoull(digits, &end, base);
    if (base == 0 && (*end == 'U' || *end == 'u'))
        end++;
    return *end == 0;
}

static size_t align_up(size_t offset, size_t alignment)
{
    return (offset + alignment - 1) / alignment * alignment;
}

/* Bytes of ".b32" and the like, 0 if it is no type. */
static size_t type_bytes(const std::string &type)
{
    if (type == ".pred")
        return 1;
    if (type.size() < 3 || !strchr("busf", type[1]))
        return 0;
    const std::string bits = type.substr(2);
    return bits == "8" ? 1 : bits == "16" ? 2 : bits == "32" ? 4 : bits == "64" ? 8 : bits == "128" ? 16 : 0;
}

/* After the state space: [.align n] .type [.ptr ...] name [dimensions] [= initial]. An empty dimension gives 0
 * bytes. */
static Variable parse_variable(TokenStream &in)
{
    Variable v;
    size_t element = 0, alignment = 0;
    while (in.peek()[0] == '.') {
        const std::string word = in.next();
        if (word == ".align")
            alignment = in.number();
        else if (word == ".ptr" || word == ".global" || word == ".const" || word == ".shared" ||
                 word == ".local")
            continue; /* what a pointer parameter points to */
        else if (!(element = type_bytes(word)))
            fail_at(in.line(), "type " + word + " of a variable is not known");
    }
    v.name = in.next();
    v.bytes = element;
    v.alignment = alignment ? alignment : element;
    while (in.accept("["))
        if (in.accept("]")) {
            v.bytes = 0;
        } else {
            v.bytes *= in.number();
            in.expect("]");
        }
    if (!in.accept("="))
        return v;
    const bool braces = in.accept("{");
    do {
        const bool minus = in.accept("-");
        const uint64_t value = minus ? 0 - in.number() : in.number();
        for (size_t i = 0; i < element; i++)
            v.initial.push_back(static_cast<uint8_t>(value >> (8 * i)));
    } while (braces && in.accept(","));
    if (braces)
        in.expect("}");
    return v;
}

/* ---------------------------------------------------------------- functions */

class FunctionParser : public SymbolTable
{
  public:
    FunctionParser(Module &module, TokenStream &in, Function &function)
        : module_(module), in_(in), builder_(function)
    {
    }
    void parameters(std::vector<Variable> *list);
    void body();
    Symbol find(const std::string &name, int line) const override;

  private:
    struct Scope {
        std::map<std::string, int> registers;
        std::map<std::string, Symbol> symbols;
    };
    void statement();
    void declare_registers();
    void declare_memory(const std::string &space);
    bool label_or_targets();
    void instruction(RawInstruction raw, const std::string &opcode);
    void location();
    Operand operand();
    Operand memory_operand();
    Operand sequence(Operand::Kind kind, const char *end);
    int find_register(const std::string &name) const;

    Module &module_;
    TokenStream &in_;
    FunctionBuilder builder_;
    std::vector<Scope> scopes_{1};
    int file_ = 0, file_line_ = 0;
};

/* "( .param .b32 a, .param .align 8 .b8 b[24] )", laid out one after the other in the frame's parameter block.
 */
void FunctionParser::parameters(std::vector<Variable> *list)
{
    if (!in_.accept("("))
        return;
    while (!in_.accept(")")) {
        in_.expect(".param");
        Variable v = parse_variable(in_);
        Function &f = builder_.function;
        v.offset = align_up(f.param_bytes, v.alignment);
        f.param_bytes = v.offset + v.bytes;
        scopes_[0].symbols[v.name] = {ConstantKind::value, v.offset, v.bytes, true};
        list->push_back(v);
        in_.accept(",");
    }
}

int FunctionParser::find_register(const std::string &name) const
{
    for (size_t i = scopes_.size(); i-- > 0;) {
        auto found = scopes_[i].registers.find(name);
        if (found != scopes_[i].registers.end())
            return found->second;
    }
    return -1;
}

Symbol FunctionParser::find(const std::string &name, int line) const
{
    for (size_t i = scopes_.size(); i-- > 0;) {
        auto found = scopes_[i].symbols.find(name);
        if (found != scopes_[i].symbols.end())
            return found->second;
    }
    auto stored = module_.storage_.find(name);
    if (stored != module_.storage_.end())
        return {ConstantKind::value, reinterpret_cast<uint64_t>(stored->second.data.get()),
                stored->second.bytes, false};
    auto shared = module_.shared_.find(name);
    if (shared != module_.shared_.end())
        return {ConstantKind::value, shared->second.offset, shared->second.bytes, false};
    if (module_.dynamic_shared_.count(name))
        return {ConstantKind::dynamic_shared, 0, 0, false};
    fail_at(line, "'" + name + "' is not declared");
}

void FunctionParser::declare_registers()
{
    const std::string type = in_.next();
    if (!type_bytes(type))
        fail_at(in_.line(), "register type " + type + " is not known");
    do {
        const std::string name = in_.next();
        if (in_.accept("<")) {
            const uint64_t n = in_.number();
            in_.expect(">");
            for (uint64_t i = 0; i < n; i++)
                scopes_.back().registers[name + std::to_string(i)] = builder_.new_register();
        } else {
            scopes_.back().registers[name] = builder_.new_register();
        }
    } while (in_.accept(","));
    in_.expect(";");
}

/* .local, .shared and .param variables of the body; .param ones are parameters of calls. */
void FunctionParser::declare_memory(const std::string &space)
{
    const Variable v = parse_variable(in_);
    in_.expect(";");
    Function &f = builder_.function;
    size_t &bytes = space == ".local" ? f.local_bytes : space == ".shared" ? f.shared_bytes : f.param_bytes;
    const size_t offset = align_up(bytes, v.alignment);
    bytes = offset + v.bytes;
    const ConstantKind kind = space == ".local"    ? ConstantKind::local_address
                              : space == ".shared" ? ConstantKind::function_shared
                                                   : ConstantKind::value;
    scopes_.back().symbols[v.name] = {kind, offset, v.bytes, space == ".param"};
}

void FunctionParser::location()
{
    file_ = static_cast<int>(in_.number());
    file_line_ = static_cast<int>(in_.number());
    in_.skip_line();
}

/* "name:" or "name: .branchtargets a, b;", with `name` not yet consumed; false if it is neither. */
bool FunctionParser::label_or_targets()
{
    if (in_.peek_second() != ":")
        return false;
    const std::string name = in_.next();
    in_.next();
    if (in_.accept(".branchtargets")) {
        std::vector<std::string> &targets = builder_.branch_targets[name];
        do
            targets.push_back(in_.next());
        while (in_.accept(","));
        in_.expect(";");
    } else {
        builder_.labels[name] = builder_.function.code.size();
    }
    return true;
}

void FunctionParser::instruction(RawInstruction raw, const std::string &opcode)
{
    raw.opcode = opcode;
    raw.source_file = file_;
    raw.source_line = file_line_;
    while (!in_.accept(";")) {
        raw.operands.push_back(operand());
        if (in_.peek() != ";")
            in_.expect(",");
    }
    decode(raw, builder_, *this);
}

void FunctionParser::statement()
{
    RawInstruction raw;
    raw.line = in_.line();
    const std::string first = in_.peek();
    if (first[0] != '.' && first != "@") {
        if (!label_or_targets())
            instruction(raw, in_.next());
        return;
    }
    in_.next();
    if (first == "@") {
        raw.guard_negated = in_.accept("!");
        raw.guard = find_register(in_.peek());
        if (raw.guard < 0)
            fail_at(raw.line, "guard '" + in_.peek() + "' is not a register");
        in_.next();
        instruction(raw, in_.next());
    } else if (first == ".reg") {
        declare_registers();
    } else if (first == ".local" || first == ".shared" || first == ".param") {
        declare_memory(first);
    } else if (first == ".loc") {
        location();
    } else if (first == ".pragma") {
        in_.skip_past(";");
    } else {
        fail_at(raw.line, "statement " + first + " is not known");
    }
}

void FunctionParser::body()
{
    scopes_.emplace_back();
    for (size_t depth = 1; depth > 0;) {
        if (in_.at_end())
            fail_at(in_.line(), "the body of " + builder_.function.name + " does not end");
        if (in_.accept("{")) {
            scopes_.emplace_back();
            depth++;
        } else if (in_.accept("}")) {
            scopes_.pop_back();
            depth--;
        } else {
            statement();
        }
    }
    if (builder_.function.code.empty())
        fail_at(in_.line(), "the body of " + builder_.function.name + " is empty");
    builder_.finish();
}

/* ---------------------------------------------------------------- operands */

Operand FunctionParser::sequence(Operand::Kind kind, const char *end)
{
    Operand o;
    o.kind = kind;
    while (!in_.accept(end)) {
        o.elements.push_back(operand());
        in_.accept(",");
    }
    return o;
}

Operand FunctionParser::memory_operand()
{
    Operand o = operand();
    o.memory = true;
    const bool minus = in_.accept("-");
    if (minus || in_.accept("+")) {
        const bool inner_minus = in_.accept("-"); /* nvcc writes [%rd1+-4] */
        const int64_t distance = static_cast<int64_t>(in_.number());
        o.offset = minus != inner_minus ? -distance : distance;
    }
    in_.expect("]");
    return o;
}

Operand FunctionParser::operand()
{
    Operand o;
    const int line = in_.line();
    if (in_.accept("{"))
        return sequence(Operand::vector, "}");
    if (in_.accept("("))
        return sequence(Operand::list, ")");
    if (in_.accept("["))
        return memory_operand();
    if (in_.accept("!")) {
        o = operand();
        o.negated = true;
        return o;
    }
    const bool minus = in_.accept("-");
    const std::string word = in_.next();
    if (parse_number(word, &o.value)) {
        o.kind = Operand::immediate;
        o.value = minus ? 0 - o.value : o.value;
        return o;
    }
    if (minus)
        fail_at(line, "a number must follow '-', not '" + word + "'");
    o.name = word;
    o.reg_index = find_register(word);
    if (o.reg_index >= 0 && in_.accept("|")) {
        const std::string second = in_.next();
        o.second = find_register(second);
        if (o.second < 0)
            fail_at(line, "'" + second + "' is not a register");
    }
    if (o.reg_index < 0)
        o.kind = word == "_"                           ? Operand::sink
                 : word[0] == '%' || word == "WARP_SZ" ? Operand::special
                                                       : Operand::symbol;
    return o;
}

/* ---------------------------------------------------------------- modules */

class Parser
{
  public:
    Parser(Module &module, const std::string &text) : module_(module), in_(text)
    {
    }
    void run();

  private:
    void function(bool is_entry);
    void module_variable(const std::string &space, bool is_extern);
    void skip_section();
    BlockExtents block_extents();

    Module &module_;
    TokenStream in_;
};

/* What follows .maxntid and .reqntid: one, two or three numbers of threads. */
BlockExtents Parser::block_extents()
{
    BlockExtents extents{1, 1, 1};
    size_t n = 0;
    do {
        if (n == extents.size())
            fail_at(in_.line(), "a block has three extents");
        extents[n++] = in_.number();
    } while (in_.accept(","));
    return extents;
}

static bool same_layout(const std::vector<Variable> &a, const std::vector<Variable> &b)
{
    if (a.size() != b.size())
        return false;
    for (size_t i = 0; i < a.size(); i++)
        if (a[i].bytes != b[i].bytes)
            return false;
    return true;
}

void Parser::function(bool is_entry)
{
    const int line = in_.line();
    Function f;
    f.is_entry = is_entry;
    FunctionParser parser(module_, in_, f);
    if (!is_entry)
        parser.parameters(&f.results);
    f.name = in_.next();
    parser.parameters(&f.parameters);
    while (in_.peek() != "{" && in_.peek() != ";" && !in_.at_end()) {
        const std::string directive = in_.next(); /* most are for ptxas alone */
        if (directive == ".maxntid") {
            f.most_threads = 1;
            for (uint64_t extent : block_extents())
                f.most_threads *= extent;
        } else if (directive == ".reqntid") {
            f.exact_block = block_extents();
        }
    }
    f.is_defined = !in_.accept(";");
    if (f.is_defined) {
        in_.expect("{");
        parser.body();
    }
    auto known = module_.functions_.find(f.name);
    if (known != module_.functions_.end()) {
        if (known->second.is_defined && f.is_defined)
            fail_at(line, f.name + " is defined twice");
        if (!same_layout(known->second.parameters, f.parameters))
            fail_at(line, f.name + " is declared with other parameters");
        if (!f.is_defined)
            return;
    }
    module_.functions_[f.name] = std::move(f);
}

void Parser::module_variable(const std::string &space, bool is_extern)
{
    const int line = in_.line();
    Variable v = parse_variable(in_);
    in_.expect(";");
    if (space == ".shared" && v.bytes == 0) {
        module_.dynamic_shared_[v.name] = true;
    } else if (is_extern) {
        fail_at(line, "external variable " + v.name + " is not in this text");
    } else if (space == ".shared") {
        v.offset = align_up(module_.static_shared_bytes_, v.alignment);
        module_.static_shared_bytes_ = v.offset + v.bytes;
        module_.shared_[v.name] = v;
    } else {
        Module::Storage &storage = module_.storage_[v.name];
        storage.bytes = v.bytes;
        storage.data.reset(new uint8_t[v.bytes + 1]()); /* new aligns to 16 */
        std::copy(v.initial.begin(), v.initial.end(), storage.data.get());
    }
}

void Parser::skip_section()
{
    in_.skip_past("{");
    in_.skip_past("}");
}

void Parser::run()
{
    bool is_extern = false;
    while (!in_.at_end()) {
        const int line = in_.line();
        const std::string word = in_.next();
        if (word == ".visible" || word == ".weak" || word == ".extern" || word == ".common") {
            is_extern = word == ".extern";
            continue;
        }
        if (word == ".target") {
            module_.target_ = in_.peek();
            in_.skip_line();
        } else if (word == ".version" || word == ".address_size") {
            in_.next();
        } else if (word == ".file") {
            const int number = static_cast<int>(in_.number());
            module_.files_[number] = in_.peek();
            in_.skip_line();
        } else if (word == ".entry" || word == ".func") {
            function(word == ".entry");
        } else if (word == ".global" || word == ".const" || word == ".shared") {
            module_variable(word, is_extern);
        } else if (word == ".section") {
            skip_section();
        } else {
            fail_at(line, "statement " + word + " is not known");
        }
        is_extern = false;
    }
}

Module::Module(const std::string &text)
{
    Parser(*this, text).run();
    link();
}

} // namespace ptx

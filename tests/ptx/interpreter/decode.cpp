/* From an instruction as written to a handler with its operands bound. */
#include <algorithm>
#include <cstring>
#include <set>

#include "opcodes.h"
#include "parser.h"

namespace ptx
{

/* ---------------------------------------------------------------- opcodes */

const OpcodeTable &opcode_table()
{
    static const OpcodeTable table = [] {
        OpcodeTable t;
        add_integer_opcodes(t);
        add_bit_opcodes(t);
        add_float_opcodes(t);
        add_convert_opcodes(t);
        add_compare_opcodes(t);
        add_memory_opcodes(t);
        add_control_opcodes(t);
        add_warp_opcodes(t);
        return t;
    }();
    return table;
}

static std::vector<std::string> split(const std::string &opcode)
{
    std::vector<std::string> parts;
    for (size_t begin = 0; begin <= opcode.size();) {
        const size_t end = std::min(opcode.find('.', begin), opcode.size());
        parts.push_back(opcode.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

static const std::map<std::string, Space> spaces = {
    {"global", Space::global},      {"shared", Space::shared},     {"shared::cta", Space::shared},
    {"local", Space::local},        {"const", Space::constant},    {"param", Space::param},
    {"param::entry", Space::param}, {"param::func", Space::param},
};

/* Caching, and ordering weaker than this machine's, which runs one instruction at a time on one memory. */
static bool is_memory_hint(const std::string &base, const std::string &m)
{
    static const std::set<std::string> hints = {"weak",    "volatile", "relaxed", "acq_rel", "cta",
                                                "cluster", "gpu",      "sys",     "ca",      "cg",
                                                "cs",      "lu",       "cv",      "wb",      "wt"};
    if (m == "nc" || m == "acquire")
        return base == "ld" || (m == "acquire" && base == "atom");
    if (m == "release")
        return base == "st" || base == "atom" || base == "red";
    return hints.count(m) || m.compare(0, 4, "L1::") == 0 || m.compare(0, 4, "L2::") == 0;
}

/* Whether `.uni` says that all threads do the same, and so changes nothing. */
static bool may_be_uniform(const std::string &base)
{
    return base == "bra" || base == "brx" || base == "call" || base == "ret";
}

CanonicalOpcode canonical(const std::string &opcode)
{
    std::vector<std::string> parts = split(opcode);
    CanonicalOpcode result;
    std::string &base = parts[0];
    const bool memory = base == "ld" || base == "ldu" || base == "st" || base == "atom" || base == "red";
    const bool address = base == "cvta" || base == "isspacep" || base == "prefetch";
    if (base == "ldu")
        base = "ld";
    if (base == "barrier")
        base = "bar";
    if (base == "membar" || (base == "fence" && parts.size() > 1))
        parts.resize(1);
    if (base == "membar")
        base = "fence";
    result.name = base;
    for (size_t i = 1; i < parts.size(); i++) {
        const std::string &m = parts[i];
        auto space = spaces.find(m);
        if ((memory || address) && space != spaces.end())
            result.space = space->second;
        else if (memory && (m == "v2" || m == "v4"))
            result.vector = m == "v2" ? 2 : 4;
        else if ((memory && is_memory_hint(base, m)) || (base == "bar" && (m == "aligned" || m == "cta")) ||
                 (m == "uni" && may_be_uniform(base)))
            continue;
        else
            result.name += "." + m;
    }
    if (base == "vote" && opcode.find(".uni") != std::string::npos)
        result.name = opcode; /* here .uni is the operation */
    return result;
}

static bool has_part(const std::vector<std::string> &parts, std::initializer_list<const char *> names)
{
    return std::any_of(names.begin(), names.end(),
                       [&](const char *n) { return std::find(parts.begin(), parts.end(), n) != parts.end(); });
}

std::string refusal(const std::string &opcode)
{
    const std::vector<std::string> parts = split(opcode);
    const std::string &base = parts[0];
    const bool is_float = has_part(parts, {"f32", "f64"});
    if (has_part(parts, {"approx", "full"}) || has_part({base}, {"ex2", "lg2", "sin", "cos", "rsqrt", "tanh"}))
        return "approximate: its bits are not specified";
    if (has_part(parts, {"ftz"}))
        return "flushes subnormal numbers, the CPU does not";
    if (is_float && has_part({base}, {"add", "sub", "mul", "mad"}) &&
        !has_part(parts, {"rn", "rz", "rm", "rp"}))
        return "has no rounding mode: ptxas may contract it into a fused multiply-add";
    if (is_float && has_part({base}, {"atom", "red"}))
        return "a float atomic: its result depends on the order of threads";
    return "unknown instruction";
}

/* ---------------------------------------------------------------- the function being built */

int FunctionBuilder::constant(ConstantKind kind, uint64_t value)
{
    auto [entry, is_new] = constant_index_.insert({{kind, value}, static_cast<int>(function.constants.size())});
    if (is_new)
        function.constants.push_back({kind, value});
    return -2 - entry->second;
}

size_t FunctionBuilder::label(const std::string &name, int line) const
{
    auto found = labels.find(name);
    if (found == labels.end())
        throw Error("line " + std::to_string(line) + ": label '" + name + "' is not defined");
    return found->second;
}

void FunctionBuilder::finish()
{
    for (Instruction &instruction : function.code)
        for (int &source : instruction.source)
            if (source <= -2)
                source = function.n_registers + (-2 - source);
    for (const Pending &branch : branches) {
        Instruction &instruction = function.code[branch.instruction];
        instruction.target = label(branch.label, instruction.line);
    }
    for (const Pending &branch : indexed_branches) {
        Instruction &instruction = function.code[branch.instruction];
        auto list = branch_targets.find(branch.label);
        if (list == branch_targets.end())
            throw Error("line " + std::to_string(instruction.line) + ": '" + branch.label +
                        "' lists no targets");
        std::vector<size_t> targets;
        for (const std::string &name : list->second)
            targets.push_back(label(name, instruction.line));
        instruction.target = function.branch_tables.size();
        function.branch_tables.push_back(targets);
    }
    Instruction end = function.code.back();
    end.handler = fall_off;
    end.guard = -1;
    function.code.push_back(end);
}

/* ---------------------------------------------------------------- operands */

static int special_register(FunctionBuilder &builder, const std::string &name)
{
    static const std::map<std::string, ConstantKind> names = {
        {"%tid.x", ConstantKind::tid_x},
        {"%tid.y", ConstantKind::tid_y},
        {"%tid.z", ConstantKind::tid_z},
        {"%ntid.x", ConstantKind::ntid_x},
        {"%ntid.y", ConstantKind::ntid_y},
        {"%ntid.z", ConstantKind::ntid_z},
        {"%ctaid.x", ConstantKind::ctaid_x},
        {"%ctaid.y", ConstantKind::ctaid_y},
        {"%ctaid.z", ConstantKind::ctaid_z},
        {"%nctaid.x", ConstantKind::nctaid_x},
        {"%nctaid.y", ConstantKind::nctaid_y},
        {"%nctaid.z", ConstantKind::nctaid_z},
        {"%laneid", ConstantKind::laneid},
        {"%warpid", ConstantKind::warpid},
        {"%lanemask_eq", ConstantKind::lanemask_eq},
        {"%lanemask_lt", ConstantKind::lanemask_lt},
        {"%lanemask_le", ConstantKind::lanemask_le},
        {"%lanemask_gt", ConstantKind::lanemask_gt},
        {"%lanemask_ge", ConstantKind::lanemask_ge},
    };
    if (name == "WARP_SZ")
        return builder.constant(ConstantKind::value, 32);
    auto found = names.find(name);
    return found == names.end() ? -1 : builder.constant(found->second, 0);
}

namespace
{

/* Binds the operands of one instruction, in the order of the opcode's letters. */
class Binder
{
  public:
    Binder(const RawInstruction &raw, FunctionBuilder &builder, const SymbolTable &symbols, Instruction &out)
        : raw_(raw), builder_(builder), symbols_(symbols), out_(out)
    {
    }
    void bind(const char *letters);

  private:
    [[noreturn]] void fail(const std::string &text) const
    {
        throw Error("line " + std::to_string(raw_.line) + " " + raw_.opcode + ": " + text);
    }
    void bind_one(char letter, const Operand &o);
    void add_source(const Operand &o);
    void add_destination(const Operand &o);
    void add_predicate(const Operand &o);
    void add_memory(const Operand &o);
    void add_vector(const Operand &o, bool is_destination, uint8_t count); /* 0: as many as there are */
    void add_call();
    std::pair<size_t, size_t> call_parameter(const Operand &o) const;

    const RawInstruction &raw_;
    FunctionBuilder &builder_;
    const SymbolTable &symbols_;
    Instruction &out_;
    int n_sources_ = 0, n_destinations_ = 0;
};

void Binder::add_source(const Operand &o)
{
    int index = -1;
    if (o.memory || o.negated || n_sources_ == 5)
        fail("operand does not fit the instruction");
    if (o.kind == Operand::reg)
        index = o.reg_index;
    else if (o.kind == Operand::immediate)
        index = builder_.constant(ConstantKind::value, o.value);
    else if (o.kind == Operand::special)
        index = special_register(builder_, o.name);
    else if (o.kind == Operand::symbol) {
        const Symbol symbol = symbols_.find(o.name, raw_.line);
        index = builder_.constant(symbol.kind, symbol.value);
    }
    if (index == -1)
        fail("operand '" + o.name + "' is not a source");
    out_.source[n_sources_++] = index;
}

void Binder::add_destination(const Operand &o)
{
    if ((o.kind != Operand::reg && o.kind != Operand::sink) || o.memory || o.negated || n_destinations_ == 4)
        fail("operand is not a destination register");
    out_.destination[n_destinations_++] = o.kind == Operand::sink ? builder_.new_register() : o.reg_index;
}

void Binder::add_predicate(const Operand &o)
{
    Operand plain = o;
    plain.negated = false;
    if (o.negated)
        out_.negated = static_cast<uint8_t>(out_.negated | 1u << n_sources_);
    add_source(plain);
}

void Binder::add_memory(const Operand &o)
{
    if (!o.memory)
        fail("an [address] is expected");
    Operand address = o;
    address.memory = false;
    out_.offset = o.offset;
    if (o.kind == Operand::symbol) {
        const bool is_param = symbols_.find(o.name, raw_.line).is_param;
        if (is_param != (out_.space == Space::param))
            fail("'" + o.name + "' is not in the state space of the instruction");
    }
    add_source(address);
}

void Binder::add_vector(const Operand &o, bool is_destination, uint8_t count)
{
    if (o.kind != Operand::vector && count == 1) {
        is_destination ? add_destination(o) : add_source(o);
        return;
    }
    if (o.kind != Operand::vector || o.elements.size() > 4 || (count > 0 && o.elements.size() != count))
        fail("vector operand of another length");
    out_.count = static_cast<uint8_t>(o.elements.size());
    for (const Operand &element : o.elements)
        is_destination ? add_destination(element) : add_source(element);
}

std::pair<size_t, size_t> Binder::call_parameter(const Operand &o) const
{
    const Symbol symbol = o.kind == Operand::symbol ? symbols_.find(o.name, raw_.line) : Symbol{};
    if (!symbol.is_param)
        fail("'" + o.name + "' is not a parameter variable");
    return {symbol.value, symbol.bytes};
}

void Binder::add_call()
{
    CallSite site;
    site.line = raw_.line;
    size_t at = 0;
    const std::vector<Operand> &o = raw_.operands;
    if (at < o.size() && o[at].kind == Operand::list)
        for (const Operand &result : o[at++].elements)
            site.results.push_back(call_parameter(result));
    if (at == o.size() || o[at].kind != Operand::symbol)
        fail("only calls of named functions are known");
    site.callee_name = o[at++].name;
    if (at < o.size() && o[at].kind == Operand::list)
        for (const Operand &argument : o[at++].elements)
            site.arguments.push_back(call_parameter(argument));
    if (at != o.size())
        fail("only calls of named functions are known");
    out_.target = builder_.function.call_sites.size();
    builder_.function.call_sites.push_back(site);
}

void Binder::bind_one(char letter, const Operand &o)
{
    const size_t self = builder_.function.code.size();
    switch (letter) {
    case 'd':
        add_destination(o);
        break;
    case 'e':
    case 'P':
        add_destination(o);
        if (o.second >= 0)
            out_.destination[n_destinations_++] = o.second;
        break;
    case 's':
        add_source(o);
        break;
    case 'i':
        if (o.kind != Operand::immediate)
            fail("an immediate is expected");
        add_source(o);
        break;
    case 'p':
        add_predicate(o);
        break;
    case 'm':
        add_memory(o);
        break;
    case 'v':
    case 'w':
        add_vector(o, letter == 'v', out_.count);
        break;
    case 'U':
    case 'V':
        add_vector(o, letter == 'U', 0);
        break;
    case 'g': /* nothing but the name that chose the instruction */
        break;
    case 'l':
        builder_.branches.push_back({self, o.name});
        break;
    default: /* 't' */
        builder_.indexed_branches.push_back({self, o.name});
    }
}

void Binder::bind(const char *letters)
{
    if (strcmp(letters, "c") == 0) {
        add_call();
        return;
    }
    if (strlen(letters) != raw_.operands.size())
        fail(std::to_string(strlen(letters)) + " operands are expected");
    for (size_t i = 0; i < raw_.operands.size(); i++)
        bind_one(letters[i], raw_.operands[i]);
}

} // namespace

/* mov between a register and a vector of narrower ones, and from the clock, are instructions of their own here. */
static std::string specialised(const std::string &name, const std::vector<Operand> &operands)
{
    if (name.compare(0, 4, "mov.") != 0 || operands.size() != 2)
        return name;
    if (operands[0].kind == Operand::vector)
        return "mov.unpack" + name.substr(3);
    if (operands[1].kind == Operand::special && operands[1].name == "%globaltimer")
        return "mov.globaltimer" + name.substr(3);
    return operands[1].kind == Operand::vector ? "mov.pack" + name.substr(3) : name;
}

/* One text for all instructions that share it; their number is small. */
static const std::string *interned(const std::string &opcode)
{
    static std::set<std::string> &texts = *new std::set<std::string>;
    return &*texts.insert(opcode).first;
}

void decode(const RawInstruction &raw, FunctionBuilder &builder, const SymbolTable &symbols)
{
    const CanonicalOpcode opcode = canonical(raw.opcode);
    auto known = opcode_table().find(specialised(opcode.name, raw.operands));
    if (known == opcode_table().end())
        throw Error("line " + std::to_string(raw.line) + " " + raw.opcode + ": " + refusal(raw.opcode));
    Instruction out;
    out.handler = known->second.handler;
    out.guard = raw.guard;
    out.guard_negated = raw.guard_negated;
    out.space = opcode.space;
    out.count = opcode.vector;
    out.line = raw.line;
    out.source_file = raw.source_file;
    out.source_line = raw.source_line;
    out.opcode = interned(raw.opcode);
    out.read_only = has_part(split(raw.opcode), {"nc"});
    out.meeting = known->second.meeting;
    Binder(raw, builder, symbols, out).bind(known->second.operands);
    builder.function.code.push_back(out);
}

} // namespace ptx

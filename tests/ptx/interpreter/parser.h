/* Between parser and decoder: an instruction as written, and the function it belongs to. */
#ifndef PTX_PARSER_H
#define PTX_PARSER_H

#include <map>
#include <string>
#include <vector>

#include "module.h"

namespace ptx
{

struct Operand {
    enum Kind { reg, immediate, special, symbol, vector, list, sink };
    Kind kind = reg;
    bool negated = false; /* !p */
    bool memory = false;  /* [...] */
    int reg_index = -1;
    int second = -1;               /* q of p|q */
    uint64_t value = 0;            /* of an immediate */
    int64_t offset = 0;            /* inside [...] */
    std::string name;              /* of a symbol, label or special register */
    std::vector<Operand> elements; /* {a, b} or (a, b) */
};

struct RawInstruction {
    std::string opcode;
    int guard = -1;
    bool guard_negated = false;
    std::vector<Operand> operands;
    int line = 0, source_file = 0, source_line = 0;
};

/* A function while its body is read. */
class FunctionBuilder
{
  public:
    explicit FunctionBuilder(Function &f) : function(f)
    {
    }

    int new_register()
    {
        return function.n_registers++;
    }
    /* A register that always holds the constant. It lies behind the declared registers, whose number is known
     * at the end only: until finish() constant k is called -2 - k. */
    int constant(ConstantKind kind, uint64_t value);
    void finish(); /* numbers the constants, resolves labels */

    Function &function;
    std::map<std::string, size_t> labels;
    std::map<std::string, std::vector<std::string>> branch_targets; /* .branchtargets lists */
    struct Pending {
        size_t instruction;
        std::string label;
    };
    std::vector<Pending> branches, indexed_branches;

  private:
    std::map<std::pair<ConstantKind, uint64_t>, int> constant_index_;
    size_t label(const std::string &name, int line) const;
};

/* Finds the handler of an instruction and binds its operands; appends to the function's code. `resolve` turns a
 * symbol's name into a constant register (an address), a parameter name into its offset with is_param set. */
struct Symbol {
    ConstantKind kind;
    uint64_t value;
    size_t bytes;
    bool is_param;
};
class SymbolTable
{
  public:
    virtual ~SymbolTable() = default;
    /* Throws Error if the name is unknown. */
    virtual Symbol find(const std::string &name, int line) const = 0;
};
void decode(const RawInstruction &raw, FunctionBuilder &builder, const SymbolTable &symbols);

/* A number as PTX writes it (decimal, 0x, 0f and 0d bits); false if `text` is none. */
bool parse_number(const std::string &text, uint64_t *value);

} // namespace ptx

#endif

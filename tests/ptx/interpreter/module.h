/* PTX text decoded into something that runs. Used by tests to execute what nvcc emits, bit for bit, without a
 * GPU.
 *
 *   lexer.cpp    text to tokens                    parser.cpp   declarations, bodies, operands
 *   decode.cpp   opcode and operands to handlers   machine.cpp  launches, blocks, threads, memory
 *   sync.cpp     barriers, warp operations         op_*.cpp     one family of instructions each
 *   lint.cpp     what a module must not contain    executor.cpp launches of the SIMT layer run here
 *   environment.cpp  a program's launches run here because its environment says so
 *
 * Only instructions whose result the PTX specification fixes to the bit are known. Any other (approximate,
 * flushing subnormals, contractible, or simply not written yet) makes loading fail with its line.
 */
#ifndef PTX_MODULE_H
#define PTX_MODULE_H

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace ptx
{

/* Text that cannot be loaded, or a fault of a running kernel. */
class Error : public std::runtime_error
{
  public:
    using std::runtime_error::runtime_error;
};

class Machine;
struct Thread;
struct Instruction;

/* Runs one instruction; false when the thread cannot go on (it waits or has ended). */
using Handler = bool (*)(Machine &, Thread &, const Instruction &);

enum class Space : uint8_t { generic, global, constant, shared, local, param };

/* What threads meet for, and what each then gets. */
enum class Meeting : uint8_t {
    none,
    barrier,
    barrier_count,
    barrier_all,
    barrier_any,
    warp_sync,
    shuffle_up,
    shuffle_down,
    shuffle_xor,
    shuffle_index,
    vote_all,
    vote_any,
    vote_same,
    ballot,
    match_any,
    reduce_add,
    reduce_min,
    reduce_min_signed,
    reduce_max,
    reduce_max_signed,
    reduce_and,
    reduce_or,
    reduce_xor
};

/* Operands are indices into the frame's registers; constants and special registers have registers of their own
 * that are filled when the frame is entered, so that an operand is never anything else. -1: absent. What runs
 * often comes first: it all lies in a cache line or little more. */
struct Instruction {
    Handler handler = nullptr;
    int guard = -1;
    bool guard_negated = false;
    uint8_t negated = 0; /* bit k: source k is a predicate with a '!' */
    Space space = Space::generic;
    uint8_t count = 1;             /* elements of a vector operand */
    mutable uint64_t executed = 0; /* by how many threads, guarded away or not */
    int destination[4] = {-1, -1, -1, -1};
    int source[5] = {-1, -1, -1, -1, -1};
    Meeting meeting = Meeting::none;
    bool read_only = false; /* a load (.nc) of what nobody writes as long as the kernel runs */
    int64_t offset = 0;     /* of a memory operand */
    size_t target =
        0;        /* of a branch: instruction; of a call or indexed branch: entry of the function's table */
    int line = 0; /* in the PTX text */
    int source_file = 0, source_line = 0; /* from .loc, 0 if unknown */
    const std::string *opcode = nullptr;  /* as written; lives as long as the program */
};

struct Variable {
    std::string name;
    size_t bytes = 0, alignment = 1, offset = 0;
    std::vector<uint8_t> initial;
};

/* What fills a constant register when a frame is entered. */
enum class ConstantKind : uint8_t {
    value,
    local_address,   /* relative to the frame's local memory */
    function_shared, /* relative to the function's shared memory; a value after linking */
    dynamic_shared,  /* a value after linking */
    tid_x,
    tid_y,
    tid_z,
    ntid_x,
    ntid_y,
    ntid_z,
    ctaid_x,
    ctaid_y,
    ctaid_z,
    nctaid_x,
    nctaid_y,
    nctaid_z,
    laneid,
    warpid,
    lanemask_eq,
    lanemask_lt,
    lanemask_le,
    lanemask_gt,
    lanemask_ge
};

struct Constant {
    ConstantKind kind;
    uint64_t value;
};

/* How a call moves parameters between the parameter blocks of caller and callee. */
struct Copy {
    size_t caller_offset, callee_offset, bytes;
};
struct Function;
struct CallSite {
    std::string callee_name;
    std::vector<std::pair<size_t, size_t>> arguments, results; /* caller's offset and size */
    int line = 0;
    const Function *callee = nullptr; /* linked */
    std::vector<Copy> copies_in, copies_out;
};

using BlockExtents = std::array<uint64_t, 3>;

struct Function {
    std::string name;
    bool is_entry = false, is_defined = false;
    uint64_t most_threads = 0;  /* of a block (.maxntid), 0: not said */
    BlockExtents exact_block{}; /* a block's extents (.reqntid), zeros: not said */
    std::vector<Variable> parameters, results;
    int n_registers = 0;             /* declared ones */
    std::vector<Constant> constants; /* registers n_registers ... */
    size_t param_bytes = 0;          /* parameters, results, and parameters of calls */
    size_t local_bytes = 0, shared_bytes = 0, shared_base = 0;
    std::vector<Instruction>
        code; /* the last one is none of the text's: it is reached by falling off the end */
    std::vector<std::vector<size_t>> branch_tables;
    std::vector<CallSite> call_sites;

    size_t frame_registers() const
    {
        return static_cast<size_t>(n_registers) + constants.size();
    }
};

class Module
{
  public:
    /* Throws Error naming the line. */
    explicit Module(const std::string &text);
    Module(Module &&) = default;

    /* The kernel, nullptr if there is none of that name. */
    const Function *kernel(const std::string &name) const;
    bool has_read_only_loads() const;
    const std::map<std::string, Function> &functions() const
    {
        return functions_;
    }
    const std::string &target() const
    {
        return target_;
    }                                                 /* "sm_80" */
    const std::string &source_file(int number) const; /* of .loc, "" if unknown */
    size_t static_shared_bytes() const
    {
        return static_shared_bytes_;
    }

    /* Module variables of global and constant memory; kernels may access them. */
    struct Storage {
        std::unique_ptr<uint8_t[]> data;
        size_t bytes;
    };
    const std::map<std::string, Storage> &storage() const
    {
        return storage_;
    }

  private:
    friend class Parser;
    friend class FunctionParser;
    void link();

    std::map<std::string, Function> functions_;
    std::map<std::string, Storage> storage_;
    std::map<std::string, Variable> shared_; /* module-scope static shared memory */
    std::map<std::string, bool> dynamic_shared_;
    std::map<int, std::string> files_;
    std::string target_;
    size_t static_shared_bytes_ = 0;
};

/* What makes a module's bits depend on ptxas or on the order of threads, one line each; empty is good. Loading
 * has refused most of it already; this looks at `text` itself, so that it also works on what cannot be loaded.
 */
std::vector<std::string> lint(const std::string &text);

/* Where an instruction stands: "line 12 add.s32 (file.cu:34)". */
std::string place_of(const Module &module, const Instruction &instruction);

} // namespace ptx

#endif

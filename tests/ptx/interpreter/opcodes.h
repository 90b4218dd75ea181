/* The instructions that are known, by their full opcode.
 *
 * A name here is the opcode as PTX writes it without what does not change results on this machine: the state
 * space (kept in Instruction::space), cache and ordering hints, .uni and .aligned. Everything else must match
 * to the letter, so that no modifier is ever ignored by accident.
 */
#ifndef PTX_OPCODES_H
#define PTX_OPCODES_H

#include <map>
#include <string>
#include <vector>

#include "module.h"

namespace ptx
{

/* Operands in order, a letter each:
 *   d  destination register           e  destination register, optionally "d|p" with a predicate
 *   P  destination predicate, optionally "p|q"
 *   s  source: register, immediate, special register or address of a variable
 *   p  source predicate, optionally with '!'
 *   m  [address]                      i  immediate
 *   v  destination, or {a, b, ...} with as many elements as .v2 or .v4 says
 *   w  source, or {a, b, ...} likewise
 *   U  {a, b, ...} of destinations    V  {a, b, ...} of sources
 *   l  label                          t  name of a list of branch targets
 *   g  %globaltimer, which is a source of no other instruction
 *   c  a call: [(results),] function [, (arguments)]
 */
struct Opcode {
    Handler handler;
    const char *operands;
    Meeting meeting = Meeting::none;
};
using OpcodeTable = std::map<std::string, Opcode>;

const OpcodeTable &opcode_table();

/* Handler of what stands behind the last instruction of every function: a fault. */
bool fall_off(Machine &machine, Thread &t, const Instruction &in);

/* Opcode, space and vector length of an opcode as written. */
struct CanonicalOpcode {
    std::string name;
    Space space = Space::generic;
    uint8_t vector = 1;
};
CanonicalOpcode canonical(const std::string &opcode);

/* Why an opcode is not in the table: what PTX leaves undefined about it, or that nobody has written it. */
std::string refusal(const std::string &opcode);

/* Each op_*.cpp adds its family. */
void add_integer_opcodes(OpcodeTable &table);
void add_bit_opcodes(OpcodeTable &table);
void add_float_opcodes(OpcodeTable &table);
void add_convert_opcodes(OpcodeTable &table);
void add_compare_opcodes(OpcodeTable &table);
void add_memory_opcodes(OpcodeTable &table);
void add_control_opcodes(OpcodeTable &table);
void add_warp_opcodes(OpcodeTable &table);

} // namespace ptx

#endif

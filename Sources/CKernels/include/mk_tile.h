// The tile interpreter: runs a fused chain of elementwise operations over a two-dimensional iteration space.
//
// A chain is a short program for sixteen registers. A register holds one tile of up to 1,024 floats; the interpreter
// runs the whole program on one tile, then on the next, so intermediate values stay in the first-level cache.
#ifndef MK_TILE_H
#define MK_TILE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Element types. The order is fixed: it equals the raw values of Swift's `DType`.
typedef enum {
    MK_F32, MK_BF16, MK_F16, MK_F64, MK_I8, MK_I16, MK_I32, MK_I64, MK_U8, MK_U16, MK_U32, MK_U64, MK_BOOL
} mk_dtype;

/// An operand. Strides count elements in the iteration space [outer, inner]; 0 repeats.
typedef struct {
    const void* base;
    mk_dtype dtype;
    long outer_stride, inner_stride;
} mk_tile_input;

/// A result; its inner stride is 1. It may be the very same memory as an input of the same type and strides
/// (work in place; then the input's load comes before any store), but may not overlap an input in any other way, nor
/// another output.
typedef struct {
    void* base;
    mk_dtype dtype;
    long outer_stride;
} mk_tile_output;

/// One instruction. Registers are numbered 0 ..< MK_TILE_REGISTERS.
typedef struct {
    uint8_t op, dst, a, b, c;
    float k;              // MK_OP_CONST: the value
    uint32_t key0, key1;  // MK_OP_UNIFORM01, MK_OP_RANDOM_BITS: the key
} mk_tile_instruction;

enum { MK_TILE_REGISTERS = 16, MK_TILE_ELEMENTS = 1024 };

/// Bytes of working memory `mk_tile_run` needs; any alignment will do.
enum { MK_TILE_SCRATCH = MK_TILE_REGISTERS * (MK_TILE_ELEMENTS * 4 + 64) + 64 };

/// Operations. Comparisons and tests give 1 or 0; a value counts as true when it is not 0 (NaN is true).
typedef enum {
    MK_OP_LOAD,         // dst = input number a, converted to f32
    MK_OP_STORE,        // output number dst = a, converted: floats round to nearest even, integers truncate and
                        // saturate (NaN becomes 0), bool is a != 0
    MK_OP_STORE_BITS,   // output number dst (i32 or u32) = the raw bits of a
    MK_OP_CONST,        // dst = k
    MK_OP_UNIFORM01,    // dst = (bits >> 8) * 2^-24, in [0, 1)
    MK_OP_RANDOM_BITS,  // dst = raw 32 bits: Philox4x32-10 of (key0, key1), block index / 4, word index % 4,
                        // where index = index_base + row * inner + column

    MK_OP_COPY, MK_OP_NEG, MK_OP_ABS, MK_OP_SIGN, MK_OP_FLOOR, MK_OP_CEIL,
    MK_OP_ROUND,        // half to even
    MK_OP_TRUNC, MK_OP_SQRT, MK_OP_RSQRT, MK_OP_RECIPROCAL, MK_OP_SQUARE,
    MK_OP_EXP, MK_OP_EXP2, MK_OP_EXPM1, MK_OP_LOG, MK_OP_LOG2, MK_OP_LOG1P,
    MK_OP_SIN, MK_OP_COS, MK_OP_TAN, MK_OP_ASIN, MK_OP_ACOS, MK_OP_ATAN,
    MK_OP_SINH, MK_OP_COSH, MK_OP_TANH, MK_OP_ASINH, MK_OP_ACOSH, MK_OP_ATANH,
    MK_OP_SIGMOID, MK_OP_ERF, MK_OP_RELU,
    MK_OP_GELU,         // x (1 + erf(x / √2)) / 2
    MK_OP_GELU_TANH, MK_OP_SILU, MK_OP_SOFTPLUS,
    MK_OP_NOT, MK_OP_ISNAN, MK_OP_ISINF, MK_OP_ISFINITE,

    MK_OP_RELU_GRAD,    // a > 0 ? b : 0, a being input or result of relu, b the incoming gradient
    MK_OP_SIGMOID_GRAD, // a the result: b a (1 - a)
    MK_OP_TANH_GRAD,    // a the result: b (1 - a²)
    MK_OP_GELU_GRAD,    // a the input
    MK_OP_GELU_TANH_GRAD,  // a the input
    MK_OP_SILU_GRAD,    // a the input

    MK_OP_ADD, MK_OP_SUB, MK_OP_MUL, MK_OP_DIV, MK_OP_POW,
    MK_OP_MAX, MK_OP_MIN,  // NaN if either is NaN
    MK_OP_REMAINDER,    // sign of the divisor, a - floor(a / b) b
    MK_OP_FMOD, MK_OP_ATAN2,
    MK_OP_EQ, MK_OP_NE, MK_OP_LT, MK_OP_LE, MK_OP_GT, MK_OP_GE, MK_OP_AND, MK_OP_OR, MK_OP_XOR,

    MK_OP_SELECT,       // c != 0 ? a : b
    MK_OP_FMA,          // a b + c
    MK_OP_CLAMP,        // min(max(a, b), c)
    MK_OP_COUNT
} mk_op;

/// Runs `code` for the rows `outer_begin ..< outer_end` and columns `inner_begin ..< inner_end` of an iteration space
/// of `outer` rows and `inner` columns. Bases and strides describe the whole space, so disjoint ranges may run on
/// different threads, each with its own scratch, and give the same bits as one run over everything.
void mk_tile_run(const mk_tile_instruction* code, int count, const mk_tile_input* in, int nin, const mk_tile_output* out,
                 int nout, long outer, long inner, long outer_begin, long outer_end, long inner_begin, long inner_end,
                 long index_base, void* scratch);

/// Bytes of one element.
int mk_dtype_size(mk_dtype dtype);

#ifdef __cplusplus
}
#endif
#endif

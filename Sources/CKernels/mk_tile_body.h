// The tile interpreter, compiled once per instruction set (see mk_isa_common.h).
#include "mk_tile.h"
#include "mk_vector.h"

// ---- Operations on whole vectors. ----
//
// Every operand has a step: 1 for a tile, 0 for a constant, which lies in memory as one vector of equal lanes. So a
// constant costs a load from the first-level cache and no second version of any loop. `count` is a multiple of MK_LANES.

typedef void (*tile_operation)(float* d, const float* a, long sa, const float* b, long sb, const float* c, long sc, long count);

#define TILE_PARAMETERS float* d, const float* a, long sa, const float* b, long sb, const float* c, long sc, long count
#define UNARY(name, expression)                                                        \
    static void tile_##name(TILE_PARAMETERS) {                                         \
        (void)b, (void)sb, (void)c, (void)sc;                                          \
        for (long i = 0; i < count; i += MK_LANES) {                                   \
            vf x = mkv_load(a + i * sa);                                               \
            mkv_store(d + i, expression);                                              \
        }                                                                              \
    }
#define BINARY(name, expression)                                                       \
    static void tile_##name(TILE_PARAMETERS) {                                         \
        (void)c, (void)sc;                                                             \
        for (long i = 0; i < count; i += MK_LANES) {                                   \
            vf x = mkv_load(a + i * sa), y = mkv_load(b + i * sb);                     \
            mkv_store(d + i, expression);                                              \
        }                                                                              \
    }
#define TERNARY(name, expression)                                                      \
    static void tile_##name(TILE_PARAMETERS) {                                         \
        for (long i = 0; i < count; i += MK_LANES) {                                   \
            vf x = mkv_load(a + i * sa), y = mkv_load(b + i * sb), z = mkv_load(c + i * sc); \
            mkv_store(d + i, expression);                                              \
        }                                                                              \
    }
// Rare functions: the library's, lane by lane.
#define UNARY_LIBRARY(name, function)                                                  \
    MK_INLINE vf library_##name(vf x) {                                                \
        for (int i = 0; i < MK_LANES; i++) x[i] = function(x[i]);                      \
        return x;                                                                      \
    }                                                                                  \
    UNARY(name, library_##name(x))
#define BINARY_LIBRARY(name, function)                                                 \
    MK_INLINE vf library_##name(vf x, vf y) {                                          \
        for (int i = 0; i < MK_LANES; i++) x[i] = function(x[i], y[i]);                \
        return x;                                                                      \
    }                                                                                  \
    BINARY(name, library_##name(x, y))

UNARY(copy, x)
UNARY(neg, -x)
UNARY(abs, mkv_abs(x))
UNARY(sign, mkv_select(x != x, x, mkv_one_where(x > 0.f) - mkv_one_where(x < 0.f)))
UNARY(floor, mkv_floor(x))
UNARY(ceil, mkv_ceil(x))
UNARY(round, mkv_round(x))
UNARY(trunc, mkv_trunc(x))
UNARY(sqrt, mkv_sqrt(x))
UNARY(rsqrt, 1.f / mkv_sqrt(x))
UNARY(reciprocal, 1.f / x)
UNARY(square, x * x)
UNARY(exp, mkv_exp(x))
UNARY(exp2, mkv_exp2(x))
UNARY(expm1, mkv_expm1(x))
UNARY(log, mkv_log(x))
UNARY(log2, mkv_log2(x))
UNARY(log1p, mkv_log1p(x))
UNARY_LIBRARY(asin, asinf)
UNARY_LIBRARY(acos, acosf)
UNARY_LIBRARY(atan, atanf)
UNARY_LIBRARY(sinh, sinhf)
UNARY_LIBRARY(cosh, coshf)
UNARY(tanh, mkv_tanh(x))
UNARY_LIBRARY(asinh, asinhf)
UNARY_LIBRARY(acosh, acoshf)
UNARY_LIBRARY(atanh, atanhf)
UNARY(sigmoid, mkv_sigmoid(x))
UNARY(erf, mkv_erf(x))
UNARY(relu, mkv_select(x < 0.f, mkv_splat(0.f), x))
UNARY(gelu, mkv_gelu(x))
UNARY(gelu_tanh, mkv_gelu_tanh(x))
UNARY(silu, mkv_silu(x))
UNARY(softplus, mkv_softplus(x))
UNARY(not, mkv_one_where(x == 0.f))
UNARY(isnan, mkv_one_where(x != x))
UNARY(isinf, mkv_one_where(mkv_abs(x) == INFINITY))
UNARY(isfinite, mkv_one_where(mkv_abs(x) < INFINITY))

// The library takes over the lanes beyond the reach of the vector code, and only those: an element's bits must not
// depend on its neighbours.
#define UNARY_PERIODIC(name, expression)                                               \
    static __attribute__((noinline)) vf beyond_##name(vf x, vf result) {               \
        for (int i = 0; i < MK_LANES; i++)                                             \
            if (!(fabsf(x[i]) <= 1e5f)) result[i] = name##f(x[i]);                     \
        return result;                                                                 \
    }                                                                                  \
    MK_INLINE vf periodic_##name(vf x) {                                               \
        vf result = expression;                                                        \
        return __builtin_expect(mkv_beyond_sin(x), 0) ? beyond_##name(x, result) : result; \
    }                                                                                  \
    UNARY(name, periodic_##name(x))
UNARY_PERIODIC(sin, mkv_sin_cos(x, 0))
UNARY_PERIODIC(cos, mkv_sin_cos(x, 1))
UNARY_PERIODIC(tan, mkv_tan(x))

BINARY(relu_grad, mkv_where(x > 0.f, y))
BINARY(sigmoid_grad, y * (x * (1.f - x)))
BINARY(tanh_grad, y * (1.f - x * x))
BINARY(gelu_grad, y * mkv_gelu_derivative(x))
BINARY(gelu_tanh_grad, y * mkv_gelu_tanh_derivative(x))
BINARY(silu_grad, y * mkv_silu_derivative(x))

static float remainder_floor(float x, float y) {
    float r = fmodf(x, y);
    return r != 0 && (r < 0) != (y < 0) ? r + y : r == 0 ? copysignf(0.f, y) : r;
}
BINARY(add, x + y)
BINARY(sub, x - y)
BINARY(mul, x * y)
BINARY(div, x / y)
BINARY_LIBRARY(pow, powf)
BINARY(max, mkv_max(x, y))
BINARY(min, mkv_min(x, y))
BINARY_LIBRARY(remainder, remainder_floor)
BINARY_LIBRARY(fmod, fmodf)
BINARY_LIBRARY(atan2, atan2f)
BINARY(eq, mkv_one_where(x == y))
BINARY(ne, mkv_one_where(x != y))
BINARY(lt, mkv_one_where(x < y))
BINARY(le, mkv_one_where(x <= y))
BINARY(gt, mkv_one_where(x > y))
BINARY(ge, mkv_one_where(x >= y))
BINARY(and, mkv_one_where((x != 0.f) & (y != 0.f)))
BINARY(or, mkv_one_where((x != 0.f) | (y != 0.f)))
BINARY(xor, mkv_one_where((x != 0.f) ^ (y != 0.f)))

TERNARY(select, mkv_select(z != 0.f, x, y))
TERNARY(fma, mkv_fma(x, y, z))
TERNARY(clamp, mkv_min(mkv_max(x, y), z))

static const tile_operation tile_operations[MK_OP_COUNT] = {
    [MK_OP_COPY] = tile_copy, [MK_OP_NEG] = tile_neg, [MK_OP_ABS] = tile_abs, [MK_OP_SIGN] = tile_sign,
    [MK_OP_FLOOR] = tile_floor, [MK_OP_CEIL] = tile_ceil, [MK_OP_ROUND] = tile_round, [MK_OP_TRUNC] = tile_trunc,
    [MK_OP_SQRT] = tile_sqrt, [MK_OP_RSQRT] = tile_rsqrt, [MK_OP_RECIPROCAL] = tile_reciprocal, [MK_OP_SQUARE] = tile_square,
    [MK_OP_EXP] = tile_exp, [MK_OP_EXP2] = tile_exp2, [MK_OP_EXPM1] = tile_expm1, [MK_OP_LOG] = tile_log,
    [MK_OP_LOG2] = tile_log2, [MK_OP_LOG1P] = tile_log1p, [MK_OP_SIN] = tile_sin, [MK_OP_COS] = tile_cos,
    [MK_OP_TAN] = tile_tan, [MK_OP_ASIN] = tile_asin, [MK_OP_ACOS] = tile_acos, [MK_OP_ATAN] = tile_atan,
    [MK_OP_SINH] = tile_sinh, [MK_OP_COSH] = tile_cosh, [MK_OP_TANH] = tile_tanh, [MK_OP_ASINH] = tile_asinh,
    [MK_OP_ACOSH] = tile_acosh, [MK_OP_ATANH] = tile_atanh, [MK_OP_SIGMOID] = tile_sigmoid, [MK_OP_ERF] = tile_erf,
    [MK_OP_RELU] = tile_relu, [MK_OP_GELU] = tile_gelu, [MK_OP_GELU_TANH] = tile_gelu_tanh, [MK_OP_SILU] = tile_silu,
    [MK_OP_SOFTPLUS] = tile_softplus, [MK_OP_NOT] = tile_not, [MK_OP_ISNAN] = tile_isnan, [MK_OP_ISINF] = tile_isinf,
    [MK_OP_ISFINITE] = tile_isfinite, [MK_OP_RELU_GRAD] = tile_relu_grad, [MK_OP_SIGMOID_GRAD] = tile_sigmoid_grad,
    [MK_OP_TANH_GRAD] = tile_tanh_grad, [MK_OP_GELU_GRAD] = tile_gelu_grad,
    [MK_OP_GELU_TANH_GRAD] = tile_gelu_tanh_grad, [MK_OP_SILU_GRAD] = tile_silu_grad, [MK_OP_ADD] = tile_add,
    [MK_OP_SUB] = tile_sub, [MK_OP_MUL] = tile_mul, [MK_OP_DIV] = tile_div, [MK_OP_POW] = tile_pow,
    [MK_OP_MAX] = tile_max, [MK_OP_MIN] = tile_min, [MK_OP_REMAINDER] = tile_remainder, [MK_OP_FMOD] = tile_fmod,
    [MK_OP_ATAN2] = tile_atan2, [MK_OP_EQ] = tile_eq, [MK_OP_NE] = tile_ne, [MK_OP_LT] = tile_lt, [MK_OP_LE] = tile_le,
    [MK_OP_GT] = tile_gt, [MK_OP_GE] = tile_ge, [MK_OP_AND] = tile_and, [MK_OP_OR] = tile_or, [MK_OP_XOR] = tile_xor,
    [MK_OP_SELECT] = tile_select, [MK_OP_FMA] = tile_fma, [MK_OP_CLAMP] = tile_clamp,
};

// How many registers an operation reads.
static int tile_arity(int op) {
    return op >= MK_OP_SELECT ? 3 : op >= MK_OP_RELU_GRAD ? 2 : 1;
}

// ---- Conversions. ----

#define WIDEN(type)                                                                    \
    {                                                                                  \
        const type* s = from;                                                          \
        if (stride == 1) for (long i = 0; i < count; i++) d[i] = (float)s[i];          \
        else for (long i = 0; i < count; i++) d[i] = (float)s[i * stride];             \
        break;                                                                         \
    }
#define HALVES(convert)                                                                \
    {                                                                                  \
        const uint16_t* s = from;                                                      \
        long i = 0;                                                                    \
        if (stride == 1)                                                               \
            for (; i + MK_LANES <= count; i += MK_LANES) mkv_store(d + i, convert(*(const vh_memory*)(s + i))); \
        for (; i < count; i += MK_LANES) {                                             \
            long some = count - i < MK_LANES ? count - i : MK_LANES;                   \
            vh h = {0};                                                                \
            for (long j = 0; j < some; j++) h[j] = s[(i + j) * stride];                \
            if (some == MK_LANES) mkv_store(d + i, convert(h));                        \
            else mkv_store_some(d + i, convert(h), some);                              \
        }                                                                              \
        break;                                                                         \
    }
// d[i] = from[i * stride].
static void tile_widen(float* d, const void* from, mk_dtype dtype, long stride, long count) {
    switch (dtype) {
    case MK_F32: {
        const float* s = from;
        if (stride == 1) memcpy(d, s, (size_t)count * 4);
        else for (long i = 0; i < count; i++) d[i] = s[i * stride];
        break;
    }
    case MK_BF16: HALVES(mkv_from_bf16)
    case MK_F16: HALVES(mkv_from_f16)
    case MK_F64: WIDEN(double)
    case MK_I8: WIDEN(int8_t)
    case MK_I16: WIDEN(int16_t)
    case MK_I32: WIDEN(int32_t)
    case MK_I64: WIDEN(int64_t)
    case MK_U8: WIDEN(uint8_t)
    case MK_U16: WIDEN(uint16_t)
    case MK_U32: WIDEN(uint32_t)
    case MK_U64: WIDEN(uint64_t)
    case MK_BOOL: {
        const uint8_t* s = from;
        for (long i = 0; i < count; i++) d[i] = s[i * stride] ? 1.f : 0.f;
        break;
    }
    }
}

// Truncates and saturates; `limit` is the first float above the largest value, `top` that largest value.
#define NARROW(type, bottom, limit, top)                                               \
    {                                                                                  \
        type* d = to;                                                                  \
        for (long i = 0; i < count; i++) {                                             \
            float x = s[i];                                                            \
            float inside = x > (bottom) ? x : (bottom);  /* NaN becomes bottom */      \
            inside = inside < (limit) ? inside : 0.f;                                  \
            type value = x >= (limit) ? (top) : (type)inside;                          \
            d[i] = x == x ? value : 0;                                                 \
        }                                                                              \
        break;                                                                         \
    }
// to[i] = s[i]. The bytes `to` has for a tile of any type.
static void tile_narrow(void* to, mk_dtype dtype, const float* s, long count) {
    switch (dtype) {
    case MK_F32: memcpy(to, s, (size_t)count * 4); break;
    case MK_BF16:
    case MK_F16: {
        uint16_t* d = to;
        long i = 0;
        if (dtype == MK_BF16)
            for (; i + 2 * MK_LANES <= count; i += 2 * MK_LANES) mkv_store_bf16_pair(d + i, mkv_load(s + i), mkv_load(s + i + MK_LANES));
        else
            for (; i + MK_LANES <= count; i += MK_LANES) *(vh_memory*)(d + i) = mkv_to_f16(mkv_load(s + i));
        for (; i < count; i += MK_LANES) {
            long some = count - i < MK_LANES ? count - i : MK_LANES;
            vf x = some == MK_LANES ? mkv_load(s + i) : mkv_load_some(s + i, some);
            vh h = dtype == MK_BF16 ? mkv_to_bf16(x) : mkv_to_f16(x);
            memcpy(d + i, &h, (size_t)some * 2);
        }
        break;
    }
    case MK_F64: {
        double* d = to;
        for (long i = 0; i < count; i++) d[i] = s[i];
        break;
    }
    case MK_I8: NARROW(int8_t, -128.f, 128.f, INT8_MAX)
    case MK_I16: NARROW(int16_t, -32768.f, 32768.f, INT16_MAX)
    case MK_I32: NARROW(int32_t, -0x1p31f, 0x1p31f, INT32_MAX)
    case MK_I64: NARROW(int64_t, -0x1p63f, 0x1p63f, INT64_MAX)
    case MK_U8: NARROW(uint8_t, 0.f, 256.f, UINT8_MAX)
    case MK_U16: NARROW(uint16_t, 0.f, 65536.f, UINT16_MAX)
    case MK_U32: NARROW(uint32_t, 0.f, 0x1p32f, UINT32_MAX)
    case MK_U64: NARROW(uint64_t, 0.f, 0x1p64f, UINT64_MAX)
    case MK_BOOL: {
        uint8_t* d = to;
        for (long i = 0; i < count; i++) d[i] = s[i] != 0.f;
        break;
    }
    }
}

// ---- Random numbers: Philox4x32-10 (Salmon et al., 2011), the counter being the block number. ----

MK_INLINE vu high_product(vu a, uint32_t constant) {
    return __builtin_convertvector((__builtin_convertvector(a, vul) * constant) >> 32, vu);
}
// The words of MK_LANES consecutive blocks, in order.
static void philox_blocks(uint32_t* words, uint64_t block, uint32_t key0, uint32_t key1) {
    vul counter = {0};
    for (int i = 0; i < MK_LANES; i++) counter[i] = block + (uint64_t)i;
    vu x0 = __builtin_convertvector(counter, vu), x1 = __builtin_convertvector(counter >> 32, vu), x2 = {0}, x3 = {0};
    for (int round = 0; round < 10; round++) {
        vu high0 = high_product(x0, 0xD2511F53u), low0 = x0 * 0xD2511F53u;
        vu high1 = high_product(x2, 0xCD9E8D57u), low1 = x2 * 0xCD9E8D57u;
        x0 = high1 ^ x1 ^ key0, x1 = low1;
        x2 = high0 ^ x3 ^ key1, x3 = low0;
        key0 += 0x9E3779B9u, key1 += 0xBB67AE85u;
    }
    uint32_t y0[MK_LANES], y1[MK_LANES], y2[MK_LANES], y3[MK_LANES];
    memcpy(y0, &x0, sizeof y0), memcpy(y1, &x1, sizeof y1), memcpy(y2, &x2, sizeof y2), memcpy(y3, &x3, sizeof y3);
    for (int i = 0; i < MK_LANES; i++) {
        words[4 * i] = y0[i], words[4 * i + 1] = y1[i], words[4 * i + 2] = y2[i], words[4 * i + 3] = y3[i];
    }
}
static void tile_random(float* d, uint64_t index, long count, uint32_t key0, uint32_t key1, int uniform) {
    uint32_t words[4 * MK_LANES];
    while (count > 0) {
        long skip = (long)(index & 3), some = 4 * MK_LANES - skip;
        philox_blocks(words, index >> 2, key0, key1);
        if (uniform)
            for (int i = 0; i < 4 * MK_LANES; i++) {
                float value = (float)(int32_t)(words[i] >> 8) * 0x1p-24f;
                memcpy(words + i, &value, 4);
            }
        if (some > count) some = count;
        memcpy(d, words + skip, (size_t)some * 4);
        d += some, index += (uint64_t)some, count -= some;
    }
}

// ---- The interpreter. ----

typedef struct {
    const float* data;  // `step` 1: the tile; 0: one vector of equal lanes
    long step;
} tile_register;

MK_INLINE const char* element(const void* base, mk_dtype dtype, long index) {
    return (const char*)base + index * mk_dtype_size(dtype);
}
static int overlap(const mk_tile_input* in, const mk_tile_output* out, long outer, long inner) {
    long low = 0, high = 0, row = (outer - 1) * in->outer_stride, column = (inner - 1) * in->inner_stride;
    if (row < 0) low += row; else high += row;
    if (column < 0) low += column; else high += column;
    const char* in_begin = element(in->base, in->dtype, low);
    const char* in_end = element(in->base, in->dtype, high + 1);
    const char* out_begin = out->base;
    const char* out_end = element(out->base, out->dtype, (outer - 1) * out->outer_stride + inner);
    return in_begin < out_end && out_begin < in_end;
}

// Runs one operation on `count` elements, the last vector through buffers unless all operands may be touched beyond
// the tile's end.
static void apply(tile_operation operation, float* d, const tile_register* a, const tile_register* b,
                  const tile_register* c, long count, int padded) {
    long full = padded ? (count + MK_LANES - 1) / MK_LANES * MK_LANES : count / MK_LANES * MK_LANES;
    if (full) operation(d, a->data, a->step, b->data, b->step, c->data, c->step, full);
    if (full >= count) return;
    float rest[4][MK_LANES];
    const tile_register* operands[3] = {a, b, c};
    for (int i = 0; i < 3; i++) {
        vf x = operands[i]->step ? mkv_load_some(operands[i]->data + full, count - full) : mkv_load(operands[i]->data);
        mkv_store(rest[i], x);
    }
    operation(rest[3], rest[0], 1, rest[1], 1, rest[2], 1, MK_LANES);
    mkv_store_some(d + full, mkv_load(rest[3]), count - full);
}

void MK_NAME(mk_tile_run)(const mk_tile_instruction* code, int count, const mk_tile_input* in, int nin,
                          const mk_tile_output* out, int nout, long outer, long inner, long outer_begin, long outer_end,
                          long inner_begin, long inner_end, long index_base, void* scratch) {
    long width = inner_end - inner_begin;
    if (outer_begin >= outer_end || width <= 0) return;
    // The tiles, then one vector for each register that holds a constant: an operation may then write the tile of a
    // register whose constant it reads.
    float* registers = (float*)(((uintptr_t)scratch + 63) & ~(uintptr_t)63);
    float* constants = registers + MK_TILE_REGISTERS * MK_TILE_ELEMENTS;
    const float* registers_end = constants + MK_TILE_REGISTERS * 16;

    // In place: an operand that is read where it lies must not be overwritten while it is still needed. A chain that
    // ends in its only store reads every element before it writes it; any other chain copies such operands first.
    int stores = 0;
    for (int i = 0; i < count; i++) stores += code[i].op == MK_OP_STORE || code[i].op == MK_OP_STORE_BITS;
    int in_place = 0;
    for (int i = 0; i < nin; i++)
        for (int j = 0; j < nout; j++) in_place |= overlap(in + i, out + j, outer, inner);
    int simple = stores == 1 && count > 0 && code[count - 1].op == MK_OP_STORE;
    int copy_operands = in_place && !simple;

    // direct[i]: the f32 output that instruction i may compute straight into, or -1.
    // writers[r]: how many instructions write register r.
    int direct[256], writers[MK_TILE_REGISTERS] = {0};
    for (int i = 0; i < count; i++) {
        if (code[i].op != MK_OP_STORE && code[i].op != MK_OP_STORE_BITS) writers[code[i].dst]++;
        if (i >= 256) continue;
        direct[i] = -1;
        if (code[i].op < MK_OP_UNIFORM01) continue;
        for (int j = i + 1; j < count && !(in_place && j > i + 1); j++) {
            int store = code[j].op == MK_OP_STORE;
            if (store && code[j].a == code[i].dst && out[code[j].dst].dtype == MK_F32) {
                direct[i] = code[j].dst;
                break;
            }
            if (!store && code[j].op != MK_OP_STORE_BITS && code[j].dst == code[i].dst) break;
        }
        if (in_place && !simple) direct[i] = -1;
    }

    // Narrow rows share a tile: `rows` of them, packed; wide rows are cut into tiles.
    long rows = 1, columns = width < MK_TILE_ELEMENTS ? width : MK_TILE_ELEMENTS;
    if (width < 256) {
        rows = MK_TILE_ELEMENTS / width;
        if (rows > outer_end - outer_begin) rows = outer_end - outer_begin;
    }
    int single_column_tile = columns == width;
    long loaded_rows[MK_TILE_REGISTERS] = {0};  // how many rows of a repeated operand a register still holds

    tile_register r[MK_TILE_REGISTERS];
    for (int i = 0; i < MK_TILE_REGISTERS; i++) r[i] = (tile_register){registers + i * MK_TILE_ELEMENTS, 1};

    for (long row = outer_begin; row < outer_end; row += rows) {
        long row_count = outer_end - row < rows ? outer_end - row : rows;
        for (long column = inner_begin; column < inner_end; column += columns) {
            long column_count = inner_end - column < columns ? inner_end - column : columns;
            long n = row_count * column_count;
            for (int pc = 0; pc < count; pc++) {
                const mk_tile_instruction* instruction = code + pc;
                int op = instruction->op, destination = instruction->dst;
                float* own = registers + (destination % MK_TILE_REGISTERS) * MK_TILE_ELEMENTS;
                float* constant = constants + (destination % MK_TILE_REGISTERS) * 16;
                switch (op) {
                case MK_OP_LOAD: {
                    const mk_tile_input* source = in + instruction->a;
                    long outer_stride = source->outer_stride, inner_stride = source->inner_stride;
                    if (row_count == 1) outer_stride = 0;
                    if (column_count == 1 && inner_stride == 0 && outer_stride != 0) inner_stride = 1;
                    const char* first = element(source->base, source->dtype,
                                                row * source->outer_stride + column * source->inner_stride);
                    if (inner_stride == 0 && outer_stride == 0) {
                        float value;
                        tile_widen(&value, first, source->dtype, 1, 1);
                        mkv_store(constant, mkv_splat(value));
                        r[destination] = (tile_register){constant, 0};
                        break;
                    }
                    int together = row_count == 1 || (inner_stride == 1 && outer_stride == column_count);
                    if (together && inner_stride == 1 && source->dtype == MK_F32 && !copy_operands) {
                        r[destination] = (tile_register){(const float*)first, 1};
                        break;
                    }
                    r[destination] = (tile_register){own, 1};
                    if (together) {
                        tile_widen(own, first, source->dtype, inner_stride, n);
                    } else if (column_count == 1) {
                        tile_widen(own, first, source->dtype, outer_stride, n);
                    } else if (outer_stride == 0) {
                        // The same row again and again: it stays in its register unless the program reuses that.
                        if (loaded_rows[destination] >= row_count && single_column_tile) break;
                        tile_widen(own, first, source->dtype, inner_stride, column_count);
                        for (long done = 1; done < row_count;) {
                            long more = done < row_count - done ? done : row_count - done;
                            memcpy(own + done * column_count, own, (size_t)(more * column_count) * 4);
                            done += more;
                        }
                        loaded_rows[destination] = writers[destination] == 1 ? row_count : 0;
                    } else {
                        for (long i = 0; i < row_count; i++) {
                            float* piece = own + i * column_count;
                            const char* from = first + i * outer_stride * mk_dtype_size(source->dtype);
                            if (inner_stride == 0) {
                                float value;
                                tile_widen(&value, from, source->dtype, 1, 1);
                                for (long j = 0; j < column_count; j++) piece[j] = value;
                            } else {
                                tile_widen(piece, from, source->dtype, inner_stride, column_count);
                            }
                        }
                    }
                    break;
                }
                case MK_OP_STORE:
                case MK_OP_STORE_BITS: {
                    const mk_tile_output* target = out + destination;
                    const tile_register* source = r + instruction->a;
                    mk_dtype dtype = op == MK_OP_STORE_BITS ? MK_F32 : target->dtype;
                    int bytes = mk_dtype_size(target->dtype);
                    char* first = (char*)target->base + (row * target->outer_stride + column) * bytes;
                    if ((const char*)source->data == first) break;
                    int together = row_count == 1 || target->outer_stride == column_count;
                    long pieces = together ? 1 : row_count, length = together ? n : column_count;
                    const float* data = source->data;
                    if (source->step == 0) {
                        float* repeated = registers + instruction->a * MK_TILE_ELEMENTS;
                        vf value = mkv_load(source->data);
                        for (long i = 0; i < length; i += MK_LANES) mkv_store(repeated + i, value);
                        data = repeated;
                    }
                    for (long i = 0; i < pieces; i++)
                        tile_narrow(first + i * target->outer_stride * bytes, dtype,
                                    data + i * length * source->step, length);
                    break;
                }
                case MK_OP_CONST:
                    mkv_store(constant, mkv_splat(instruction->k));
                    r[destination] = (tile_register){constant, 0};
                    break;
                default: {
                    const tile_register* a = r + instruction->a;
                    int arity = tile_arity(op), random = op == MK_OP_UNIFORM01 || op == MK_OP_RANDOM_BITS;
                    const tile_register* b = !random && arity > 1 ? r + instruction->b : a;
                    const tile_register* c = !random && arity > 2 ? r + instruction->c : a;
                    if (!random && !(a->step | b->step | c->step)) {
                        tile_operations[op](constant, a->data, 0, b->data, 0, c->data, 0, MK_LANES);
                        r[destination] = (tile_register){constant, 0};
                        break;
                    }
                    float* target = own;
                    int output = pc < 256 ? direct[pc] : -1;
                    if (output >= 0 && (row_count == 1 || out[output].outer_stride == column_count))
                        target = (float*)out[output].base + row * out[output].outer_stride + column;
                    if (random) {
                        long pieces = column_count == inner ? 1 : row_count, length = n / pieces;
                        for (long i = 0; i < pieces; i++)
                            tile_random(target + i * length, (uint64_t)(index_base + (row + i) * inner + column), length,
                                        instruction->key0, instruction->key1, op == MK_OP_UNIFORM01);
                    } else {
                        int padded = target == own && a->data >= registers && a->data < registers_end
                                     && b->data >= registers && b->data < registers_end && c->data >= registers
                                     && c->data < registers_end;
                        apply(tile_operations[op], target, a, b, c, n, padded);
                    }
                    r[destination] = (tile_register){target, 1};
                }
                }
            }
        }
    }
}

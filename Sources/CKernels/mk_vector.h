// Vectors of MK_LANES floats and the functions on them, in clang's vector extensions, so that one text serves
// SSE2, AVX2, AVX-512 and NEON. Included after mk_isa_baseline.h, mk_isa_avx2.h, … (see mk_isa_common.h).
#ifndef MK_VECTOR_H
#define MK_VECTOR_H

typedef float vf __attribute__((vector_size(MK_LANES * 4)));
typedef int32_t vi __attribute__((vector_size(MK_LANES * 4)));
typedef uint32_t vu __attribute__((vector_size(MK_LANES * 4)));
typedef double vd __attribute__((vector_size(MK_LANES * 8)));
typedef uint64_t vul __attribute__((vector_size(MK_LANES * 8)));
typedef uint16_t vh __attribute__((vector_size(MK_LANES * 2)));

// The same vectors as they lie in memory: at any address, over any declared type.
typedef vf vf_memory __attribute__((aligned(1), may_alias));
typedef vi vi_memory __attribute__((aligned(1), may_alias));
typedef vu vu_memory __attribute__((aligned(1), may_alias));
typedef vh vh_memory __attribute__((aligned(1), may_alias));

MK_INLINE vf mkv_load(const float* p) { return *(const vf_memory*)p; }
MK_INLINE void mkv_store(float* p, vf v) { *(vf_memory*)p = v; }
MK_INLINE vf mkv_splat(float x) { return (vf){0} + x; }

// The first `count` lanes; the others are 0 and stay untouched in memory. (Never a copy of variable length: it would
// cost a call and a stalled reload.)
#if MK_AVX512
MK_INLINE vf mkv_load_some(const float* p, long count) {
    return (vf)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), p);
}
MK_INLINE void mkv_store_some(float* p, vf v, long count) {
    _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1), (__m512)v);
}
#elif MK_AVX2
MK_INLINE __m256i mkv_first_lanes(long count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
MK_INLINE vf mkv_load_some(const float* p, long count) { return (vf)_mm256_maskload_ps(p, mkv_first_lanes(count)); }
MK_INLINE void mkv_store_some(float* p, vf v, long count) { _mm256_maskstore_ps(p, mkv_first_lanes(count), (__m256)v); }
#else
MK_INLINE vf mkv_load_some(const float* p, long count) {
    return (vf){count > 0 ? p[0] : 0.f, count > 1 ? p[1] : 0.f, count > 2 ? p[2] : 0.f, count > 3 ? p[3] : 0.f};
}
MK_INLINE void mkv_store_some(float* p, vf v, long count) {
    if (count > 0) p[0] = v[0];
    if (count > 1) p[1] = v[1];
    if (count > 2) p[2] = v[2];
    if (count > 3) p[3] = v[3];
}
#endif

// Masks are vectors of 0 and -1, as comparisons of vectors give them.
MK_INLINE vi mkv_select_int(vi mask, vi yes, vi no) { return (mask & yes) | (~mask & no); }
MK_INLINE vf mkv_select(vi mask, vf yes, vf no) { return (vf)((mask & (vi)yes) | (~mask & (vi)no)); }
MK_INLINE vf mkv_where(vi mask, vf value) { return (vf)(mask & (vi)value); }
MK_INLINE vf mkv_one_where(vi mask) { return (vf)(mask & 0x3f800000); }

// a b + c: fused where the processor can do so, never a call of the library.
MK_INLINE vf mkv_fma(vf a, vf b, vf c) {
#if MK_FMA
    return __builtin_elementwise_fma(a, b, c);
#else
    return a * b + c;
#endif
}
// In double precision; a macro, because vectors wider than a register are no parameters.
#if MK_FMA
#define MKV_FMA_DOUBLE(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
#define MKV_FMA_DOUBLE(a, b, c) ((a) * (b) + (c))
#endif

MK_INLINE vf mkv_abs(vf x) { return (vf)((vi)x & 0x7fffffff); }
MK_INLINE vf mkv_copysign(vf size, vf sign) { return (vf)(((vi)size & 0x7fffffff) | ((vi)sign & (int)0x80000000)); }
MK_INLINE vf mkv_sqrt(vf x) { return __builtin_elementwise_sqrt(x); }

// NaN if either operand is NaN, as NumPy has it.
MK_INLINE vf mkv_max(vf a, vf b) { return mkv_select((a > b) | (a != a), a, b); }
MK_INLINE vf mkv_min(vf a, vf b) { return mkv_select((a < b) | (a != a), a, b); }
// One instruction on x86-64; the second operand comes out if either is NaN.
MK_INLINE vf mkv_max_fast(vf a, vf b) { return mkv_select(a > b, a, b); }
MK_INLINE vf mkv_min_fast(vf a, vf b) { return mkv_select(a < b, a, b); }

// SSE2 has no rounding instruction, and the builtins would call the library lane by lane: there a value below 2^23 is
// rounded by adding and subtracting 2^23.
#if MK_AVX2 || !defined(__x86_64__)
MK_INLINE vf mkv_round(vf x) { return __builtin_elementwise_roundeven(x); }
MK_INLINE vf mkv_floor(vf x) { return __builtin_elementwise_floor(x); }
MK_INLINE vf mkv_ceil(vf x) { return __builtin_elementwise_ceil(x); }
MK_INLINE vf mkv_trunc(vf x) { return __builtin_elementwise_trunc(x); }
#else
MK_INLINE vf mkv_round(vf x) {
    vf a = mkv_abs(x), r = (a + 0x1p23f) - 0x1p23f;
    return mkv_copysign(mkv_select(a < 0x1p23f, r, a), x);
}
MK_INLINE vf mkv_floor(vf x) {
    vf r = mkv_round(x);
    return mkv_copysign(r - mkv_one_where(r > x), x);
}
MK_INLINE vf mkv_ceil(vf x) { return -mkv_floor(-x); }
MK_INLINE vf mkv_trunc(vf x) { return mkv_copysign(mkv_floor(mkv_abs(x)), x); }
#endif

// Folds the lanes onto each other, first half onto second half, until all lanes hold the combination of all: always the
// same tree. `statement` combines x with `other`.
#define MKV_FOLD_STEP(x, statement, ...)                              \
    do {                                                              \
        vf other = __builtin_shufflevector(x, x, __VA_ARGS__);        \
        statement;                                                    \
    } while (0)
#if MK_LANES == 16
#define MKV_FOLD(x, statement)                                                                      \
    do {                                                                                            \
        MKV_FOLD_STEP(x, statement, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);          \
        MKV_FOLD_STEP(x, statement, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);          \
        MKV_FOLD_STEP(x, statement, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);          \
        MKV_FOLD_STEP(x, statement, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);          \
    } while (0)
#elif MK_LANES == 8
#define MKV_FOLD(x, statement)                                        \
    do {                                                              \
        MKV_FOLD_STEP(x, statement, 4, 5, 6, 7, 0, 1, 2, 3);          \
        MKV_FOLD_STEP(x, statement, 2, 3, 0, 1, 6, 7, 4, 5);          \
        MKV_FOLD_STEP(x, statement, 1, 0, 3, 2, 5, 4, 7, 6);          \
    } while (0)
#else
#define MKV_FOLD(x, statement)                                        \
    do {                                                              \
        MKV_FOLD_STEP(x, statement, 2, 3, 0, 1);                      \
        MKV_FOLD_STEP(x, statement, 1, 0, 3, 2);                      \
    } while (0)
#endif
MK_INLINE float mkv_sum(vf x) {
    MKV_FOLD(x, x += other);
    return x[0];
}

// bfloat16 and half precision. Rounding is to nearest even; denormals are kept; NaN stays a quiet NaN.
MK_INLINE vf mkv_from_bf16(vh h) { return (vf)(__builtin_convertvector(h, vu) << 16); }
MK_INLINE vh mkv_to_bf16(vf x) {
    vu u = (vu)x;
    vu rounded = (u + 0x7fff + ((u >> 16) & 1)) >> 16;
    vu quiet = (u >> 16) | 0x40;
    return __builtin_convertvector((vu)mkv_select_int(x != x, (vi)quiet, (vi)rounded), vh);
}
#if MK_AVX512
MK_INLINE vf mkv_from_f16(vh h) { return (vf)_mm512_cvtph_ps((__m256i)h); }
MK_INLINE vh mkv_to_f16(vf x) { return (vh)_mm512_cvtps_ph((__m512)x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
#elif MK_AVX2
MK_INLINE vf mkv_from_f16(vh h) { return (vf)_mm256_cvtph_ps((__m128i)h); }
MK_INLINE vh mkv_to_f16(vf x) { return (vh)_mm256_cvtps_ph((__m256)x, _MM_FROUND_TO_NEAREST_INT); }
#else
MK_INLINE vf mkv_from_f16(vh h) {
    vi u = (vi)__builtin_convertvector(h, vu);
    vi size = (u & 0x7fff) << 13;                  // exponent and fraction in place, exponent too small by 112
    vf value = (vf)size * 0x1p112f;                // also right for denormals
    vi special = size >= (0x7c00 << 13);           // infinity and NaN
    return (vf)(mkv_select_int(special, size | 0x7f800000, (vi)value) | ((u & 0x8000) << 16));
}
MK_INLINE vh mkv_to_f16(vf x) {
    vi u = (vi)x, size = u & 0x7fffffff;
    vi normal = (size + 0xfff + ((size >> 13) & 1) - (112 << 23)) >> 13;
    vi small = (vi)((vf)size + 0.5f) - 0x3f000000;  // adding 0.5 rounds to multiples of 2^-24
    vi result = mkv_select_int(size < (113 << 23), small, normal);
    result = mkv_select_int(size >= 0x477ff000, (vi){0} + 0x7c00, result);                    // 65,520 and beyond
    result = mkv_select_int(size > 0x7f800000, ((size >> 13) & 0x3ff) | 0x7e00, result);      // NaN
    return __builtin_convertvector((vu)(result | ((u >> 16) & 0x8000)), vh);
}
#endif

MK_INLINE vf mkv_load_bf16(const uint16_t* p) { return mkv_from_bf16(*(const vh_memory*)p); }
MK_INLINE void mkv_store_bf16(uint16_t* p, vf v) { *(vh_memory*)p = mkv_to_bf16(v); }
#if MK_AVX512
MK_INLINE vf mkv_load_bf16_some(const uint16_t* p, long count) {
    return mkv_from_bf16((vh)_mm256_maskz_loadu_epi16((__mmask16)((1u << count) - 1), p));
}
MK_INLINE void mkv_store_bf16_some(uint16_t* p, vf v, long count) {
    _mm256_mask_storeu_epi16(p, (__mmask16)((1u << count) - 1), (__m256i)mkv_to_bf16(v));
}
#else
MK_INLINE vf mkv_load_bf16_some(const uint16_t* p, long count) {
    vh h = {0};
    for (int i = 0; i < MK_LANES; i++)
        if (i < count) h[i] = p[i];
    return mkv_from_bf16(h);
}
MK_INLINE void mkv_store_bf16_some(uint16_t* p, vf v, long count) {
    vh h = mkv_to_bf16(v);
    for (int i = 0; i < MK_LANES; i++)
        if (i < count) p[i] = h[i];
}
#endif

// Two vectors at once: the high halves of both are picked by one permutation.
MK_INLINE void mkv_store_bf16_pair(uint16_t* p, vf a, vf b) {
#if MK_AVX512
    if (__builtin_expect(_mm512_cmp_ps_mask((__m512)a, (__m512)a, _CMP_UNORD_Q) | _mm512_cmp_ps_mask((__m512)b, (__m512)b, _CMP_UNORD_Q), 0) == 0) {
        const __m512i odd = _mm512_set_epi16(63, 61, 59, 57, 55, 53, 51, 49, 47, 45, 43, 41, 39, 37, 35, 33,
                                             31, 29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1);
        vu low = (vu)a, high = (vu)b;
        low += 0x7fff + ((low >> 16) & 1);
        high += 0x7fff + ((high >> 16) & 1);
        _mm512_storeu_si512(p, _mm512_permutex2var_epi16((__m512i)low, odd, (__m512i)high));
        return;
    }
#endif
    mkv_store_bf16(p, a);
    mkv_store_bf16(p + MK_LANES, b);
}

// ---- Functions. The polynomials are minimax fits of our own, with coefficients rounded one after the other. ----

// x = n ln 2 + r with |r| <= ln 2 / 2; n is an integer below 2^22 in size. Adding 1.5 * 2^23 leaves n in the low bits.
#define MKV_SHIFTER 0x1.8p23f
MK_INLINE vf mkv_reduce_exp(vf x, vf* n, vi* integer) {
    vf shifted = mkv_fma(x, mkv_splat(0x1.715476p+0f), mkv_splat(MKV_SHIFTER));
    *integer = (vi)shifted - (vi)mkv_splat(MKV_SHIFTER);
    *n = shifted - MKV_SHIFTER;
    vf r = mkv_fma(*n, mkv_splat(-0x1.62e4p-1f), x);  // exact: the constant has 15 bits, n at most 8
    return mkv_fma(*n, mkv_splat(-0x1.7f7d1cp-20f), r);
}
// e^r - 1 for |r| <= ln 2 / 2.
MK_INLINE vf mkv_exp_minus_one_core(vf r) {
    vf p = mkv_splat(0x1.6d5f4ep-10f);
    p = mkv_fma(p, r, mkv_splat(0x1.123bfep-7f));
    p = mkv_fma(p, r, mkv_splat(0x1.5554d8p-5f));
    p = mkv_fma(p, r, mkv_splat(0x1.55548ep-3f));
    p = mkv_fma(p, r, mkv_splat(0.5f));
    return mkv_fma(r * r, p, r);
}
// 2^n for -126 <= n <= 127.
MK_INLINE vf mkv_power_of_two(vi n) { return (vf)((n + 127) << 23); }

// value * 2^n for -252 <= n <= 254, n given both ways.
MK_INLINE vf mkv_scale(vf value, vf n, vi integer) {
#if MK_AVX512
    (void)integer;
    return (vf)_mm512_scalef_ps((__m512)value, (__m512)n);
#else
    (void)n;
    vi half = integer >> 1;
    return value * mkv_power_of_two(half) * mkv_power_of_two(integer - half);
#endif
}

MK_INLINE vf mkv_exp(vf x) {
    vf n;
    vi integer;
    x = mkv_min_fast(mkv_splat(89.f), x);  // in this order NaN passes
    x = mkv_max_fast(mkv_splat(-104.5f), x);
    vf r = mkv_reduce_exp(x, &n, &integer);
    return mkv_scale(mkv_exp_minus_one_core(r) + 1.f, n, integer);
}

MK_INLINE vf mkv_exp2(vf x) {
    x = mkv_min_fast(mkv_splat(129.f), x);
    x = mkv_max_fast(mkv_splat(-151.f), x);
    vf shifted = x + MKV_SHIFTER, n = shifted - MKV_SHIFTER;
    vi integer = (vi)shifted - (vi)mkv_splat(MKV_SHIFTER);
    return mkv_scale(mkv_exp_minus_one_core((x - n) * 0x1.62e43p-1f) + 1.f, n, integer);
}

MK_INLINE vf mkv_expm1(vf x) {
    vf n, y = mkv_max_fast(mkv_splat(-18.f), mkv_min_fast(mkv_splat(89.f), x));
    vi integer;
    vf q = mkv_exp_minus_one_core(mkv_reduce_exp(y, &n, &integer));
    // Half the power, so that n = 128 does not overflow too early; the doubling is exact.
    vf s = mkv_power_of_two(integer - 1);
    vf result = mkv_fma(s, q, s - 0.5f) * 2.f;
    return mkv_select(mkv_abs(x) < 0x1p-60f, x, result);  // keeps -0 and denormals
}

// x = 2^n (1 + f) with f in [√½ - 1, √2 - 1], for positive normal x.
MK_INLINE vf mkv_reduce_log(vf x, vi* n) {
    vi shifted = (vi)x - 0x3f3504f3;
    *n = shifted >> 23;
    return (vf)((vi)x - (*n << 23)) - 1.f;
}
// log(1 + f) - f on that range.
MK_INLINE vf mkv_log_core(vf f) {
    vf p = mkv_splat(-0x1.38d9f2p-4f);
    p = mkv_fma(p, f, mkv_splat(0x1.0562ep-3f));
    p = mkv_fma(p, f, mkv_splat(-0x1.0d8138p-3f));
    p = mkv_fma(p, f, mkv_splat(0x1.22d88ep-3f));
    p = mkv_fma(p, f, mkv_splat(-0x1.547292p-3f));
    p = mkv_fma(p, f, mkv_splat(0x1.99a022p-3f));
    p = mkv_fma(p, f, mkv_splat(-0x1.000226p-2f));
    p = mkv_fma(p, f, mkv_splat(0x1.555554p-2f));
    vf square = f * f;
    return mkv_fma(square * f, p, square * -0.5f);
}
// What logarithms give outside the positive numbers.
MK_INLINE vf mkv_log_special(vf x, vf result) {
    result = mkv_select(x == 0.f, mkv_splat(-INFINITY), result);
    result = mkv_select(x < 0.f, mkv_splat(NAN), result);
    return mkv_select((x == INFINITY) | (x != x), x, result);
}
MK_INLINE vf mkv_log_any_base(vf x, int base_two) {
    vi tiny = x < 0x1p-126f, integer;
    vf f = mkv_reduce_log(mkv_select(tiny, x * 0x1p32f, x), &integer);
    vf n = __builtin_convertvector(integer - (tiny & 32), vf), core = mkv_log_core(f), result;
    if (base_two) {
        // f + core in two parts times 1/ln 2 in two parts.
        vf high = f + core, low = core - (high - f);
        vf tail = mkv_fma(low, mkv_splat(0x1.715476p+0f), high * 0x1.4ae0cp-26f);
        result = n + mkv_fma(high, mkv_splat(0x1.715476p+0f), tail);
    } else {
        result = mkv_fma(n, mkv_splat(0x1.62e4p-1f), f + mkv_fma(n, mkv_splat(0x1.7f7d1cp-20f), core));
    }
    return mkv_log_special(x, result);
}
MK_INLINE vf mkv_log(vf x) { return mkv_log_any_base(x, 0); }
MK_INLINE vf mkv_log2(vf x) { return mkv_log_any_base(x, 1); }

MK_INLINE vf mkv_log1p(vf x) {
    vf u = 1.f + x;
    vi integer;
    vf f = mkv_reduce_log(u, &integer);
    // What rounding 1 + x lost, on the scale of f.
    vf lost = mkv_select(x < 1.f, x - (u - 1.f), 1.f - (u - x));
    vf n = __builtin_convertvector(integer, vf);
    f = f + lost * (vf)((127 - mkv_select_int(integer < 126, integer, (vi){0} + 126)) << 23);
    vf result = mkv_fma(n, mkv_splat(0x1.62e4p-1f), f + mkv_fma(n, mkv_splat(0x1.7f7d1cp-20f), mkv_log_core(f)));
    result = mkv_log_special(u, result);
    return mkv_select(mkv_abs(x) < 0x1p-60f, x, result);
}

MK_INLINE vf mkv_sigmoid(vf x) {
    vf e = mkv_exp(-mkv_abs(x)), s = 1.f / (1.f + e);
    return mkv_select(x < 0.f, e * s, s);
}

MK_INLINE vf mkv_tanh(vf x) {
    // tanh |x| = E / (E + 2) with E = e^(2|x|) - 1, which is exact to a rounding also for small x.
    vf a = mkv_abs(x), n, y = mkv_min_fast(mkv_splat(20.f), a + a);
    vi integer;
    vf q = mkv_exp_minus_one_core(mkv_reduce_exp(y, &n, &integer)), s = mkv_power_of_two(integer);
    vf e = mkv_fma(s, q, s - 1.f);
    return mkv_copysign(mkv_select(a < 0x1p-13f, a, e / (e + 2.f)), x);
}

MK_INLINE vf mkv_erf(vf x) {
    vf a = mkv_abs(x), t = a * a;
    vf p = mkv_splat(0x1.4916f2p-14f);
    p = mkv_fma(p, t, mkv_splat(-0x1.a3d7ecp-11f));
    p = mkv_fma(p, t, mkv_splat(0x1.54017p-8f));
    p = mkv_fma(p, t, mkv_splat(-0x1.b7f88cp-6f));
    p = mkv_fma(p, t, mkv_splat(0x1.ce2cf2p-4f));
    p = mkv_fma(p, t, mkv_splat(-0x1.81273ep-2f));
    p = mkv_fma(p, t, mkv_splat(0x1.06eba8p-3f));
    vf small = mkv_fma(p, a, a);
    // From 1 on, erf = 1 - e^-g with a polynomial g; beyond 4 the result rounds to 1.
    vf y = mkv_min_fast(mkv_splat(4.f), a);
    vf g = mkv_splat(-0x1.8bfcbcp-13f);
    g = mkv_fma(g, y, mkv_splat(0x1.8599d4p-9f));
    g = mkv_fma(g, y, mkv_splat(-0x1.677874p-6f));
    g = mkv_fma(g, y, mkv_splat(0x1.a73a66p-4f));
    g = mkv_fma(g, y, mkv_splat(0x1.4698a2p-1f));
    g = mkv_fma(g, y, mkv_splat(0x1.20938cp+0f));
    g = mkv_fma(g, y, mkv_splat(0x1.3b0856p-12f));
    vf n;
    vi integer;
    vf r = mkv_reduce_exp(-g, &n, &integer);
    vf large = 1.f - (mkv_exp_minus_one_core(r) + 1.f) * mkv_power_of_two(integer);
    return mkv_copysign(mkv_select(a < 1.f, small, large), x);
}

// Sine (quarter = 0) and cosine (quarter = 1). The argument is reduced in double precision: right to the last bits for
// |x| up to 10^5; larger arguments (and infinities) are left to the library by the caller.
MK_INLINE void mkv_reduce_sin(vf x, vf* r, vi* quadrant) {
    const vd shifter = (vd){0} + 0x1.8p52;
    vd wide = __builtin_convertvector(x, vd);
    vd shifted = MKV_FMA_DOUBLE(wide, (vd){0} + 0x1.45f306dc9c883p-1, shifter);
    vd n = shifted - shifter;
    vd rest = MKV_FMA_DOUBLE(n, (vd){0} - 0x1.921fb544p+0, wide);  // exact: 33 bits times at most 18
    rest = MKV_FMA_DOUBLE(n, (vd){0} - 0x1.0b4611a626331p-34, rest);
    *r = __builtin_convertvector(rest, vf);
    *quadrant = (vi)__builtin_convertvector((vul)shifted, vu);
}
MK_INLINE vf mkv_sin_core(vf r) {
    vf t = r * r, p = mkv_splat(-0x1.9953e2p-13f);
    p = mkv_fma(p, t, mkv_splat(0x1.110778p-7f));
    p = mkv_fma(p, t, mkv_splat(-0x1.555546p-3f));
    return mkv_fma(p * t, r, r);
}
MK_INLINE vf mkv_cos_core(vf r) {
    vf t = r * r, p = mkv_splat(0x1.99eac2p-16f);
    p = mkv_fma(p, t, mkv_splat(-0x1.6c0c2ep-10f));
    p = mkv_fma(p, t, mkv_splat(0x1.55554ap-5f));
    return mkv_fma(p * t, t, mkv_fma(t, mkv_splat(-0.5f), mkv_splat(1.f)));
}
MK_INLINE vf mkv_sin_cos(vf x, int quarter) {
    vf r;
    vi quadrant;
    mkv_reduce_sin(x, &r, &quadrant);
    quadrant += quarter;
    vf result = mkv_select((quadrant & 1) != 0, mkv_cos_core(r), mkv_sin_core(r));
    result = (vf)((vi)result ^ ((quadrant & 2) << 30));
    return quarter ? result : mkv_select(mkv_abs(x) < 0x1p-13f, x, result);
}
MK_INLINE vf mkv_tan(vf x) {
    vf r;
    vi quadrant;
    mkv_reduce_sin(x, &r, &quadrant);
    vf sine = mkv_sin_core(r), cosine = mkv_cos_core(r);
    vi odd = (quadrant & 1) != 0;
    vf result = mkv_select(odd, -cosine, sine) / mkv_select(odd, sine, cosine);
    return mkv_select(mkv_abs(x) < 0x1p-13f, x, result);
}
// Whether some lane needs the library instead.
MK_INLINE int mkv_beyond_sin(vf x) {
    vi beyond = ~(mkv_abs(x) <= 1e5f) & (x == x);
#if MK_AVX512
    return _mm512_movepi32_mask((__m512i)beyond) != 0;
#else
    int any = 0;
    for (int i = 0; i < MK_LANES; i++) any |= beyond[i];
    return any;
#endif
}

// The polynomial with the coefficients c, the highest power first. `degree` is a constant at every call.
MK_INLINE vf mkv_polynomial(vf x, const float* c, int degree) {
    vf p = mkv_splat(c[0]);
#pragma clang loop unroll(full)
    for (int i = 1; i <= degree; i++) p = mkv_fma(p, x, mkv_splat(c[i]));
    return p;
}

// The normal distribution Phi(x) and the derivative of x Phi(x), both less a half, are odd functions that are flat beyond 6:
// x times a polynomial in x^2, moved to [-1, 1], where its coefficients sum to less than 1 and rounding does no harm. No
// exponential is needed; the error stays below 2e-7 at every x.
MK_INLINE vf mkv_normal_less_half(vf x) {
    static const float c[15] = {
        0x1.9bf16ap-12f, -0x1.0d94bp-10f, 0x1.cab752p-11f, -0x1.370294p-10f, 0x1.df9526p-9f,
        -0x1.b818b4p-8f, 0x1.3c4016p-7f, -0x1.c98cdp-7f, 0x1.41ddb6p-6f, -0x1.a5d478p-6f,
        0x1.071962p-5f, -0x1.412ea6p-5f, 0x1.8d4f04p-5f, -0x1.0b956ep-4f, 0x1.0c240ap-3f,
    };
    vf t = mkv_fma(x * x, mkv_splat(0x1.18eecap-4f), mkv_splat(-1.f));
    return mkv_select(mkv_abs(x) >= 5.4f, mkv_copysign(mkv_splat(0.5f), x), x * mkv_polynomial(t, c, 14));
}
MK_INLINE vf mkv_gelu(vf x) { return x * (0.5f + mkv_normal_less_half(x)); }
MK_INLINE vf mkv_gelu_derivative(vf x) {
    static const float c[18] = {
        -0x1.7f7676p-9f, 0x1.e0b19p-8f, -0x1.81bfcep-9f, 0x1.7ead42p-12f, -0x1.247e6cp-6f,
        0x1.1e75b6p-5f, -0x1.2b97acp-5f, 0x1.6641cp-5f, -0x1.edf462p-5f, 0x1.1dbf14p-4f,
        -0x1.1d67fap-4f, 0x1.0a994cp-4f, -0x1.d8cep-5f, 0x1.9aea3p-5f, -0x1.7a7236p-5f,
        0x1.8e6cfep-5f, -0x1.f91916p-5f, 0x1.f3b4fcp-4f,
    };
    vf t = mkv_fma(x * x, mkv_splat(0x1.e70a0cp-5f), mkv_splat(-1.f));
    return 0.5f + mkv_select(mkv_abs(x) >= 5.8f, mkv_copysign(mkv_splat(0.5f), x), x * mkv_polynomial(t, c, 17));
}
// x (1 + tanh u) / 2 = x sigmoid(2u) with u = √(2/π) (x + 0.044715 x³).
MK_INLINE vf mkv_gelu_tanh(vf x) {
    vf u = 0x1.988454p+0f * x * mkv_fma(0.044715f * x, x, mkv_splat(1.f));
    return x * mkv_sigmoid(u);
}
MK_INLINE vf mkv_gelu_tanh_derivative(vf x) {
    vf t = x * x, s = mkv_sigmoid(0x1.988454p+0f * x * mkv_fma(mkv_splat(0.044715f), t, mkv_splat(1.f)));
    vf slope = 0x1.988454p+0f * mkv_fma(mkv_splat(0.134145f), t, mkv_splat(1.f));
    return s * mkv_fma(x * (1.f - s), slope, mkv_splat(1.f));
}
MK_INLINE vf mkv_silu(vf x) { return x * mkv_sigmoid(x); }
MK_INLINE vf mkv_silu_derivative(vf x) {
    vf s = mkv_sigmoid(x);
    return s * mkv_fma(x, 1.f - s, mkv_splat(1.f));
}
MK_INLINE vf mkv_softplus(vf x) { return mkv_max(x, mkv_splat(0.f)) + mkv_log1p(mkv_exp(-mkv_abs(x))); }

#endif

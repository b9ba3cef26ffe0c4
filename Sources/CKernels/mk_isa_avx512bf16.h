// AVX-512 with the bfloat16 dot product: sixteen lanes. Pushes a target attribute; mk_isa_end.h pops it. See mk_isa_common.h.
#include "mk_isa_common.h"
#define MK_NAME(name) name##_avx512bf16
#define MK_LANES 16
#define MK_AVX2 1
#define MK_AVX512 1
#define MK_AVX512_BF16 1
#define MK_FMA 1
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx512bf16,avx2,fma,f16c,bmi,bmi2,popcnt,lzcnt"), min_vector_width(512))), apply_to = function)

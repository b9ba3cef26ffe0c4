// AVX2 with FMA and F16C: eight lanes. Pushes a target attribute; mk_isa_end.h pops it. See mk_isa_common.h.
#include "mk_isa_common.h"
#define MK_NAME(name) name##_avx2
#define MK_LANES 8
#define MK_AVX2 1
#define MK_AVX512 0
#define MK_AVX512_BF16 0
#define MK_FMA 1
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,bmi,bmi2,popcnt,lzcnt"))), apply_to = function)

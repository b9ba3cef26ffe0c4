// Baseline: four lanes, SSE2 on x86-64 and NEON on arm64. See mk_isa_common.h.
#include "mk_isa_common.h"
#define MK_NAME(name) name##_baseline
#define MK_LANES 4
#define MK_AVX2 0
#define MK_AVX512 0
#define MK_AVX512_BF16 0
#if defined(__ARM_FEATURE_FMA) || defined(__aarch64__)
#define MK_FMA 1
#else
#define MK_FMA 0
#endif

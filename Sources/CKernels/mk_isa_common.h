// How one source is compiled for several instruction sets.
//
// A family of kernels "X" has one body, X_body.h, and small files that compile it:
//
//     X_baseline.c:  #include "mk_isa_baseline.h"          X_avx2.c:  #include "mk_isa_common.h"
//                    #include "X_body.h"                              #if defined(__x86_64__)
//                                                                     #include "mk_isa_avx2.h"
//                                                                     #include "X_body.h"
//                                                                     #include "mk_isa_end.h"
//                                                                     #endif
//
// and likewise X_avx512.c (and, where it pays, X_avx512bf16.c). The body names what it exports with
// MK_NAME(mk_thing); X.c makes the public mk_thing out of them with MK_KERNEL. All system headers are included
// here, before any target attribute is pushed, so that their inline functions keep the default target.
#ifndef MK_ISA_COMMON_H
#define MK_ISA_COMMON_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "mk_dispatch.h"

#define MK_INLINE static inline __attribute__((always_inline))

// Defines the public function `name` that calls the variant for this processor:
//     MK_KERNEL(void, mk_thing, (float* y, long count), (y, count))
#if defined(__x86_64__)
#define MK_KERNEL(result, name, parameters, arguments)                                         \
    result name##_baseline parameters;                                                         \
    result name##_avx2 parameters;                                                             \
    result name##_avx512 parameters;                                                           \
    result name parameters {                                                                   \
        int isa = mk_isa();                                                                    \
        if (isa >= MK_ISA_AVX512) return name##_avx512 arguments;                              \
        if (isa == MK_ISA_AVX2) return name##_avx2 arguments;                                  \
        return name##_baseline arguments;                                                      \
    }
// The same for a family that also has an AVX512_BF16 variant.
#define MK_KERNEL_BF16(result, name, parameters, arguments)                                    \
    result name##_baseline parameters;                                                         \
    result name##_avx2 parameters;                                                             \
    result name##_avx512 parameters;                                                           \
    result name##_avx512bf16 parameters;                                                       \
    result name parameters {                                                                   \
        int isa = mk_isa();                                                                    \
        if (isa == MK_ISA_AVX512_BF16) return name##_avx512bf16 arguments;                     \
        if (isa == MK_ISA_AVX512) return name##_avx512 arguments;                              \
        if (isa == MK_ISA_AVX2) return name##_avx2 arguments;                                  \
        return name##_baseline arguments;                                                      \
    }
#else
#define MK_KERNEL(result, name, parameters, arguments)                                         \
    result name##_baseline parameters;                                                         \
    result name parameters { return name##_baseline arguments; }
#define MK_KERNEL_BF16 MK_KERNEL
#endif

#endif
